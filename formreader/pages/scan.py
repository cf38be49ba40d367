"""One side of paper as a file holds it, before it has a name and a number."""

from dataclasses import dataclass

import cv2
import numpy as np

from formreader.images import GrayImage
from formreader.pages.guards import require_size

MIN_DPI = 97.0  # programs that know nothing write 72 or 96, at which nobody scans forms
MAX_DPI = 2400.0
MAX_STRETCH = 2.5  # the most oblong pixels are those of coarse fax, 204 x 98 dpi: 2.1
ROUNDING = 0.01  # resolutions that differ by less, as 300 and 299.72 dpi, mean the same


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """The picture of one page, upright, with square pixels."""

    image: GrayImage
    dpi: float | None
    """What the file claims, None where it claims nothing believable."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How a picture is stored: rows and columns are swapped first, then sides are mirrored."""

    transpose: bool = False
    mirror_x: bool = False
    """Left becomes right."""
    mirror_y: bool = False
    """Top becomes bottom."""


def make_scan(image: GrayImage, x_dpi: float, y_dpi: float) -> Scan:
    """Return a picture as it is; a claim of oblong pixels is not believed."""
    is_square = abs(x_dpi - y_dpi) <= ROUNDING * x_dpi
    is_believable = is_square and MIN_DPI <= x_dpi <= MAX_DPI
    return Scan(image, round(x_dpi, 2) if is_believable else None)


def make_square(image: GrayImage, x_dpi: float, y_dpi: float) -> Scan:
    """Return a picture of oblong pixels, as fax has them, stretched along its coarser side."""
    if not (x_dpi > 0 and y_dpi > 0 and 1 / MAX_STRETCH <= x_dpi / y_dpi <= MAX_STRETCH):
        return Scan(image, None)
    dpi = max(x_dpi, y_dpi)
    if min(x_dpi, y_dpi) < (1 - ROUNDING) * dpi:
        height, width = image.shape
        size = round(width * dpi / x_dpi), round(height * dpi / y_dpi)
        require_size(*size)
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return make_scan(image, dpi, dpi)


def turn(image: GrayImage, way: Turn) -> GrayImage:
    """Bring a stored picture into the position in which a viewer shows it."""
    if way.transpose:
        image = np.asarray(cv2.transpose(image), np.uint8)
    if way.mirror_x or way.mirror_y:
        axis = -1 if way.mirror_x and way.mirror_y else int(way.mirror_x)
        image = np.asarray(cv2.flip(image, axis), np.uint8)
    return image
