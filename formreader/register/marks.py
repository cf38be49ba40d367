"""Printed marks: found anywhere on the scan, then matched with the template's arrangement."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from formreader.geometry import Points, Transform
from formreader.images import GrayImage
from formreader.register.fitting import fit_points, spread_mm
from formreader.register.pyramid import Pyramid
from formreader.template import Marks

Numbers = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

SMALLEST_PX = 9  # a mark must cover so many pixels each way to be told from text
DARKEST_SHARE = 0.55  # of the mean around it; marks reach 0.1 to 0.3, in glare, too; desks 0.6
AROUND = 4  # sides of a mark: the window for that mean
CORE_SHARE = 0.55  # of a mark's side: text and lines are worn away by an erosion of that size
LONGEST = 1.6  # longer side to shorter; marks slant on photos, bars are to be left out
SIZES_ON_SCAN = (0.65, 1.6)  # sides of marks to the expected one: dpi and page sizes are rough
SIZES_ON_PHOTO = (0.35, 1.3)  # the sheet may fill half of the picture, and far corners shrink
MOST_SPOTS = 60
PAIRS = 8  # of template marks, the farthest apart, that matching starts from
OTHER_PAIRS = 20  # that it goes on with, where the farthest marks are not all there
SCALES = (0.85, 1.18)  # of a scan against what its marks' own size says
GATES_MM = (8.0, 4.0, 2.0)  # from pass to pass, spots farther from their mark are left out
BEST = 6  # matches followed up
A_MARK = 0.75  # of a mark: arrangements with so much less to them wait until the others failed
NEARLY = 0.85  # of the most marks found: arrangements with fewer are coincidence
MOST = 0.65  # of the marks: three of four, two of three
CORNERS = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])  # clockwise from the top left
PER_CORNER = 4  # spots farthest out towards each corner of a photo; the desk may have some, too
SIZE_FACTOR = 1.35  # between a mark's size and what a photo's perspective makes of it


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Solid dark spots of about the right size, any of which may be a mark."""

    centres: Points
    """Scan pixels."""
    sides: Numbers
    """Scan pixels, the mean of width and height."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Marks of the template found in a consistent arrangement."""

    transform: Transform
    """Page mm to scan pixels."""
    found: int
    """How many marks there are."""
    spread_mm: float
    """How far they are, root mean square, from where the mapping has them."""

    @property
    def is_overdetermined(self) -> bool:
        """Whether there are more marks than any mapping of this kind must meet."""
        return self.found > (4 if self.transform.matrix[2, :2].any() else 3)


def find_spots(scan: Pyramid, side_px: float, sizes: tuple[float, float]) -> Spots:
    """Find everything that could be a mark.

    Args:
        scan: at all its sizes.
        side_px: expected side of a mark, pixels of the full scan.
        sizes: the smallest and largest side, as shares of that.
    """
    view = scan.view(side_px * sizes[0], SMALLEST_PX * sizes[0])
    side = side_px / view.factor
    core = max(3, round(CORE_SHARE * sizes[0] * side))
    worn = cv2.erode(_darker_than_around(view.image, side), np.ones((core, core), np.uint8))
    contours, _ = cv2.findContours(worn, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    spots = []
    for x, y, width, height in map(cv2.boundingRect, contours):
        short, long = sorted((width + core - 1, height + core - 1))
        if sizes[0] * side <= short and long <= min(sizes[1] * side, LONGEST * short):
            moments = cv2.moments(worn[y : y + height, x : x + width], binaryImage=True)
            dots = moments["m00"]
            if dots > width * height / 2:  # not the hole of a ring
                centre_x, centre_y = moments["m10"] / dots, moments["m01"] / dots
                spots.append((x + centre_x, y + centre_y, (short + long) / 2))
    largest = sorted(spots, key=lambda spot: -spot[2])[:MOST_SPOTS]
    table = np.array(largest, np.float64).reshape(-1, 3)
    even = (core + 1) % 2 / 2  # a kernel of even size wears more off one side than off the other
    return Spots(view.to_scan.apply(table[:, :2] - even), table[:, 2] * view.factor)


def match_scan(marks: Marks, spots: Spots) -> Iterator[list[Match]]:
    """Match marks on a flat scan, turned and scaled as it may be.

    Yields at once all arrangements in which most marks are found, that is every turn in which
    they look alike; then lesser ones. Two marks are enough.
    """
    at, seen = np.array(marks.at) @ (1, 1j), spots.centres @ (1, 1j)
    own = (spots.sides + spots.sides[:, None]) / 2 / marks.size
    pairs = sorted(
        itertools.combinations(range(len(at)), 2), key=lambda pair: -abs(at[pair[0]] - at[pair[1]])
    )
    others = pairs[PAIRS : len(pairs) // 2 : len(pairs) // (2 * OTHER_PAIRS) + 1]
    for some in filter(len, (pairs[:PAIRS], others)):
        first, second = np.array(some).T
        turns = (seen - seen[:, None]) / (at[second] - at[first])[:, None, None]
        likely = (abs(turns) > SCALES[0] * own) & (abs(turns) < SCALES[1] * own)
        pair, start, end = np.nonzero(likely)
        turn = turns[pair, start, end]
        shift = seen[start] - turn * at[first[pair]]
        expected = turn[:, None] * at + shift[:, None]
        yield from _followed_up(marks, spots, expected, abs(turn))


def match_photo(marks: Marks, spots: Spots) -> Iterator[list[Match]]:
    """Match the outermost four marks on a photo in perspective, all of which must be there.

    Yields as `match_scan`.
    """
    at = np.array(marks.at)
    outer = at[(at @ CORNERS.T).argmax(axis=0)]
    if len(np.unique(outer, axis=0)) < 4 or len(spots.centres) < 4:
        return
    far = np.argsort(-(spots.centres @ CORNERS.T), axis=0)[:PER_CORNER].T
    quads = np.array([q for q in itertools.product(*far) if len(set(q)) == 4]).reshape(-1, 4)
    quads = np.concatenate([np.roll(quads, turn, axis=1) for turn in range(4)])
    quads = quads[_convex(spots.centres[quads])]
    matrices = _homographies(outer, spots.centres[quads])
    scales = _scales(matrices, outer)
    odd = abs(np.log(spots.sides[quads] / (marks.size * scales)))
    likely = odd.sum(axis=1).argsort()
    likely = likely[(odd[likely] < np.log(SIZE_FACTOR)).all(axis=1)]
    matrices, scales = matrices[likely], scales[likely]
    places = np.column_stack([at, np.ones(len(at))]) @ matrices.transpose(0, 2, 1)
    expected = (places[..., :2] / places[..., 2:]) @ (1, 1j)
    yield from _followed_up(marks, spots, expected, scales.mean(axis=1))


def agrees(marks: Marks, spots: Spots, size: tuple[int, int], transform: Transform) -> bool:
    """Tell whether most of the marks that a mapping puts on the scan are there.

    Args:
        marks: of the template.
        spots: of the scan.
        size: width and height of the scan.
        transform: page mm to scan pixels.
    """
    places = transform.apply(np.array(marks.at))
    scale = transform.scale_at(*marks.at[0])
    margin = marks.size * scale
    inside = places[((places > margin) & (places < np.array(size) - margin)).all(axis=1)]
    if not len(inside):
        return True
    gate = GATES_MM[1] * scale
    gaps = np.linalg.norm(inside[:, None] - spots.centres, axis=2)
    return bool((gaps.min(axis=1, initial=np.inf) < gate).mean() >= MOST)


def _darker_than_around(image: GrayImage, side: float) -> GrayImage:
    """Return 255 where a pixel is clearly darker than the mean of its surroundings."""
    window = round(AROUND * side) | 1
    mean = cv2.boxFilter(image, -1, (window, window))
    return np.asarray(
        cv2.compare(image, cv2.convertScaleAbs(mean, alpha=DARKEST_SHARE), cv2.CMP_LT), np.uint8
    )


def _followed_up(
    marks: Marks, spots: Spots, expected: Complex, scales: Numbers
) -> Iterator[list[Match]]:
    """Refine the most promising arrangements: first those with most marks, then others.

    Args:
        marks: of the template.
        spots: of the scan.
        expected: where each arrangement has each mark, (arrangements, marks); likelier ones first.
        scales: of each arrangement, pixels per mm.
    """
    if not len(expected):
        return
    gaps = abs(expected[:, :, None] - spots.centres @ (1, 1j)).min(axis=2) / scales[:, None]
    merit = np.maximum(0, 1 - (gaps / GATES_MM[0]) ** 2).sum(axis=1)
    order = np.argsort(-merit, kind="stable")
    first = merit[order] > merit.max() - A_MARK
    for batch in (order[first], order[~first]):
        apart = _apart(expected[batch], scales[batch])
        settled = [_settled(marks, spots, *arrangement) for arrangement in apart]
        matches = [match for match in settled if match]
        most = max((match.found for match in matches), default=0)
        yield [match for match in matches if match.found >= NEARLY * most]


def _apart(expected: Complex, scales: Numbers) -> list[tuple[Complex, float]]:
    """Choose the first few arrangements that differ, each with its scale."""
    chosen: list[int] = []
    for index, places in enumerate(expected):
        moved = abs(expected[chosen] - places).mean(axis=1) / scales[index]
        if (moved > GATES_MM[0]).all():
            chosen.append(index)
        if len(chosen) == BEST:
            break
    return [(expected[index], float(scales[index])) for index in chosen]


def _settled(marks: Marks, spots: Spots, expected: Complex, scale: float) -> Match | None:
    """Fit the mapping to the spots nearest to each mark, again and again."""
    at, places = np.array(marks.at), np.column_stack([expected.real, expected.imag])
    before: list[int] = []
    for gate_mm in GATES_MM:
        gaps = np.linalg.norm(places[:, None] - spots.centres, axis=2)
        nearest = gaps.argmin(axis=1)
        order = gaps.min(axis=1).argsort()
        _, first = np.unique(nearest[order], return_index=True)
        used = order[first]  # of the marks that claim one spot, the one nearest to it
        used = used[gaps[used, nearest[used]] <= gate_mm * scale]
        if len(used) < 2:
            return None
        if list(used) != before:
            seen = spots.centres[nearest[used]]
            transform = fit_points(at[used], seen)
            places, before = transform.apply(at), list(used)
    return Match(transform, len(used), spread_mm(transform, at[used], seen))


def _convex(quads: Points) -> npt.NDArray[np.bool_]:
    """Tell which quadrilaterals, (n, 4, 2), are convex and clockwise as the template's corners."""
    sides = np.roll(quads, -1, axis=1) - quads
    after = np.roll(sides, -1, axis=1)
    return np.asarray(
        (sides[..., 0] * after[..., 1] - sides[..., 1] * after[..., 0] > 0).all(axis=1)
    )


def _homographies(source: Points, targets: Points) -> Numbers:
    """Return the mappings of four points onto each of n quadrilaterals, (n, 3, 3)."""
    x, y = np.broadcast_to(source, targets.shape).transpose(2, 0, 1)
    u, v = targets.transpose(2, 0, 1)
    zero, one = np.zeros_like(u), np.ones_like(u)
    upper = np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=2)
    lower = np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=2)
    system = np.concatenate([upper, lower], axis=1)
    eight = np.linalg.solve(system, np.concatenate([u, v], axis=1)[..., None])[..., 0]
    return np.concatenate([eight, np.ones((len(eight), 1))], axis=1).reshape(-1, 3, 3)


def _scales(matrices: Numbers, points: Points) -> Numbers:
    """Return how many pixels a mm covers at each point under each mapping, (n, points)."""
    weight = np.column_stack([points, np.ones(len(points))]) @ matrices[:, 2].T
    areas = abs(np.linalg.det(matrices))[:, None] / abs(weight.T) ** 3
    return np.asarray(np.sqrt(areas), np.float64)
