"""Find the printed lines of a row of boxes near where the template expects them.

A row is a lattice: an upper and a lower line, and the sides of `count` equal boxes at equal
distances. All of its lines are fitted together, so that a line which thresholding broke, a pen
covered or a pale print hid is filled in from those that were found.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.parallels import (
    Places,
    Profile,
    Search,
    fit_lines,
    prepare_search,
    ridges_of,
)
from formreader.boxes.patch import Patch
from formreader.geometry import Rect
from formreader.images import InkImage

REACH_MM = 2.2  # how far from its expected place a row is looked for
WIDEST_GAP = 0.45  # share of the pitch: separate boxes stand at most this far apart
GAP_STEP_MM = 0.1
INK_CAP = 70  # darkness above it counts no more: a pen must not outweigh a pale line
SAME_PRINT = 1.2  # upright lines are at most this many times as dark as level ones
TICK_SHARE = 0.3  # of the height of a comb are its ticks
TICK_END = 0.5  # ticks begin where lines are this share as dark as at their foot
TICK_WEIGHT = 0.7  # the foot of a digit may be as dark as a tick
TALLEST = 1.3  # times its width: digits are hardly taller, whatever the box
SAME_LINE_MM = 0.3  # adjoining boxes share their sides
NEIGHBOURS = np.ones((1, 3), np.uint8)  # a pixel and those beside it


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line of the lattice, patch pixels."""

    position: float
    """x of an upright line, y of a level one."""
    found: bool
    """False: not seen, put where the rest of the lattice says."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """The boxes of a row as they lie in its patch."""

    boxes: tuple[Rect, ...]
    """Between the middles of their lines, patch pixels."""
    level: tuple[Line, ...]
    upright: tuple[Line, ...]
    """Each side once: two adjoining boxes share theirs."""
    upright_top: float
    """Where the upright lines begin, patch pixels: at the upper line, but for combs."""
    evidence: float
    """Share of the lines that were seen, 0 to 1."""
    dx_mm: float
    dy_mm: float
    """How far the row lies right of and below its place in the template."""

    @property
    def writing_side(self) -> float:
        """The side of the largest upright digit a box invites, pixels: some boxes are tall."""
        box = self.boxes[0]
        return min(box.height, TALLEST * box.width)


def find_lattice(
    patch: Patch,
    count: int,
    *,
    pitch_mm: float | None = None,
    near_mm: tuple[float, float] = (0, 0),
    reach_mm: float = REACH_MM,
) -> Lattice:
    """Fit a row of `count` boxes to the lines of a patch.

    Args:
        patch: the row, with its margin.
        count: boxes in the row.
        pitch_mm: distance between left edges; None: found on the page.
        near_mm: where to look for the row, right of and below its place in the template.
        reach_mm: how far from there it may lie.
    """
    dots = patch.dots_per_mm
    region = patch.region.moved(near_mm[0] * dots, near_mm[1] * dots)
    ink = _capped(patch.ink, INK_CAP)
    rows = ridges_of(_level_profile(ink, region), dots)
    reach = round(reach_mm * dots)
    level, level_seen = fit_lines(rows, _level_search(region, reach, len(rows)), dots)
    top, bottom = level.tolist()
    ink = _capped(ink, _print_darkness(ink, region, level[level_seen]))
    columns = ridges_of(_upright_profile(ink, top, bottom), dots)
    pitch = pitch_mm and pitch_mm * dots
    search = _side_search(region, count, pitch, dots, reach, len(columns))
    sides, sides_seen = fit_lines(columns, search, dots)
    boxes = tuple(
        Rect(float(left), top, float(right - left), bottom - top)
        for left, right in sides.reshape(-1, 2)
    )
    upright = _distinct(sides, sides_seen, dots)
    seen = [*level_seen, *(was_seen for _, was_seen in upright)]
    return Lattice(
        boxes=boxes,
        level=tuple(Line(float(y), bool(saw)) for y, saw in zip(level, level_seen, strict=True)),
        upright=tuple(Line(x, saw) for x, saw in upright),
        upright_top=_upright_top(ink, upright, top, bottom),
        evidence=sum(map(float, seen)) / len(seen),
        dx_mm=float(sides[0] + sides[-1] - patch.region.x - patch.region.right) / 2 / dots,
        dy_mm=float(top + bottom - patch.region.y - patch.region.bottom) / 2 / dots,
    )


def expected_lattice(patch: Patch, count: int, pitch_mm: float | None = None) -> Lattice:
    """Return a row of `count` boxes where the template has it: nothing of it was printed."""
    region = patch.region
    pitch = pitch_mm and pitch_mm * patch.dots_per_mm
    sides = _layouts(region, count, pitch, patch.dots_per_mm)[0].reshape(-1, 2).tolist()
    return Lattice(
        boxes=tuple(Rect(left, region.y, right - left, region.height) for left, right in sides),
        level=(Line(region.y, found=False), Line(region.bottom, found=False)),
        upright=tuple(
            Line(side, found=False) for side in sorted({x for box in sides for x in box})
        ),
        upright_top=region.y,
        evidence=0.0,
        dx_mm=0.0,
        dy_mm=0.0,
    )


def _capped(ink: InkImage, most: int) -> InkImage:
    """Count no pixel as darker than a darkness: by OpenCV in a sixth of NumPy's time."""
    _, capped = cv2.threshold(ink, most, 0, cv2.THRESH_TRUNC)
    return np.asarray(capped, np.uint8)


def _level_profile(ink: InkImage, region: Rect) -> Profile:
    """Return the mean darkness of each pixel row across the row of boxes, (height,)."""
    columns = slice(round(region.x), round(region.right))
    return _mean(ink[:, columns], axis=1)


def _print_darkness(ink: InkImage, region: Rect, level: Places) -> int:
    """Return how dark the level lines are, hence how much of the pen's darkness to count."""
    columns = slice(round(region.x), round(region.right))
    rows = [ink[max(round(y) - 1, 0) : round(y) + 2, columns].max(axis=0) for y in level]
    if not rows:
        return INK_CAP
    seen = np.concatenate(rows)
    middle = len(seen) // 2
    return round(SAME_PRINT * int(np.partition(seen, middle)[middle]))


def _upright_profile(ink: InkImage, top: float, bottom: float) -> Profile:
    """Return the darkness of each pixel column between two level lines, (width,).

    The lower part alone counts if it is darker: combs have ticks there and nothing above.
    """
    first, last = round(top) + 2, max(round(bottom) - 1, round(top) + 4)
    ticks = last - max(round(TICK_SHARE * (bottom - top)), 2)
    whole = _mean(ink[first:last], axis=0)
    return np.asarray(np.maximum(whole, TICK_WEIGHT * _mean(ink[ticks:last], axis=0)), np.float32)


def _upright_top(
    ink: InkImage, upright: list[tuple[float, bool]], top: float, bottom: float
) -> float:
    """Return the y at which the upright lines begin, from all of them together."""
    rows = slice(round(top), max(round(bottom), round(top) + 4))
    places = [round(x) for x, saw in upright if saw and 1 <= x < ink.shape[1] - 2]
    if not places:
        return top
    lines = cv2.dilate(ink[rows], NEIGHBOURS)[:, places].mean(axis=1)
    ticks = max(round(TICK_SHARE * len(lines)), 2)
    paper = lines < TICK_END * lines[-ticks:].mean()
    if paper[: len(lines) // 2].mean() < 0.5:
        return top
    return top + 1 + int(np.flatnonzero(paper[: -ticks // 2])[-1])


def _mean(ink: InkImage, axis: int) -> Profile:
    """Average along an axis, (n,): 0 goes down the columns, 1 along the rows."""
    return np.asarray(cv2.reduce(ink, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel(), np.float32)


# The rows of a form are the same on every page of it, and so is where to look for them.
@lru_cache(maxsize=4096)
def _level_search(region: Rect, reach: int, size: int) -> Search:
    return prepare_search(np.array([[region.y, region.bottom]]), reach, size)


@lru_cache(maxsize=4096)
def _side_search(  # noqa: PLR0913, PLR0917 all that the places depend on
    region: Rect, count: int, pitch: float | None, dots: float, reach: int, size: int
) -> Search:
    return prepare_search(_layouts(region, count, pitch, dots), reach, size)


def _layouts(region: Rect, count: int, pitch: float | None, dots: float) -> Places:
    """Return possible sides of the boxes in their region, (layouts, 2 count); adjoining first."""
    if count == 1:
        gaps = np.zeros(1)
    elif pitch is not None:
        gaps = np.array([count * pitch - region.width])
    else:
        gaps = np.arange(0, WIDEST_GAP * region.width / count, GAP_STEP_MM * dots)
    steps = (region.width + gaps) / count
    left = region.x + steps[:, None] * np.arange(count)
    right = left + (steps - gaps)[:, None]
    return np.stack([left, right], axis=2).reshape(len(gaps), 2 * count)


def _distinct(sides: Places, seen: npt.NDArray[np.bool_], dots: float) -> list[tuple[float, bool]]:
    """Merge the sides that two adjoining boxes share."""
    lines: list[tuple[float, bool]] = []
    for side, saw in zip(sides.tolist(), seen.tolist(), strict=True):
        if lines and side - lines[-1][0] < SAME_LINE_MM * dots:
            lines[-1] = ((lines[-1][0] + side) / 2, lines[-1][1] or saw)
        else:
            lines.append((side, saw))
    return lines
