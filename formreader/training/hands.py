"""Digits as people write them and MNIST does not: made from strokes and other digits."""

import cv2
import numpy as np

from formreader.digit_sets.labelled import LabelledDigits, Labels
from formreader.images import DIGIT_SIDE, DigitImage
from formreader.synth.strokes import random_hand
from formreader.training.pen import CANVAS, Stroke, any_thickness, draw, fitted, inked, shaken

SHAKE = 0.025  # of the box


def draw_hands(count: int, digits: LabelledDigits, rng: np.random.Generator) -> LabelledDigits:
    """Draw plain and European 1s, crossed 7s, slashed 0s, and digits traced on seven segments.

    Args:
        count: how many, a seventh of them 7s and one 0s, two 1s and three traced.
        digits: 0s and 7s to draw strokes through.
        rng: makes every choice.
    """
    images = np.empty((count, DIGIT_SIDE, DIGIT_SIDE), np.uint8)
    labels: Labels = np.empty(count, np.uint8)
    zeros, sevens = (digits.images[digits.labels == label] for label in (0, 7))
    for index in range(count):
        match index % 7:
            case 0:
                labels[index] = 0
                images[index] = _slashed(zeros[rng.integers(len(zeros))], rng)
            case 1:
                labels[index] = 7
                images[index] = _barred(sevens[rng.integers(len(sevens))], rng)
            case 2 | 3:
                labels[index] = 1
                images[index] = _one(rng)
            case _:
                labels[index] = index % 10
                images[index] = _traced(index % 10, rng)
    return LabelledDigits("drawn hands", images, labels, np.full(count, "drawn"))


def _one(rng: np.random.Generator) -> DigitImage:
    """A 1: a stem, perhaps with an upstroke of any length, perhaps on a foot."""
    lean = rng.uniform(-0.1, 0.5)
    top, bottom = np.array([0.5 + lean / 2, 0.0]), np.array([0.5 - lean / 2, 1.0])
    strokes: list[Stroke] = [np.array([top, (top + bottom) / 2, bottom])]
    if rng.random() < 0.55:
        upstroke = np.array([-rng.uniform(0.1, 0.65), rng.uniform(0.15, 0.75)])
        strokes.append(np.array([top, top + upstroke]))
    if rng.random() < 0.2:
        foot = np.array([[-rng.uniform(0.1, 0.4), 0], [rng.uniform(0.1, 0.4), 0]])
        strokes.append(bottom + foot)
    return fitted(draw([shaken(stroke, SHAKE, rng) for stroke in strokes], any_thickness(rng)))


def _traced(digit: int, rng: np.random.Generator) -> DigitImage:
    """A digit all corners, as on forms that print an 8 of seven segments in every box."""
    return fitted(random_hand(rng, squared=True).draw(digit, rng).ink)


def _slashed(zero: DigitImage, rng: np.random.Generator) -> DigitImage:
    """A 0 with a slash that hardly leaves it."""
    x, y, width, height = cv2.boundingRect(zero)
    over = rng.uniform(-0.1, 0.15)
    ends = np.array([(x + width * (1 + over), y - height * over / 2)] * 2)
    ends[1] = (x - width * over, y + height * (1 + over / 2))
    return _with_line(zero, ends, rng)


def _barred(seven: DigitImage, rng: np.random.Generator) -> DigitImage:
    """A 7 with a bar across its stem."""
    rows = np.flatnonzero(seven.any(axis=1))
    y = round(rows[0] + len(rows) * rng.uniform(0.4, 0.65))
    stem = float(np.flatnonzero(seven[y]).mean()) if seven[y].any() else DIGIT_SIDE / 2
    left, right = rng.uniform(3, 8, 2)
    slope = rng.normal(0, 1)
    return _with_line(seven, np.array([(stem - left, y + slope), (stem + right, y - slope)]), rng)


def _with_line(digit: DigitImage, ends: Stroke, rng: np.random.Generator) -> DigitImage:
    """Draw a line over a digit, as thick as its strokes; its ends are pixels of the digit."""
    scale = CANVAS // DIGIT_SIDE
    canvas = np.asarray(
        cv2.resize(digit, (CANVAS, CANVAS), interpolation=cv2.INTER_CUBIC), np.uint8
    )
    wide = cv2.distanceTransform(inked(canvas), cv2.DIST_L2, 3).max()
    (x, y), (right, bottom) = np.round(ends * scale).astype(int).tolist()
    thickness = max(round(1.4 * float(wide) * rng.uniform(0.7, 1.1)), 4)
    cv2.line(canvas, (x, y), (right, bottom), 255, thickness, cv2.LINE_AA)
    return fitted(canvas)
