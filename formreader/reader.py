"""Read one page: find the form, cut its boxes, normalise, classify."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from formreader.boxes.rows import FoundRows, cut_strokes, find_rows
from formreader.digits.recogniser import Look, Recogniser
from formreader.errors import AlignmentError
from formreader.geometry import Rect, bounding_rect, quarter_turns
from formreader.images import DIGIT_SIDE, DigitBatch, InkImage
from formreader.normalise import normalise
from formreader.pages import Page
from formreader.register import Alignment, align
from formreader.results import BoxReading, BoxState, FieldReading, PageReading
from formreader.template import Field, Template

MOST_ASKEW_MM = 0.7  # residual above which boxes of 5 mm would lose parts of digits
LEAST_EVIDENCE = 0.7  # share of printed lines seen; combs show 0.87 of a whole box's
MOST_MISPLACED = 0.2  # share of rows; on the most bent photo 0.08, on another form 0.25 and more


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page laid out: everything done that needs no network."""

    template: Template
    alignment: Alignment
    found: FoundRows
    digits: DigitBatch
    """What is written in all boxes that are not empty, in reading order."""
    covers: tuple[tuple[float, ...], ...]
    """Share of each box of each row that strokes cover; 0 of an empty box alone."""


def read_page(page: Page, templates: Sequence[Template], recogniser: Recogniser) -> PageReading:
    """Read a page by the template that fits it.

    Raises:
        AlignmentError: if it is none of these forms, or lies too far askew.
    """
    sheet = prepare(page, templates)
    return reading_of(sheet, recogniser.look(sheet.digits))


def prepare(page: Page, templates: Sequence[Template]) -> Sheet:
    """Do all the work that needs no network: register, find boxes, cut and normalise.

    Raises:
        AlignmentError: if the page is none of these forms, or lies too far askew.
    """
    template, alignment, found = _register(page, templates)
    strokes = cut_strokes(found.rows)
    digits = [normalise(ink) for row in strokes for ink in row if ink is not None]
    return Sheet(
        template=template,
        alignment=alignment,
        found=found,
        digits=np.array(digits, np.uint8).reshape(-1, DIGIT_SIDE, DIGIT_SIDE),
        covers=tuple(
            tuple(map(_cover, inks, row.lattice.boxes))
            for inks, row in zip(strokes, found.rows, strict=True)
        ),
    )


def reading_of(sheet: Sheet, look: Look) -> PageReading:
    """Put what the network says of a sheet's digits back into its fields.

    Raises:
        ValueError: if there are not as many rows as digits.
    """
    if len(look) != len(sheet.digits):
        raise ValueError(f"expected {len(sheet.digits)} rows, got {len(look)}")
    said = zip(look.probabilities.tolist(), look.styles, strict=True)
    boxes: dict[str, list[BoxReading]] = {field.name: [] for field in sheet.template.fields}
    for row, covers in zip(sheet.found.rows, sheet.covers, strict=True):
        boxes[row.field.name] += (
            _ink(*next(said), cover) if cover else BoxReading(BoxState.EMPTY, cover=0.0)
            for cover in covers
        )
    return PageReading(
        template=sheet.template.name,
        residual_mm=sheet.found.residual_mm,
        fields=tuple(
            FieldReading(field.name, tuple(boxes[field.name]), _area(sheet.found, field))
            for field in sheet.template.fields
        ),
        turned=quarter_turns(sheet.found.rows[0].outline),
    )


def _ink(probabilities: list[float], style: npt.NDArray[np.int8], cover: float) -> BoxReading:
    return BoxReading(BoxState.INK, tuple(probabilities), cover, style.tobytes())


def _cover(ink: InkImage | None, box: Rect) -> float:
    """Return the share of a box that strokes cover, by the pixels at least half as dark as any."""
    if ink is None:
        return 0.0
    share = float(np.count_nonzero(ink > ink.max() / 2) / (box.width * box.height))
    return max(round(share, 4), 0.0001)


def _register(page: Page, templates: Sequence[Template]) -> tuple[Template, Alignment, FoundRows]:
    """Lay each template over the page; return the one whose boxes are there."""
    fits: list[tuple[float, Template, Alignment, FoundRows]] = []
    refusals: list[AlignmentError] = []
    for template in templates:
        try:
            alignment = align(page.image, template, dpi=page.dpi)
            printed = alignment.printed
            found = find_rows(page.image, template, alignment.transform, printed=printed)
            if printed:
                _require_fit(found)
        except AlignmentError as error:
            refusals.append(error)
        else:
            fits.append((found.evidence, template, alignment, found))
    if not fits:
        raise refusals[0] if len(refusals) == 1 else AlignmentError(_none_fits(templates))
    _, template, alignment, found = max(fits, key=lambda fit: fit[0])
    return template, alignment, found


def _require_fit(found: FoundRows) -> None:
    if found.evidence < LEAST_EVIDENCE:
        raise AlignmentError(
            f"only {found.evidence:.0%} of the printed lines of its boxes are there; "
            "is this page the same form as the template?"
        )
    if found.misplaced > MOST_MISPLACED:
        raise AlignmentError(
            f"{found.misplaced:.0%} of its rows of boxes are not where the template has them; "
            "is this page the same form, or another edition of it?"
        )
    if found.residual_mm > MOST_ASKEW_MM:
        raise AlignmentError(
            f"its boxes lie {found.residual_mm:.1f} mm from where they belong, at most "
            f"{MOST_ASKEW_MM} mm can be read; scan the page flat and whole"
        )


def _none_fits(templates: Sequence[Template]) -> str:
    names = ", ".join(template.name for template in templates)
    return f"it fits none of the templates {names}"


def _area(found: FoundRows, field: Field) -> Rect:
    """Return the smallest upright rectangle of whole pixels around a field on the scan."""
    points = [row.outline for row in found.rows if row.field is field]
    around = bounding_rect(np.concatenate(points))
    x, y = int(np.floor(around.x)), int(np.floor(around.y))
    return Rect(x, y, int(np.ceil(around.right)) - x, int(np.ceil(around.bottom)) - y)
