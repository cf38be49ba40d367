"""Find where on a picture the writing is, and how high its digits are."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from formreader.strips.darkness import Ink

INKED = 0.35  # of the pen's darkness
LEAST_PX, LEAST = 6, 0.12  # of a piece that may be a digit: pixels, and of the picture's height
UPRIGHT = 0.35  # of its width is a piece at least high, that is no dash
FLAT = 0.12, 0.5  # of height and width: a piece as low and as wide is left of a line
LONGEST = 2.5  # times its height a piece of digits that touch counts for, however long it is
ALIKE = 0.5, 1.45  # times the height of most: so high may other digits be; slashes are higher
ROUNDS = 3  # of leaving out what is no digit
BESIDE = 1.6  # digits above and below their middle there is no writing
OUTSIDE = 0.02  # of the ink may lie above what is shown, and below
SHOWN = 32 / 21  # digits are shown from top to bottom
ABOVE, BELOW = 0.3, 1.3  # of a digit from its top: there, points, tails and slashes are
SPECK = 0.006  # of a digit's square; what has less ink is dirt
TALLEST = 2.2  # digits; a higher piece is print

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Extent:
    """Where writing is, pixels."""

    left: float
    right: float
    top: float
    """Of its digits; slashes and tails reach beyond."""
    height: float
    """Of its digits; of somewhat more where they differ much."""


def find_extent(ink: Ink) -> Extent | None:
    """Return where the writing is; None where there is none.

    Digits are as high as most of the ink that may be digits: a slash is higher, a comma lower.
    They count as higher where those of a line differ, so that all of them are shown.
    """
    mask = (ink > INKED).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    x, y, across, down, area = stats[1:].T.astype(np.float64)
    height, width = ink.shape
    may_be = ~((down < FLAT[0] * height) & (across > FLAT[1] * width))
    may_be &= down >= max(LEAST_PX, LEAST * height)
    if not may_be.any():
        return None
    upright = may_be & (down > UPRIGHT * across)
    may_be = upright if upright.any() else may_be  # all digits may touch
    weights = np.minimum(across, LONGEST * down)
    is_digit = _alike(down, weights, may_be)
    body = _middle(down[is_digit], weights[is_digit])
    middle = _middle((y + down / 2)[is_digit], weights[is_digit])
    middle, body = _showing_all(ink * mask, middle, body)
    top = middle - body / 2
    near = (y + down > top - ABOVE * body) & (y < top + BELOW * body)
    near &= (area > SPECK * body**2) & (down < TALLEST * body)
    if not near.any():
        return None
    return Extent(float(x[near].min()), float((x + across)[near].max()), top, body)


def _alike(
    heights: Numbers, weights: Numbers, chosen: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Choose pieces that are about as high as most of those that were chosen before."""
    among = chosen
    for _ in range(ROUNDS):
        usual = _middle(heights[among], weights[among])
        least, most = (share * usual for share in ALIKE)
        among = chosen & (heights > least) & (heights < most)
    return among


def _middle(values: Numbers, weights: Numbers) -> float:
    """Return the median of values that count by weights."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _showing_all(ink: Ink, middle: float, body: float) -> tuple[float, float]:
    """Return middle and height of digits so that a strip shows nearly all of the ink."""
    first = max(int(middle - BESIDE * body), 0)
    rows = ink[first : max(int(middle + BESIDE * body), first + 1)].sum(axis=1, dtype=np.float64)
    share = np.cumsum(rows) / max(float(rows.sum()), 1e-9)
    top = first + float(np.searchsorted(share, OUTSIDE))
    bottom = first + float(np.searchsorted(share, 1 - OUTSIDE)) + 1
    body = max(body, (bottom - top) / SHOWN)
    half = SHOWN / 2 * body
    return float(np.clip(middle, bottom - half, top + half)), body
