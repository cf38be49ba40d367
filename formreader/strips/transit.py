"""Find the transit number of an American cheque: its place says where the cheque is."""

import numpy as np
import numpy.typing as npt

from formreader.code_parts import usual_transit
from formreader.geometry import Points
from formreader.strips.code_line import WHOLE, CodeLine

DIGITS = 9
UNEVEN = 0.2  # of the pitch: the right edges of worn or blurred digits are as far off
BESIDE = 2.0  # pitches, within which the symbols are; their pieces are lower than digits
ALONE = 1.5  # pitches, within which there is no other digit
MISPLACED_MM, MISSIZED = 8.0, 0.1  # on 15 scans cut out by hand: 5.4 mm, and 0.07 of its width

Numbers = npt.NDArray[np.float64]


def find_transit(line: CodeLine) -> Points | None:
    """Return where the transit number of a personal cheque is; None where there is none.

    It is the first in its line: nine digits between two symbols, which consist of lower pieces.

    Returns:
        The lower right corners of its first and its last digit on the page, mm, (2, 2).
    """
    row = line.row
    left, _, across, down = row.pieces.T
    ends, whole = left + across, down > WHOLE * row.height
    number = _first_number(np.sort(ends[whole]), ends[~whole])
    if number is None:
        return None
    x = number[[0, -1]]
    y = row.top + row.height + row.slope * x
    return np.asarray(np.column_stack([x, y]) / line.dots + line.corner, np.float64)


def is_in_place(line: CodeLine, size: tuple[float, float]) -> bool:
    """Tell whether a line's transit number, if it is seen, is about where a cheque has it."""
    transit = find_transit(line)
    if transit is None:
        return True
    usual = usual_transit(size)
    wider = np.ptp(transit[:, 0]) / np.ptp(usual[:, 0]) - 1
    return bool(np.abs(transit - usual).max() < MISPLACED_MM and abs(wider) < MISSIZED)


def _first_number(digits: Numbers, others: Numbers) -> Numbers | None:
    """Return the right edges of the first nine digits, if they stand between symbols.

    Args:
        digits: right edges of what is as high as digits, in order.
        others: of what is lower.
    """
    number = digits[:DIGITS]
    if len(number) < DIGITS:
        return None
    gaps = np.diff(number)
    pitch = float(np.median(gaps))
    before, behind = (
        any(0 < gap < BESIDE * pitch for gap in side)
        for side in (number[0] - others, others - number[-1])
    )
    alone = len(digits) == len(number) or digits[len(number)] - number[-1] > ALONE * pitch
    is_even = np.abs(gaps - pitch).max() < UNEVEN * pitch
    return number if is_even and before and behind and alone else None
