"""Give every stroke of a row to the box it was meant for."""

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.lattice import Lattice, Line
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
TALLEST = 1.3  # times its width: digits are hardly taller, whatever the box
CORE = 0.22  # the share of a box left and right of its core; a stroke that stays out is a guest
GUEST_INK = 0.25  # and leaves at most this share of its ink there
HOST_INK = (
    0.15  # a box with less than this share of the fullest one's ink holds no stroke of its own
)
DIP = 0.25  # of the box; what reaches in from outside no deeper than this is print or a neighbour
REMNANT_MM = 0.6  # what is thinner than this and as near to a printed line is left of the line
RING_MM, ON_LINES = 0.45, 0.95  # an angle of which so much lies so near to lines is their corner
BAR_WIDTH = (
    0.9  # of a box's width; a piece so wide along a level line is print, not a bar of 5 or 7
)
REMNANT_SIDE = 0.35  # of the box; a longer piece along an upright line that was seen is a 1
SATELLITE = (0.04, 0.10)  # ink below the first share of a box's largest stroke is dirt,
SATELLITE_GAP = 0.10  # below the second if it also lies this share of the box away

Labels = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Components:
    """The connected pieces of ink of a row, in arrays of one entry each."""

    rows: Labels
    columns: Labels
    labels: Labels
    """Of every pixel with ink: where it is, which piece it belongs to."""
    x: Labels
    y: Labels
    width: Labels
    height: Labels
    area: Labels

    def counts(self, zones: Labels, zone_count: int, pixels: Mask) -> Labels:
        """Count the pixels of each piece in each zone, (pieces, zones)."""
        flat = self.labels[pixels] * zone_count + zones[pixels]
        found = np.bincount(flat, minlength=len(self.area) * zone_count)
        return found.reshape(len(self.area), zone_count).astype(np.int32)


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
    field = _clip(ink, lattice)
    low = max(round((LOW_ON_GUIDE if guided else LOW) * darkness), FAINTEST[0])
    high = max(round(HIGH * darkness), FAINTEST[1])
    pieces = _components(field, low)
    written = _dark(field, pieces, high) & (pieces.area >= SPECK_MM2 * dots * dots)
    written &= ~_remnants(pieces, lattice, dots)
    owner = _owners(pieces, written, lattice)
    return tuple(
        _cut(field, pieces, owner == index, lattice, dots) for index in range(len(lattice.boxes))
    )


def _clip(ink: InkImage, lattice: Lattice) -> InkImage:
    """Blank what lies too far from the row to belong to it."""
    first, last = lattice.boxes[0], lattice.boxes[-1]
    up = OVERRUN * first.height
    side = SIDE_OVERRUN * first.width
    clipped = np.zeros_like(ink)
    rows = slice(max(round(first.y - up), 0), round(first.bottom + up))
    columns = slice(max(round(first.x - side), 0), round(last.right + side))
    clipped[rows, columns] = ink[rows, columns]
    return clipped


def _components(ink: InkImage, low: int) -> _Components:
    _, mask = cv2.threshold(ink, low - 1, 1, cv2.THRESH_BINARY)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    rows, columns = np.nonzero(mask)
    pieces = np.asarray(stats[1:], np.int32)  # 0 is the background
    return _Components(
        rows=rows.astype(np.int32),
        columns=columns.astype(np.int32),
        labels=np.asarray(labels[rows, columns] - 1, np.int32),
        x=pieces[:, cv2.CC_STAT_LEFT],
        y=pieces[:, cv2.CC_STAT_TOP],
        width=pieces[:, cv2.CC_STAT_WIDTH],
        height=pieces[:, cv2.CC_STAT_HEIGHT],
        area=pieces[:, cv2.CC_STAT_AREA],
    )


def _dark(ink: InkImage, pieces: _Components, high: int) -> Mask:
    """Tell which pieces are as dark as the pen somewhere, (pieces,)."""
    dark = ink[pieces.rows, pieces.columns] >= high
    return np.bincount(pieces.labels[dark], minlength=len(pieces.area)) > 0


def _remnants(pieces: _Components, lattice: Lattice, dots: float) -> Mask:
    """Tell which pieces are left over from printed lines: thin, and along one."""
    limit = REMNANT_MM * dots
    if not len(pieces.area):
        return np.zeros(0, bool)
    level, _ = _nearest(pieces.y + pieces.height / 2, lattice.level)
    flat = (pieces.height <= limit) & (pieces.width >= pieces.height) & (level <= limit)
    flat |= (pieces.width >= BAR_WIDTH * lattice.boxes[0].width) & (level <= 2 * limit)
    upright, seen = _nearest(pieces.x + pieces.width / 2, lattice.upright)
    short = (pieces.height < REMNANT_SIDE * _writing_side(lattice)) | ~seen
    thin = (pieces.width <= limit) & (pieces.height >= pieces.width) & (upright <= limit)
    angular = (pieces.width > limit) & (pieces.height > limit)
    corner = angular & (_share_on_lines(pieces, lattice, RING_MM * dots) >= ON_LINES)
    return flat | corner | (thin & short)


def _share_on_lines(pieces: _Components, lattice: Lattice, reach: float) -> npt.NDArray[np.float64]:
    """Return the share of each piece's pixels that lie within reach of a line, (pieces,)."""
    row, column = np.arange(pieces.rows.max() + 1), np.arange(pieces.columns.max() + 1)
    near_level = _nearest(row, lattice.level)[0] <= reach
    near_upright = _nearest(column, lattice.upright)[0] <= reach
    on_line = near_level[pieces.rows] | near_upright[pieces.columns]
    return np.bincount(pieces.labels[on_line], minlength=len(pieces.area)) / pieces.area


def _writing_side(lattice: Lattice) -> float:
    """Return the side of the largest upright digit a box invites, pixels: some boxes are tall."""
    box = lattice.boxes[0]
    return min(box.height, TALLEST * box.width)


def _nearest(
    places: npt.NDArray[np.float64], lines: tuple[Line, ...]
) -> tuple[npt.NDArray[np.float64], Mask]:
    """Return for each place its distance to the nearest line, and whether that line was seen."""
    distance = np.abs(places[:, None] - np.array([line.position for line in lines]))
    nearest = distance.argmin(axis=1)
    seen = np.array([line.found for line in lines])[nearest]
    return distance.min(axis=1), seen


def _owners(pieces: _Components, written: Mask, lattice: Lattice) -> Labels:
    """Return for each pixel with ink the index of the box it belongs to, or -1, (pixels,)."""
    count = len(lattice.boxes)
    box, core = _zones(pieces, lattice)
    inside = pieces.counts(box, count, box >= 0)
    cores = pieces.counts(core, count, core >= 0)
    most = inside.max(axis=1, initial=0)
    hosts = (cores > GUEST_INK * inside) & (inside > HOST_INK * most[:, None])
    single = hosts.sum(axis=1) <= 1
    mostly_inside = inside.sum(axis=1) >= 0.5 * pieces.area
    whole = np.where(single & mostly_inside & written, inside.argmax(axis=1), -1)
    parted = written & ~(single & mostly_inside)
    owner = whole[pieces.labels]
    hosted = parted[pieces.labels] & (box >= 0)
    hosted[hosted] = hosts[pieces.labels[hosted], box[hosted]]
    for label in np.unique(pieces.labels[hosted]):
        _part(owner, box, hosted & (pieces.labels == label), pieces, lattice)
    return owner.astype(np.int32)


def _part(owner: Labels, box: Labels, part: Mask, pieces: _Components, lattice: Lattice) -> None:
    """Give each box its share of a piece that fills several, in place; what dips in stays out."""
    for host in np.unique(box[part]):
        here = part & (box == host)
        depth = np.ptp(pieces.rows[here]) + 1
        if depth >= DIP * _writing_side(lattice):
            owner[here] = host


def _zones(pieces: _Components, lattice: Lattice) -> tuple[Labels, Labels]:
    """Return for each pixel with ink the box it is in, and the box whose core it is in, or -1."""
    boxes = lattice.boxes
    middles = [(left.right + right.x) / 2 for left, right in itertools.pairwise(boxes)]
    x = pieces.columns
    box = np.searchsorted(np.array(middles), x).astype(np.int32)
    outside = (
        (pieces.rows < boxes[0].y)
        | (pieces.rows > boxes[0].bottom)
        | (x < boxes[0].x)
        | (x > boxes[-1].right)
    )
    box[outside] = -1
    left = np.array([rect.x + CORE * rect.width for rect in boxes])[box]
    right = np.array([rect.right - CORE * rect.width for rect in boxes])[box]
    core = np.where((x >= left) & (x < right), box, -1)
    return box, core.astype(np.int32)


def _cut(
    ink: InkImage, pieces: _Components, mine: Mask, lattice: Lattice, dots: float
) -> InkImage | None:
    """Cut the strokes of one box out; None if there is too little to be written."""
    side = _writing_side(lattice)
    mine = _without_satellites(pieces, mine, side)
    if mine.sum() < BLANK_MM2 * dots * dots:
        return None
    rows, columns = pieces.rows[mine], pieces.columns[mine]
    top, left = int(rows.min()), int(columns.min())
    shape = (int(rows.max()) - top + 1, int(columns.max()) - left + 1)
    if max(shape) < BLANK_SIDE * side:
        return None
    strokes = np.zeros(shape, np.uint8)
    strokes[rows - top, columns - left] = 1
    soft = cv2.dilate(strokes, np.ones((3, 3), np.uint8))
    return np.asarray(ink[top : top + shape[0], left : left + shape[1]] * soft, np.uint8)


def _without_satellites(pieces: _Components, mine: Mask, side: float) -> Mask:
    """Leave out pieces too small beside the largest stroke of the box, and too far from it."""
    areas = np.bincount(pieces.labels[mine], minlength=len(pieces.area))
    if np.count_nonzero(areas) < 2:
        return mine
    main = int(areas.argmax())
    gap_x = np.maximum(pieces.x - pieces.x[main] - pieces.width[main], 0) + np.maximum(
        pieces.x[main] - pieces.x - pieces.width, 0
    )
    gap_y = np.maximum(pieces.y - pieces.y[main] - pieces.height[main], 0) + np.maximum(
        pieces.y[main] - pieces.y - pieces.height, 0
    )
    far = np.maximum(gap_x, gap_y) > SATELLITE_GAP * side
    dirt = (areas < SATELLITE[0] * areas[main]) | (far & (areas < SATELLITE[1] * areas[main]))
    return np.asarray(mine & ~dirt[pieces.labels], bool)
