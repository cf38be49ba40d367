"""A pen: draws strokes on a canvas, for what no data set has."""

import itertools
from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import DigitImage, InkImage
from formreader.normalise import normalise

Stroke: TypeAlias = npt.NDArray[np.float64]
"""Points a pen passes through, (points, 2), x before y; the box is 0 to 1 both ways."""

INKED = 60  # darkness; less is the soft edge of a stroke
CANVAS = 112  # pixels: four times a digit image, so that shrinking it smooths the strokes
MARGIN = 16  # pixels around the box, for strokes that leave it
THINNEST = 3  # pixels; a fine ball pen in a wide box
THICKEST = 13  # pixels; a felt pen
STEPS = 10  # points between two given ones; enough for a smooth curve on this canvas
FRACTION_BITS = 4  # OpenCV draws at sixteenths of a pixel


def draw(strokes: Sequence[Stroke], thickness: int) -> InkImage:
    """Draw smooth strokes of one thickness in pixels; returns (112, 112), 255 on 0."""
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    for stroke in strokes:
        points = MARGIN + smooth(stroke) * (CANVAS - 2 * MARGIN)
        fixed = np.round(points * 2**FRACTION_BITS).astype(np.int32)
        cv2.polylines(canvas, [fixed], False, 255, thickness, cv2.LINE_AA, FRACTION_BITS)
    return canvas


def any_thickness(rng: np.random.Generator) -> int:
    """Return a thickness in pixels; thin pens are more common."""
    return round(THINNEST + (THICKEST - THINNEST) * float(rng.beta(1.3, 2.0)))


def smooth(stroke: Stroke) -> Stroke:
    """Pass a curve through the points of a stroke (Catmull-Rom)."""
    if len(stroke) < 3:
        return stroke
    before = np.vstack([2 * stroke[0] - stroke[1], stroke, 2 * stroke[-1] - stroke[-2]])
    a, b, c, d = (before[start : len(before) - 3 + start, None] for start in range(4))
    t = np.linspace(0, 1, STEPS)[None, :, None]
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return np.asarray(curve.reshape(-1, 2), np.float64)


def straight(*points: tuple[float, float]) -> list[Stroke]:
    """Return strokes from point to point, so that no curve rounds the corners."""
    return [np.array(pair, np.float64) for pair in itertools.pairwise(points)]


def shaken(stroke: Stroke, amount: float, rng: np.random.Generator) -> Stroke:
    """Move every point of a stroke by a random amount, as a share of the box."""
    return stroke + rng.normal(0, amount, stroke.shape)


def fitted(ink: InkImage) -> DigitImage:
    """Cut ink out tightly and normalise it as reading does.

    Raises:
        ValueError: if there is no ink.
    """
    x, y, width, height = cv2.boundingRect(inked(ink))
    return normalise(ink[y : y + height, x : x + width])


def inked(ink: InkImage) -> InkImage:
    """Return 255 where there is more than the soft edge of a stroke, else 0."""
    _, mask = cv2.threshold(ink, INKED, 255, cv2.THRESH_BINARY)
    return np.asarray(mask, np.uint8)
