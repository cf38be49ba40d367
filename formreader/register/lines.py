"""The printed lines that a template lets expect, cut into pieces to be looked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from formreader.geometry import Points, Rect
from formreader.template import Group, Template

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

Rows: TypeAlias = tuple[tuple[Group, float], ...]
"""Rows of boxes, each with the distance from box to box."""

SAMPLES = 12  # along each piece
PIECE_MM = 25.0  # longer lines are looked at in pieces, which skew may shift by different amounts
BOX_MIDDLE = (0.2, 0.6)  # of a box's width: start and length of what is looked at
THIN_MM = 0.2  # a gap below that is none: the boxes share a line
ALONG = (np.arange(SAMPLES) + 0.5) / SAMPLES


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Printed lines in pieces, each of which should show one straight line."""

    points: Floats
    """Where to look along each piece, mm, (pieces, SAMPLES, 2)."""
    inward: Points
    """Unit vector across each piece, into its box."""
    upper: Flags
    """Whether a piece belongs to the upper half of its row, which combs leave open."""
    row: Indices
    """Of which row of boxes each piece is, from 0."""
    corners: Points
    """The corners of all rows, mm, four of each."""
    middle: tuple[float, float]
    """Centre of the page, mm."""
    half_side: float
    """Half of the page's long side, mm."""


def outlines(template: Template) -> Lines:
    """Cut the outlines of a template's rows of boxes into pieces.

    Levels run through the middle parts of boxes only, as there may be gaps between them; those of
    the first and the last box are pieces of their own, which tells a row from one moved along by
    a box. Sides come in halves.
    """
    return _outlines(template.bounds, tuple(_rows(template)))


@lru_cache(maxsize=256)  # they are the same on every page: 1 ms
def _outlines(sheet: Rect, rows: Rows) -> Lines:
    parts = [
        (index, first, count)
        for index, (group, _) in enumerate(rows)
        for first, count in _split(group)
    ]
    row, first, count = np.array(parts, np.intp).reshape(-1, 3).T
    x, y, width, height, pitch, box_width = _measures(rows).T
    box = first[:, None] + np.floor(ALONG * count[:, None])
    start, length = BOX_MIDDLE
    within = start + length * ((ALONG * count[:, None]) % 1)
    level_x = x[row, None] + box * pitch[row, None] + within * box_width[row, None]
    levels = [_points(level_x, y[row, None]), _points(level_x, (y + height)[row, None])]
    halves = [y[:, None] + height[:, None] * (half + ALONG) / 2 for half in (0, 1)]
    sides = [_points(side[:, None], half) for half in halves for side in (x, x + width)]
    each = np.arange(len(rows))
    return _gathered(
        sheet,
        rows,
        levels + sides,
        [(0, 1), (0, -1), (1, 0), (-1, 0), (1, 0), (-1, 0)],
        [True, False, True, True, False, False],
        [row, row, each, each, each, each],
    )


def separators(template: Template, gap_mm: float) -> Lines:
    """Cut out the lower halves of the lines between boxes, all that combs have.

    Boxes that stand apart have two lines between them.

    Args:
        template: with rows of boxes.
        gap_mm: between boxes, where the template gives no pitch.
    """
    return _separators(template.bounds, tuple(_rows(template, gap_mm)))


@lru_cache(maxsize=256)
def _separators(sheet: Rect, rows: Rows) -> Lines:
    counts = np.array([group.boxes - 1 for group, _ in rows], np.intp)
    row = np.repeat(np.arange(len(rows)), counts)
    number = np.concatenate([np.arange(1, count + 1) for count in counts] or [np.zeros(0)])
    x, y, _, height, pitch, box_width = _measures(rows).T
    left = x[row] + number * pitch[row]
    gap = (pitch - box_width)[row]
    lower = (y[:, None] + height[:, None] * (1 + ALONG) / 2)[row]
    apart = gap > THIN_MM
    right = _points((left - gap)[apart, None], lower[apart])
    return _gathered(
        sheet,
        rows,
        [_points(left[:, None], lower), right],
        [(1, 0), (-1, 0)],
        [False, False],
        [row, row[apart]],
    )


def _rows(template: Template, gap_mm: float = 0.0) -> Iterator[tuple[Group, float]]:
    """Yield all rows of boxes, each with the distance from box to box."""
    for field in template.fields:
        for group in field.groups if field.is_fixed else ():
            yield group, field.pitch or (group.region.width + gap_mm) / group.boxes


def _split(group: Group) -> Iterator[tuple[int, int]]:
    """Yield the first box and the number of boxes of each piece of a row's level lines."""
    yield 0, 1
    between = group.boxes - 2
    pieces = min(max(1, round(group.region.width / PIECE_MM)), between)
    for piece in range(pieces):
        first, beyond = piece * between // pieces, (piece + 1) * between // pieces
        yield 1 + first, beyond - first
    if group.boxes > 1:
        yield group.boxes - 1, 1


def _measures(rows: Rows) -> Floats:
    """Return x, y, width and height of each row, then the pitch and width of its boxes, mm."""
    table = [
        (r.x, r.y, r.width, r.height, pitch, r.width - (group.boxes - 1) * pitch)
        for group, pitch in rows
        for r in [group.region]
    ]
    return np.array(table, np.float64).reshape(-1, 6)


def _points(x: Floats, y: Floats) -> Floats:
    return np.stack(np.broadcast_arrays(x, y), axis=-1)


def _gathered(  # noqa: PLR0913, PLR0917 all that there is of them
    sheet: Rect,
    rows: Rows,
    points: list[Floats],
    inward: list[tuple[int, int]],
    upper: list[bool],
    row: list[Indices],
) -> Lines:
    """Join kinds of pieces, each with its direction, its height and the rows of its pieces."""
    counts = [len(part) for part in points]
    return Lines(
        points=np.concatenate([part.reshape(-1, SAMPLES, 2) for part in points]),
        inward=np.repeat(np.array(inward, np.float64), counts, axis=0),
        upper=np.repeat(upper, counts),
        row=np.concatenate(row),
        corners=np.array([group.region.corners for group, _ in rows]).reshape(-1, 2),
        middle=(sheet.width / 2, sheet.height / 2),
        half_side=max(sheet.width, sheet.height) / 2,
    )
