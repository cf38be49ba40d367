"""A scan at the sizes registration looks at it."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from formreader.geometry import Transform
from formreader.images import GrayImage, histogram

Coordinates = npt.NDArray[np.float32] | npt.NDArray[np.float64]

SHORTEST_SIDE = 300  # pixels; halved further, a page shows nothing that registration could use
GRAIN_ROWS = 24  # of a view, and every so manieth pixel of them, are enough to tell its grain
GRAIN_STEP = 4
WRINKLE = 3  # pixels; half the width of what could be taken for a line


@dataclass(frozen=True, eq=False)
class View:
    """A scan reduced by a whole factor."""

    image: GrayImage
    factor: int
    """How many pixels of the scan one of these covers along each side."""

    @cached_property
    def grain(self) -> float:
        """How far pixels differ where nothing is printed but a background, grey levels."""
        return _grain(self.image)

    @property
    def to_scan(self) -> Transform:
        """The mapping of this view's pixels onto those of the scan, by their centres."""
        rest = (self.factor - 1) / 2
        return Transform.scaling(self.factor).then(Transform.shift(rest, rest))

    @property
    def from_scan(self) -> Transform:
        """The mapping of the scan's pixels onto those of this view, by their centres."""
        rest = (self.factor - 1) / 2
        return Transform.shift(-rest, -rest).then(Transform.scaling(1 / self.factor))


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """A scan with all its halvings, the full one first."""

    views: tuple[View, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the full scan, pixels."""
        height, width = self.views[0].image.shape
        return width, height

    def view(self, full: float, wanted: float) -> View:
        """Return the smallest view in which a length is long enough, or else the full one.

        Args:
            full: the length on the full scan, pixels.
            wanted: how long it must be at least, pixels of the view.
        """
        enough = [view for view in self.views if full / view.factor >= wanted]
        return enough[-1] if enough else self.views[0]


def halve_down(image: GrayImage) -> Pyramid:
    """Reduce a scan by halves: 0.7 ms for a 300-dpi A4."""
    images = [image]
    while min(images[-1].shape) >= 2 * SHORTEST_SIDE:
        images.append(_halved(images[-1]))
    return Pyramid(tuple(View(half, 2**i) for i, half in enumerate(images)))


def look_up(image: GrayImage, x: Coordinates, y: Coordinates) -> GrayImage:
    """Return the grey values at points between pixels; beyond the picture, those of its edge.

    Args:
        image: to look into.
        x: of the points, of any shape.
        y: of the points, of the same shape as the result.
    """
    shape = x.shape  # remap takes no more than two dimensions
    flat_x, flat_y = (part.reshape(shape[0], -1).astype(np.float32, copy=False) for part in (x, y))
    gray = cv2.remap(image, flat_x, flat_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(gray, np.uint8).reshape(shape)


def level_above(values: GrayImage, share: float) -> float:
    """Return the grey level that this share of the values does not exceed."""
    counts = histogram(values).cumsum()
    return float(np.searchsorted(counts, share * counts[-1]))


def _halved(image: GrayImage) -> GrayImage:
    """Average blocks of 2 x 2; an odd last row or column is dropped."""
    height, width = (side // 2 for side in image.shape)
    even = image[: height * 2, : width * 2]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _grain(image: GrayImage) -> float:
    """Measure what is all over the page: the noise of its paper, or a printed background.

    That is the difference of neighbouring pixels, half of which are below 0.95 standard
    deviations of normal noise, or if more, the depth of the wrinkles that a fifth of it lies in.
    """
    rows = image[:: max(1, len(image) // GRAIN_ROWS)]
    here = np.arange(WRINKLE, rows.shape[1] - WRINKLE, GRAIN_STEP)
    middle = rows[:, here]
    difference = cv2.absdiff(middle, rows[:, here + 1])
    depth = cv2.subtract(cv2.min(rows[:, here - WRINKLE], rows[:, here + WRINKLE]), middle)
    return max(
        level_above(np.asarray(difference, np.uint8), 0.5),
        level_above(np.asarray(depth, np.uint8), 0.8),
    )
