"""The methods of registration, one attempt after another in the order of what they cost."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

import numpy as np

from formreader.boxes.seek import BoxRow, seek_rows
from formreader.code_parts import usual_transit
from formreader.geometry import Points, Rect, Transform
from formreader.register.aruco import match_markers
from formreader.register.fitting import fit_similarity
from formreader.register.flat import Flat, flatten
from formreader.register.lines import Lines
from formreader.register.marks import (
    SIZES_ON_PHOTO,
    SIZES_ON_SCAN,
    Match,
    agrees,
    find_spots,
    match_photo,
    match_scan,
)
from formreader.register.outline import find_sheets
from formreader.register.picture import match_picture
from formreader.register.printed import search
from formreader.register.pyramid import Pyramid
from formreader.strips.code_line import find_code_lines
from formreader.strips.transit import find_transit, has_usual_place
from formreader.template import LONG_SIDE_MM, MM_PER_INCH, FieldType, Marks, Template

Method = Literal["marks", "aruco", "outline", "picture", "boxes", "code line", "whole"]

BELIEVABLE_DPI = (0.35, 1.25)  # of what the scan's size says: a sheet may lie on a larger glass
SAME_SCALE = 0.05  # scales closer than this are one
SCALES = np.geomspace(0.85, 1.17, 26)  # of the print against the scan's size: margins cut or added
SCALES_ON_SHEET = np.geomspace(0.92, 1.04, 11)  # against the sheet's size: printers shrink
OTHER_SHAPE = 1.25  # times as wide for its height a sheet is another one; photos squeeze less
FEWEST_LINES = 30  # two rows of boxes have about 24: their arrangement is met by chance
NARROWEST_MM = 8.0  # of a picture on which there may be a form
PROVEN_MM = 0.5  # spread of marks in their arrangement that is no coincidence


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """What one method offers."""

    method: Method
    transforms: Sequence[Transform] = ()
    """Page mm to scan pixels; all that are possible, not better ones only."""
    rough: bool = False
    """Whether they may be off by more than can be corrected in one look."""
    backed: bool = False
    """Whether evidence other than the boxes speaks for them."""
    fallen_back: bool = False
    """Whether the template has marks or a picture, in vain."""
    proven: bool = False
    """Whether that evidence leaves no doubt; then other methods cannot help."""
    flat: Flat | None = None
    """The page laid flat that they were found on; None if they were not found so."""


def attempts(
    scan: Pyramid, template: Template, outlines: Lines, dpi: float | None
) -> Iterator[Attempt]:
    """Yield the attempts that a template allows; each is made only when it is asked for."""
    register = template.registration
    scales = _scales(scan, template, dpi)
    if register.marks:
        yield from _by_marks(scan, register.marks, scales)
    if register.aruco:
        found, count = match_markers(scan, register.aruco, scales[0])
        yield Attempt("aruco", found, rough=count < 4, backed=True, proven=count > 3)
    if register.picture:
        found = match_picture(scan, template.blank, template.page.size)
        yield Attempt("picture", found, rough=True, backed=True, proven=bool(found))
    if register.whole:
        whole = _laid_on(_picture_corners(scan), template.bounds)[:1]
        yield Attempt("whole", whole, rough=True, backed=True, proven=True)
    if register.outline and not template.is_fixed:
        yield from _by_flat_sheet(scan, template.bounds)
        yield from _by_drifting_row(scan, template, scales)
        yield from _by_code_line(scan, template, scales)
    elif register.outline:
        for sheet in (*find_sheets(scan), _picture_corners(scan)):
            yield Attempt("outline", _laid_on(sheet, template.bounds), rough=True, backed=True)
    if len(outlines.points) < FEWEST_LINES:
        return
    fallen_back = bool(register.marks or register.aruco or register.picture)
    by_boxes, by_sheet = (
        _by_boxes(scan, outlines, scales),
        _by_sheet(scan, outlines, template.bounds),
    )
    for attempt in chain(by_sheet, by_boxes) if register.outline else chain(by_boxes, by_sheet):
        transforms = attempt.transforms
        if register.marks:
            transforms = _with_marks(transforms, scan, register.marks, scales[-1])
        yield replace(attempt, transforms=transforms, fallen_back=fallen_back)


def _scales(scan: Pyramid, template: Template, dpi: float | None) -> list[float]:
    """Return how many pixels of the scan a mm may cover, by what the file claims and its size."""
    by_size = max(scan.size) / max(template.page.size)
    claimed = dpi / MM_PER_INCH if dpi else 0.0
    least, most = BELIEVABLE_DPI
    believable = least < claimed / by_size < most
    differs = abs(claimed / by_size - 1) > SAME_SCALE
    return [claimed, by_size] if believable and differs else [by_size]


def _by_marks(scan: Pyramid, marks: Marks, scales: list[float]) -> Iterator[Attempt]:
    for scale in scales:
        spots = find_spots(scan, marks.size * scale, SIZES_ON_SCAN)
        for matches in match_scan(marks, spots):
            yield _marks_attempt(marks, matches)
    spots = find_spots(scan, marks.size * scales[-1], SIZES_ON_PHOTO)
    for matches in match_photo(marks, spots):
        yield _marks_attempt(marks, matches)


def _marks_attempt(marks: Marks, matches: list[Match]) -> Attempt:
    """Offer matches; they are proven where all marks are in their places and more than needed."""
    proven = any(
        match.found == len(marks.at) and match.is_overdetermined and match.spread_mm < PROVEN_MM
        for match in matches
    )
    return Attempt("marks", [match.transform for match in matches], backed=True, proven=proven)


def _picture_corners(scan: Pyramid) -> Points:
    width, height = scan.size
    return Rect(-0.5, -0.5, width, height).corners


def _laid_on(sheet: Points, bounds: Rect) -> list[Transform]:
    """Lay the page upon four corners, as they are and upside down."""
    upright = _size_like(sheet, bounds) == (bounds.width, bounds.height)
    turns = (0, 2) if upright else (1, 3)
    return [Transform.from_quad(bounds.corners, np.roll(sheet, -turn, axis=0)) for turn in turns]


def _by_flat_sheet(scan: Pyramid, bounds: Rect) -> Iterator[Attempt]:
    """Lay the page upon every sheet of its shape, its lines level, as it is and upside down.

    The picture itself comes first: most scans are cut at the edge of the paper, and looking for
    it takes 30 ms.
    """
    for sheet in chain([_picture_corners(scan)], _lazily(lambda: find_sheets(scan))):
        size = _size_like(sheet, bounds)
        if _has_shape(sheet, size):
            flat = flatten(scan, sheet, size)
            height, width = flat.image.shape
            level = flat.to_scan.apply(Rect(-0.5, -0.5, width, height).corners)
            yield Attempt("outline", _laid_on(level, bounds))


def _by_drifting_row(scan: Pyramid, template: Template, scales: list[float]) -> Iterator[Attempt]:
    """Lay the page by its row of boxes, wherever it is: the edge of the paper is not seen.

    Two rows are of two cheques on one scan, neither of which is meant more than the other.
    """
    rows = [(field, group) for field in template.fields for group in field.groups]
    if not rows:
        return
    field, group = rows[0]
    like = BoxRow(group.region, group.boxes, field.drift or 0.0)
    for laid, area in _views(scan, scales):
        found = seek_rows(scan.views[0].image, laid, area, like)
        if len(found) == 1:
            dx = found[0].x + (found[0].width - group.region.width) / 2 - group.region.x
            moved = Transform.shift(dx, found[0].y - group.region.y)
            yield Attempt("boxes", [moved.then(laid)])


def _views(scan: Pyramid, scales: list[float]) -> Iterator[tuple[Transform, Rect]]:
    """Yield mappings of all of a scan, its lines level, each way up: mm to pixels, and its mm."""
    width, height = scan.size
    for scale in _distinct([*scales, max(scan.size) / LONG_SIDE_MM]):
        size = (width / scale, height / scale)
        if min(size) < NARROWEST_MM:
            continue
        flat = flatten(scan, _picture_corners(scan), size)
        down, across = flat.image.shape
        sheet = flat.to_scan.apply(Rect(-0.5, -0.5, across, down).corners)
        for turn in range(4):
            area = Rect(0, 0, *(size if turn % 2 == 0 else size[::-1]))
            yield Transform.from_quad(area.corners, np.roll(sheet, -turn, axis=0)), area


def _distinct(scales: list[float]) -> Iterator[float]:
    """Yield scales of which none is about that of one before."""
    for number, scale in enumerate(scales):
        if all(abs(scale / other - 1) > SAME_SCALE for other in scales[:number]):
            yield scale


def _by_code_line(scan: Pyramid, template: Template, scales: list[float]) -> Iterator[Attempt]:
    """Lay an American cheque by its transit number, wherever it is: the edge is not seen."""
    size = template.page.size
    codes = [field for field in template.fields if field.type is FieldType.MICR]
    if not any(has_usual_place(field, size) for field in codes):
        return
    for laid, area in _views(scan, scales):
        for line in find_code_lines(scan.views[0].image, laid, area):
            found = find_transit(line)
            if found is not None:
                mapping = fit_similarity(usual_transit(size), found)
                yield Attempt("code line", [mapping.then(laid)])


def _lazily(find: Callable[[], Iterable[Points]]) -> Iterator[Points]:
    """Yield what is found, looking for it only when it is asked for."""
    yield from find()


def _has_shape(sheet: Points, size: tuple[float, float]) -> bool:
    """Tell whether four corners may be those of a sheet of a size."""
    sides = np.linalg.norm(np.roll(sheet, -1, axis=0) - sheet, axis=1)
    shape = (sides[0] + sides[2]) / (sides[1] + sides[3]) * size[1] / size[0]
    return bool(1 / OTHER_SHAPE < shape < OTHER_SHAPE)


def _by_boxes(scan: Pyramid, outlines: Lines, scales: list[float]) -> Iterator[Attempt]:
    width, height = scan.size
    for scale in scales:
        flat = flatten(scan, _picture_corners(scan), (width / scale, height / scale))
        yield Attempt("boxes", search(flat, outlines, SCALES), rough=True, flat=flat)


def _by_sheet(scan: Pyramid, outlines: Lines, bounds: Rect) -> Iterator[Attempt]:
    for sheet in find_sheets(scan):
        flat = flatten(scan, sheet, _size_like(sheet, bounds))
        yield Attempt("outline", search(flat, outlines, SCALES_ON_SHEET), rough=True, flat=flat)


def _size_like(sheet: Points, bounds: Rect) -> tuple[float, float]:
    """Return the page's size, wide or high as the sheet lies on the scan."""
    right, down = sheet[1] - sheet[0], sheet[3] - sheet[0]
    short, long = sorted((bounds.width, bounds.height))
    return (long, short) if np.hypot(*right) > np.hypot(*down) else (short, long)


def _with_marks(
    found: Sequence[Transform], scan: Pyramid, marks: Marks, scale: float
) -> list[Transform]:
    spots = find_spots(scan, marks.size * scale, SIZES_ON_PHOTO)
    return [transform for transform in found if agrees(marks, spots, scan.size, transform)]
