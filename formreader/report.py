"""review.html: every field in review with its picture, in one file that needs no server."""

import base64
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from importlib import resources
from pathlib import Path
from typing import TextIO, TypeAlias

import cv2
import numpy as np

from formreader.files import replacing
from formreader.geometry import Rect
from formreader.images import GrayImage
from formreader.interpret import UNKNOWN
from formreader.results import DecidedField, Decision, Record, Status

REVIEW_HTML = "review.html"
FORMS = "<!-- forms -->\n"  # where in the page the fields go
MARGIN = 0.6  # around a field, of its shorter side: a caption beside it, a stroke that left it
FADED = 0.35  # what is left of the contrast around a field
LARGEST = (900, 300)  # pixels of a picture, width and height: sharp on a phone
JPEG_QUALITY = 60  # 5 kB in 0.08 ms; WebP makes 2 kB of it, but in 4.6 ms

PagePictures: TypeAlias = Callable[[str, int], GrayImage | None]
"""Gives the picture of a page by file and number, or None where it can no longer be read."""


class Review:
    """A review page that is being written, form by form."""

    def __init__(self, file: TextIO, pictures: PagePictures | None) -> None:
        self._file = file
        self._pictures = pictures
        self._forms = 0
        self._fields = 0

    def add(self, record: Record) -> None:
        """Write the fields of a form that a person must see; its page is decoded once."""
        fields = [each for each in record.fields if each.decision.status is Status.REVIEW]
        if not fields:
            return
        page = self._pictures(record.file, record.page) if self._pictures else None
        cards = "".join(
            _card(each, _figure(each, page, record.turned) if self._pictures else "")
            for each in fields
        )
        self._file.write(
            f'<section data-file="{escape(record.file)}">\n'
            f"<h2>{escape(record.file)} <span>page {record.page}, {escape(record.template)}</span>"
            f"</h2>\n{cards}</section>\n"
        )
        self._forms += 1
        self._fields += len(fields)

    def count(self) -> str:
        """Say how many fields there are."""
        if not self._fields:
            return "Nothing to review: every field was sure enough."
        fields = "1 field" if self._fields == 1 else f"{self._fields:,} fields"
        return f"{fields} on {self._forms:,} page{'' if self._forms == 1 else 's'}."


@contextmanager
def open_review(out: Path, pictures: PagePictures | None) -> Iterator[Review]:
    """Open the review page of a run folder; it replaces an earlier one when all is written.

    Args:
        out: the run folder.
        pictures: where pages come from; None leaves the pictures out.

    Raises:
        SetupError: if the file cannot be written.
    """
    page = resources.files("formreader").joinpath(REVIEW_HTML).read_text("utf-8")
    head, tail = page.split(FORMS)
    with replacing(out / REVIEW_HTML) as file:
        file.write(head)
        review = Review(file, pictures)
        yield review
        file.write(f'<p class="count">{review.count()}</p>\n{tail}')


def cut_picture(page: GrayImage, area: Rect) -> GrayImage:
    """Cut a field out of its page, faded around it, no larger than `LARGEST`.

    It is empty where the field lies off the page.
    """
    around = area.grown(MARGIN * min(area.width, area.height))
    left, top = max(0, round(around.x)), max(0, round(around.y))
    crop = page[top : max(0, round(around.bottom)), left : max(0, round(around.right))]
    picture = (255 - (255 - crop) * FADED).astype(np.uint8)
    x, y = max(0, round(area.x) - left), max(0, round(area.y) - top)
    field = np.s_[y : max(0, round(area.bottom) - top), x : max(0, round(area.right) - left)]
    picture[field] = crop[field]
    return _shrunk(picture)


def _shrunk(picture: GrayImage) -> GrayImage:
    height, width = picture.shape
    factor = min(1.0, LARGEST[0] / max(width, 1), LARGEST[1] / max(height, 1))
    if factor == 1 or not picture.size:
        return picture
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _figure(field: DecidedField, page: GrayImage | None, turned: int) -> str:
    """Show a field the right way up."""
    picture = None if page is None else np.rot90(cut_picture(page, field.area), turned)
    if picture is None or not picture.size:
        return '<p class="lost">its page cannot be shown any more</p>\n'
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    height, width = picture.shape
    alt = escape(f"{field.decision.name} as written on page {field.page} of {field.file}")
    data = base64.b64encode(jpeg.tobytes()).decode("ascii")
    return (
        f'<img alt="{alt}" width="{width}" height="{height}" src="data:image/jpeg;base64,{data}">\n'
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
