"""Photograph a sheet on a desk: at an angle, under uneven light."""

from dataclasses import dataclass

import cv2
import numpy as np

from formreader.geometry import Points, Rect, Transform
from formreader.images import GrayImage
from formreader.synth.paint import shade
from formreader.synth.scanner import add_noise, centred, compressed, sheet_pixels
from formreader.template import MM_PER_INCH

LIGHT_SIDE = 48  # pixels of the map of light that is spread over a photo


@dataclass(frozen=True, slots=True)
class Camera:
    """How a sheet is photographed; of each pair the least and the most."""

    dpi: tuple[float, float] = (190.0, 260.0)
    """On the sheet, in its middle."""
    tilt: float = 0.05
    """How far the corners stray, by the width of the sheet."""
    turn: float = 5.0
    """Degrees that the sheet lies askew at most."""
    desk: tuple[float, float] = (0.03, 0.12)
    """How much of the desk is seen on each side, by the width of the sheet."""
    light: tuple[float, float] = (0.45, 0.8)
    """At the darkest place of the sheet, by the brightest."""
    shadow: bool = True
    """Of the hand that takes the photo."""
    blur: tuple[float, float] = (0.5, 0.9)
    """Standard deviation, pixels of the photo."""
    noise: float = 4.0
    jpeg: int = 82

    @property
    def suffix(self) -> str:
        """The file type it delivers."""
        return ".jpg"


def photograph(
    image: GrayImage, camera: Camera, dots_per_mm: float, rng: np.random.Generator
) -> tuple[GrayImage, Transform]:
    """Return the photo of a sheet, and where each mm of the form lies on it.

    Args:
        image: the sheet.
        camera: its settings.
        dots_per_mm: of the sheet.
        rng: how it is held, and what the light does.
    """
    scale = rng.uniform(*camera.dpi) / MM_PER_INCH / dots_per_mm
    corners, size = _corners(image, camera, scale, rng)
    height, width = image.shape
    to_photo = centred(Transform.from_quad(Rect(0, 0, width, height).corners, corners))
    soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(*camera.blur) / scale)
    photo = _desk(size, rng)
    cv2.warpPerspective(
        soft,
        to_photo.matrix,
        size,
        dst=photo,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    lit = add_noise(shade(photo, _light(camera, rng)), camera.noise, rng)
    return compressed(lit, camera.jpeg), sheet_pixels(dots_per_mm).then(to_photo)


def _corners(
    image: GrayImage, camera: Camera, scale: float, rng: np.random.Generator
) -> tuple[Points, tuple[int, int]]:
    """Return where the corners of the sheet come to lie on the photo, and its size."""
    height, width = image.shape
    sheet = Rect(0, 0, width, height).corners * scale
    angle = np.radians(rng.uniform(-camera.turn, camera.turn))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    seen = sheet @ turn + rng.uniform(-camera.tilt, camera.tilt, (4, 2)) * width * scale
    before, behind = rng.uniform(*camera.desk, (2, 2)) * width * scale
    low, high = seen.min(axis=0) - before, seen.max(axis=0) + behind
    columns, rows = np.ceil(high - low).astype(int)
    return seen - low, (int(columns), int(rows))


def _desk(size: tuple[int, int], rng: np.random.Generator) -> GrayImage:
    """Return a wooden desk, lighter or darker."""
    width, height = size
    middle = rng.uniform(50, 170)
    grain = rng.normal(middle, 14, (max(height // 6, 1), max(width // 150, 1)))
    desk = cv2.resize(grain.clip(0, 255).astype(np.uint8), size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(desk, np.uint8)


def _light(camera: Camera, rng: np.random.Generator) -> GrayImage:
    """Return a map of light: falling off to one side and to the edges, perhaps with a shadow."""
    darkest = rng.uniform(*camera.light)
    brightest = rng.uniform(0.8, 1.0)
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : LIGHT_SIDE * 1j, -1 : 1 : LIGHT_SIDE * 1j]
    slope = (x * np.cos(angle) + y * np.sin(angle)) / 2 + 0.5
    light = (darkest + (1 - darkest) * slope) * (1 - 0.08 * (x**2 + y**2))
    if camera.shadow and rng.random() < 0.6:
        light *= _shadow(rng)
    return np.asarray((255 * brightest * light).clip(0, 255), np.uint8)


def _shadow(rng: np.random.Generator) -> Points:
    """Return the shade of an arm across the sheet, 0 to 1, (side, side)."""
    shade_map = np.ones((LIGHT_SIDE, LIGHT_SIDE), np.float32)
    start, end = rng.uniform(0, LIGHT_SIDE, (2, 2))
    ends = (int(start[0]), LIGHT_SIDE), (int(end[0]), int(end[1] / 2))
    cv2.line(shade_map, *ends, float(rng.uniform(0.6, 0.8)), int(rng.integers(8, 18)))
    return np.asarray(cv2.GaussianBlur(shade_map, (0, 0), 2.0), np.float64)
