"""Strokes of a pen, and ink as it leans: what written lines are put together from."""

import cv2
import numpy as np

from formreader.geometry import Points
from formreader.images import InkImage
from formreader.synth.glyph import GLYPH_HEIGHT

INKED = 77  # darkness: what is paler does not touch


def leaning(ink: InkImage, slant: float, width: float, height: float, turn: float) -> InkImage:
    """Return ink that leans, of other width and height, turned by an angle in radians."""
    matrix = np.array(
        [
            [width * np.cos(turn), -slant * width],
            [np.sin(turn), height * np.cos(turn)],
        ]
    )
    rows, columns = ink.shape
    corners = matrix @ np.array([[0, columns, columns, 0], [0, 0, rows, rows]])
    low = corners.min(axis=1)
    size = np.ceil(corners.max(axis=1) - low).astype(int) + 2
    leaned = cv2.warpAffine(ink, np.column_stack([matrix, 1 - low]), size.tolist())
    return cut_tight(np.asarray(leaned, np.uint8))


def bow(start: tuple[float, ...], end: tuple[float, ...], bend: float) -> Points:
    """Return a stroke from one point to another, bent aside by a share of its length, (8, 2)."""
    begin, along = np.array(start, np.float64), np.subtract(end, start)
    t = np.linspace(0, 1, 8)[:, None]
    return np.asarray(begin + along * t + 4 * bend * t * (1 - t) * (-along[1], along[0]))


def inked_strokes(strokes: list[Points], pen: float) -> InkImage:
    """Draw strokes given by the height of a digit; cut the result out tightly."""
    low = np.min([stroke.min(axis=0) for stroke in strokes], axis=0) - pen
    high = np.max([stroke.max(axis=0) for stroke in strokes], axis=0) + pen
    width, height = np.ceil((high - low) * GLYPH_HEIGHT).astype(int) + 2
    canvas = np.zeros((height, width), np.uint8)
    for stroke in strokes:
        draw_stroke(canvas, (stroke - low) * GLYPH_HEIGHT, pen)
    return cut_tight(canvas)


def draw_stroke(ink: InkImage, stroke: Points, pen: float) -> None:
    """Draw a stroke of pixels in place with a pen as wide as a share of a digit's height."""
    points = [np.rint(16 * stroke).astype(np.int32)]
    cv2.polylines(ink, points, False, 255, max(round(pen * GLYPH_HEIGHT), 1), cv2.LINE_AA, 4)


def cut_tight(ink: InkImage) -> InkImage:
    """Return the part of a picture that is not bare."""
    x, y, width, height = cv2.boundingRect((ink > INKED).astype(np.uint8))
    return np.ascontiguousarray(ink[y : y + height, x : x + width])
