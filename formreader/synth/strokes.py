"""A hand of the program's own making: digits as strokes of a pen, no two pages alike."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from formreader.geometry import Points
from formreader.images import InkImage
from formreader.synth.glyph import GLYPH_HEIGHT, Glyph
from formreader.synth.skeletons import DIGITS, MARKS, SQUARED, Mark, Skeleton

SAMPLES = 8  # points of a curve between two of its skeleton's
BITMAP_PEN = 0.1  # width of MNIST's strokes by the height of the digit, median

Curve: TypeAlias = Points
"""A stroke as the pen goes, (points, 2); a digit of ordinary height reaches from y 0 to 1."""


@dataclass(frozen=True, slots=True)
class StrokeHand:
    """One writer's way with digits."""

    writer: str
    ways: tuple[tuple[Skeleton, ...], ...]
    """The ways of writing each digit that this writer may have."""
    variants: tuple[int, ...]
    """Which of them is the usual one."""
    slant: float
    """How far the top leans to the right, by the height."""
    aspect: float
    """Width by the width of the skeleton."""
    pen: float
    """Width of the pen by the height of a digit."""
    haste: float
    """How much corners are cut, 0 to 1."""
    tremor: float
    """How far a digit strays from its skeleton, by the height."""

    def draw(self, digit: int, rng: np.random.Generator) -> Glyph:
        """Write a digit, 0 to 9; now and then in another way than usual."""
        ways = self.ways[digit]
        usual = self.variants[digit]
        way = usual if rng.random() < 0.9 else int(rng.integers(len(ways)))
        return self._trace(ways[way], rng)

    def _trace(self, skeleton: Skeleton, rng: np.random.Generator) -> Glyph:
        shape = self._shape(rng)
        curves = [curve(stroke, self.haste, self.tremor, rng) @ shape for stroke in skeleton]
        return Glyph(_draw(curves, self.pen, rng))

    def _shape(self, rng: np.random.Generator) -> Points:
        """Return this digit's slant, width, height and turn as a matrix, (2, 2)."""
        slant = self.slant + rng.normal(0, 0.04)
        width = self.aspect * rng.normal(1, 0.06)
        turn = rng.normal(0, 0.04)
        lean = np.array([[width, 0], [-slant, rng.normal(1, 0.05)]])
        turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        return np.asarray(lean @ turned, np.float64)


def random_hand(rng: np.random.Generator, squared: bool = False) -> StrokeHand:
    """Make up a writer.

    Args:
        rng: makes every choice.
        squared: whether digits are traced along seven segments.
    """
    ways = SQUARED if squared else DIGITS
    return StrokeHand(
        writer=f"drawn-{rng.integers(1_000_000):06d}",
        ways=ways,
        variants=tuple(int(rng.integers(len(some))) for some in ways),
        slant=float(rng.normal(0.12, 0.14)),
        aspect=float(rng.uniform(0.75, 1.25)),
        pen=float(np.exp(rng.normal(np.log(0.085), 0.3))),
        haste=float(rng.beta(1.5, 2.5)),
        tremor=float(rng.uniform(0.008, 0.035)),
    )


def draw_mark(mark: Mark, rng: np.random.Generator, *, pen: float = BITMAP_PEN) -> Glyph:
    """Draw what is no digit: a cross, a dash, a tick.

    Args:
        mark: which of them.
        rng: how this one turns out.
        pen: width of the pen by the height of a digit.
    """
    ways = MARKS[mark]
    skeleton = ways[int(rng.integers(len(ways)))]
    stretch = np.diag(rng.uniform(0.75, 1.25, 2))
    curves = [curve(stroke, 0.1, 0.04, rng) @ stretch for stroke in skeleton]
    return Glyph(_draw(curves, pen, rng))


def curve(
    stroke: tuple[tuple[float, float], ...], haste: float, tremor: float, rng: np.random.Generator
) -> Curve:
    """Lay a smooth curve through a stroke's points; a point given twice is a corner."""
    points = np.array(stroke)
    corners = np.flatnonzero((np.diff(points, axis=0) == 0).all(axis=1))
    shift = rng.normal(0, 0.4 * tremor, 2)
    moved = points + rng.normal(0, tremor, points.shape) + shift
    moved[corners + 1] = moved[corners]
    runs = np.split(moved, corners + 1)
    return _cut_corners(np.concatenate([_through(run) for run in runs]), haste)


def _through(points: Points) -> Curve:
    """Return a Catmull-Rom curve through points of shape (n, 2)."""
    if len(points) < 2:
        return points
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    padded = np.vstack([before, points, after])
    t = np.linspace(0, 1, SAMPLES)[:, None, None]
    a, b, c, d = (padded[i : len(padded) - 3 + i] for i in range(4))
    cubic = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.asarray(cubic.transpose(1, 0, 2).reshape(-1, 2), np.float64)


def _cut_corners(curve: Curve, haste: float) -> Curve:
    """Average each point with its neighbours, the ends fixed."""
    reach = round(haste * SAMPLES / 2)
    if reach == 0:
        return curve
    padded = np.pad(curve, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    window = np.full(2 * reach + 1, 1 / (2 * reach + 1))
    return np.column_stack([np.convolve(padded[:, axis], window, "valid") for axis in (0, 1)])


def _draw(curves: list[Curve], pen: float, rng: np.random.Generator) -> InkImage:
    """Draw curves with a pen whose width breathes a little; cut the result out tightly."""
    width = pen * GLYPH_HEIGHT
    margin = width + 2
    low = np.min([curve.min(axis=0) for curve in curves], axis=0)
    high = np.max([curve.max(axis=0) for curve in curves], axis=0)
    size = np.ceil((high - low) * GLYPH_HEIGHT + 2 * margin).astype(int)
    canvas = np.zeros((size[1], size[0]), np.uint8)
    for curve in curves:
        path = np.rint((curve - low) * GLYPH_HEIGHT + margin).astype(np.int32)
        breath = np.interp(
            np.arange(len(path)), np.linspace(0, len(path), 5), rng.normal(1, 0.12, 5)
        )
        for start, end, share in zip(path[:-1], path[1:], breath, strict=False):
            thickness = max(round(width * float(share)), 1)
            cv2.line(canvas, start.tolist(), end.tolist(), 255, thickness)
    x, y, across, down = cv2.boundingRect(canvas)
    return np.ascontiguousarray(canvas[y : y + down, x : x + across])
