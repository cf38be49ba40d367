"""The connected pieces of ink in the surroundings of a row of boxes."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import InkImage

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A connected piece of ink, or the part of one that lies in a box."""

    mask: Mask
    """Its pixels in the upright rectangle around it, (height, width)."""
    x: int
    y: int
    """Where that rectangle is."""
    area: int
    """Pixels of ink."""

    @property
    def width(self) -> int:
        """Of the rectangle around it."""
        return int(self.mask.shape[1])

    @property
    def height(self) -> int:
        """Of the rectangle around it."""
        return int(self.mask.shape[0])

    @property
    def right(self) -> int:
        """The x behind its last column."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The y below its last row."""
        return self.y + self.height

    def within(self, left: int, right: int, top: int, bottom: int) -> "Piece | None":
        """Return the part inside a rectangle, tightly, or None if there is no ink in it."""
        x, y = max(left, self.x), max(top, self.y)
        part = self.mask[y - self.y : bottom - self.y, x - self.x : right - self.x]
        around = cv2.boundingRect(part.astype(np.uint8)) if part.size else (0, 0, 0, 0)
        dx, dy, width, height = around
        if not width:
            return None
        tight = part[dy : dy + height, dx : dx + width]
        return Piece(tight, x + dx, y + dy, int(np.count_nonzero(tight)))


def find_pieces(
    ink: InkImage, low: int, high: int, least_area: float, origin: tuple[int, int] = (0, 0)
) -> Iterator[Piece]:
    """Yield the connected pieces of ink that may be written.

    Args:
        ink: a row of boxes and its surroundings.
        low: darkness at which strokes end.
        high: darkness that each reaches somewhere.
        least_area: pixels of ink; a smaller piece is a speck.
        origin: x and y of its upper left corner.
    """
    left, top = origin
    if ink.size == 0:  # OpenCV's labelling would end the process
        return
    _, mask = cv2.threshold(ink, low - 1, 1, cv2.THRESH_BINARY)
    # 16-bit labels take OpenCV a fifth of the time of 32-bit ones; a row has a few hundred.
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_16U)
    large = np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= least_area) + 1  # 0 is the background
    for label, (x, y, width, height, area) in zip(
        large.tolist(), stats[large].tolist(), strict=True
    ):
        around = slice(y, y + height), slice(x, x + width)
        piece = labels[around] == label
        _, darkest, _, _ = cv2.minMaxLoc(ink[around], piece.view(np.uint8))
        if darkest >= high:
            yield Piece(piece, x + left, y + top, area)
