"""Take the printed lines of a row away without eating the strokes that cross or touch them.

A line pixel is replaced by what lies beyond the line on its two sides: paper where there is
paper, ink where a stroke goes through. Ink clearly darker than the line itself stays as it is,
so that a pen on a pale line loses nothing at all.
"""

import numpy as np
import numpy.typing as npt

from formreader.boxes.lattice import Lattice
from formreader.boxes.patch import Patch
from formreader.images import InkImage

SEARCH_MM = 0.35  # a line wavers this much along a row: paper bends, scanners stretch
HALF_WIDTH_MM = (0.10, 0.45)  # least and most half width of a line that is taken away
FLANK = 0.35  # a line ends where its profile falls below this share of its peak
DARKER = 1.5  # ink this many times as dark as the line is no line
TYPICAL = 0.6  # quantile along a line that shows its darkness, were 40 % of it broken or crossed
FAINTEST_LINE = 8  # darkness; what is fainter does no harm
STEP_MM = 8.0  # a line is followed in steps of this length
OVERRUN_MM = 0.6  # printers end a line a little beyond its corner

Bands = npt.NDArray[np.float32]
"""Ink along several parallel lines, (lines, across, along)."""


def remove_lines(patch: Patch, lattice: Lattice) -> InkImage:
    """Return the ink of a patch without the lines of its lattice."""
    ink = patch.ink.copy()
    first, last = lattice.boxes[0], lattice.boxes[-1]
    upright = np.array([line.position for line in lattice.upright])
    level = np.array([line.position for line in lattice.level])
    _remove_level(ink.T, upright, first.y, first.bottom, patch.dots_per_mm)
    _remove_level(ink, level, first.x, last.right, patch.dots_per_mm)
    return ink


def _remove_level(
    ink: InkImage, places: npt.NDArray[np.float64], start: float, end: float, dots: float
) -> None:
    """Take away level lines from start to end, in place; upright ones in the transposed picture."""
    reach = round((SEARCH_MM + HALF_WIDTH_MM[1]) * dots) + 2
    places = places[(places > reach + 1) & (places < ink.shape[0] - reach - 2)]
    left = max(round(start - OVERRUN_MM * dots), 0)
    right = min(round(end + OVERRUN_MM * dots), ink.shape[1])
    pieces = max(round((right - left) / (STEP_MM * dots)), 1)
    length = (right - left) // pieces
    if not places.size or length < 1:
        return
    across = np.rint(places).astype(np.intp)[:, None] + np.arange(-reach, reach + 1)
    along = left + np.arange(pieces * length)
    bands = ink[across[:, :, None], along].astype(np.float32)
    top, bottom, level = _extents(bands, pieces, dots)
    bridged = _bridge(
        bands,
        np.repeat(top, length, axis=1),
        np.repeat(bottom, length, axis=1),
        np.repeat(level, length, axis=1),
    )
    ink[across[:, :, None], along] = bridged.astype(np.uint8)


def _extents(
    bands: Bands, pieces: int, dots: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Bands]:
    """Find the line in each piece of each band: first row, last row, darkness; (lines, pieces).

    Where there is no line, the last row is above the first.
    """
    lines, height, width = bands.shape
    # Strokes cross a line in few of its columns, and few are missing: a middling one is the line.
    columns = bands.reshape(lines, height, pieces, width // pieces)[:, :, :, ::2]
    place = int(TYPICAL * columns.shape[3])
    profile = np.partition(columns, place, axis=3)[:, :, :, place].transpose(0, 2, 1)
    middle, search = height // 2, round(SEARCH_MM * dots)
    near = profile[:, :, middle - search : middle + search + 1]
    peak = middle - search + near.argmax(axis=2)
    level = near.max(axis=2)
    above = _run(profile[:, :, ::-1], profile.shape[2] - 1 - peak, level, dots)
    below = _run(profile, peak, level, dots)
    none = level < FAINTEST_LINE
    return np.where(none, 1, peak - above), np.where(none, 0, peak + below), level


def _run(
    profile: Bands, peak: npt.NDArray[np.intp], level: Bands, dots: float
) -> npt.NDArray[np.intp]:
    """Count the pixels a line reaches beyond its darkest one, its soft edge included."""
    least, most = (max(round(half * dots), 1) for half in HALF_WIDTH_MM)
    alive = np.ones(peak.shape, bool)
    count = np.zeros(peak.shape, np.intp)
    for distance in range(1, most + 1):
        count += alive
        place = np.minimum(peak + distance, profile.shape[2] - 1)
        value = np.take_along_axis(profile, place[:, :, None], axis=2)[:, :, 0]
        alive &= value >= FLANK * level
    return np.maximum(count, least)


def _bridge(
    bands: Bands, top: npt.NDArray[np.intp], bottom: npt.NDArray[np.intp], level: Bands
) -> Bands:
    """Fill each column of each band, from top to bottom, with what lies above and below."""
    last = bands.shape[1] - 1
    upper = np.take_along_axis(bands, np.clip(top - 1, 0, last)[:, None, :], axis=1)
    lower = np.take_along_axis(bands, np.clip(bottom + 1, 0, last)[:, None, :], axis=1)
    row = np.arange(bands.shape[1])[:, None]
    share = (row - top[:, None, :] + 1) / (bottom - top + 2)[:, None, :]
    bridge = np.minimum(upper + (lower - upper) * share, bands)
    line = (row >= top[:, None, :]) & (row <= bottom[:, None, :])
    return np.where(line & (bands <= DARKER * level[:, None, :]), bridge, bands)
