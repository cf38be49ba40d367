"""Cut one row of boxes from a scan: upright, at a fixed resolution, as ink on bare paper."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from formreader.geometry import Rect, Transform, bounding_rect
from formreader.images import GrayImage, InkImage, histogram

MARGIN_MM = 3.0  # paper kept around a row: room to find it in, and for strokes that overrun it
BOX_PIXELS = 80  # height of a box in a patch; at 56 lines and strokes of 0.3 mm are hard to part
DOTS_PER_MM = (8.0, 12.0)  # least and most resolution of a patch
OVERSAMPLED = 1.6  # scans this much finer than the patch are averaged first, lest thin lines alias
BACKGROUND_MM = 3.0  # paper within this distance lights a pixel's background; pens are 1 mm at most
GREYS = (40, 215)  # from dark to pale; black and white lie outside, whatever JPEG did to them
FEW = 0.05  # of the dark pixels of a black-and-white scan are grey; of a grey one 0.3 and more
SAMPLED = 4  # one pixel in so many, across and down, is looked at
DARKEST_PAPER = 0.6  # of a patch's bright paper; below it is print, or shadow too dark to use


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A row of boxes, rectified, with a margin of paper around it."""

    ink: InkImage
    dots_per_mm: float
    region: Rect
    """Where the template expects the row, patch pixels."""
    to_scan: Transform
    """Patch pixels to scan pixels."""
    step: float = 0.0
    """Pixels that one of the scan covers if it is black and white: edges lie at whole ones of
    them. 0 if it is grey."""


def cut_patch(image: GrayImage, transform: Transform, region: Rect) -> Patch:
    """Cut a row out of a scan.

    Args:
        image: the whole page.
        transform: page mm to scan pixels.
        region: the row, mm.
    """
    low, high = DOTS_PER_MM
    dots = min(max(BOX_PIXELS / region.height, low), high)
    area = region.grown(MARGIN_MM)
    size = (round(area.width * dots), round(area.height * dots))
    view = _View(_from_patch(transform, area, dots), size)
    return Patch(
        ink=to_ink(_warp(image, view), BACKGROUND_MM * dots),
        dots_per_mm=dots,
        region=region.moved(-area.x, -area.y).scaled(dots),
        to_scan=view.to_scan,
        step=_step(image, view),
    )


def to_ink(gray: GrayImage, reach: float) -> InkImage:
    """Turn light into darkness against the paper around it, so that shadows do not count as ink.

    Args:
        gray: any crop.
        reach: pixels within which some bare paper is expected.
    """
    height, width = gray.shape
    shrink = 4  # averaging 4 x 4 keeps grain from brightening the maximum
    small = cv2.resize(
        gray, (max(width // shrink, 1), max(height // shrink, 1)), interpolation=cv2.INTER_AREA
    )
    side = max(int(reach / shrink) | 1, 3)
    paper = cv2.blur(cv2.dilate(small, np.ones((side, side), np.uint8)), (side, side))
    paper = np.maximum(paper, np.uint8(max(DARKEST_PAPER * int(paper.max()), 1)))
    bright = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(255 - cv2.divide(gray, bright, scale=255), np.uint8)


def _step(image: GrayImage, view: "_View") -> float:
    """Return the size of the scan's pixels in a patch if there are hardly any greys, else 0."""
    around = view.around
    rows = slice(max(int(around.y), 0), max(int(around.bottom), 0), SAMPLED)
    columns = slice(max(int(around.x), 0), max(int(around.right), 0), SAMPLED)
    counts = histogram(image[rows, columns])
    darkest, palest = GREYS
    if counts[darkest:palest].sum() > FEW * counts[:palest].sum():
        return 0.0
    return 1 / view.scan_per_patch


def cut_upright(
    image: GrayImage, transform: Transform, area: Rect, dots_per_mm: float
) -> GrayImage:
    """Cut a part of the page out of a scan as it is, upright.

    Args:
        image: the whole page.
        transform: page mm to scan pixels.
        area: what to cut out, mm.
        dots_per_mm: its resolution.
    """
    size = round(area.width * dots_per_mm), round(area.height * dots_per_mm)
    return _warp(image, _View(_from_patch(transform, area, dots_per_mm), size))


def _from_patch(transform: Transform, area: Rect, dots_per_mm: float) -> Transform:
    """Return the mapping of an upright patch of the page, in its pixels, to the scan's."""
    return Transform.scaling(1 / dots_per_mm).then(Transform.shift(area.x, area.y)).then(transform)


@dataclass(frozen=True, eq=False)
class _View:
    """What of a scan a patch shows."""

    to_scan: Transform
    """Patch pixels to scan pixels."""
    size: tuple[int, int]
    """Width and height of the patch."""

    @cached_property
    def around(self) -> Rect:
        """The upright rectangle around it, scan pixels."""
        corners = self.to_scan.apply_few(Rect(0, 0, *self.size).corner_points)
        return bounding_rect(np.array(corners))

    @cached_property
    def scan_per_patch(self) -> float:
        """How many pixels of the scan one of the patch covers along each side."""
        return self.to_scan.scale_at(self.size[0] / 2, self.size[1] / 2)


def _warp(image: GrayImage, view: _View) -> GrayImage:
    """Resample the part of a scan that a patch shows."""
    to_scan, scan_per_patch = view.to_scan, view.scan_per_patch
    if scan_per_patch > OVERSAMPLED:
        image, shrunk = _shrink(image, view.around, scan_per_patch)
        to_scan = to_scan.then(shrunk)
    flags = cv2.INTER_LINEAR if scan_per_patch > 1 / OVERSAMPLED else cv2.INTER_CUBIC
    return np.asarray(
        cv2.warpPerspective(
            image,
            to_scan.matrix,
            view.size,
            flags=flags | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def _shrink(image: GrayImage, part: Rect, factor: float) -> tuple[GrayImage, Transform]:
    """Average a part and what is near it down; return it, and scan pixels to its pixels."""
    height, width = image.shape
    around = part.grown(4 * factor)
    left, top = max(int(around.x), 0), max(int(around.y), 0)
    right, bottom = min(int(around.right) + 1, width), min(int(around.bottom) + 1, height)
    if right - left < factor or bottom - top < factor:
        return image, Transform.scaling(1)
    size = (round((right - left) / factor), round((bottom - top) / factor))
    small = cv2.resize(image[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    x, y = size[0] / (right - left), size[1] / (bottom - top)
    # Pixel centres: averaging maps the centre of a block of pixels onto the centre of one.
    matrix = np.array(
        [[x, 0, (0.5 - left) * x - 0.5], [0, y, (0.5 - top) * y - 0.5], [0, 0, 1]], np.float64
    )
    return np.asarray(small, np.uint8), Transform(matrix)
