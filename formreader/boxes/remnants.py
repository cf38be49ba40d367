"""Tell what is left over of printed lines from strokes."""

import numpy as np
import numpy.typing as npt

from formreader.boxes.lattice import Lattice, Line
from formreader.boxes.pieces import Mask, Pieces

REMNANT_MM = 0.6  # what is thinner than this and as near to a printed line is left of the line
REMNANT_SIDE = 0.35  # of the box; a longer piece along an upright line that was seen is a 1
RING_MM, ON_LINES = 0.45, 0.95  # an angle of which so much lies so near to lines is their corner
BAR_WIDTH = 0.9  # of a box's width; a piece so wide along a level line is print, no bar of 5 or 7


def are_remnants(pieces: Pieces, lattice: Lattice, dots: float) -> Mask:
    """Tell which pieces are left over from the lines of a lattice, (pieces,).

    Args:
        pieces: of the row, lines taken away.
        lattice: in the same pixels.
        dots: pixels per mm.
    """
    if not len(pieces.area):
        return np.zeros(0, bool)
    limit = REMNANT_MM * dots
    to_level, _ = _nearest(pieces.y + pieces.height / 2, lattice.level)
    flat = (pieces.height <= limit) & (pieces.width >= pieces.height) & (to_level <= limit)
    bar = (pieces.width >= BAR_WIDTH * lattice.boxes[0].width) & (to_level <= 2 * limit)
    to_upright, seen = _nearest(pieces.x + pieces.width / 2, lattice.upright)
    thin = (pieces.width <= limit) & (pieces.height >= pieces.width) & (to_upright <= limit)
    short = (pieces.height < REMNANT_SIDE * lattice.writing_side) | ~seen
    angular = (pieces.width > limit) & (pieces.height > limit)
    corner = angular & (pieces.share(_on_lines(pieces, lattice, RING_MM * dots)) >= ON_LINES)
    return np.asarray(flat | bar | corner | (thin & short), bool)


def _on_lines(pieces: Pieces, lattice: Lattice, reach: float) -> Mask:
    """Tell which pixels lie within reach of a line, (pixels,)."""
    row, column = np.arange(pieces.rows.max() + 1), np.arange(pieces.columns.max() + 1)
    near_level = _nearest(row, lattice.level)[0] <= reach
    near_upright = _nearest(column, lattice.upright)[0] <= reach
    return np.asarray(near_level[pieces.rows] | near_upright[pieces.columns], bool)


def _nearest(
    places: npt.NDArray[np.generic], lines: tuple[Line, ...]
) -> tuple[npt.NDArray[np.float64], Mask]:
    """Return for each place its distance to the nearest line, and whether that line was seen."""
    distance = np.abs(places[:, None] - np.array([line.position for line in lines]))
    nearest = distance.argmin(axis=1)
    seen = np.array([line.found for line in lines])[nearest]
    return distance.min(axis=1), seen
