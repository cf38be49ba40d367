"""Put print and ink on paper: lines narrower than a pixel keep their darkness."""

import math

import cv2
import numpy as np
import numpy.typing as npt

from formreader.geometry import Points, Rect
from formreader.images import GrayImage, InkImage

Coverage = npt.NDArray[np.float32]
"""Which share of each pixel is painted, 0 to 1."""


def paint_rect(image: GrayImage, rect: Rect, gray: int) -> None:
    """Paint a rectangle in place; pixels at its edge by the share of them it covers.

    Args:
        image: any part of a page.
        rect: pixels, 0 at the outer edge of the first; what lies outside the image is left out.
        gray: of the paint; paper that is darker stays as it is.
    """
    columns, x = _covered(rect.x, rect.right, image.shape[1])
    rows, y = _covered(rect.y, rect.bottom, image.shape[0])
    if columns.size and rows.size:
        part = image[y : y + rows.size, x : x + columns.size]
        part[:] = _blend(part, np.outer(rows, columns), gray)


def paint_ink(image: GrayImage, ink: InkImage, x: int, y: int, gray: int) -> None:
    """Press ink onto a page in place, its upper left pixel at x, y; it may hang over the edge.

    Args:
        image: the page.
        ink: 255 where the pen was all over the pixel.
        x: column of the page.
        y: row of the page.
        gray: of the pen; paper that is darker stays as it is.
    """
    height, width = image.shape
    left, top = max(-x, 0), max(-y, 0)
    right, bottom = min(ink.shape[1], width - x), min(ink.shape[0], height - y)
    if left < right and top < bottom:
        part = image[y + top : y + bottom, x + left : x + right]
        part[:] = _blend(part, ink[top:bottom, left:right] * np.float32(1 / 255), gray)


def paint_polygon(image: GrayImage, points: Points, gray: int) -> None:
    """Fill a polygon of shape (n, 2), pixels, in place."""
    cv2.fillPoly(image, [np.rint(points).astype(np.int32)], gray)


def shade(image: GrayImage, light: GrayImage) -> GrayImage:
    """Return an image under a light of any size: 255 leaves a place as it is, 0 makes it black."""
    if light.shape != image.shape:
        light = np.asarray(cv2.resize(light, image.shape[::-1]), np.uint8)
    return np.asarray(cv2.multiply(image, light, scale=1 / 255), np.uint8)


def _covered(start: float, end: float, size: int) -> tuple[Coverage, int]:
    """Return how much of each pixel between start and end is covered, and the first pixel."""
    start, end = max(start, 0.0), min(end, float(size))
    first = math.floor(start)
    edges = np.arange(first, math.ceil(end) + 1, dtype=np.float32)
    return np.maximum(np.minimum(edges[1:], end) - np.maximum(edges[:-1], start), 0), first


def _blend(paper: GrayImage, coverage: Coverage, gray: int) -> GrayImage:
    return np.asarray(np.rint(paper - coverage * np.maximum(paper - np.float32(gray), 0)), np.uint8)
