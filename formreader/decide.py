"""What becomes of every field of a run: into the table by itself, or to a person."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from formreader.decode import decode
from formreader.duplicates import duplicate_of, find_duplicates, has_code_line
from formreader.hand import by_one_hand
from formreader.policy import Policy
from formreader.reconcile import reconcile
from formreader.results import DecidedField, PageReading, Problem, Record
from formreader.settle import settle
from formreader.store import StoredPage
from formreader.template import Template
from formreader.uniqueness import Dealt, Form, Place, deal


def decide(
    pages: Callable[[], Iterable[StoredPage]],
    templates: Mapping[str, Template],
    policy: Policy,
) -> Iterator[Record | Problem]:
    """Yield what becomes of every page, in the order they come.

    Args:
        pages: begins to give the run as it was read; twice where forms depend on each other.
        templates: by the digest of their layout.
        policy: by what it is decided.
    """
    has_unique = any(field.unique for each in templates.values() for field in each.fields)
    dealt = deal(_forms(pages(), templates), policy.hand) if has_unique else {}
    has_cheques = any(map(has_code_line, templates.values()))
    duplicates = find_duplicates(pages(), templates) if has_cheques else {}
    for page in pages():
        if page.layout is None or isinstance(page.outcome, str):
            yield Problem(page.file, page.page, str(page.outcome))
        else:
            template, place = templates[page.layout], (page.file, page.page)
            twin = duplicate_of((page.twin, page.page)) if page.twin else duplicates.get(place)
            reading = page.outcome
            if twin:
                reading = replace(reading, doubt=_both(twin, reading.doubt))
            yield decide_page(place, reading, template, policy, dealt.get(place))


def _both(duplicate: str, complaint: str) -> str:
    return "; ".join(filter(None, (duplicate, complaint)))


def decide_page(
    place: Place,
    reading: PageReading,
    template: Template,
    policy: Policy,
    dealt: Dealt | None = None,
) -> Record:
    """Return the record of one form: values, and which of them a person must see.

    Args:
        place: of the form.
        reading: of the page.
        template: that it was read by.
        policy: by what it is decided.
        dealt: what the rest of the run says of its unique fields; None if there is none.
    """
    dealt = dealt or Dealt()
    if policy.hand:
        reading = by_one_hand(reading, policy.hand.usual, policy.hand.strength)
    alone = {
        each.name: decode(each, template.field(each.name), template.rosters.get(each.name))
        for each in reading.fields
        if each.name not in dealt.beliefs
    }
    together = reconcile(alone | dealt.beliefs, template.rules)
    doubts = {each.name: reading.doubt or each.doubt for each in reading.fields}
    doubts |= {**together.broken, **dealt.repeated}
    decisions = {
        name: settle(belief, field, doubts.get(name, ""), policy.least_confidence(field, template))
        for name, belief in together.beliefs.items()
        for field in (template.field(name),)
    }
    fields = (
        DecidedField(*place, template.name, decisions[each.name], each.area)
        for each in reading.fields
    )
    return Record(*place, template.name, tuple(fields), reading.turned)


def _forms(pages: Iterable[StoredPage], templates: Mapping[str, Template]) -> Iterator[Form]:
    """Yield the pages that were read; what is there twice has its value once."""
    for page in pages:
        if page.twin is None and page.layout is not None and isinstance(page.outcome, PageReading):
            yield (page.file, page.page), page.outcome, templates[page.layout]
