"""Read one page: find the form, cut its boxes and runs, normalise, classify."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from formreader.boxes.rows import cut_strokes
from formreader.code_parts import is_whole, part_of
from formreader.digits.recogniser import Look, Recogniser
from formreader.geometry import Points, Rect, bounding_rect, quarter_turns
from formreader.images import DIGIT_SIDE, DigitBatch, InkImage, StripImage
from formreader.lay import Laid, lay
from formreader.normalise import normalise
from formreader.pages import Page
from formreader.quality import complaint
from formreader.results import BoxReading, BoxState, FieldReading, PageReading, Texts
from formreader.strips.card import LineKind
from formreader.strips.network import LineReader, kind_of_line
from formreader.strips.runs import cut_run
from formreader.template import Field, FieldType, Template

NOTHING = (("", 0.9999),)
"""What is written where there is no ink; faint pencil may be taken for none."""
NOT_FOUND = "place: what is printed around it was not found, so that it may be elsewhere"
NO_CODE = "place: no code line was found; is this the front of a cheque, and all of it seen?"
ELSEWHERE = "place: the transit number was not seen where it belongs; all may lie elsewhere"
CROSSED = "code line: something is written across it, which may hide a digit"
NOT_WHOLE = "code line: it has not the parts that are usual in this country; is it all there?"

LineReaders: TypeAlias = Mapping[LineKind, LineReader]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page laid out: everything done that needs no network."""

    laid: Laid
    """Its template, and what was found of it."""
    digits: DigitBatch
    """What is written in all boxes that are not empty, in reading order."""
    covers: tuple[tuple[float, ...], ...]
    """Share of each box of each row that strokes cover; 0 of an empty box alone."""
    strips: tuple[StripImage | None, ...]
    """What is written in each field without boxes; None where nothing is."""
    complaint: str
    """What is wrong with the picture, as a reason for review; "" if nothing is."""

    @property
    def template(self) -> Template:
        """The form it is."""
        return self.laid.template


def read_page(
    page: Page,
    templates: Sequence[Template],
    recogniser: Recogniser,
    lines: LineReaders = MappingProxyType({}),
) -> PageReading:
    """Read a page by the template that fits it.

    Args:
        page: to be read.
        templates: that it may be.
        recogniser: of digits in boxes.
        lines: of what is written without boxes.

    Raises:
        AlignmentError: if it is none of these forms, or lies too far askew.
    """
    sheet = prepare(page, templates)
    return reading_of(sheet, recogniser.look(sheet.digits), read_runs(sheet, lines))


def prepare(page: Page, templates: Sequence[Template]) -> Sheet:
    """Do all the work that needs no network: register, find boxes and runs, cut and normalise.

    Raises:
        AlignmentError: if the page is none of these forms, or lies too far askew.
    """
    laid = lay(page, templates)
    strokes = cut_strokes(laid.found.rows)
    digits = [normalise(ink) for row in strokes for ink in row if ink is not None]
    return Sheet(
        laid=laid,
        digits=np.array(digits, np.uint8).reshape(-1, DIGIT_SIDE, DIGIT_SIDE),
        covers=tuple(
            tuple(map(_cover, inks, row.lattice.boxes))
            for inks, row in zip(strokes, laid.found.rows, strict=True)
        ),
        strips=tuple(cut_run(page.image, run, laid.alignment.transform) for run in laid.runs),
        complaint=complaint(page.image, laid),
    )


def read_runs(sheet: Sheet, lines: LineReaders) -> tuple[Texts, ...]:
    """Return what may be written in each of a sheet's fields without boxes."""
    return tuple(
        NOTHING if strip is None else lines[kind_of_line(run.field)].texts(strip)
        for run, strip in zip(sheet.laid.runs, sheet.strips, strict=True)
    )


def reading_of(sheet: Sheet, look: Look, texts: Sequence[Texts] = ()) -> PageReading:
    """Put what the networks say of a sheet's digits and runs back into its fields.

    Raises:
        ValueError: if there are not as many rows as digits, or texts as runs.
    """
    laid = sheet.laid
    if len(look) != len(sheet.digits):
        raise ValueError(f"expected {len(sheet.digits)} rows, got {len(look)}")
    boxes = _boxes(sheet, look)
    spelled = {run.field.name: text for run, text in zip(laid.runs, texts, strict=True)}
    areas = _areas(laid)
    doubts = _doubts(laid, spelled)
    for field in laid.template.fields:
        if field.source:
            areas[field.name] = areas[field.source]
            spelled[field.name] = _parts(spelled[field.source], field.part)
    return PageReading(
        template=laid.template.name,
        residual_mm=laid.found.residual_mm,
        fields=tuple(
            FieldReading(
                name=field.name,
                boxes=tuple(boxes[field.name]),
                area=areas[field.name],
                texts=spelled.get(field.name, ()),
                doubt=doubts[field.name],
            )
            for field in laid.template.fields
        ),
        turned=quarter_turns(laid.alignment.transform.apply(laid.template.bounds.corners)),
        doubt=sheet.complaint,
    )


def _doubts(laid: Laid, spelled: Mapping[str, Texts]) -> dict[str, str]:
    """Return why each field must be seen by a person, by its name; "" where nothing speaks for it.

    What has not the code line that cheques of its country have, in its place, may be another form,
    or laid wrongly. A code line with something across it is in doubt by itself, with its parts.
    """
    codes = [field for field in laid.template.fields if field.type is FieldType.MICR]
    missing = laid.missing - {field.name for field in codes}
    if not all(run.is_placed for run in laid.runs):
        doubt = ELSEWHERE
    elif any(field.name in laid.missing for field in codes):
        doubt = NO_CODE
    elif all(is_whole(_likeliest(spelled[field.name]), field.country) for field in codes):
        doubt = ""
    else:
        doubt = NOT_WHOLE
    crossed = {run.field.name for run in laid.runs if run.is_crossed}

    def doubt_of(field: Field) -> str:
        if field.name in missing:
            return NOT_FOUND
        return doubt or (CROSSED if crossed & {field.name, field.source} else "")

    return {field.name: doubt_of(field) for field in laid.template.fields}


def _likeliest(texts: Texts) -> str:
    return texts[0][0] if texts else ""


def _boxes(sheet: Sheet, look: Look) -> dict[str, list[BoxReading]]:
    """Return what the boxes of each field hold, by its name."""
    said = zip(look.probabilities.tolist(), look.styles, strict=True)
    boxes: dict[str, list[BoxReading]] = {field.name: [] for field in sheet.template.fields}
    for row, covers in zip(sheet.laid.found.rows, sheet.covers, strict=True):
        boxes[row.field.name] += (
            _ink(*next(said), cover) if cover else BoxReading(BoxState.EMPTY, cover=0.0)
            for cover in covers
        )
    return boxes


def _ink(probabilities: list[float], style: npt.NDArray[np.int8], cover: float) -> BoxReading:
    return BoxReading(BoxState.INK, tuple(probabilities), cover, style.tobytes())


def _cover(ink: InkImage | None, box: Rect) -> float:
    """Return the share of a box that strokes cover, by the pixels at least half as dark as any."""
    if ink is None:
        return 0.0
    share = float(np.count_nonzero(ink > int(ink.max()) // 2) / (box.width * box.height))
    return max(round(share, 4), 0.0001)


def _parts(code_lines: Texts, part: str) -> Texts:
    """Return what a part of a code line may be."""
    return tuple((part_of(text, part), probability) for text, probability in code_lines)


def _areas(laid: Laid) -> dict[str, Rect]:
    """Return the upright rectangle of whole pixels around each field on the scan, by its name."""
    outlines: dict[str, list[Points]] = {field.name: [] for field in laid.template.fields}
    for row in laid.found.rows:
        outlines[row.field.name].append(row.outline)
    for run in laid.runs:
        outlines[run.field.name].append(run.outline)
    return {name: _around(parts) for name, parts in outlines.items() if parts}


def _around(outlines: Sequence[Points]) -> Rect:
    around = bounding_rect(np.concatenate(outlines))
    x, y = int(np.floor(around.x)), int(np.floor(around.y))
    return Rect(x, y, int(np.ceil(around.right)) - x, int(np.ceil(around.bottom)) - y)
