"""Which forms of a run are unlike the pages that its promise was measured on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from formreader.digits.card import Hand
from formreader.shift import Batch, SeenPages, Shift, find_shift
from formreader.template import Template
from formreader.traits import Inks, traits_of, usual_styles


def find_shifts(
    pages: Iterable[tuple[str, Inks]],
    templates: Mapping[str, Template],
    hand: Hand | None,
    seen: SeenPages,
) -> dict[str, Shift]:
    """Return by what the forms of each template stand out, by its name; none that do not.

    Args:
        pages: what is said of the ink on those of the run, after the digest of their layout.
        templates: by the digest of their layout.
        hand: what is usual of digits; None where the network does not tell how they are written.
        seen: what pages are like on which promises were measured.
    """
    if not len(seen):
        return {}
    usual = usual_styles(hand)
    batches: dict[str, Batch] = defaultdict(Batch)
    for layout, inks in pages:
        template = templates[layout]
        batches[template.name].add(*traits_of(inks, template, usual))
    shifts = {name: find_shift(batch, seen) for name, batch in sorted(batches.items())}
    return {name: shift for name, shift in shifts.items() if shift}
