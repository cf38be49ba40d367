"""Zeros written in one stroke, as people end amounts: 00, 000."""

import numpy as np

from formreader.geometry import Points
from formreader.images import InkImage
from formreader.synth.pen import inked_strokes, leaning
from formreader.synth.style import Style

POINTS = 24  # of a curve for each zero
LINKED = 6  # points of the link to the next
ASPECT = 0.62  # width of a zero by its height
LOOSE = 0.35  # radians by which the ends of zeros differ from each other
OPEN = 0.5  # of such runs are of zeros open at the top: ovv
FIRST_CLOSED = 0.7  # of their first zeros
WIDEST_OPEN = 1.0  # radians to both sides of their tops
THROUGH = 0.3  # of such runs are of zeros that begin at their right: links run through them
POINTED = 0.35  # of such runs are of zeros that end in a point below, like drops and Vs
MOST_POINTED = 0.85  # of the width of a zero is gone at its foot


def joined_zeros(count: int, style: Style, rng: np.random.Generator) -> InkImage:
    """Draw zeros without lifting the pen, cut out tightly: circles, linked near their tops.

    The hastier, the more the pen goes on to the right while it circles against the clock, and the
    rounder it cuts the corners between: zeros stay open at the top, or end in loops. Some writers'
    zeros are narrow, or pointed below.

    Args:
        count: of zeros.
        style: of the writing.
        rng: makes every choice.
    """
    haste = rng.beta(1.2, 1.6)
    gap = rng.uniform(0.1, WIDEST_OPEN) if rng.random() < OPEN else -0.1
    point = rng.uniform(0.2, MOST_POINTED) if rng.random() < POINTED else 0.0
    radius = ASPECT / 2 * style.aspect * rng.uniform(0.5, 1.25)
    advance = radius * rng.uniform(1.9, 3.2)
    late = rng.uniform(0.3, np.pi / 2) if rng.random() < THROUGH else 0.0
    gaps = [0.0 if rng.random() < FIRST_CLOSED else gap, *[gap] * (count - 1)]
    zeros = [
        _circle(number * advance, radius, (haste, own, point, late), rng)
        for number, own in enumerate(gaps)
    ]
    parts = [zeros[0]]
    for zero in zeros[1:]:
        parts += [_link(parts[-1][-1], zero[0], rng), zero]
    path = _smoothed(np.concatenate(parts), round(1 + 3 * haste))
    path[:, 1] += rng.normal(0, 0.05) * path[:, 0]
    ink = inked_strokes([path * style.zeros], style.pen * rng.uniform(0.8, 1.2))
    return leaning(ink, style.slant + rng.normal(0, 0.04), 1.0, 1.0, 0.0)


def _circle(
    middle: float, radius: float, way: tuple[float, float, float, float], rng: np.random.Generator
) -> Points:
    """Return a zero of about the height 1 from its top to its top.

    Args:
        middle: of the zero along the line.
        radius: half its width.
        way: of writing it: the haste; the gap in radians left and right of its top, below 0 where
            the stroke runs over it; what share of its width is gone at its foot; how many radians
            right of its top it begins and ends.
        rng: makes every choice.
    """
    haste, gap, point, late = way
    begin, end = rng.normal(gap, LOOSE), 2 * np.pi - rng.normal(gap, LOOSE)
    angle = np.linspace(begin, end, POINTS) - late
    drift = haste * rng.uniform(0, 1.2) * radius * (angle / np.pi - 1)
    wide, high = np.exp(rng.normal(0, 0.1, 2))
    narrowed = 1 - point * (0.5 - 0.5 * np.cos(angle))
    x = middle + drift - radius * wide * np.sin(angle) * narrowed
    y = 0.5 - high * (0.5 + 0.5 * np.cos(angle))
    return np.column_stack([x, y])


def _link(start: Points, end: Points, rng: np.random.Generator) -> Points:
    """Return the points between the end of a zero and the beginning of the next, sagging."""
    t = np.linspace(0, 1, LINKED + 2)[1:-1, None]
    sag = np.array([0, rng.normal(0.04, 0.1)])
    return np.asarray(start + (end - start) * t + 4 * sag * t * (1 - t), np.float64)


def _smoothed(path: Points, reach: int) -> Points:
    """Average each point with its neighbours, so many to both sides."""
    padded = np.pad(path, ((reach, reach), (0, 0)), mode="edge")
    window = np.full(2 * reach + 1, 1 / (2 * reach + 1))
    return np.column_stack([np.convolve(padded[:, axis], window, "valid") for axis in (0, 1)])
