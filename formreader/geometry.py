"""Rectangles, and the mapping that lays a template over a scan."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Points: TypeAlias = npt.NDArray[np.float64]
"""Points of a plane, (points, 2), x before y."""


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle; its frame (page in mm, scan or patch in pixels) is the holder's."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.y + self.height

    @property
    def corner_points(self) -> tuple[tuple[float, float], ...]:
        """The four corners, x and y, clockwise from the top left."""
        right, bottom = self.right, self.bottom
        return (self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom)

    @property
    def corners(self) -> Points:
        """The four corners, (4, 2), clockwise from the top left."""
        return np.array(self.corner_points)

    def scaled(self, factor: float) -> "Rect":
        """Return the same rectangle in units `factor` times as small."""
        return Rect(self.x * factor, self.y * factor, self.width * factor, self.height * factor)

    def moved(self, dx: float, dy: float) -> "Rect":
        """Return the rectangle shifted to the right by dx and down by dy."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, margin: float) -> "Rect":
        """Return the rectangle with a margin added on every side."""
        return Rect(
            self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin
        )

    def split_columns(self, count: int) -> tuple["Rect", ...]:
        """Divide the rectangle into columns of equal width, left to right."""
        width = self.width / count
        return tuple(
            Rect(self.x + index * width, self.y, width, self.height) for index in range(count)
        )

    def overlaps(self, other: "Rect") -> bool:
        """Tell whether the two rectangles have a part of the plane in common."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def contains(self, other: "Rect") -> bool:
        """Tell whether the other rectangle lies inside or on the edge of this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


def bounding_rect(points: Points) -> Rect:
    """Return the smallest upright rectangle around points of shape (n, 2)."""
    x, y = points.min(axis=0).tolist()
    right, bottom = points.max(axis=0).tolist()
    return Rect(x, y, right - x, bottom - y)


def quarter_turns(outline: Points) -> int:
    """Return by how many quarter turns, clockwise, an outline lies on its plane, 0 to 3.

    The outline is that of an upright rectangle, (4, 2), clockwise from what was its top left.
    """
    dx, dy = outline[1] - outline[0]
    return round(float(np.arctan2(dy, dx)) / (np.pi / 2)) % 4


@dataclass(frozen=True, slots=True, eq=False)
class Transform:
    """A projective mapping of a plane onto another; most often of the page in mm onto a scan."""

    matrix: npt.NDArray[np.float64]
    """Homography, (3, 3)."""

    def apply(self, points: npt.ArrayLike) -> Points:
        """Map points of shape (n, 2)."""
        plane = np.asarray(points, np.float64).reshape(-1, 2)
        homogeneous = plane @ self.matrix[:, :2].T + self.matrix[:, 2]
        return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:], np.float64)

    def apply_few(self, points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        """Map points one by one: of four, arrays take ten times as long.

        Points that the mapping takes to the horizon come out as not a number.
        """
        (a, b, c), (d, e, f), (g, h, i) = self.matrix.tolist()
        weighted = ((x, y, (g * x + h * y + i) or math.nan) for x, y in points)
        return [((a * x + b * y + c) / w, (d * x + e * y + f) / w) for x, y, w in weighted]

    def then(self, other: "Transform") -> "Transform":
        """Return the mapping that applies this one first, the other to its result."""
        return Transform(np.asarray(other.matrix @ self.matrix, np.float64))

    def inverse(self) -> "Transform":
        """Return the mapping back.

        Raises:
            numpy.linalg.LinAlgError: if the mapping folds the plane into a line.
        """
        return Transform(np.asarray(np.linalg.inv(self.matrix), np.float64))

    def scale_at(self, x: float, y: float) -> float:
        """Return how many units of the target one unit of the source covers at a point."""
        (x0, y0), (x1, y1), (x2, y2) = self.apply_few(((x, y), (x + 1, y), (x, y + 1)))
        return math.sqrt(abs((x1 - x0) * (y2 - y0) - (y1 - y0) * (x2 - x0)))

    @staticmethod
    def scaling(factor: float) -> "Transform":
        """Return the mapping that multiplies both coordinates by a factor."""
        return Transform(np.diag([factor, factor, 1.0]))

    @staticmethod
    def shift(dx: float, dy: float) -> "Transform":
        """Return the mapping that adds dx and dy."""
        return Transform(np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]], np.float64))

    @staticmethod
    def from_quad(source: Points, target: Points) -> "Transform":
        """Return the mapping that takes four points, (4, 2), to four others."""
        matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
        return Transform(np.asarray(matrix, np.float64))
