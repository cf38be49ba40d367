"""Take away the line that is written on and the frame written into; strokes that cross stay."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formreader.strips.darkness import Ink

INKED = 0.3  # of the pen's darkness
PIECE, LEAST_PIECE = 0.5, 12  # of the height and pixels: a shorter piece of line may be a dash
STEEPEST = 0.08  # pages are laid level before
WAVER, LEAST_WAVER = 0.025, 1.5  # of the height and pixels: scans bend lines so far
GAP = 0.5  # of the width: strokes and bad print part the pieces of a line so far
LONG, LONGER, TALL = 0.5, 1.6, 0.8  # of the width, of the height, and of what is between the lines
OVER = 0.3  # of the height: lines go on, broken, beyond where they were found
THICKEST, LEAST_THICKEST = 0.1, 3.0  # of the height and pixels: what is thicker is no line
THICKER, STEP = 1.6, 2.0  # times and pixels more than usual: there a stroke crosses
REACH, LEAST_REACH = 0.03, 2  # of the height and pixels: so near the line's ink is looked for
MIDDLE = (0.25, 0.75)  # of the ink from its top: what runs there strikes it out
FRAME, FRAME_THIN, LEAST_FRAME = 1.3, 0.05, 2.0  # times its level lines, of the height, pixels: so
# thick its uprights are at most; pens are thicker
EDGE = 0.06  # of the width: an upright line there is the frame
CORNER = 0.08  # of the height: so near to its level lines the frame's uprights end

Mask = npt.NDArray[np.uint8]
Pixels = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


class Line(NamedTuple):
    """A printed line that is about level."""

    start: float
    end: float
    slope: float
    offset: float
    """Its y where x is 0."""

    def at(self, x: float) -> float:
        """Return its y, pixels."""
        return self.slope * x + self.offset

    def along(self, x: Pixels) -> Floats:
        """Return its y at each of some columns, pixels."""
        return np.asarray(self.slope * x + self.offset, np.float64)


def without_ruling(ink: Ink, *, framed: bool = False) -> Ink:
    """Return ink without the printed lines of a picture of one line of writing.

    A line through the middle of what is written stays: it was struck out.

    Args:
        ink: of the picture.
        framed: whether the picture is the inside of a frame; an upright line from edge to edge
            then parts it into compartments.
    """
    height, width = ink.shape
    lines = _find_lines(_mask(ink), max(LONG * width, LONGER * height), height)
    level = _beside_writing(lines, ink)
    cleaned = ink.copy()
    thin = max((_erase(cleaned, line, height) for line in level), default=0.0)
    thin = max(FRAME * thin, FRAME_THIN * height, LEAST_FRAME)
    top, bottom = (0.0, float(height)) if framed else _frame(level, width, height)
    is_between = framed or len(level) > 1
    upright = cleaned.T
    for line in _find_lines(_mask(upright), TALL * (bottom - top), height):
        is_frame = is_between or _is_at_edge(line, ink.shape)
        if is_frame and _joins(line, (top, bottom), height):
            _erase(upright, line, height, thin)
    return cleaned


def _mask(ink: Ink) -> Mask:
    return np.ascontiguousarray(ink > INKED).astype(np.uint8)


def _find_lines(mask: Mask, least: float, height: int) -> list[Line]:
    """Return the level lines of which so many pixels are there, put together from pieces.

    Args:
        mask: of ink, 0 or 1.
        least: pixels.
        height: of the writing's picture, by which pieces are long.
    """
    piece = min(max(round(PIECE * height), LEAST_PIECE), max(mask.shape[1] // 2, 1))
    steps = cv2.dilate(mask, np.ones((3, 1), np.uint8))  # a sloping line climbs by a pixel
    long = cv2.morphologyEx(steps, cv2.MORPH_OPEN, np.ones((1, piece), np.uint8))
    pieces = _pieces(np.asarray(cv2.bitwise_and(long, mask), np.uint8))
    waver = max(WAVER * height, LEAST_WAVER)
    lines = []
    while pieces:
        points, pieces = _joined(pieces, GAP * mask.shape[1], waver)
        line = _fitted(points)
        apart = np.abs(points[1] - line.along(points[0])).mean()
        if len(np.unique(points[0])) >= least and apart <= waver and abs(line.slope) < STEEPEST:
            lines.append(line)
    return lines


Places = tuple[Pixels, Pixels]
"""The columns and rows of some pixels."""


def _pieces(mask: Mask) -> list[Places]:
    """Return the pixels of every connected piece, the widest piece first."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    y, x = np.nonzero(labels)
    order = np.argsort(labels[y, x], kind="stable")
    ends = np.cumsum(stats[1:, cv2.CC_STAT_AREA])[:-1]
    columns, rows = np.split(x[order], ends), np.split(y[order], ends)
    widest = np.argsort(-stats[1:, cv2.CC_STAT_WIDTH], kind="stable")
    return [(columns[piece], rows[piece]) for piece in widest.tolist()]


def _joined(pieces: Sequence[Places], gap: float, waver: float) -> tuple[Places, list[Places]]:
    """Return the first piece with all that lie on its line, and the others."""
    (x, y), *others = pieces
    while True:
        line = _fitted((x, y))
        for index, (own_x, own_y) in enumerate(others):
            apart = max(own_x.min() - x.max(), x.min() - own_x.max())
            if apart < gap and np.abs(own_y - line.along(own_x)).mean() < waver:
                x, y = np.concatenate([x, own_x]), np.concatenate([y, own_y])
                del others[index]
                break
        else:
            return (x, y), others


def _fitted(points: Places) -> Line:
    """Lay a line through points, level where they are too few to tell."""
    x, y = points
    start, end = float(x.min()), float(x.max())
    slope = float(np.polyfit(x - x.mean(), y, 1)[0]) if end - start > LEAST_PIECE else 0.0
    if abs(slope) > STEEPEST:
        slope = 0.0
    return Line(start, end, slope, float(y.mean() - slope * x.mean()))


def _beside_writing(lines: Sequence[Line], ink: Ink) -> list[Line]:
    """Return the level lines that do not run through the middle of the writing."""
    height, width = ink.shape
    written = ink.copy()
    for line in lines:
        _erase(written, line, height)
    share = np.cumsum((written * (written > INKED)).sum(axis=1, dtype=np.float64))
    if not lines or not share[-1]:
        return list(lines)
    first, last = np.searchsorted(share, np.multiply(MIDDLE, share[-1])).tolist()
    return [line for line in lines if not first < line.at(width / 2) < last]


def _frame(level: Sequence[Line], width: int, height: int) -> tuple[float, float]:
    """Return the y between which a frame's uprights are: of its level lines, or the picture."""
    middles = [line.at(width / 2) for line in level]
    above = [y for y in middles if y < height / 2]
    below = [y for y in middles if y >= height / 2]
    return min(above, default=0.0), max(below, default=float(height))


def _is_at_edge(upright: Line, shape: tuple[int, ...]) -> bool:
    """Tell whether an upright line is so near to an edge that it is the frame, and no 1."""
    height, width = shape
    x = upright.at(height / 2)
    return min(x, width - x) < EDGE * width


def _joins(upright: Line, ends: tuple[float, float], height: int) -> bool:
    """Tell whether an upright line goes all the way from one level line to the other."""
    top, bottom = ends
    near = CORNER * height
    return upright.start <= top + near and upright.end >= bottom - near


def _erase(ink: Ink, line: Line, height: int, most: float = np.inf) -> float:
    """Take a level line away in place where it is no thicker than usual.

    Args:
        ink: of the picture.
        line: to be taken away.
        height: of the writing's picture.
        most: pixels; a thicker line stays.

    Returns:
        How thick it usually is, pixels; 0 where it stays.
    """
    rows, columns = ink.shape
    over = OVER * height
    x = np.arange(max(round(line.start - over), 0), min(round(line.end + over) + 1, columns))
    y = np.clip(np.rint(line.along(x)).astype(np.intp), 0, rows - 1)
    mask = np.pad(ink > INKED, ((rows, rows), (0, 0)))
    y, found = _nearest_ink(mask, x, y + rows, max(round(REACH * height), LEAST_REACH))
    if not found.any():
        return 0.0
    x, y = x[found], y[found]
    thickest = min(max(THICKEST * height, LEAST_THICKEST), most)
    steps = np.arange(1, int(thickest) + 2)[:, None]
    up = np.logical_and.accumulate(mask[y - steps, x]).sum(axis=0)
    down = np.logical_and.accumulate(mask[y + steps, x]).sum(axis=0)
    thickness = 1 + up + down
    usual = float(np.median(thickness))
    if usual > thickest:
        return 0.0
    is_line = thickness <= min(max(THICKER * usual, usual + STEP), thickest)
    reach = int(thickest) + 2
    offsets = np.arange(-reach, reach + 1)[:, None]
    edge = (offsets >= -up - 1) & (offsets <= down + 1) & is_line  # with its pale edges
    at = y - rows + offsets
    inside = edge & (at >= 0) & (at < rows)
    ink[at[inside], np.broadcast_to(x, at.shape)[inside]] = 0
    return usual


def _nearest_ink(
    mask: npt.NDArray[np.bool_], x: Pixels, y: Pixels, reach: int
) -> tuple[Pixels, npt.NDArray[np.bool_]]:
    """Return the row of the ink nearest to each place, and whether there is any."""
    offsets = np.array(sorted(range(-reach, reach + 1), key=abs))[:, None]
    inked = mask[y + offsets, x]
    first = inked.argmax(axis=0)
    return y + offsets[first, 0], inked.any(axis=0)
