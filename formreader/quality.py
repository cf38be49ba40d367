"""What is wrong with the picture of a page, so that a person should see what was read on it."""

from collections.abc import Iterator

import cv2
import numpy as np

from formreader.geometry import Points, Rect, Transform
from formreader.images import GrayImage, histogram
from formreader.lay import Laid
from formreader.template import MM_PER_INCH

LEAST_DPI = 90.0  # asked for are 100
DARKEST, LEAST_CONTRAST = 60, 40  # grey levels: of paper, and between it and what is printed
STEEPEST = 20.0  # degrees
FORESHORTENED = 1.7  # times as large the page is at one end as at the other
CUT_MM = -0.3  # of a row or frame may lie beyond the picture: its last line must be on it
GENEROUS = 0.3  # of the height of a region that has no frame
CORNER_MM = 5.0  # of the sheet: a smaller fold hides nothing
FOLDED = 0.55  # of the paper's brightness; where there is desk, corners are as dark
VIEW_MM = 2.0  # dots per mm at which corners are looked at
LIGHT_MM = 1.0  # and brightness, of which only the shares count: A4 takes 1 ms, at 2 dots 6
INSET_MM = 0.8  # from the edge of the sheet, where it may not be cut exactly


def complaint(image: GrayImage, laid: Laid) -> str:
    """Return what is wrong with a picture, as a reason for review; "" if nothing is."""
    found = "; ".join(_complaints(image, laid))
    return f"picture: {found}" if found else ""


def _complaints(image: GrayImage, laid: Laid) -> Iterator[str]:
    transform, bounds = laid.alignment.transform, laid.template.bounds
    yield from _of_size(transform, bounds)
    yield from _of_skew(transform, bounds)
    yield from _of_light(image, transform, bounds)
    yield from _of_edges(image.shape, laid)
    if laid.template.registration.outline:
        yield from _of_corners(image, transform, bounds)


def _of_size(transform: Transform, bounds: Rect) -> Iterator[str]:
    dpi = transform.scale_at(bounds.width / 2, bounds.height / 2) * MM_PER_INCH
    if dpi < LEAST_DPI:
        yield f"it is too small, {dpi:.0f} dots to the inch; scan it at 150 or more"


def _of_skew(transform: Transform, bounds: Rect) -> Iterator[str]:
    corners = transform.apply(bounds.corners)
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    dx, dy = corners[1] - corners[0]
    angle = float(np.degrees(np.arctan2(dy, dx)))
    off = abs((angle + 45) % 90 - 45)
    if off > STEEPEST:
        yield f"it is askew by {off:.0f} degrees; lay it straight"
    if max(sides[0] / sides[2], sides[2] / sides[0], sides[1] / sides[3], sides[3] / sides[1]) > (
        FORESHORTENED
    ):
        yield "it was taken from the side; take it from above"


def _of_light(image: GrayImage, transform: Transform, bounds: Rect) -> Iterator[str]:
    view = _view(image, transform, bounds, LIGHT_MM)
    counts = np.cumsum(histogram(view))
    shares = counts / counts[-1]
    dark, paper = np.searchsorted(shares, (0.005, 0.7))
    if paper < DARKEST:
        yield "it is too dark; give it more light"
    elif paper - dark < LEAST_CONTRAST:
        yield "it is too pale; give it more contrast"


def _of_edges(shape: tuple[int, ...], laid: Laid) -> Iterator[str]:
    """Yield fields that are not wholly on the picture; regions drawn generously may reach out."""
    height, width = shape
    per_mm = laid.alignment.transform.scale_at(*laid.template.bounds.corners[0])
    parts = [(row.field.name, row.outline, CUT_MM) for row in laid.found.rows]
    parts += [
        (run.field.name, run.outline, CUT_MM if run.is_framed else GENEROUS * run.region.height)
        for run in laid.runs
    ]
    for name, outline, allowed_mm in parts:
        if _beyond(outline, (width, height)) > allowed_mm * per_mm:
            yield f"it is cut off: '{name}' reaches past its edge"


def _beyond(outline: Points, size: tuple[int, int]) -> float:
    width, height = size
    return float(max(max(-x, -y, x - width, y - height) for x, y in outline.tolist()))


def _of_corners(image: GrayImage, transform: Transform, bounds: Rect) -> Iterator[str]:
    """Yield that a corner of the sheet is folded or torn off, where the desk shows instead."""
    view = _view(image, transform, bounds.grown(-INSET_MM), VIEW_MM).astype(np.float64)
    paper = float(np.median(view))
    side = round(CORNER_MM * VIEW_MM)
    triangle = np.add.outer(np.arange(side), np.arange(side)) < side
    for name, corner in (
        ("upper left", view),
        ("upper right", view[:, ::-1]),
        ("lower left", view[::-1]),
        ("lower right", view[::-1, ::-1]),
    ):
        part = corner[:side, :side]
        if part.shape == triangle.shape and np.median(part[triangle]) < FOLDED * paper:
            yield f"its {name} corner is folded or torn off"


def _view(image: GrayImage, transform: Transform, area: Rect, dots_per_mm: float) -> GrayImage:
    """Return a part of the page, upright and coarse."""
    matrix = (
        Transform.scaling(1 / dots_per_mm).then(Transform.shift(area.x, area.y)).then(transform)
    )
    size = (
        max(round(area.width * dots_per_mm), 1),
        max(round(area.height * dots_per_mm), 1),
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(
        image, matrix.matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(seen, np.uint8)
