"""Look for printed boxes whose place differs from print to print, as on cheques of many banks."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.patch import BACKGROUND_MM, cut_upright, to_ink
from formreader.geometry import Rect, Transform
from formreader.images import GrayImage

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]

DOTS_PER_MM = 8.0
LINE = 0.4  # of the darkness of the darkest print are lines
PALEST = (12, 40)  # darkness of a printed line, least and most that is asked for
DARKEST = 0.995  # of the dots around are no darker than the darkest print
GRAIN = 0.75, 6.0  # of paper: its quantile, and by how much more lines are darker
PIECE = 32  # dots; a piece of level line is as long, dashes and letters are not
BREAK = 7  # dots; lines on cheques are rows of tiny letters, which thresholding parts
MOST_LINES = 24  # the clearest; each pair of them takes 5 ms to look at
NEAR = 4  # dots above and below a line in which pieces of it lie: pages are askew
LEAST = 0.5  # of the least width that level lines have
HEIGHTS = (0.75, 1.35)  # of the template's, that what is sought may have
PITCHES = 60  # that are tried between those of the narrowest and the widest row
DARK = (0.3, 0.9)  # of an upright line's height: there is none, there is one
SEEN = 0.8  # of its lines that must be seen, level ones counting four times
FRAMED = 0.6  # of a frame's level lines that must be seen, and end with it
UPRIGHT = 0.75  # of the height of a frame's side that is dark
WIDTHS = (0.6, 1.3)  # of the template's, that a frame may have
WIDER = 0.005  # for each dot that a frame differs from the template's, less speaks for it
BEYOND = 24  # dots; the lines of a frame end at its sides, those of a table go on
GOING_ON = 0.2  # is less for a frame whose lines do


class _Level(NamedTuple):
    """A printed level line, dots."""

    y: float
    there: Mask
    """Of each column, 1 where the line is seen, (width,)."""


class BoxRow(NamedTuple):
    """A row of adjoining boxes as a template has it."""

    region: Rect
    """mm."""
    boxes: int
    """2 or more."""
    drift: float
    """How far each of its edges may lie from there, mm; less than it is wide."""


def seek_row(image: GrayImage, transform: Transform, row: BoxRow) -> Rect | None:
    """Return where a row of adjoining boxes is, mm; None where none is seen.

    Args:
        image: the page.
        transform: page mm to scan pixels.
        row: that is sought.
    """
    rows = seek_rows(image, transform, row.region.grown(row.drift), row)
    return rows[0] if rows else None


def seek_rows(image: GrayImage, transform: Transform, area: Rect, like: BoxRow) -> list[Rect]:
    """Return all rows of adjoining boxes in an area of a page, mm, the clearest first.

    Args:
        image: the page.
        transform: page mm to scan pixels.
        area: of the page, mm.
        like: the row that they are like.
    """
    region, count, drift = like
    mask = _mask(image, transform, area)
    widths = (region.width - drift) * DOTS_PER_MM, (region.width + drift) * DOTS_PER_MM
    seen: list[tuple[float, Rect]] = []
    for above, below in _pairs(mask, region.height, widths[0]):
        share, left, right = _comb(mask, above, below, widths, count)
        if share > SEEN:
            seen.append((share, Rect(left, above.y, right - left, below.y - above.y)))
    rows: list[Rect] = []
    for _, row in sorted(seen, key=lambda each: -each[0]):
        if not any(row.overlaps(other) for other in rows):
            rows.append(row)
    return [_on_page(row, area) for row in rows]


def seek_frame(image: GrayImage, transform: Transform, region: Rect, drift: float) -> Rect | None:
    """Return where a printed frame is, mm; None where none is seen.

    Args:
        image: the page.
        transform: page mm to scan pixels.
        region: where the template has the frame, mm.
        drift: how far each of its edges may lie from there, mm.
    """
    area = region.grown(drift)
    mask = _mask(image, transform, area)
    width = region.width * DOTS_PER_MM
    best, found = FRAMED, None
    for above, below in _pairs(mask, region.height, WIDTHS[0] * width):
        for left, right in _sides(mask, above, below, width):
            seen = _seen_of_frame(above, below, left, right)
            seen -= WIDER * abs(right - left - width)
            if seen > best:
                best, found = seen, Rect(left, above.y, right - left, below.y - above.y)
    return found and _on_page(found, area)


def _mask(image: GrayImage, transform: Transform, area: Rect) -> Mask:
    """Return which dots are dark enough for print, 0 or 1."""
    ink = to_ink(cut_upright(image, transform, area, DOTS_PER_MM), BACKGROUND_MM * DOTS_PER_MM)
    paper, grain, darkest = np.quantile(ink[::2, ::2], (0.5, GRAIN[0], DARKEST))
    least = np.clip(LINE * (darkest - paper), *PALEST)
    mask: Mask = (ink > paper + max(least, GRAIN[1] * (grain - paper))).astype(np.uint8)
    return mask


def _on_page(found: Rect, area: Rect) -> Rect:
    """Return where something found in an area of the page is on the page, mm."""
    half = 0.5 / DOTS_PER_MM  # dots are counted by their middles
    return found.scaled(1 / DOTS_PER_MM).moved(area.x + half, area.y + half)


def _pairs(mask: Mask, height_mm: float, width: float) -> Iterator[tuple[_Level, _Level]]:
    """Yield level lines that may be above and below what is sought."""
    least, most = (share * height_mm * DOTS_PER_MM for share in HEIGHTS)
    for above, below in itertools.combinations(_level_lines(mask, LEAST * width), 2):
        if least <= below.y - above.y <= most:
            yield above, below


def _level_lines(mask: Mask, least: float) -> list[_Level]:
    """Return the clearest level lines of which so many dots are seen, from the top."""
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, BREAK), np.uint8))
    climbing = cv2.dilate(closed, np.ones((3, 1), np.uint8))
    long = cv2.morphologyEx(climbing, cv2.MORPH_OPEN, np.ones((1, PIECE), np.uint8))
    runs = cv2.bitwise_and(long, closed)
    rows = runs.sum(axis=1, dtype=np.float64)
    dense = np.convolve(rows, np.ones(2 * NEAR - 3), "same")
    lines: list[_Level] = []
    while dense.max() >= least and len(lines) < MOST_LINES:
        y = int(dense.argmax())
        near = slice(max(y - NEAR, 0), y + NEAR + 1)
        there = runs[near].max(axis=0)
        if there.sum() >= least:
            middle = np.average(np.arange(len(rows))[near], weights=rows[near])
            lines.append(_Level(float(middle), there))
        dense[near] = 0
    return sorted(lines, key=lambda line: line.y)


def _darkness(mask: Mask, above: _Level, below: _Level) -> Floats:
    """Return of what share of the height between two lines each column is dark, (width,)."""
    between = mask[round(above.y) + 2 : round(below.y) - 1]
    leaning = cv2.dilate(between, np.ones((1, 3), np.uint8))
    return np.asarray(leaning.mean(axis=0), np.float32)


def _comb(
    mask: Mask, above: _Level, below: _Level, widths: tuple[float, float], count: int
) -> tuple[float, float, float]:
    """Lay the lines of a row upon those between two level lines; return the best fit.

    Returns:
        What share of its lines is seen, and where its left and right ends are.
    """
    none, one = DARK
    dark = np.clip((_darkness(mask, above, below) - none) / (one - none), 0, 1)
    dark = cv2.dilate(dark[None], np.ones((1, 3), np.uint8)).ravel()
    best = (0.0, 0.0, 0.0)
    for pitch in np.linspace(widths[0], widths[1], PITCHES) / count:
        starts = np.arange(len(dark) - int(count * pitch) - 1)
        if not len(starts):
            break
        places = np.arange(count + 1) * pitch
        uprights = dark[starts[:, None] + np.rint(places).astype(np.intp)].sum(axis=1)
        between = dark[starts[:, None] + np.rint(places[:-1] + pitch / 2).astype(np.intp)]
        fits = uprights - between.mean(axis=1)  # a picture is dark all over
        left = int(fits.argmax())
        right = left + count * pitch
        level = min(line.there[left : round(right)].mean() for line in (above, below))
        seen = (float(fits[left]) + 4 * level) / (count + 5)
        if seen > best[0]:
            best = (seen, float(left), float(right))
    return best


def _sides(mask: Mask, above: _Level, below: _Level, width: float) -> Iterator[tuple[float, float]]:
    """Yield upright lines that may be the left and right of a frame."""
    dark = (_darkness(mask, above, below) > UPRIGHT).astype(np.uint8)
    _, _, _, middles = cv2.connectedComponentsWithStats(dark[None])
    uprights = sorted(float(x) for x, _ in middles[1:])
    least, most = (share * width for share in WIDTHS)
    for left, right in itertools.combinations(uprights, 2):
        if least <= right - left <= most:
            yield left, right


def _seen_of_frame(above: _Level, below: _Level, left: float, right: float) -> float:
    """Return how much of a frame's level lines is seen, and that they end at its sides, 0 to 1."""
    start, end = round(left), round(right) + 1
    seen = np.mean([line.there[start:end].mean() for line in (above, below)])
    outside = [
        part.mean()
        for line in (above, below)
        for part in (
            line.there[max(start - BEYOND, 0) : max(start - 3, 0)],
            line.there[end + 3 : end + BEYOND],
        )
        if part.size
    ]
    return float(seen - GOING_ON * max(outside, default=0.0))
