"""The printed boxes as the only evidence: their arrangement is searched for on a flat page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from formreader.geometry import Points, Transform
from formreader.register.flat import DOTS_PER_MM, THROUGH, Flat, LineMaps, map_lines
from formreader.register.lines import SAMPLES, Lines

Cells = npt.NDArray[np.int_]
Counts = npt.NDArray[np.uint8]

LOOKS = 120  # at most, of one arrangement: their sum fits into a byte
SLACK_MM = 20  # beyond what page and scan differ by: shifts on paper and on the glass
MOST_SLACK_MM = 120
BORDER_MM = 2 * MOST_SLACK_MM + 1  # around the maps, so that no look falls off them
PEAKS = 2  # of each scale and turn
PEAK_MM = 4  # around a peak, others are not looked for
HOPELESS = 0.4  # of what there could be; combs, which have no upper lines, reach 0.6
ALIKE = 2  # arrangements within PEAK_MM of each other: not every one can be corrected
BEST = 10  # arrangements handed on
QUARTERS = (
    np.array([[1, 0], [0, 1]]),
    np.array([[0, -1], [1, 0]]),
    np.array([[-1, 0], [0, -1]]),
    np.array([[0, 1], [-1, 0]]),
)


@dataclass(frozen=True, slots=True, eq=False)
class _Peak:
    """An arrangement that meets more lines than those beside it."""

    share: float
    """Of what it could meet."""
    transform: Transform
    """Page mm to mm of the flat page."""


def search(flat: Flat, outlines: Lines, scales: Iterable[float]) -> list[Transform]:
    """Return where the rows' outlines lie upon most lines, best first, as page mm to scan pixels.

    Args:
        flat: the page.
        outlines: of the template.
        scales: of the page's print, against the flat page's mm.
    """
    maps = _bordered(map_lines(flat))
    found = [
        peak
        for turn, quarter in enumerate(QUARTERS)
        for scale in scales
        for peak in _peaks(maps, outlines, quarter * scale, turned=turn % 2 == 1)
    ]
    to_dots = Transform.scaling(DOTS_PER_MM).then(Transform.shift(-0.5, -0.5))
    return [peak.transform.then(to_dots).then(flat.to_scan) for peak in _apart(found, outlines)]


def _bordered(maps: LineMaps) -> LineMaps:
    return LineMaps(np.pad(maps.level, BORDER_MM), np.pad(maps.upright, BORDER_MM))


def _peaks(maps: LineMaps, outlines: Lines, matrix: Points, *, turned: bool) -> Iterator[_Peak]:
    """Yield the best shifts of the outlines under one scale and turn."""
    size = np.array(maps.level.shape[::-1]) - 2 * BORDER_MM
    middle = np.array(outlines.middle)
    slack = abs(size - abs(matrix) @ middle * 2) / 2 + SLACK_MM
    slack = np.minimum(slack, MOST_SLACK_MM).astype(int)
    points, level = _looks(outlines)
    cells = np.floor((points - middle) @ matrix.T + size / 2).astype(int)
    counts = _counts(maps, cells - slack, level != turned, 2 * slack + 1)
    for _ in range(PEAKS):
        y, x = np.unravel_index(counts.argmax(), counts.shape)
        share = counts[y, x] / (THROUGH * len(points))
        if share < HOPELESS:
            return
        shift = size / 2 + (x, y) - slack - matrix @ middle
        yield _Peak(share, Transform(np.vstack([np.column_stack([matrix, shift]), (0, 0, 1)])))
        counts[max(0, y - PEAK_MM) : y + PEAK_MM + 1, max(0, x - PEAK_MM) : x + PEAK_MM + 1] = 0


def _looks(outlines: Lines) -> tuple[Points, npt.NDArray[np.bool_]]:
    """Choose points of the outlines: where, and whether on a level line; in no order."""
    points = outlines.points[:, [SAMPLES // 4, -SAMPLES // 4]].reshape(-1, 2)
    level = np.repeat(outlines.inward[:, 1] != 0, 2)
    chosen = np.random.default_rng(0).permutation(len(points))[:LOOKS]
    return points[chosen], level[chosen]


def _counts(maps: LineMaps, corners: Cells, level: npt.NDArray[np.bool_], size: Cells) -> Counts:
    """Sum up for each shift, (down, right), the lines that are met.

    Gives up half way where no shift promises anything.

    Args:
        maps: with their borders.
        corners: where each look falls under the first shift, in cells of the maps without borders.
        level: whether each is for a level line.
        size: how many shifts there are to the right and down.
    """
    width, height = size
    starts = np.clip(corners + BORDER_MM, 0, np.array(maps.level.shape[::-1]) - size)
    counts = np.zeros((height, width), np.uint8)
    for number, ((x, y), is_level) in enumerate(zip(starts, level, strict=True), 1):
        lines = maps.level if is_level else maps.upright
        counts += lines[y : y + height, x : x + width]
        if number == len(starts) // 2 and counts.max() < HOPELESS * THROUGH * number:
            break
    return counts


def _apart(found: list[_Peak], outlines: Lines) -> list[_Peak]:
    """Choose the best arrangements, of those that nearly coincide only a few."""
    ranked = sorted(found, key=lambda peak: -peak.share)
    middles = outlines.points.mean(axis=1)
    chosen: list[_Peak] = []
    places: list[Points] = []
    for peak in ranked:
        place = peak.transform.apply(middles)
        alike = sum(abs(other - place).mean() < PEAK_MM for other in places)
        if alike < ALIKE:
            chosen.append(peak)
            places.append(place)
        if len(chosen) == BEST:
            break
    return chosen
