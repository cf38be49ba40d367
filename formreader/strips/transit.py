"""Find the transit number of an American cheque: its place says where the cheque is."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from formreader.code_parts import FEET_MM, PITCH_MM, usual_transit
from formreader.geometry import Points, bounding_rect
from formreader.strips.code_line import WHOLE, CodeLine
from formreader.template import Field

DIGITS = 9
UNEVEN = 0.2  # of the pitch: the right edges of worn or blurred digits are as far off
SQUARE = 0.6  # of the line's height: the two squares of a transit symbol are lower
BESIDE = (0.6, 1.5)  # pitches from the end of the number to the right edges of these squares
ALIGNED = 0.25  # heights, by which they may end beside each other
MISPLACED_MM, MISSIZED = 8.0, 0.1  # on 15 scans cut out by hand: 5.4 mm, and 0.07 of its width
NEXT = (0.6, 1.4)  # usual pitches from one character to the next

Numbers = npt.NDArray[np.float64]


def has_usual_place(code: Field, size: tuple[float, float]) -> bool:
    """Tell whether a template has its code line where the standard has those of America.

    On a letter that a cheque is part of, it is elsewhere.

    Args:
        code: the field.
        size: of the template's page, mm.
    """
    if code.country != "US" or code.region is None:
        return False
    return code.region.contains(bounding_rect(usual_transit(size)))


def find_transit(line: CodeLine) -> Points | None:
    """Return where a transit number is in a line; None where it is not seen.

    It is nine digits between two symbols, each with two squares one over the other. No such symbol
    is left of these: an account may stand between such symbols too.

    Returns:
        The lower right corners of its digits on the page, mm, (9, 2).
    """
    row = line.row
    left, above, across, down = row.pieces.T
    ends = left + across
    middle = (above + down / 2 - row.top - row.slope * ends) / row.height
    low = down < SQUARE * row.height
    symbols = _symbols(ends[low & (middle < 1 / 3)], ends[low & (middle > 2 / 3)], row.height)
    for number in _numbers(np.sort(ends[down > WHOLE * row.height])):
        pitch = float(np.median(np.diff(number)))
        least, most = (share * pitch for share in BESIDE)
        before, behind = number[0] - symbols, symbols - number[-1]
        if ((behind > least) & (behind < most)).any() and least < before.max(initial=0) < most:
            y = row.top + row.height + row.slope * number
            return np.asarray(np.column_stack([number, y]) / line.dots + line.corner, np.float64)
    return None


def may_be_in_place(line: CodeLine, transit: Points | None, size: tuple[float, float]) -> bool:
    """Tell whether nothing that is seen of a line speaks against its being where it belongs.

    Args:
        line: of an American cheque.
        transit: as `find_transit` finds it.
        size: of the cheque, mm.
    """
    row = line.row
    left, _, across, down = row.pieces.T
    gaps = np.diff(np.sort((left + across)[down > WHOLE * row.height])) / line.dots / PITCH_MM
    near = gaps[(gaps > NEXT[0]) & (gaps < NEXT[1])]
    if near.size and abs(np.median(near) - 1) > MISSIZED:
        return False
    middle = (row.left + row.right) / 2
    feet = (row.top + row.height + row.slope * middle) / line.dots + line.corner[1]
    if abs(feet - (size[1] - FEET_MM)) > MISPLACED_MM:
        return False
    return transit is None or bool(np.abs(transit - usual_transit(size)).max() < MISPLACED_MM)


def _numbers(ends: Numbers) -> Iterator[Numbers]:
    """Yield the right edges of nine digits in a row, from the left."""
    for first in range(len(ends) - DIGITS + 1):
        number = ends[first : first + DIGITS]
        gaps = np.diff(number)
        if np.abs(gaps / np.median(gaps) - 1).max() < UNEVEN:
            yield number


def _symbols(upper: Numbers, lower: Numbers, height: float) -> Numbers:
    """Return the right edges of transit symbols: of squares that stand over each other."""
    aligned = np.abs(upper[:, None] - lower) < ALIGNED * height
    return upper[aligned.any(axis=1)]
