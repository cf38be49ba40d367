"""A page laid flat and level, to search it for its boxes."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from formreader.geometry import Points, Rect, Transform
from formreader.images import GrayImage
from formreader.register.pyramid import Pyramid, level_above
from formreader.register.sighting import FAINTEST, GRAINS, LINE_SHARE

Indices = npt.NDArray[np.intp]

DOTS_PER_MM = 4
PAPER = 230  # grey level that the faintest line is measured against here
SIDE = 3  # dots; the paper beside a line is looked at 0.75 mm away
LEVEL_MM = 5.0  # a line runs on for so long; words do not
UPRIGHT_MM = 3.0  # boxes may be as low as 4 mm
THROUGH = 2  # how much more a line counts in its place than one beside it
STEEPEST = 9.0  # degrees; pages lie askew by up to 8
DOTS_SHARE = 0.03  # of the page that its skew is measured by: lines and text, not noise
MOST_DOTS = 8_000  # of lines; enough to tell skew


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A page seen straight from above, its lines level and upright, about DOTS_PER_MM."""

    image: GrayImage
    to_scan: Transform
    grain: float
    """How far pixels differ where nothing is printed but a background, grey levels."""


@dataclass(frozen=True, slots=True, eq=False)
class LineMaps:
    """Where lines run on a flat page, one cell per mm, (height, width) each.

    THROUGH where one runs through the cell, 1 where one runs through a cell beside it.
    """

    level: npt.NDArray[np.uint8]
    upright: npt.NDArray[np.uint8]


def flatten(scan: Pyramid, sheet: Points, size_mm: tuple[float, float]) -> Flat:
    """Lay four corners of a scan, (4, 2) clockwise, upon a sheet and level its lines."""
    width, height = (round(side * DOTS_PER_MM) for side in size_mm)
    to_scan = Transform.from_quad(Rect(-0.5, -0.5, width, height).corners, sheet)
    rough = _warped(scan, to_scan, (width, height))
    turn = _rotation(_skew(rough), (width, height))
    return _warped(scan, turn.then(to_scan), (width, height))


def map_lines(flat: Flat) -> LineMaps:
    """Find the level and upright lines of a page, however pale."""
    turned = Flat(np.ascontiguousarray(flat.image.T), flat.to_scan, flat.grain)
    return LineMaps(_map_level(flat, LEVEL_MM), _map_level(turned, UPRIGHT_MM).T)


def _warped(scan: Pyramid, to_scan: Transform, size: tuple[int, int]) -> Flat:
    """Take a flat page from the smallest view that is fine enough."""
    scale = to_scan.scale_at(size[0] / 2, size[1] / 2)
    view = scan.view(scale, 0.9)
    matrix = to_scan.then(view.from_scan).inverse().matrix
    image = cv2.warpPerspective(view.image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return Flat(np.asarray(image, np.uint8), to_scan, view.grain)


def _rotation(degrees: float, size: tuple[int, int]) -> Transform:
    """Return the mapping of a level page onto one that is askew, about its middle."""
    middle = ((size[0] - 1) / 2, (size[1] - 1) / 2)
    matrix = cv2.getRotationMatrix2D(middle, -degrees, 1)
    return Transform(np.vstack([matrix, (0, 0, 1)]))


def _skew(flat: Flat) -> float:
    """Return by how many degrees the lines fall to the right."""
    turned = Flat(np.ascontiguousarray(flat.image.T), flat.to_scan, flat.grain)
    y, x = _dots(flat)
    across, along = _dots(turned)

    def sharpness(degrees: float) -> float:
        """Be large where dots of lines gather in few rows and columns."""
        sin, cos = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
        rows, columns = y * cos - x * sin, across * cos + along * sin
        return sum(
            float((np.bincount((part - part.min()).astype(np.intp)).astype(float) ** 2).sum())
            for part in (rows, columns)
            if len(part)
        )

    rough = max(np.arange(-STEEPEST, STEEPEST + 0.1, 0.5), key=sharpness)
    return float(max(rough + np.arange(-0.5, 0.51, 0.1), key=sharpness))


def _dots(flat: Flat) -> tuple[Indices, Indices]:
    """Return the coordinates of the clearest dots of level lines, across and along them."""
    depth = _depth(flat.image)
    clearest = max(_faintest(flat), level_above(depth[:: 2 * SIDE], 1 - DOTS_SHARE))
    across, along = np.nonzero(depth > clearest)
    step = len(across) // MOST_DOTS + 1
    return across[::step], along[::step]


def _depth(image: GrayImage) -> GrayImage:
    """Return how much darker each dot is than the paper above it and below it."""
    depth = np.zeros_like(image)
    beside = cv2.min(image[: -2 * SIDE], image[2 * SIDE :])
    depth[SIDE:-SIDE] = cv2.subtract(beside, image[SIDE:-SIDE])
    return depth


def _faintest(flat: Flat) -> float:
    return max(FAINTEST * PAPER, GRAINS * flat.grain)


def _map_level(flat: Flat, length_mm: float) -> npt.NDArray[np.uint8]:
    """Return THROUGH in each square mm that a long level line runs through, 1 beside it."""
    _, ridges = cv2.threshold(_depth(flat.image), _faintest(flat), 255, cv2.THRESH_BINARY)
    share = cv2.boxFilter(ridges, -1, (round(length_mm * DOTS_PER_MM), 1))
    _, lines = cv2.threshold(share, 255 * LINE_SHARE - 1, 1, cv2.THRESH_BINARY)
    middle = DOTS_PER_MM // 2
    through, beside = (
        cv2.dilate(lines, np.ones((height * DOTS_PER_MM, DOTS_PER_MM), np.uint8))
        for height in (1, 3)
    )
    return np.asarray((through + beside)[middle::DOTS_PER_MM, middle::DOTS_PER_MM], np.uint8)
