"""Pictures of boxes their writer struck out: crosses, dashes, slashes, struck digits."""

from collections.abc import Callable

import cv2
import numpy as np

from formreader.digit_sets.labelled import LabelledDigits
from formreader.images import DigitBatch, InkImage
from formreader.training.pen import CANVAS, Stroke, any_thickness, draw, fitted, shaken

SHAKE = 0.03  # of the box: an unsteady hand

HARD_TO_STRIKE = (0, 1, 7)  # a stroke more makes a 0 with slash, a 4 or cross, a crossed 7


def draw_crossed(count: int, digits: LabelledDigits, rng: np.random.Generator) -> DigitBatch:
    """Draw crossed-out boxes as they come out of normalisation, (count, 28, 28).

    Args:
        count: how many.
        digits: some of them are struck through.
        rng: makes every choice.
    """
    strikable = digits.take(~np.isin(digits.labels, HARD_TO_STRIKE)).images
    images = np.empty((count, *digits.images.shape[1:]), np.uint8)
    for index in range(count):
        if rng.random() < 0.25:
            struck = strikable[rng.integers(len(strikable))]
            images[index] = fitted(_strike(struck, rng))
        else:
            shape = SHAPES[rng.choice(len(SHAPES), p=WEIGHTS)]
            strokes = [shaken(stroke, SHAKE, rng) for stroke in shape(rng)]
            images[index] = fitted(draw(strokes, any_thickness(rng)))
    return images


def _frame(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of what a cross fills: small or tall, wide or all."""
    width, height = rng.uniform(0.3, 1.1), rng.uniform(0.45, 1.1)
    x, y = rng.uniform(0, max(1 - width, 0.01)), rng.uniform(0, max(1 - height, 0.01))
    return x, y, x + width, y + height


def _cross(rng: np.random.Generator) -> list[Stroke]:
    left, top, right, bottom = _frame(rng)
    bend = rng.normal(0, 0.05, 2)
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    falling = np.array([(left, top), middle + bend, (right, bottom)])
    rising = np.array([(right, top), middle - bend, (left, bottom)])
    return [falling, rising]


def _looped_cross(rng: np.random.Generator) -> list[Stroke]:
    """A cross in one stroke: down, round a loop on one side, up across the first."""
    left, top, right, bottom = _frame(rng)
    y = (top + bottom) / 2
    loop = right + rng.uniform(0, 0.15)
    points = np.array([(left, top), (right, bottom), (loop, y), (right, top), (left, bottom)])
    if rng.random() < 0.5:
        points[:, 0] = left + right - points[:, 0]
    return [points]


def _dash(rng: np.random.Generator) -> list[Stroke]:
    length = rng.uniform(0.4, 1.2)
    slope = rng.uniform(-0.3, 0.3) * length
    bend = rng.normal(0, 0.04)
    x, y = 0.5 - length / 2, 0.5 + slope / 2
    return [np.array([(x, y), (0.5, 0.5 + bend), (x + length, y - slope)])]


def _double_dash(rng: np.random.Generator) -> list[Stroke]:
    first = _dash(rng)[0]
    return [first, shaken(first + np.array([0, rng.uniform(0.15, 0.4)]), 0.02, rng)]


def _wave(rng: np.random.Generator) -> list[Stroke]:
    """A wavy dash."""
    turns, height = rng.integers(4, 7), rng.uniform(0.05, 0.14)
    y = 0.5 + height * (-1.0) ** np.arange(turns)
    return [np.column_stack([np.linspace(rng.uniform(-0.1, 0.2), 1, turns), y])]


def _slashes(rng: np.random.Generator) -> list[Stroke]:
    """Two to four slanted strokes beside each other; one alone could be a 1."""
    count = int(rng.integers(2, 5))
    lean = rng.uniform(0.2, 0.7)
    x = np.linspace(0, rng.uniform(0.35, 0.8), count)
    return [np.array([(left + lean, 0.05), (left, 0.95)]) for left in x]


def _zigzag(rng: np.random.Generator) -> list[Stroke]:
    """One stroke to and fro that fills the box."""
    turns = int(rng.integers(5, 9))
    across = np.where(np.arange(turns) % 2, rng.uniform(0.6, 1.0), rng.uniform(0.0, 0.3))
    along = np.linspace(0, 1, turns)
    points = np.column_stack([across, along] if rng.random() < 0.5 else [along, across])
    return [points]


def _star(rng: np.random.Generator) -> list[Stroke]:
    """A cross with one or two more strokes through it."""
    extra = np.array([(0.05, 0.5), (0.95, 0.5)])
    upright = np.array([(0.5, 0.0), (0.5, 1.0)])
    return [*_cross(rng), extra, upright][: 3 + int(rng.random() < 0.3)]


Shape = Callable[[np.random.Generator], list[Stroke]]
SHAPES: tuple[Shape, ...] = (
    _cross,
    _looped_cross,
    _dash,
    _double_dash,
    _wave,
    _slashes,
    _zigzag,
    _star,
)
WEIGHTS = (0.42, 0.1, 0.2, 0.06, 0.05, 0.06, 0.05, 0.06)  # crosses and dashes are what forms show


def _strike(digit: InkImage, rng: np.random.Generator) -> InkImage:
    """Draw a cross over a digit, or lines through it that reach beyond it."""
    canvas = cv2.resize(digit, (CANVAS, CANVAS), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.4:
        strokes = _cross(rng) if rng.random() < 0.7 else _looped_cross(rng)
    else:
        slope = rng.uniform(-0.6, 0.6)
        heights = rng.uniform(0.35, 0.65, int(rng.integers(1, 4)))
        strokes = [np.array([(-0.1, y + slope / 2), (1.1, y - slope / 2)]) for y in heights]
    lines = draw([shaken(stroke, 0.02, rng) for stroke in strokes], int(rng.integers(7, 13)))
    return np.maximum(canvas, lines)
