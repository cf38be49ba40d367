"""Pictures that are neither a digit nor crossed out: letters, scribbles, specks, scraps."""

from collections.abc import Callable

import cv2
import numpy as np

from formreader.digit_sets.labelled import LabelledDigits
from formreader.images import DIGIT_SIDE, DigitBatch, DigitImage, InkImage
from formreader.training.letters import LETTERS
from formreader.training.pen import (
    CANVAS,
    any_thickness,
    draw,
    fitted,
    shaken,
    straight,
)

TYPED = "ACEFHKLMNPRTUVWYacdefhkmnprtuvw"  # those that no digit looks like; an X is crossed out
MESSY = 1.5  # times the ink of either digit; below, a 0 over a 1 is a 0 with slash
HALVES = {  # which halves of a digit look like no other digit
    0: "top bottom",
    2: "left",
    3: "left",
    4: "left",
    5: "bottom",
    6: "right",
    8: "left",
    9: "left",
}


def draw_no_digit(count: int, digits: LabelledDigits, rng: np.random.Generator) -> DigitBatch:
    """Draw what is no digit as it comes out of normalisation, (count, 28, 28).

    Args:
        count: how many.
        digits: some are written over each other, beside each other, or cut in half.
        rng: makes every choice.
    """
    images = np.empty((count, DIGIT_SIDE, DIGIT_SIDE), np.uint8)
    for index in range(count):
        if rng.random() < 0.4:
            images[index] = SPOILS[rng.integers(len(SPOILS))](digits, rng)
        else:
            shape = SHAPES[rng.integers(len(SHAPES))]
            images[index] = fitted(shape(rng))
    return images


def _letter(rng: np.random.Generator) -> InkImage:
    strokes = LETTERS[rng.integers(len(LETTERS))]
    slant = np.array([[1, 0], [rng.normal(-0.1, 0.12), rng.uniform(0.8, 1.5)]])
    return draw([shaken(stroke @ slant, 0.03, rng) for stroke in strokes], any_thickness(rng))


def _typed(rng: np.random.Generator) -> InkImage:
    """A letter as a drawing program sets it: other shapes than the strokes of `LETTERS`."""
    letter = TYPED[rng.integers(len(TYPED))]
    font = cv2.FONT_HERSHEY_SIMPLEX | (cv2.FONT_ITALIC if rng.random() < 0.4 else 0)
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    place = (CANVAS // 5, round(0.7 * CANVAS))
    return np.asarray(
        cv2.putText(canvas, letter, place, font, CANVAS / 45, 255, any_thickness(rng), cv2.LINE_AA)
    )


def _scribble(rng: np.random.Generator) -> InkImage:
    """A pen moved about at random, as to blot something out."""
    points = rng.uniform(0.05, 0.95, (int(rng.integers(7, 22)), 2))
    return draw([points], any_thickness(rng))


def _coil(rng: np.random.Generator) -> InkImage:
    """Loops beside each other, as to fill a box quickly."""
    turns = int(rng.integers(3, 7))
    angle = np.linspace(0, 2 * np.pi * turns, 8 * turns)
    radius = rng.uniform(0.15, 0.4)
    drift = np.linspace(0, rng.uniform(0.4, 0.8), len(angle))
    points = np.column_stack([radius * np.cos(angle) + drift, radius * np.sin(angle)])
    if rng.random() < 0.5:
        points = points[:, ::-1]
    return draw([shaken(points - points.min(axis=0), 0.02, rng)], any_thickness(rng))


def _blob(rng: np.random.Generator) -> InkImage:
    """A blot, or a box filled in."""
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 12))
    radius = rng.uniform(15, 40, 12)
    points = CANVAS / 2 + np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])
    cv2.fillPoly(canvas, [points.astype(np.int32)], 255, cv2.LINE_AA)
    return canvas


def _specks(rng: np.random.Generator) -> InkImage:
    """Dust: a few dots far from each other."""
    dots = rng.uniform(0, 1, (int(rng.integers(2, 9)), 2))
    return draw([np.array([dot, dot + 0.01]) for dot in dots], int(rng.integers(5, 16)))


def _corner(rng: np.random.Generator) -> InkImage:
    """What is left of a printed box: two or three sides, straight and sharp."""
    width, height = rng.uniform(0.4, 1, 2)
    left, right = ((0, 0), (0, height)), ((width, height), (width, 0))
    paths = (
        (*left, right[0]),
        (*reversed(left), right[1]),
        (left[1], *right),  # the fourth corner is missing here: it is a 7
        (*left, *right),
        (*reversed(left), *reversed(right)),
        (right[1], *left, right[0]),
    )
    return draw(straight(*paths[rng.integers(len(paths))]), int(rng.integers(3, 9)))


def _tee(rng: np.random.Generator) -> InkImage:
    """Where printed lines meet: a long one and the ends of others on it."""
    at = rng.uniform(0.25, 0.75)
    long = np.array([(0.0, 0.5), (1.0, 0.5)])
    ticks = [
        np.array([(x, 0.5), (x, 0.5 + rng.choice([-1, 1]) * rng.uniform(0.1, 0.45))])
        for x in (at, rng.uniform(0, 1))[: rng.integers(1, 3)]
    ]
    return draw([long, *ticks], int(rng.integers(3, 8)))


def _tick(rng: np.random.Generator) -> InkImage:
    """A check mark: short down, long up to the right."""
    stroke = np.array([(0, 0.6), (0.3, 1.0), (rng.uniform(0.75, 1.1), rng.uniform(0, 0.25))])
    return draw([shaken(stroke, 0.04, rng)], any_thickness(rng))


SHAPES: tuple[Callable[[np.random.Generator], InkImage], ...] = (
    _letter,
    _letter,
    _typed,
    _typed,
    _scribble,
    _coil,
    _blob,
    _specks,
    _corner,
    _tee,
    _tick,
)


def _pair(digits: LabelledDigits, rng: np.random.Generator) -> tuple[DigitImage, DigitImage]:
    """Return two digits of different classes."""
    first = rng.integers(len(digits))
    others = np.flatnonzero(digits.labels != digits.labels[first])
    return digits.images[first], digits.images[rng.choice(others)]


def _overwritten(digits: LabelledDigits, rng: np.random.Generator) -> DigitImage:
    """A digit corrected by writing another over it, so that neither can be told."""
    while True:
        first, second = _pair(digits, rng)
        both = np.maximum(first, np.roll(second, rng.integers(-2, 3, 2), axis=(0, 1)))
        if both.sum() > MESSY * max(first.sum(), second.sum()):
            return fitted(both)


def _side_by_side(digits: LabelledDigits, rng: np.random.Generator) -> DigitImage:
    """Two digits squeezed into one box."""
    first, second = (image[:, image.any(axis=0)] for image in _pair(digits, rng))
    overlap = min(int(rng.integers(0, 4)), first.shape[1], second.shape[1])
    both = np.zeros((DIGIT_SIDE, first.shape[1] + second.shape[1] - overlap), np.uint8)
    both[:, : first.shape[1]] = first
    both[:, -second.shape[1] :] = np.maximum(both[:, -second.shape[1] :], second)
    narrower = cv2.resize(both, (round(both.shape[1] * rng.uniform(0.6, 1)), DIGIT_SIDE))
    return fitted(np.asarray(narrower, np.uint8))


def _half(digits: LabelledDigits, rng: np.random.Generator) -> DigitImage:
    """Half a digit, where the half is like no other digit."""
    index = int(rng.choice(np.flatnonzero(np.isin(digits.labels, list(HALVES)))))
    rows, columns = (np.flatnonzero(digits.images[index].any(axis=axis)) for axis in (1, 0))
    tight = digits.images[index][rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = tight.shape
    half = rng.choice(HALVES[int(digits.labels[index])].split())
    parts = {
        "top": tight[: height // 2],
        "bottom": tight[height // 2 :],
        "left": tight[:, : width // 2],
        "right": tight[:, width // 2 :],
    }
    return fitted(parts[half])


def _noise(_: LabelledDigits, rng: np.random.Generator) -> DigitImage:
    """What an empty place looks like to a threshold that finds ink in anything."""
    grain = rng.uniform(0, 1, (DIGIT_SIDE, DIGIT_SIDE)).astype(np.float32)
    match rng.integers(4):
        case 0:  # snow
            ink = grain
        case 1:  # single pixels
            ink = (grain > rng.uniform(0.8, 0.997)).astype(np.float32)
        case 2:  # clouds
            clouds = cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.7, 3))
            ink = np.clip((clouds - 0.5) / clouds.std() + rng.uniform(-1, 1), 0, 1)
        case _:  # next to nothing
            ink = (grain > 0.998) * rng.uniform(0, 0.2)
    return np.asarray(255 * ink * rng.uniform(0.4, 1), np.uint8)


SPOILS: tuple[Callable[[LabelledDigits, np.random.Generator], DigitImage], ...] = (
    _overwritten,
    _overwritten,
    _side_by_side,
    _half,
    _noise,
)
