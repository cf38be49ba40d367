"""review.html: every field in review with its picture, in one file that needs no server."""

import base64
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from importlib import resources
from pathlib import Path
from typing import TextIO, TypeAlias

from formreader.excerpts import Excerpt, excerpt
from formreader.files import replacing
from formreader.images import GrayImage
from formreader.interpret import UNKNOWN
from formreader.results import DecidedField, Decision, Record, Status

REVIEW_HTML = "review.html"
FORMS = "<!-- forms -->\n"  # where in the page the fields go

PagePictures: TypeAlias = Callable[[str, int], GrayImage | None]
"""Gives the picture of a page by file and number, or None where it can no longer be read."""

KeptExcerpts: TypeAlias = Callable[[str, int], Mapping[str, Excerpt]]
"""Gives the fields that were cut out of a page when it was read, by their names."""


class Review:
    """A review page that is being written, form by form."""

    def __init__(
        self, file: TextIO, pictures: PagePictures | None, kept: KeptExcerpts | None
    ) -> None:
        self._file = file
        self._pictures = pictures
        self._kept = kept
        self._forms = 0
        self._fields = 0

    def add(self, record: Record) -> None:
        """Write the fields of a form that a person must see."""
        fields = [each for each in record.fields if each.decision.status is Status.REVIEW]
        if not fields:
            return
        excerpts = self._excerpts(record, fields) if self._pictures else {}
        cards = "".join(
            _card(each, _figure(each, excerpts.get(each.decision.name)) if self._pictures else "")
            for each in fields
        )
        self._file.write(
            f'<section data-file="{escape(record.file)}">\n'
            f"<h2>{escape(record.file)} <span>page {record.page}, {escape(record.template)}</span>"
            f"</h2>\n{cards}</section>\n"
        )
        self._forms += 1
        self._fields += len(fields)

    def _excerpts(
        self, record: Record, fields: Sequence[DecidedField]
    ) -> Mapping[str, Excerpt | None]:
        """Return fields as pictures, by their names; the page is decoded if one was not kept."""
        kept = self._kept(record.file, record.page) if self._kept else {}
        missing = [each for each in fields if each.decision.name not in kept]
        page = self._pictures(record.file, record.page) if missing and self._pictures else None
        if page is None:
            return kept
        cut = {each.decision.name: excerpt(page, each.area, record.turned) for each in missing}
        return {**kept, **cut}

    def count(self) -> str:
        """Say how many fields there are."""
        if not self._fields:
            return "Nothing to review: every field was sure enough."
        fields = "1 field" if self._fields == 1 else f"{self._fields:,} fields"
        return f"{fields} on {self._forms:,} page{'' if self._forms == 1 else 's'}."


@contextmanager
def open_review(
    out: Path, pictures: PagePictures | None, kept: KeptExcerpts | None = None
) -> Iterator[Review]:
    """Open the review page of a run folder; it replaces an earlier one when all is written.

    Args:
        out: the run folder.
        pictures: where pages come from; None leaves the pictures out.
        kept: fields for which no page need be read again; None: there are none.

    Raises:
        SetupError: if the file cannot be written.
    """
    page = resources.files("formreader").joinpath(REVIEW_HTML).read_text("utf-8")
    head, tail = page.split(FORMS)
    with replacing(out / REVIEW_HTML) as file:
        file.write(head)
        review = Review(file, pictures, kept)
        yield review
        file.write(f'<p class="count">{review.count()}</p>\n{tail}')


def _figure(field: DecidedField, picture: Excerpt | None) -> str:
    if picture is None:
        return '<p class="lost">its page cannot be shown any more</p>\n'
    alt = escape(f"{field.decision.name} as written on page {field.page} of {field.file}")
    data = base64.b64encode(picture.jpeg).decode("ascii")
    return (
        f'<img alt="{alt}" width="{picture.width}" height="{picture.height}" '
        f'src="data:image/jpeg;base64,{data}">\n'
    )


def _card(field: DecidedField, figure: str) -> str:
    decision = field.decision
    name, code = escape(decision.name), escape(decision.code)
    words = escape(decision.reason.removeprefix(decision.code + ":").strip())
    return (
        f'<article tabindex="0" aria-label="{name}" data-field="{name}" data-code="{code}">\n'
        f"{figure}<div>\n<h3>{name}</h3>\n{_value(decision.value)}\n"
        f'<p class="reason"><b>{code}</b> {words}</p>\n'
        f"<dl>{_details(decision)}</dl>\n</div>\n</article>\n"
    )


def _value(value: str) -> str:
    if not value:
        return '<p class="value blank">nothing written</p>'
    return f'<p class="value">{escape(value).replace(UNKNOWN, f"<mark>{UNKNOWN}</mark>")}</p>'


def _details(decision: Decision) -> str:
    """Say what was seen, how sure the guess is and what else it may be."""
    rows = [("read", f"<code>{escape(decision.read)}</code>")]
    if decision.confidence:
        rows.append(("confidence", _percent(decision.confidence)))
    if decision.alternatives:
        others = "".join(
            f"<li>{_differing(value, decision.value)} {_percent(share)}</li>"
            for value, share in decision.alternatives
        )
        rows.append(("or", f"<ul>{others}</ul>"))
    return "".join(f"<dt>{title}</dt><dd>{text}</dd>" for title, text in rows)


def _differing(value: str, guess: str) -> str:
    """Mark the characters in which a value differs from the best guess."""
    if not value:
        return "blank"
    differs = [len(value) == len(guess) and one != guess[at] for at, one in enumerate(value)]
    marked = (
        f"<mark>{escape(one)}</mark>" if other else escape(one)
        for one, other in zip(value, differs, strict=True)
    )
    return f"<code>{''.join(marked)}</code>"


def _percent(probability: float) -> str:
    """Write a probability, rounded down: what is not certain never says 100%."""
    tenths = math.floor(probability * 1000)
    return f"{tenths / 10:.1f}%" if tenths else "under 0.1%"
