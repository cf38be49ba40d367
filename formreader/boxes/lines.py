"""Take the printed lines of rows away without eating the strokes that cross or touch them.

A line has the same thickness all along; where it is thicker a stroke crosses, touches or runs
along it, and the ink stays. Everywhere else it becomes paper. Ink clearly darker than the line
itself stays as it is, so that a pen on a pale line loses nothing at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.lattice import Lattice, Line
from formreader.boxes.patch import Patch
from formreader.images import InkImage

SEARCH_MM = 0.35  # a line wavers this much along a row: paper bends, scanners stretch
HALF_WIDTH_MM = (0.10, 0.6)  # least and most half width of a line that is taken away
FLANK = 0.35  # a line ends where its profile falls below this share of its peak
THICKER_MM, THICKER = 0.15, 0.4  # a stroke on a line adds so many mm, or this share of the line,
FINER_MM = 0.03  # or so little where a scan is grey and its lines are even, as of a laser printer:
EVEN, UNEVEN = 0.85, 2.0  # more than they are thicker than usual along the rest of their length
STEPS = 1.1  # a line of a black-and-white scan is now and then thicker by one of its pixels
USUAL = 0.4  # quantile of thickness along what is there of a line, that no stroke reaches
LEAST_THICKNESS = 0.5  # pixels; below it the line is broken
DIFFER = 1.5  # some lines are thicker or darker than most; more so, they lie under a pen
LEVEL_DIFFER = 2.2  # a coarse fax draws level lines once and twice as thick by turns
RAGGED_PX = 2  # pixels by which a piece of line is thicker than most on one side
SMOOTH_MM = 0.3  # bilevel lines are ragged; their thickness is averaged over this length
DARKER = 1.5  # ink this many times as dark as the line is no line
SAME_PEN = 1.15  # times its usual darkness is the most that a pen has
TYPICAL = 0.75  # quantile along a line that shows its darkness, were three quarters of it broken
FAINTEST_LINE = 8  # darkness; what is fainter does no harm
AROUND = 2  # pixels beside a line that may be its blurred edge
CROSSING_MM = 0.5  # from where another line meets it a line may be thicker
OVERRUN_MM = 0.6  # printers end a line a little beyond its corner

Pixels = npt.NDArray[np.intp]
Values = npt.NDArray[np.float32]


class _Stretches(NamedTuple):
    """Pieces of lines of one row, all as long."""

    ink: InkImage
    """The row, turned so that the lines are level."""
    places: list[tuple[int, int]]
    """The top and left of each piece in the row."""
    strips: InkImage
    """The ink along each, (pieces, across, along)."""
    crossed: npt.NDArray[np.bool_]
    """Where other lines meet it, (pieces, along)."""
    dots: float
    """Pixels per mm."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What tells lines of one direction from the strokes on them."""

    differ: float
    """How many times as dark or thick as most of them a line may be."""
    pen: float
    """Darkness of the pen, 0 to 255; infinite if it is not known."""
    step: float
    """Thickness can only be told in steps of so many pixels; 0: as finely as greys allow."""


def remove_lines(rows: Sequence[tuple[Patch, Lattice]], pen: float = 0.0) -> tuple[InkImage, ...]:
    """Return the ink of each row of a page without the lines of its lattice.

    The lines of all rows are looked at together: those of a page are printed alike.

    Args:
        rows: where the boxes are.
        pen: its darkness, 0 to 255: a stroke of pencil beside a black line makes it less thick
            than one of ink. 0: not known, as dark as the lines.
    """
    pen = pen or np.inf
    step = max((patch.step for patch, _ in rows), default=0.0)
    lattices = [lattice for _, lattice in rows]
    dots = [patch.dots_per_mm for patch, _ in rows]
    turned = [_turned(patch.ink) for patch, _ in rows]
    upright = map(_upright_stretches, turned, lattices, dots)
    _remove_all(upright, _Look(DIFFER, pen, step))
    inks = [_turned(ink) for ink in turned]
    level = chain.from_iterable(map(_level_stretches, inks, lattices, dots))
    _remove_all(level, _Look(LEVEL_DIFFER, pen, step))
    return tuple(inks)


def _turned(ink: InkImage) -> InkImage:
    """Return a copy in which upright lines are level."""
    return np.asarray(cv2.transpose(ink), np.uint8)


def _upright_stretches(turned: InkImage, lattice: Lattice, dots: float) -> _Stretches:
    """Return the upright lines of a row."""
    overrun = OVERRUN_MM * dots
    start = max(round(lattice.upright_top - overrun), 0)
    along = slice(start, round(lattice.boxes[0].bottom + overrun))
    crossed = _crossed(turned.shape[1], lattice.level, dots)[along]
    tops, reach = _tops(turned, lattice.upright, dots)
    strips = turned[:, along][np.add.outer(np.array(tops, np.intp), np.arange(2 * reach + 1))]
    return _Stretches(
        turned,
        [(top, start) for top in tops],
        strips,
        np.broadcast_to(crossed, (len(tops), *crossed.shape)),
        dots,
    )


def _level_stretches(ink: InkImage, lattice: Lattice, dots: float) -> Iterator[_Stretches]:
    """Yield the level lines of a row, a piece for each box; the last is cut at the patch's edge."""
    overrun = OVERRUN_MM * dots
    first = max(round(lattice.boxes[0].x - overrun), 0)
    last = round(lattice.boxes[-1].right + overrun)
    length = -(-(last - first) // len(lattice.boxes))
    crossed = _crossed(ink.shape[1], lattice.upright, dots)
    tops, reach = _tops(ink, lattice.level, dots)
    lefts = range(first, last, length)
    whole = [left for left in lefts if left + length <= ink.shape[1]]
    for some in (whole, [left for left in lefts[len(whole) :] if left < ink.shape[1]]):
        places = [(top, left) for top in tops for left in some]
        views = [ink[top : top + 2 * reach + 1, left : left + length] for top, left in places]
        there = [crossed[left : left + length] for _, left in places]
        yield _Stretches(ink, places, np.array(views), np.array(there), dots)


def _tops(ink: InkImage, lines: Sequence[Line], dots: float) -> tuple[list[int], int]:
    """Return where the surroundings of level lines begin, and how far from a line they reach.

    Lines at the edge of the patch are left out.
    """
    reach = round((SEARCH_MM + HALF_WIDTH_MM[1]) * dots) + 2
    middles = (round(line.position) for line in lines)
    inside = range(reach + 1, ink.shape[0] - reach - 1)
    return [middle - reach for middle in middles if middle in inside], reach


def _crossed(size: int, lines: Sequence[Line], dots: float) -> npt.NDArray[np.bool_]:
    """Tell which pixels along an axis are where one of the lines across it is, (size,)."""
    crossed = np.zeros(size, np.bool_)
    wide = round(CROSSING_MM * dots)
    for line in lines:
        at = round(line.position)
        crossed[max(at - wide, 0) : max(at + wide + 1, 0)] = True
    return crossed


def _remove_all(stretches: Iterable[_Stretches], look: _Look) -> None:
    """Take lines away in place; stretches of one size together, which is ten times as fast."""
    alike: dict[tuple[tuple[int, ...], float], list[_Stretches]] = defaultdict(list)
    for each in stretches:
        if each.places and each.strips.shape[2] > 2 * each.dots:
            alike[each.strips.shape[1:], each.dots].append(each)
    for some in alike.values():
        strips = np.concatenate([each.strips for each in some])
        crossed = np.concatenate([each.crossed for each in some])
        places = ((each.ink, *place) for each in some for place in each.places)
        along = strips.shape[2]
        bands = _without_lines(strips, crossed, some[0].dots, look)
        for (ink, top, left), (first, band) in zip(places, bands, strict=False):
            # Lines of neighbouring boxes may share pixels: what one of them takes away is gone.
            there = ink[top + first : top + first + len(band), left : left + along]
            np.minimum(there, band, out=there)


def _without_lines(
    strips: InkImage, crossed: npt.NDArray[np.bool_], dots: float, look: _Look
) -> Iterator[tuple[int, InkImage]]:
    """Yield what is left where the line runs along the middle of each; nothing if none does.

    That is the first pixel row of the strip in which its line is, and the ink from there on.
    """
    profile = _quantile(strips[:, :, ::2].astype(np.float32), TYPICAL)
    middle, search = strips.shape[1] // 2, round(SEARCH_MM * dots)
    near = slice(middle - search, middle + search + 1)
    # A stroke along the line may be as dark, but is not as long: the sum tells them apart.
    peak = middle - search + strips[:, near].sum(axis=2, dtype=np.uint32).argmax(axis=1)
    level = profile[:, near].max(axis=1)
    seen = level >= FAINTEST_LINE
    if not seen.any():
        return
    level = np.minimum(level, DIFFER * _middle(level[seen]))
    above, below = _half_widths(profile, peak, level, seen, dots)
    rows = np.arange(-int(above.max()) - AROUND, int(below.max()) + AROUND + 1)
    first = np.clip(peak + rows[0], 0, strips.shape[1] - len(rows))
    row = first[:, None] + np.arange(len(rows))
    bands = strips[np.arange(len(strips))[:, None], row].astype(np.float32)
    row = row[:, :, None]
    top, bottom = (peak - above)[:, None, None], (peak + below)[:, None, None]
    darkness = np.maximum(level, FAINTEST_LINE)[:, None, None]
    around = ((row >= top - AROUND) & (row <= bottom + AROUND)).astype(np.float32)
    full = np.clip(look.pen, FLANK * darkness, darkness)
    # To clip takes half the time of np.minimum, and a mask of floats a third of one of flags.
    thickness = np.einsum("nra,nr->na", np.clip(bands / full, 0, 1), around[:, :, 0])
    stroke = _strokes(thickness, seen, crossed, dots, look)[:, None, :]
    line = (row >= top - 1) & (row <= bottom + 1) & (bands <= DARKER * darkness)
    beneath = np.minimum(bands, SAME_PEN * look.pen)  # a paler pen's, not the line's
    cleaned = np.where(line & seen[:, None, None], beneath * stroke, bands)
    yield from zip(first.tolist(), cleaned.astype(np.uint8), strict=True)


def _half_widths(
    profile: Values, peak: Pixels, level: Values, seen: npt.NDArray[np.bool_], dots: float
) -> tuple[Pixels, Pixels]:
    """Return how far each line reaches before and after its darkest pixel, (stretches,).

    A stroke along it makes it no thicker than the lines that were seen typically are, and a
    little.
    """
    least, most = (max(round(half * dots), 1) for half in HALF_WIDTH_MM)
    around = peak[:, None] + np.arange(-most, most + 1)
    around = np.minimum(np.maximum(around, 0), profile.shape[1] - 1)
    dark = profile[np.arange(len(peak))[:, None], around] >= FLANK * level[:, None]
    before = np.logical_and.accumulate(dark[:, most::-1], axis=1).sum(axis=1)
    after = np.logical_and.accumulate(dark[:, most:], axis=1).sum(axis=1)
    return (
        np.clip(before, least, min(int(_middle(before[seen])) + RAGGED_PX, most)),
        np.clip(after, least, min(int(_middle(after[seen])) + RAGGED_PX, most)),
    )


def _strokes(
    thickness: Values,
    seen: npt.NDArray[np.bool_],
    crossed: npt.NDArray[np.bool_],
    dots: float,
    look: _Look,
) -> Values:
    """Tell where a stroke makes a line thicker than it usually is, (stretches, along): 0 to 1."""
    there = (thickness > LEAST_THICKNESS).sum(axis=1)
    usual = _quantile_there(thickness, there, USUAL)
    usual = np.minimum(usual, look.differ * _middle(usual[seen]))[:, None]
    smooth = np.asarray(cv2.blur(thickness, (max(round(SMOOTH_MM * dots), 1), 1)), np.float32)
    coarse = np.maximum(THICKER_MM * dots, THICKER * usual) / 2
    uneven = _middle((_quantile_there(smooth, there, EVEN) - usual[:, 0])[seen])
    fine = np.clip(UNEVEN * uneven, FINER_MM * dots, coarse)
    least = np.where(crossed | (look.step > 0), coarse, fine)
    return np.asarray(
        np.clip((smooth - usual - np.maximum(least, STEPS * look.step)) / (2 * least), 0, 1),
        np.float32,
    )


def _quantile_there(thickness: Values, there: Pixels, share: float) -> Values:
    """Return a quantile of each stretch over the pixels where its line is not broken."""
    last = thickness.shape[1] - 1
    place = np.minimum(last - there + 1 + (share * (there - 1)).astype(np.intp), last)
    ordered = np.sort(thickness, axis=1)
    return np.asarray(ordered[np.arange(len(ordered)), place], np.float32)


def _middle(values: npt.NDArray[np.generic]) -> float:
    return float(_quantile(values, 0.5))


def _quantile(values: npt.NDArray[np.generic], share: float) -> Values:
    """Return the lower quantile along the last axis: to sort is faster than to partition."""
    place = int(share * (values.shape[-1] - 1))
    return np.asarray(np.sort(values, axis=-1)[..., place], np.float32)
