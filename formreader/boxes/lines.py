"""Take the printed lines of a row away without eating the strokes that cross or touch them.

A line has the same thickness all along; where it is thicker a stroke crosses, touches or runs
along it, and the ink stays. Everywhere else it becomes paper. Ink clearly darker than the line
itself stays as it is, so that a pen on a pale line loses nothing at all.
"""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.lattice import Lattice
from formreader.boxes.patch import Patch
from formreader.images import InkImage

SEARCH_MM = 0.35  # a line wavers this much along a row: paper bends, scanners stretch
HALF_WIDTH_MM = (0.10, 0.45)  # least and most half width of a line that is taken away
FLANK = 0.35  # a line ends where its profile falls below this share of its peak
THICKER_MM, THICKER = 0.15, 0.4  # a stroke on a line adds so many mm, or this share of the line
USUAL = 0.4  # quantile of thickness along what is there of a line, that no stroke reaches
LEAST_THICKNESS = 0.5  # pixels; below it the line is broken
PIECES_DIFFER = 1.5  # some lines are thicker or darker than most; more so, they lie under a pen
PIECES_VARY, VARIES = 3, 2.2  # a coarse fax draws a level line once and twice as thick by turns
RAGGED_PX = 2  # pixels by which a piece of line is thicker than most on one side
SMOOTH_MM = 0.3  # bilevel lines are ragged; their thickness is averaged over this length
DARKER = 1.5  # ink this many times as dark as the line is no line
TYPICAL = 0.75  # quantile along a line that shows its darkness, were three quarters of it broken
FAINTEST_LINE = 8  # darkness; what is fainter does no harm
STEP_MM = 8.0  # a line is followed in steps of about this length
OVERRUN_MM = 0.6  # printers end a line a little beyond its corner

Bands = npt.NDArray[np.float32]
"""Ink along several parallel lines, (lines, across, along)."""


def remove_lines(patch: Patch, lattice: Lattice) -> InkImage:
    """Return the ink of a patch without the lines of its lattice."""
    ink = patch.ink.copy()
    first, last = lattice.boxes[0], lattice.boxes[-1]
    upright = np.array([line.position for line in lattice.upright])
    level = np.array([line.position for line in lattice.level])
    # Lines of neighbouring boxes may be less than a band apart: every other one at a time.
    for places in (upright[::2], upright[1::2]):
        _remove_level(ink.T, places, lattice.upright_top, first.bottom, patch.dots_per_mm)
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
    drawn = (top <= bottom).any(axis=1)
    if not drawn.any():
        return
    across, bands = across[drawn], bands[drawn]
    top, bottom, level = top[drawn], bottom[drawn], level[drawn]
    thickness = _thickness(bands, *_every(length, top, bottom, level))
    stroke = _strokes(thickness, pieces, dots)
    without = _blank(bands, stroke, *_every(length, top, bottom, level))
    ink[across[:, :, None], along] = without.astype(np.uint8)


def _extents(
    bands: Bands, pieces: int, dots: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Bands]:
    """Find the line in each piece of each band: first row, last row, darkness; (lines, pieces).

    All lines are as thick as they are typically: a stroke on one does not make it thicker.
    Where there is no line, the last row is above the first.
    """
    lines, height, width = bands.shape
    columns = bands.reshape(lines, height, pieces, width // pieces)[:, :, :, ::2]
    place = int(TYPICAL * columns.shape[3])
    profile = np.partition(columns, place, axis=3)[:, :, :, place].transpose(0, 2, 1)
    middle, search = height // 2, round(SEARCH_MM * dots)
    near = slice(middle - search, middle + search + 1)
    # A stroke along the line may be as dark, but is not as long: the mean tells them apart.
    peak = middle - search + columns[:, near].mean(axis=3).argmax(axis=1)
    level = profile[:, :, near].max(axis=2)
    seen = level >= FAINTEST_LINE
    if not seen.any():
        return np.ones_like(peak), np.zeros_like(peak), level
    above, below = np.zeros_like(peak), np.zeros_like(peak)
    above[seen], below[seen] = _half_widths(profile[seen], peak[seen], level[seen], dots)
    level = np.minimum(level, PIECES_DIFFER * _middle(level[seen]))
    return np.where(seen, peak - above, 1), np.where(seen, peak + below, 0), level


def _half_widths(
    profiles: npt.NDArray[np.float32],
    peaks: npt.NDArray[np.intp],
    levels: npt.NDArray[np.float32],
    dots: float,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return how far each piece of line reaches before and after its darkest pixel, (pieces,).

    A stroke along a piece makes it no thicker than all of them typically are, and a little.

    Args:
        profiles: darkness across each piece of line, (pieces, across).
        peaks: where it is darkest, (pieces,).
        levels: how dark it is there, (pieces,).
        dots: pixels per mm.
    """
    least, most = (max(round(half * dots), 1) for half in HALF_WIDTH_MM)
    reach = np.arange(-most, most + 1)
    around = np.clip(peaks[:, None] + reach, 0, profiles.shape[1] - 1)
    dark = profiles[np.arange(len(peaks))[:, None], around] >= FLANK * levels[:, None]
    before = np.logical_and.accumulate(dark[:, most::-1], axis=1).sum(axis=1)
    after = np.logical_and.accumulate(dark[:, most:], axis=1).sum(axis=1)
    before, after = (
        np.clip(count, least, min(_middle(count) + RAGGED_PX, most)).astype(np.intp)
        for count in (before, after)
    )
    return before, after


def _every(length: int, *parts: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield what is known of each piece for each of its columns, (lines, 1, along)."""
    for part in parts:
        yield np.repeat(part, length, axis=1)[:, None, :]


def _thickness(
    bands: Bands, top: npt.NDArray[np.intp], bottom: npt.NDArray[np.intp], level: Bands
) -> Bands:
    """Measure how thick a line is in each column, (lines, along): pixels as dark as itself."""
    row = np.arange(bands.shape[1])[:, None]
    around = (row >= top - 2) & (row <= bottom + 2)
    share = np.minimum(bands / np.maximum(level, 1), 1) * around
    return np.asarray(share.sum(axis=1), np.float32)


def _strokes(thickness: Bands, pieces: int, dots: float) -> Bands:
    """Tell where a stroke makes a line thicker than it usually is, (lines, along): 0 to 1."""
    usual = _usual(thickness, pieces)
    smooth = cv2.blur(thickness, (max(round(SMOOTH_MM * dots), 1), 1))
    limit = np.maximum(THICKER_MM * dots, THICKER * usual)
    return np.asarray(np.clip((smooth - usual) / limit - 0.5, 0, 1), np.float32)


def _usual(thickness: Bands, pieces: int) -> Bands:
    """Return how thick lines are where no stroke is on them, (lines, along)."""
    lines, along = thickness.shape
    of_line = np.array([_quantile(line[line > LEAST_THICKNESS], USUAL) for line in thickness])
    usual = np.minimum(of_line, PIECES_DIFFER * _middle(of_line))[:, None]
    if pieces < PIECES_VARY:
        return np.broadcast_to(usual, thickness.shape)
    length = along // pieces
    place = int(USUAL * length)
    of_piece = np.partition(thickness.reshape(lines, pieces, length), place, axis=2)[:, :, place]
    return np.repeat(np.clip(of_piece, usual, VARIES * usual), length, axis=1)


def _blank(
    bands: Bands,
    stroke: Bands,
    top: npt.NDArray[np.intp],
    bottom: npt.NDArray[np.intp],
    level: Bands,
) -> Bands:
    """Blank the rows top to bottom of each column, but where there is a stroke."""
    row = np.arange(bands.shape[1])[:, None]
    line = (row >= top - 1) & (row <= bottom + 1) & (bands <= DARKER * level)
    return np.where(line, bands * stroke[:, None, :], bands)


def _middle(values: npt.NDArray[np.float32] | npt.NDArray[np.intp]) -> float:
    return _quantile(values, 0.5)


def _quantile(values: npt.NDArray[np.float32] | npt.NDArray[np.intp], share: float) -> float:
    """Return the lower quantile, 0 of nothing: NumPy's takes ten times as long for a few values."""
    if not len(values):
        return 0.0
    place = int(share * (len(values) - 1))
    return float(np.partition(values, place)[place])
