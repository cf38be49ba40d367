"""Give every stroke of a row to the box it was meant for."""

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.lattice import Lattice
from formreader.boxes.pieces import Piece, find_pieces
from formreader.boxes.remnants import is_remnant, lies_along
from formreader.images import InkImage, histogram

LOW, HIGH = 0.25, 0.55  # of the pen's darkness: strokes reach HIGH somewhere and end at LOW
LOW_ON_GUIDE = 0.42  # where a guide is printed, strokes end before they reach its darkness
FAINTEST = (24, 44)  # darkness; grain and watermarks reach the first, faint pencil the second
MIDDLE = 0.12  # the share of a box at each of its sides where its lines are
PEN_SHARE = 0.75  # of the ink of a page is no darker than what counts as the pen's darkness
SPECK_MM2 = 0.10  # ink smaller than this is dust
BLANK_MM2 = 0.18  # a box with less ink than this is empty; the smallest 1 seen has 0.4
BLANK_SIDE = 0.18  # a mark smaller than this share of the box is no digit; the smallest 1 has 0.26
OVERRUN = 0.45  # of the box height: how far above and below strokes are followed
SIDE_OVERRUN = 0.40  # of a box's width: how far beside the row
CORE = 0.22  # the share of a box left and right of its core; a stroke that stays out is a guest
GUEST_INK = 0.25  # and has at most this share of its ink in the box there
LEAST_INSIDE = 0.45  # share of a stroke's ink that lies in the row it belongs to,
DIGIT_INSIDE = 0.35  # and of one as large as a digit: the bar of a 7 may be all that is outside
NARROWEST = 0.2  # of a box's width; what is narrower may be a line beside the row
WIDEST = 1.0  # times its height; what is wider and in two boxes by nearly equal parts is two digits
EQUAL = 0.55  # share of the ink in one of them that is in the other; of one astray less is
MIDDLE_THIRD = (0.33, 0.67)  # of two digits: where they are parted
HOST_INK = 0.15  # a box with less than this share of the fullest one's ink holds no stroke
DIP = 0.25  # of the box; what reaches in from outside no deeper than this is print or a neighbour
DIRT = 0.04  # ink below this share of a box's largest stroke is no part of a digit,
FAR, FAR_DIRT = 0.10, 0.10  # nor below this share if it lies so far away, by the side of the box,
TOUCHING, LINE_DIRT = 0.04, 0.5  # nor even so much, apart from the stroke
BESIDE_LINE_MM = 0.7  # and this near to a printed line,
FINE_LINE_MM = 0.25  # nor at all if it is finer than any pen there,
ON_LINE_MM = 0.3  # or nowhere farther from the middle of the line
NEXT = np.ones((3, 3), np.uint8)  # a pixel and its neighbours


def pen_darkness(rows: list[tuple[InkImage, Lattice]]) -> float:
    """Estimate how dark the pen of a page is from the middles of all of its boxes.

    Args:
        rows: ink, and where the boxes are in it.

    Returns:
        0 to 255; 0 where nothing is written.
    """
    counts = np.zeros(256, np.int64)
    for ink, lattice in rows:
        first = lattice.boxes[0]
        dx, dy = MIDDLE * first.width, MIDDLE * first.height
        level = ink[max(round(first.y + dy), 0) : max(round(first.bottom - dy), 0)]
        middles = np.zeros_like(level)
        for box in lattice.boxes:
            middles[:, max(round(box.x + dx), 0) : max(round(box.right - dx), 0)] = 1
        counts += histogram(level, middles)
    counts[: FAINTEST[1]] = 0
    if not counts.any():
        return 0.0
    return float(np.searchsorted(np.cumsum(counts), PEN_SHARE * counts.sum()))


def share_out(
    ink: InkImage, lattice: Lattice, darkness: float, dots: float, *, guided: bool = False
) -> tuple[InkImage | None, ...]:
    """Return the strokes of each box of a row, cut out tightly; None for an empty box.

    A stroke that runs over its line into the neighbour's box goes where most of it is; strokes
    of two boxes that touch are parted at the line between them.

    Args:
        ink: the row without its printed lines.
        lattice: where its boxes are.
        darkness: of the page's pen, 0 to 255.
        dots: pixels per mm.
        guided: whether something pale is printed in the boxes, rests of which may be left.
    """
    around, origin = _surroundings(ink, lattice)
    low = max(round((LOW_ON_GUIDE if guided else LOW) * darkness), FAINTEST[0])
    high = max(round(HIGH * darkness), FAINTEST[1])
    ground = _ground(lattice)
    strokes: list[list[Piece]] = [[] for _ in lattice.boxes]
    for piece in find_pieces(around, low, high, SPECK_MM2 * dots * dots, origin):
        for index, part in _parts(piece, ground):
            if not is_remnant(part, lattice, dots):
                strokes[index].append(part)
    return tuple(
        _cut(ink, _without_satellites(parts, lattice, dots), lattice.writing_side, dots)
        for parts in strokes
    )


def _surroundings(ink: InkImage, lattice: Lattice) -> tuple[InkImage, tuple[int, int]]:
    """Cut out what is near enough to the row to belong to it; return x and y of it, too."""
    first, last = lattice.boxes[0], lattice.boxes[-1]
    up, side = OVERRUN * first.height, SIDE_OVERRUN * first.width
    left, top = max(round(first.x - side), 0), max(round(first.y - up), 0)
    right, bottom = round(last.right + side), round(first.bottom + up)
    return ink[top:bottom, left:right], (left, top)


@dataclass(frozen=True, slots=True)
class _Ground:
    """Which pixels are whose in a row of boxes."""

    top: int
    bottom: int
    edges: tuple[int, ...]
    """Where each box's ground begins, and the last one's ends."""
    cores: tuple[int, ...]
    """Where each box's core begins and ends, one after the other."""
    narrowest: float
    """What is no wider may be a line."""
    deepest: float
    """How deep something reaches into a box at least that has a part in it."""

    @property
    def count(self) -> int:
        """How many boxes there are."""
        return len(self.edges) - 1


def _ground(lattice: Lattice) -> _Ground:
    boxes = lattice.boxes
    first, last = boxes[0], boxes[-1]
    middles = [(left.right + right.x) / 2 for left, right in itertools.pairwise(boxes)]
    cores = [(box.x + CORE * box.width, box.right - CORE * box.width) for box in boxes]
    return _Ground(
        top=round(first.y),
        bottom=round(first.bottom) + 1,
        edges=tuple(round(x) for x in (first.x, *middles, last.right)),
        cores=tuple(round(x) for core in cores for x in core),
        narrowest=NARROWEST * first.width,
        deepest=DIP * lattice.writing_side,
    )


def _parts(piece: Piece, ground: _Ground) -> Iterator[tuple[int, Piece]]:
    """Yield the boxes a piece belongs to, by index, and its part of each."""
    first = bisect_right(ground.edges, piece.x) - 1
    level_with = ground.top <= piece.y and piece.bottom <= ground.bottom
    if level_with and 0 <= first == bisect_left(ground.edges, piece.right) - 1 < ground.count:
        yield first, piece
        return
    inside = slice(max(ground.top - piece.y, 0), max(ground.bottom - piece.y, 0))
    columns = piece.mask[inside].sum(axis=0)
    ink = _ink_between(columns, piece.x, ground.edges)
    cores = _ink_between(columns, piece.x, ground.cores)[::2]
    most = max(ink)
    hosts = [
        index
        for index, (own, core) in enumerate(zip(ink, cores, strict=True))
        if core > GUEST_INK * own and own > HOST_INK * most
    ]
    if len(hosts) <= 1 and sum(ink) >= _least_inside(piece, ground) * piece.area:
        yield from _one_or_two(piece, ink, columns)
        return
    for index in hosts:
        left, right = ground.edges[index], ground.edges[index + 1]
        part = piece.within(left, right, ground.top, ground.bottom)
        if part is not None and part.height >= ground.deepest:
            yield index, part


def _least_inside(piece: Piece, ground: _Ground) -> float:
    """Return the share of a piece's ink that has to lie in the row for it to belong there."""
    as_a_digit = piece.height <= ground.bottom - ground.top
    return DIGIT_INSIDE if as_a_digit and piece.width > ground.narrowest else LEAST_INSIDE


def _one_or_two(
    piece: Piece, ink: Sequence[int], columns: npt.NDArray[np.intp]
) -> Iterator[tuple[int, Piece]]:
    """Yield a piece for the box with most of it, or two digits that touch, both of them astray."""
    most = max(ink)
    hosts = [index for index, own in enumerate(ink) if own > EQUAL * most]
    if len(hosts) != 2 or piece.width <= WIDEST * piece.height:
        yield ink.index(most), piece
        return
    start, end = (round(share * piece.width) for share in MIDDLE_THIRD)
    cut = piece.x + start + int(columns[start:end].argmin())
    for host, ends in zip(hosts, ((piece.x, cut), (cut, piece.right)), strict=True):
        part = piece.within(*ends, piece.y, piece.bottom)
        if part is not None:
            yield host, part


def _ink_between(columns: npt.NDArray[np.intp], x: int, edges: Sequence[int]) -> list[int]:
    """Return the pixels of ink between successive edges, given those of each column from x on."""
    total = [0, *np.cumsum(columns).tolist()]
    at = [total[min(max(edge - x, 0), len(columns))] for edge in edges]
    return [after - before for before, after in itertools.pairwise(at)]


def _without_satellites(parts: list[Piece], lattice: Lattice, dots: float) -> list[Piece]:
    """Leave out pieces too small beside the largest stroke of the box, and too far from it."""
    if len(parts) < 2:
        return parts
    reach = BESIDE_LINE_MM * dots
    main = max(parts, key=lambda part: (not lies_along(part, lattice, reach), part.area))
    return [
        part
        for part in parts
        if part is main or part.area >= _least_share(part, main, lattice, dots) * main.area
    ]


def _least_share(part: Piece, main: Piece, lattice: Lattice, dots: float) -> float:
    """Return the share of the largest stroke's ink that a piece needs to belong to it."""
    gap = max(part.x - main.right, main.x - part.right, part.y - main.bottom, main.y - part.bottom)
    if gap <= TOUCHING * lattice.writing_side:
        return DIRT
    if lies_along(part, lattice, BESIDE_LINE_MM * dots):
        thickness = part.area / max(part.width, part.height)
        printed = thickness <= FINE_LINE_MM * dots or lies_along(part, lattice, ON_LINE_MM * dots)
        return math.inf if printed else LINE_DIRT
    return FAR_DIRT if gap > FAR * lattice.writing_side else DIRT


def _cut(ink: InkImage, parts: list[Piece], side: float, dots: float) -> InkImage | None:
    """Cut the strokes of one box out; None if there is too little to be written."""
    if sum(part.area for part in parts) < BLANK_MM2 * dots * dots:
        return None
    left, top = min(part.x for part in parts), min(part.y for part in parts)
    right, bottom = max(part.right for part in parts), max(part.bottom for part in parts)
    if max(right - left, bottom - top) < BLANK_SIDE * side:
        return None
    strokes = np.zeros((bottom - top, right - left), np.uint8)
    for part in parts:
        strokes[part.y - top : part.bottom - top, part.x - left : part.right - left] |= part.mask
    soft = cv2.dilate(strokes, NEXT)
    return np.asarray(ink[top:bottom, left:right] * soft, np.uint8)
