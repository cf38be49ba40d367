"""Print the empty form of a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from formreader.errors import SetupError
from formreader.geometry import Rect
from formreader.images import GrayImage
from formreader.synth.paint import paint_rect
from formreader.template import Aruco, Field, FieldType, Group, Marks, Template

PAPER = 255
BLACK = 25  # laser print as scanners see it
WATERMARK = 228
GUIDE_HEIGHT = 0.56  # of the box: a seven-segment 8 as election forms print it
GUIDE_LINE_MM = 0.24
EDGE_MM = 8.0  # printers leave this much of the sheet white
LABEL_MM = 2.6  # height of capitals
TITLE_MM = 4.5
FONT = cv2.FONT_HERSHEY_SIMPLEX
FONT_HEIGHT = 22.0  # pixels of a capital at scale 1
SUBPIXEL_BITS = 4  # of the coordinates that OpenCV draws to
SUBPIXELS = 2**SUBPIXEL_BITS
COMB_TOOTH = 0.35  # of the box: how high the ticks of a comb rise from its base line
BASE_LINE = 0.85  # of a free run's height from its top: the line that is written upon
BREAK_MM = (0.6, 4.0)  # length of the pieces that thresholding takes out of a line


@dataclass(frozen=True, slots=True)
class PrintStyle:
    """How a form's boxes are printed, where its template leaves that open."""

    boxes: Literal["separate", "adjoining", "comb"] = "separate"
    gap_mm: float = 1.0
    """Between separate boxes, unless the template gives their pitch."""
    line_mm: float = 0.3
    gray: int = BLACK
    """Of the lines; drop-out colours are 200 to 225."""
    missing: float = 0.0
    """Share of the lines' length that is broken out."""
    guide_gray: int = 170
    """Of what the template says is printed inside the boxes."""
    watermark: bool = False
    """Large pale figures behind everything."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A form, printed and empty."""

    template: Template
    style: PrintStyle
    dots_per_mm: float
    image: GrayImage
    """The page, its upper left corner at that of the first pixel."""


def print_sheet(
    template: Template, style: PrintStyle, dots_per_mm: float, rng: np.random.Generator
) -> Sheet:
    """Print the empty form; one that has a picture of itself is that picture.

    Args:
        template: what is on the form.
        style: how it is printed.
        dots_per_mm: resolution.
        rng: which pieces of the lines are broken out.

    Raises:
        SetupError: if the template's picture cannot be opened, or every picture is a page of it.
    """
    if not template.sized:
        raise SetupError(
            f"the template '{template.name}' has no form to draw: each picture is a page of its "
            "own size; give it `page` and its field a `region`"
        )
    if template.registration.picture:
        return Sheet(template, style, dots_per_mm, _picture(template, dots_per_mm))
    width, height = template.page.size
    image = np.full((round(height * dots_per_mm), round(width * dots_per_mm)), PAPER, np.uint8)
    sheet = Sheet(template, style, dots_per_mm, image)
    if style.watermark:
        _draw_watermark(sheet)
    if marks := template.registration.marks:
        _draw_marks(sheet, marks)
    if aruco := template.registration.aruco:
        _draw_aruco(sheet, aruco)
    _write(sheet, template.title, (0.12 * width, 0.05 * height), TITLE_MM)
    for field in template.fields:
        if field.groups:
            _label(sheet, field)
            _draw_field(sheet, field, rng)
        elif field.region and field.type is not FieldType.MICR:
            _label(sheet, field)
            _draw_place(sheet, field.region, is_framed=field.drift is not None)
    return sheet


def field_boxes(field: Field, style: PrintStyle) -> tuple[Rect, ...]:
    """Return the boxes of a field, mm, between the middles of their lines."""
    return tuple(box for group in field.groups for box in _row_boxes(field, group, style))


def _row_boxes(field: Field, group: Group, style: PrintStyle) -> list[Rect]:
    row, count = group.region, group.boxes
    if field.pitch is not None:
        pitch = field.pitch
        width = row.width - (count - 1) * pitch
    else:
        gap = style.gap_mm if style.boxes == "separate" else 0.0
        pitch = (row.width + gap) / count
        width = pitch - gap
    return [Rect(row.x + index * pitch, row.y, width, row.height) for index in range(count)]


def _picture(template: Template, dots_per_mm: float) -> GrayImage:
    path = template.folder / str(template.registration.picture)
    # imread cannot open paths beyond ASCII on Windows.
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise SetupError(f"{path.as_posix()}, the picture of template {template.name}, is damaged")
    width, height = template.page.size
    size = (round(width * dots_per_mm), round(height * dots_per_mm))
    shrinking = size[0] < picture.shape[1]
    how = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def _draw_watermark(sheet: Sheet) -> None:
    """Draw rings and letters as large as a hand, as ballots have them."""
    dots = sheet.dots_per_mm
    step = round(45 * dots)
    for y in range(step // 2, sheet.image.shape[0], step):
        for x in range(step // 2, sheet.image.shape[1], step):
            radius, width = round(15 * dots), round(4 * dots)
            cv2.circle(sheet.image, (x, y), radius, WATERMARK, width, cv2.LINE_AA)
            _write(sheet, "VALID", (x / dots - 9, y / dots + 2), 6, WATERMARK)


def _draw_marks(sheet: Sheet, marks: Marks) -> None:
    radius = marks.size / 2
    for x, y in marks.at:
        if marks.shape == "square":
            _paint(sheet, Rect(x, y, 0, 0).grown(radius), BLACK)
        else:
            places = [(place * sheet.dots_per_mm - 0.5) * SUBPIXELS for place in (x, y)]
            centre = round(places[0]), round(places[1])
            size = round(radius * sheet.dots_per_mm * SUBPIXELS)
            cv2.circle(sheet.image, centre, size, BLACK, -1, cv2.LINE_AA, SUBPIXEL_BITS)


def _draw_aruco(sheet: Sheet, aruco: Aruco) -> None:
    known = getattr(cv2.aruco, f"DICT_{aruco.dictionary.upper()}")
    dictionary = cv2.aruco.getPredefinedDictionary(known)
    modules = dictionary.markerSize + 2  # with its black border
    side = aruco.size / modules
    for number, (x, y) in aruco.at.items():
        marker = cv2.aruco.generateImageMarker(dictionary, number, modules)
        left, top = x - aruco.size / 2, y - aruco.size / 2
        for row, column in np.argwhere(marker == 0).tolist():
            _paint(sheet, Rect(left + column * side, top + row * side, side, side), BLACK)


def _label(sheet: Sheet, field: Field) -> None:
    """Write a field's name before its first row, or above it where that place is taken.

    It is left out where it would stand in what is written without boxes.
    """
    row = field.regions[0]
    width = _text_width(field.name, LABEL_MM)
    beside = Rect(row.x - width - 3, row.y, width + 2, row.height)
    taken = [region for other in sheet.template.fields for region in other.regions]
    if beside.x < EDGE_MM or any(beside.overlaps(region) for region in taken):
        above = Rect(row.x, row.y - 1.2 - LABEL_MM, width, LABEL_MM)
        if any(other.region and above.overlaps(other.region) for other in sheet.template.fields):
            return
        place = (row.x, row.y - 1.2)
    else:
        place = (beside.x, row.y + (row.height + LABEL_MM) / 2)
    _write(sheet, field.name, place, LABEL_MM)


def _text_width(text: str, height_mm: float) -> float:
    (width, _), _ = cv2.getTextSize(text, FONT, 1.0, 1)
    return float(width * height_mm / FONT_HEIGHT)


def _write(
    sheet: Sheet, text: str, place: tuple[float, float], height_mm: float, gray: int = BLACK
) -> None:
    """Write text, the left end of its base line at `place` in mm."""
    height = height_mm * sheet.dots_per_mm
    origin = (round(place[0] * sheet.dots_per_mm), round(place[1] * sheet.dots_per_mm))
    weight = max(round(0.12 * height), 1)
    cv2.putText(sheet.image, text, origin, FONT, height / FONT_HEIGHT, gray, weight, cv2.LINE_AA)


def _draw_field(sheet: Sheet, field: Field, rng: np.random.Generator) -> None:
    """Draw a field's rows of boxes with what is printed inside them."""
    style = sheet.style
    for group in field.groups:
        boxes = _row_boxes(field, group, style)
        comb = style.boxes == "comb" and field.type is not FieldType.CHECKBOX
        for line in _comb_lines(boxes) if comb else _box_lines(boxes):
            for piece in _unbroken(line, style.missing, rng):
                _paint(sheet, piece.grown(style.line_mm / 2), style.gray)
    letters = field.letters or "0" * field.box_count
    for letter, box in zip(letters, field_boxes(field, style), strict=True):
        match field.guide:
            case "seven-segment":
                _draw_eight(sheet, box)
            case "dots":
                _draw_dots(sheet, box)
            case "letters":
                place = (box.x + box.width / 2 - 1.1, box.y + box.height / 2 + 1.3)
                _write(sheet, letter, place, LABEL_MM, style.guide_gray)


def _draw_place(sheet: Sheet, region: Rect, *, is_framed: bool) -> None:
    """Draw where a free run is written: into a frame, or upon a line."""
    line = Rect(region.x, region.y + BASE_LINE * region.height, region.width, 0)
    for each in _box_lines([region]) if is_framed else [line]:
        _paint(sheet, each.grown(sheet.style.line_mm / 2), sheet.style.gray)


def _box_lines(boxes: Sequence[Rect]) -> list[Rect]:
    """Return the sides of boxes as rectangles without width; a side two boxes share, once."""
    lines = {}
    for box in boxes:
        for x, y, width, height in (
            (box.x, box.y, box.width, 0.0),
            (box.x, box.bottom, box.width, 0.0),
            (box.x, box.y, 0.0, box.height),
            (box.right, box.y, 0.0, box.height),
        ):
            lines[round(x, 3), round(y, 3), width > 0] = Rect(x, y, width, height)
    return list(lines.values())


def _comb_lines(boxes: Sequence[Rect]) -> list[Rect]:
    first, last = boxes[0], boxes[-1]
    tooth = COMB_TOOTH * first.height
    base = Rect(first.x, first.bottom, last.right - first.x, 0)
    ticks = [Rect(x, first.bottom - tooth, 0, tooth) for x in [box.x for box in boxes]]
    return [base, *ticks, Rect(last.right, first.bottom - tooth, 0, tooth)]


def _unbroken(line: Rect, missing: float, rng: np.random.Generator) -> list[Rect]:
    """Cut a line into pieces and leave a share of them out."""
    if not missing:
        return [line]
    length = max(line.width, line.height)
    steps = rng.uniform(*BREAK_MM, size=int(length / BREAK_MM[0]) + 1).cumsum()
    ends = np.minimum(np.concatenate([[0.0], steps[steps < length], [length]]), length)
    kept = rng.random(len(ends) - 1) >= missing
    pieces = zip(ends[:-1][kept], ends[1:][kept], strict=True)
    if line.width:
        return [Rect(line.x + start, line.y, end - start, 0) for start, end in pieces]
    return [Rect(line.x, line.y + start, 0, end - start) for start, end in pieces]


def _draw_eight(sheet: Sheet, box: Rect) -> None:
    """Draw the two stacked squares of a seven-segment 8."""
    height = GUIDE_HEIGHT * box.height
    width = min(0.55 * height, 0.6 * box.width)
    upper = Rect(
        box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height / 2
    )
    for line in _box_lines([upper, upper.moved(0, height / 2)]):
        _paint(sheet, line.grown(GUIDE_LINE_MM / 2), sheet.style.guide_gray)


def _draw_dots(sheet: Sheet, box: Rect) -> None:
    """Draw two columns of three dots."""
    for across in (0.3, 0.7):
        for down in (0.2, 0.5, 0.8):
            dot = Rect(box.x + across * box.width, box.y + down * box.height, 0, 0)
            _paint(sheet, dot.grown(GUIDE_LINE_MM), sheet.style.guide_gray)


def _paint(sheet: Sheet, rect: Rect, gray: int) -> None:
    """Paint a rectangle given in mm."""
    paint_rect(sheet.image, rect.scaled(sheet.dots_per_mm), gray)
