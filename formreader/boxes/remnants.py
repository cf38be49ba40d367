"""Tell what is left over of printed lines from strokes."""

import math

import numpy as np
import numpy.typing as npt

from formreader.boxes.lattice import Lattice, Line
from formreader.boxes.pieces import Piece

REMNANT_MM = 0.6  # what is thinner than this and as near to a printed line is left of the line
REMNANT_SIDE = 0.45  # of the box; a longer piece along an upright line that was seen is a 1,
# one of 0.4 the place where a stain darkens the paper beside the line
RING_MM, RING = 0.7, 0.13  # mm and share of a box: an angle along lines this near is a corner
ON_LINES = 0.95  # share of its ink by which a piece lies along lines: edges are ragged
SPARSE = 0.35  # corners fill less than this share of the rectangle around them
BAR_WIDTH = 0.9  # of a box's width; a piece so wide along a level line is print, no bar of 5 or 7


def is_remnant(piece: Piece, lattice: Lattice, dots: float) -> bool:
    """Tell whether a piece of ink is left over from the lines of a lattice.

    Args:
        piece: of a row whose lines were taken away.
        lattice: in the same pixels.
        dots: pixels per mm.
    """
    limit = REMNANT_MM * dots
    level = _nearest(piece.y + piece.height / 2, lattice.level)
    to_level = abs(level.position - piece.y - piece.height / 2)
    if piece.width >= BAR_WIDTH * lattice.boxes[0].width and to_level <= 2 * limit:
        return True
    if piece.height <= limit and piece.width >= piece.height:
        return to_level <= limit
    if piece.width <= limit:
        upright = _nearest(piece.x + piece.width / 2, lattice.upright)
        beside = abs(upright.position - piece.x - piece.width / 2) <= limit
        short = piece.height < REMNANT_SIDE * lattice.writing_side
        return beside and (short or not upright.found)
    if piece.area > SPARSE * piece.width * piece.height:
        return False
    return lies_along(piece, lattice, min(RING_MM * dots, RING * lattice.boxes[0].width))


def lies_along(piece: Piece, lattice: Lattice, reach: float) -> bool:
    """Tell whether a piece of ink is nowhere farther than `reach` pixels from a printed line."""
    rows = _near(piece.y, piece.height, lattice.level, reach)
    columns = _near(piece.x, piece.width, lattice.upright, reach)
    on_lines = np.count_nonzero(piece.mask & (rows[:, None] | columns))
    return float(on_lines) >= ON_LINES * piece.area


def _nearest(place: float, lines: tuple[Line, ...]) -> Line:
    return min(lines, key=lambda line: abs(line.position - place))


def _near(start: int, length: int, lines: tuple[Line, ...], reach: float) -> npt.NDArray[np.bool_]:
    """Tell which of successive pixels lie within reach of a line, (length,)."""
    near = np.zeros(length, np.bool_)
    for line in lines:
        first = math.ceil(line.position - reach) - start
        behind = math.floor(line.position + reach) + 1 - start
        if first < length and behind > 0:
            near[max(first, 0) : behind] = True
    return near
