"""Give every stroke of a row to the box it was meant for."""

import itertools

import cv2
import numpy as np

from formreader.boxes.lattice import Lattice
from formreader.boxes.pieces import Mask, Numbers, Pieces, find_pieces
from formreader.boxes.remnants import are_remnants
from formreader.images import InkImage

LOW, HIGH = 0.30, 0.55  # of the pen's darkness: strokes reach HIGH somewhere and end at LOW
LOW_ON_GUIDE = 0.5  # where a guide is printed, strokes end before they reach its darkness
FAINTEST = (24, 44)  # darkness; grain and watermarks reach the first, faint pencil the second
PEN_SHARE = 0.75  # of the ink of a page is no darker than what counts as the pen's darkness
SPECK_MM2 = 0.10  # ink smaller than this is dust
BLANK_MM2 = 0.18  # a box with less ink than this is empty; the smallest 1 seen has 0.4
BLANK_SIDE = 0.18  # a mark smaller than this share of the box is no digit; the smallest 1 has 0.26
OVERRUN = 0.45  # of the box height: how far above and below strokes are followed
SIDE_OVERRUN = 0.40  # of a box's width: how far beside the row
CORE = 0.22  # the share of a box left and right of its core; a stroke that stays out is a guest
GUEST_INK = 0.25  # and leaves at most this share of its ink there
HOST_INK = 0.15  # a box with less than this share of the fullest one's ink holds no stroke
DIP = 0.25  # of the box; what reaches in from outside no deeper than this is print or a neighbour
SATELLITE = (0.04, 0.10)  # ink below the first share of a box's largest stroke is dirt,
SATELLITE_GAP = 0.10  # below the second if it also lies this share of the box away


def pen_darkness(rows: list[tuple[InkImage, Lattice]]) -> float:
    """Estimate how dark the pen of a page is from all of its boxes.

    Args:
        rows: ink without printed lines, and where the boxes are in it.

    Returns:
        0 to 255; 0 where nothing is written.
    """
    counts = np.zeros(256)
    for ink, lattice in rows:
        first, last = lattice.boxes[0], lattice.boxes[-1]
        inside = ink[
            round(first.y) + 2 : round(first.bottom) - 1, round(first.x) + 2 : round(last.right) - 1
        ]
        counts += cv2.calcHist([inside], [0], None, [256], [0, 256]).ravel()
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
    low = max(round((LOW_ON_GUIDE if guided else LOW) * darkness), FAINTEST[0])
    high = max(round(HIGH * darkness), FAINTEST[1])
    field, lattice = _surroundings(ink, lattice)
    pieces = find_pieces(field, low)
    written = pieces.any(field[pieces.rows, pieces.columns] >= high)
    written &= pieces.area >= SPECK_MM2 * dots * dots
    written &= ~are_remnants(pieces, lattice, dots)
    pieces = pieces.without_pixels_of(~written)
    return tuple(
        _cut(field, pieces, mine, lattice, BLANK_MM2 * dots * dots)
        for mine in _by_owner(_owners(pieces, lattice), len(lattice.boxes))
    )


def _surroundings(ink: InkImage, lattice: Lattice) -> tuple[InkImage, Lattice]:
    """Cut out what is near enough to the row to belong to it; return the lattice in it too."""
    first, last = lattice.boxes[0], lattice.boxes[-1]
    up, side = OVERRUN * first.height, SIDE_OVERRUN * first.width
    left, top = max(round(first.x - side), 0), max(round(first.y - up), 0)
    right, bottom = round(last.right + side), round(first.bottom + up)
    return ink[top:bottom, left:right], lattice.moved(-left, -top)


def _owners(pieces: Pieces, lattice: Lattice) -> Numbers:
    """Return for each pixel the index of the box it belongs to, or -1, (pixels,)."""
    count = len(lattice.boxes)
    box, core = _zones(pieces, lattice)
    inside = pieces.counts(box, count)
    cores = pieces.counts(core, count)
    most = inside.max(axis=1, initial=0)
    hosts = (cores > GUEST_INK * inside) & (inside > HOST_INK * most[:, None])
    single = (hosts.sum(axis=1) <= 1) & (inside.sum(axis=1) >= 0.5 * pieces.area)
    owner = np.where(single, inside.argmax(axis=1), -1)[pieces.labels]
    hosted = ~single[pieces.labels] & (box >= 0)
    hosted[hosted] = hosts[pieces.labels[hosted], box[hosted]]
    for label in np.unique(pieces.labels[hosted]):
        _part(owner, box, hosted & (pieces.labels == label), pieces, lattice)
    return np.asarray(owner, np.int32)


def _zones(pieces: Pieces, lattice: Lattice) -> tuple[Numbers, Numbers]:
    """Return for each pixel the box it is in, and the box whose core it is in, or -1."""
    boxes = lattice.boxes
    middles = [(left.right + right.x) / 2 for left, right in itertools.pairwise(boxes)]
    column = np.arange(pieces.columns.max(initial=0) + 1)
    box = np.searchsorted(np.array(middles), column).astype(np.int32)
    left = np.array([rect.x + CORE * rect.width for rect in boxes])[box]
    right = np.array([rect.right - CORE * rect.width for rect in boxes])[box]
    core = np.where((column >= left) & (column < right), box, -1).astype(np.int32)
    box[(column < boxes[0].x) | (column > boxes[-1].right)] = -1
    level = (pieces.rows >= boxes[0].y) & (pieces.rows <= boxes[0].bottom)
    beside = np.int32(-1)
    return (
        np.where(level, box[pieces.columns], beside),
        np.where(level, core[pieces.columns], beside),
    )


def _part(owner: Numbers, box: Numbers, part: Mask, pieces: Pieces, lattice: Lattice) -> None:
    """Give each box its share of a piece that fills several, in place; what dips in stays out."""
    for host in np.unique(box[part]):
        here = part & (box == host)
        depth = np.ptp(pieces.rows[here]) + 1
        if depth >= DIP * lattice.writing_side:
            owner[here] = host


def _by_owner(owner: Numbers, count: int) -> list[Numbers]:
    """Return the indices of each box's pixels."""
    order = np.argsort(owner, kind="stable").astype(np.int32)
    bounds = np.searchsorted(owner[order], np.arange(count + 1))
    return [order[start:end] for start, end in itertools.pairwise(bounds)]


def _cut(
    ink: InkImage, pieces: Pieces, mine: Numbers, lattice: Lattice, blank: float
) -> InkImage | None:
    """Cut the strokes of one box out; None if there is too little to be written."""
    mine = _without_satellites(pieces, mine, lattice.writing_side)
    if len(mine) < blank:
        return None
    rows, columns = pieces.rows[mine], pieces.columns[mine]
    top, left = int(rows.min()), int(columns.min())
    shape = (int(rows.max()) - top + 1, int(columns.max()) - left + 1)
    if max(shape) < BLANK_SIDE * lattice.writing_side:
        return None
    strokes = np.zeros(shape, np.uint8)
    strokes[rows - top, columns - left] = 1
    soft = cv2.dilate(strokes, np.ones((3, 3), np.uint8))
    return np.asarray(ink[top : top + shape[0], left : left + shape[1]] * soft, np.uint8)


def _without_satellites(pieces: Pieces, mine: Numbers, side: float) -> Numbers:
    """Leave out pieces too small beside the largest stroke of the box, and too far from it."""
    labels = pieces.labels[mine]
    areas = np.bincount(labels, minlength=len(pieces.area))
    if np.count_nonzero(areas) < 2:
        return mine
    main = int(areas.argmax())
    gap_x = _gap(pieces.x, pieces.width, main)
    gap_y = _gap(pieces.y, pieces.height, main)
    far = np.maximum(gap_x, gap_y) > SATELLITE_GAP * side
    dirt = (areas < SATELLITE[0] * areas[main]) | (far & (areas < SATELLITE[1] * areas[main]))
    return np.asarray(mine[~dirt[labels]], np.int32)


def _gap(start: Numbers, length: Numbers, main: int) -> Numbers:
    """Return the paper between each piece and one of them along an axis; negative: they overlap."""
    before = start - start[main] - length[main]
    return np.asarray(np.maximum(before, start[main] - start - length), np.int32)
