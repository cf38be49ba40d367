"""The edge of the paper on its desk: the four corners of the sheet."""

import itertools
from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from formreader.geometry import Points
from formreader.images import GrayImage
from formreader.register.pyramid import Pyramid, look_up

Numbers = npt.NDArray[np.float64]

LONG_SIDE_PX = 480  # of the view that is searched, at least; wood grain blurs, edges stay
EDGE = (25, 75)  # Canny's thresholds: white paper on a light desk
VOTES = 50  # edge pixels that make a line
STRONGEST = 600  # lines that are looked at, most of them variants of a few
LINES = 8  # the strongest of each direction are combined
SAME_LINE = (8.0, 0.06)  # pixels and radians
BEYOND = 0.15  # of the picture's sides: how far outside a corner may lie
SMALLEST_SHARE = 0.15  # of the picture that a sheet covers
BESIDE_PX = 3.0  # how far inside and outside an edge brightness is compared
ALONG = np.linspace(0.03, 0.97, 40)
CONTRAST = 8  # grey levels between paper and desk
SUPPORT = 0.6  # of the sheet's edge that shows that contrast
SHEETS = 2


def find_sheets(scan: Pyramid) -> list[Points]:
    """Find what may be the sheet: corners, (4, 2) in scan pixels, clockwise; likeliest first."""
    view = scan.view(max(scan.size), LONG_SIDE_PX)
    soft = np.asarray(cv2.GaussianBlur(view.image, (5, 5), 0), np.uint8)
    level, upright = _strong_lines(soft)
    quads = np.array(list(_quads(level, upright))).reshape(-1, 4, 2)
    quads = quads[_plausible(quads, soft.shape)]
    if not len(quads):
        return []
    support = _support(soft, quads)
    best = [index for index in np.argsort(-support)[:SHEETS] if support[index] >= SUPPORT]
    return [view.to_scan.apply(quads[index]) for index in best]


def _strong_lines(image: GrayImage) -> tuple[Numbers, Numbers]:
    """Return the lines with most edge pixels, level and upright ones: normal form, (n, 3).

    A point is on a line where x * line[0] + y * line[1] == line[2].
    """
    found = cv2.HoughLines(cv2.Canny(image, *EDGE), 1, np.pi / 360, VOTES)
    level: list[tuple[float, float]] = []
    upright: list[tuple[float, float]] = []
    for rho, theta in [] if found is None else found[:STRONGEST].reshape(-1, 2).tolist():
        falling = theta > 3 * np.pi / 4  # an upright line whose normal points to the left
        line = (-rho, theta - np.pi) if falling else (rho, theta)
        kind = level if line[1] > np.pi / 4 else upright
        known = any(np.less(np.abs(np.subtract(line, other)), SAME_LINE).all() for other in kind)
        if not known and len(kind) < LINES:
            kind.append(line)
    return _normals(level), _normals(upright)


def _normals(lines: list[tuple[float, float]]) -> Numbers:
    rho, theta = np.array(lines, np.float64).reshape(-1, 2).T
    return np.column_stack([np.cos(theta), np.sin(theta), rho])


def _quads(level: Numbers, upright: Numbers) -> Iterator[Points]:
    """Yield the corners where two level lines cross two upright ones, clockwise."""
    crossings = np.array([[_crossing(a, b) for b in upright] for a in level])
    for above, below in itertools.combinations(range(len(level)), 2):
        for left, right in itertools.combinations(range(len(upright)), 2):
            corners = crossings[[above, above, below, below], [left, right, right, left]]
            yield _clockwise(corners)


def _crossing(one: Numbers, other: Numbers) -> Numbers:
    x, y, w = np.cross(one * (1, 1, -1), other * (1, 1, -1))
    return np.asarray(np.array([x, y]) / w, np.float64)


def _clockwise(corners: Points) -> Points:
    """Order corners clockwise, from the upper left one."""
    x, y = (corners - corners.mean(axis=0)).T
    ordered = corners[np.argsort(np.arctan2(y, x))]
    return np.roll(ordered, -int(ordered.sum(axis=1).argmin()), axis=0)


def _plausible(quads: Points, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Tell which quadrilaterals, (n, 4, 2), are large and not far beyond the picture."""
    size = np.array(shape[::-1])
    inside = ((quads > -BEYOND * size) & (quads < (1 + BEYOND) * size)).all(axis=(1, 2))
    x, y = quads.transpose(2, 0, 1)
    after_x, after_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    area = abs((x * after_y - after_x * y).sum(axis=1)) / 2
    return np.asarray(inside & (area > SMALLEST_SHARE * size.prod()))


def _support(image: GrayImage, quads: Points) -> Numbers:
    """Return the share of each quadrilateral's edge that has the lighter side within.

    Or the darker one, whichever is more: paper may lie on a white table.
    """
    ahead = np.roll(quads, -1, axis=1) - quads
    length = np.linalg.norm(ahead, axis=2, keepdims=True)
    inward = np.stack([-ahead[..., 1], ahead[..., 0]], axis=2) / np.maximum(length, 1)
    points = quads[:, :, None, :] + ALONG[:, None] * ahead[:, :, None, :]
    inside, outside = (
        look_up(image, *np.moveaxis(points + side * inward[:, :, None, :], -1, 0)).astype(np.int16)
        for side in (BESIDE_PX, -BESIDE_PX)
    )
    step = inside - outside
    lighter, darker = (step > CONTRAST).mean(axis=(1, 2)), (step < -CONTRAST).mean(axis=(1, 2))
    return np.asarray(np.maximum(lighter, darker), np.float64)
