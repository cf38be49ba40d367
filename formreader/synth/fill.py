"""Fill an empty form by hand."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from formreader.code_parts import HEIGHT_MM, PITCH_MM, usual_transit
from formreader.geometry import Points, Rect
from formreader.images import DigitImage, GrayImage, InkImage
from formreader.interpret import EMPTY, STRUCK
from formreader.strips.transit import has_usual_place
from formreader.synth.e13b import DOTS_PER_MM, TRANSIT, WIDTH_MM, draw_code_line
from formreader.synth.glyph import GLYPH_HEIGHT, Glyph, Hand
from formreader.synth.line import WrittenLine, write_line
from formreader.synth.paint import paint_ink
from formreader.synth.sheet import BASE_LINE, BLACK, Sheet, field_boxes
from formreader.synth.skeletons import Mark
from formreader.synth.strokes import draw_mark
from formreader.synth.style import choose_style
from formreader.synth.values import ZERO, choose_entries
from formreader.template import Field, FieldType

WIDEST_RUN = 0.9  # of the place for a free run
WIDEST = 0.8  # of a box: writers keep their digits narrower than this unless they overrun
OVERRUN_SHARE = 0.2  # of the digits of a page on which strokes run over lines

Ink = Literal["ballpoint", "black", "pencil"]
GRAYS: Mapping[Ink, tuple[int, int]] = {
    "ballpoint": (60, 105),  # blue, as a grey scan shows it
    "black": (15, 55),
    "pencil": (125, 165),
}
PATCHINESS: Mapping[Ink, float] = {"ballpoint": 0.15, "black": 0.05, "pencil": 0.35}


@dataclass(frozen=True, slots=True)
class Writing:
    """How forms are filled."""

    inks: tuple[Ink, ...] = ("ballpoint", "black")
    """Each page takes one of them."""
    height: tuple[float, float] = (0.6, 0.8)
    """Least and most height of a page's digits, by the height of a box."""
    straying: float = 0.03
    """Standard deviation of a digit's place, by the height of a box."""
    slips: float = 0.0
    """Share of the forms on which a result or a checked number is wrong by one digit."""
    overrun_mm: float = 0.0
    """How far strokes run over the lines of their box at most; 0: only by chance."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What `Writing` leaves open, as one writer does it on one page."""

    unused: str
    """What numbers have in boxes they do not need: "_" nothing, "X" a mark, "0"."""
    mark: Mark
    """What "X" looks like."""
    gray: int
    """Of the pen."""
    patchiness: float
    """How much of its darkness the pen loses where it skips, 0 to 1."""
    height: float
    """Of digits, by the height of a box."""
    mark_height: float


@dataclass(frozen=True, slots=True, eq=False)
class BoxTruth:
    """What a box holds."""

    seen: str
    """A digit, "_" nothing, "X" struck out or ticked."""
    area: Rect
    """Between the middles of the printed lines, mm."""
    digit: DigitImage | None = None
    """The picture that the digit was enlarged from, if it was."""


@dataclass(frozen=True, slots=True)
class FieldTruth:
    """What a field holds."""

    name: str
    value: str
    """Canonical, as the reader should find it."""
    boxes: tuple[BoxTruth, ...]
    """Empty for a field without boxes."""


@dataclass(frozen=True, slots=True, eq=False)
class FilledSheet:
    """A form with writing on it."""

    sheet: Sheet
    """The form as it was before."""
    image: GrayImage
    writer: str
    fields: tuple[FieldTruth, ...]


def fill_sheet(sheet: Sheet, hand: Hand, writing: Writing, rng: np.random.Generator) -> FilledSheet:
    """Write something that the template accepts where a sheet has its fields.

    Raises:
        SetupError: if nothing is found that the template accepts.
    """
    habits = _choose_habits(writing, rng)
    slip = writing.slips > 0 and rng.random() < writing.slips
    entries = choose_entries(sheet.template, habits.unused, rng, slip=slip)
    image = sheet.image.copy()
    fields = []
    for field in sheet.template.fields:
        entry = entries[field.name]
        if field.region and entry.seen:
            if field.type is FieldType.MICR:
                corner = _corner_of(field, field.region, entry.seen, sheet.template.page.size)
                _print_code(image, entry.seen, corner, sheet.dots_per_mm)
            else:
                place = field.region.scaled(sheet.dots_per_mm)
                line = write_line(entry.seen, hand, choose_style(rng), rng)
                _write_run(image, line, place, habits, rng)
        areas = field_boxes(field, sheet.style)
        boxes = []
        for seen, area in zip(entry.seen if areas else "", areas, strict=True):
            glyph = _sign(seen, field.type, hand, habits, rng)
            if glyph is not None:
                height = habits.height if seen.isdigit() else habits.mark_height
                place = _place(glyph, area, height, writing, rng)
                _press(image, glyph, place.scaled(sheet.dots_per_mm), habits, rng)
            boxes.append(BoxTruth(seen, area, glyph.digit if glyph else None))
        fields.append(FieldTruth(field.name, entry.value, tuple(boxes)))
    return FilledSheet(sheet, image, hand.writer, tuple(fields))


def _choose_habits(writing: Writing, rng: np.random.Generator) -> Habits:
    ink = writing.inks[int(rng.integers(len(writing.inks)))]
    return Habits(
        unused=str(rng.choice([EMPTY, STRUCK, ZERO], p=[0.5, 0.4, 0.1])),
        mark=Mark.DASH if rng.random() < 0.3 else Mark.CROSS,
        gray=int(rng.integers(*GRAYS[ink])),
        patchiness=PATCHINESS[ink],
        height=float(rng.uniform(*writing.height)),
        mark_height=float(rng.uniform(0.5, 0.95)),
    )


def _sign(
    seen: str, type: FieldType, hand: Hand, habits: Habits, rng: np.random.Generator
) -> Glyph | None:
    """Draw what belongs into one box."""
    if seen == EMPTY:
        return None
    if seen != STRUCK:
        return hand.draw(int(seen), rng)
    if type is FieldType.CHECKBOX:
        return draw_mark(Mark.TICK if rng.random() < 0.3 else Mark.CROSS, rng)
    return draw_mark(habits.mark, rng)


def _place(
    glyph: Glyph, box: Rect, height: float, writing: Writing, rng: np.random.Generator
) -> Rect:
    """Return where a glyph goes, mm."""
    down, across = glyph.ink.shape
    scale = height * rng.normal(1, 0.05) * box.height / GLYPH_HEIGHT
    scale = min(scale, WIDEST * box.width / across)
    width, height_mm = across * scale, down * scale
    dx, dy = rng.normal(0, writing.straying * box.height, 2)
    x = box.x + (box.width - width) / 2 + dx
    y = box.y + (box.height - height_mm) / 2 + dy
    if writing.overrun_mm and rng.random() < OVERRUN_SHARE:
        # A stroke of which most is elsewhere belongs there, so a third may cross at most.
        over = rng.uniform(0.2, 1.0) * writing.overrun_mm
        over_x, over_y = min(over, width / 3), min(over, height_mm / 3)
        match int(rng.integers(4)):
            case 0:
                x = box.x - over_x
            case 1:
                x = box.right - width + over_x
            case 2:
                y = box.y - over_y
            case _:
                y = box.bottom - height_mm + over_y
    return Rect(x, y, width, height_mm)


def _press(
    image: GrayImage, glyph: Glyph, place: Rect, habits: Habits, rng: np.random.Generator
) -> None:
    """Shrink a glyph into its place, pixels, and write it there."""
    x, y = math.floor(place.x), math.floor(place.y)
    ink = _fit(glyph.ink, place.moved(-x, -y))
    if habits.patchiness:
        rows, columns = ink.shape
        coarse = rng.random((rows // 2 + 1, columns // 2 + 1), np.float32)
        grain = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR)
        ink = np.asarray(ink * (1 - np.float32(habits.patchiness) * grain), np.uint8)
    paint_ink(image, ink, x, y, habits.gray)


def _write_run(
    image: GrayImage, line: WrittenLine, place: Rect, habits: Habits, rng: np.random.Generator
) -> None:
    """Write a line into its place, pixels: as high as digits in boxes, or as its length allows."""
    rows, columns = line.ink.shape
    scale = 0.75 * habits.height * place.height / GLYPH_HEIGHT
    scale = min(scale, WIDEST_RUN * place.width / columns)
    digit = scale * GLYPH_HEIGHT
    x = place.x + rng.uniform(0.03, 0.97 - scale * columns / place.width) * place.width
    y = place.y + (BASE_LINE - 0.05) * place.height - digit - scale * line.top
    _press(image, Glyph(line.ink), Rect(x, y, scale * columns, scale * rows), habits, rng)


def _corner_of(field: Field, region: Rect, text: str, size: tuple[float, float]) -> Points:
    """Return where the upper left corner of a code line is, mm: in the middle of its region.

    On American cheques it is where banks look for it.
    """
    if has_usual_place(field, size) and TRANSIT in text:
        right, bottom = usual_transit(size)[0]
        before = (text.index(TRANSIT) + 1) * PITCH_MM + WIDTH_MM
        return np.array([right - before, bottom - HEIGHT_MM])
    width = (len(text) - 1) * PITCH_MM + WIDTH_MM
    left = region.x + max(region.width - width, 0) / 2
    return np.array([left, region.y + (region.height - HEIGHT_MM) / 2])


def _print_code(image: GrayImage, text: str, corner: Points, dots_per_mm: float) -> None:
    """Print a code line with its upper left corner at a point, mm."""
    ink = draw_code_line(text)
    x, y = dots_per_mm * corner
    width, height = (side * dots_per_mm / DOTS_PER_MM for side in ink.shape[::-1])
    left, top = math.floor(x), math.floor(y)
    paint_ink(image, _fit(ink, Rect(x - left, y - top, width, height)), left, top, BLACK)


def _fit(ink: InkImage, place: Rect) -> InkImage:
    """Average ink down onto the pixels that cover a place; it begins in the first of them."""
    down, across = ink.shape
    scale = place.width / across
    columns, rows = math.ceil(place.right), math.ceil(place.bottom)
    left, top = round(place.x / scale), round(place.y / scale)
    right = max(round(columns / scale) - left - across, 0)
    bottom = max(round(rows / scale) - top - down, 0)
    padded = cv2.copyMakeBorder(ink, top, bottom, left, right, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
