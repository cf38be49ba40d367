"""Scan a sheet: a flat-bed scanner, a fax."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from formreader.geometry import Transform
from formreader.images import GrayImage
from formreader.template import MM_PER_INCH

NOISE_SIDE = 256  # pixels of the square of noise that is laid over a page like tiles
LIDS = (255, 235, 40)  # what a scanner shows beside the sheet


@dataclass(frozen=True, slots=True)
class Scanner:
    """How a sheet is scanned."""

    dpi: tuple[float, float] = (300.0, 300.0)
    """Across and down."""
    bilevel: bool = False
    jpeg: int | None = None
    """Quality, 1 to 100; None: kept without loss."""
    turn: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise."""
    skew: float = 0.3
    """Degrees, to one side or the other."""
    print_scale: float = 1.0
    """How large the form came out of the printer."""
    shift_mm: float = 1.0
    """How far off its place the sheet lies, in any direction."""
    blur: float = 0.45
    """Standard deviation of the optics' spread, pixels of the scan."""
    noise: float = 3.0
    """Standard deviation, gray levels."""
    doubled_rows: bool = False
    """Each row stands twice, as in faxes of half the height."""

    @property
    def written_dpi(self) -> tuple[float, float]:
        """The resolution that its files claim."""
        across, down = self.dpi
        return across, 2 * down if self.doubled_rows else down

    @property
    def suffix(self) -> str:
        """The file type it delivers."""
        return ".png" if self.jpeg is None else ".jpg"


def scan(
    image: GrayImage, scanner: Scanner, dots_per_mm: float, rng: np.random.Generator
) -> tuple[GrayImage, Transform]:
    """Return the scan of a sheet, and where each mm of the form lies on it.

    Args:
        image: the sheet.
        scanner: its settings.
        dots_per_mm: of the sheet, at least as fine as the scan.
        rng: how the sheet lies, and noise.
    """
    height, width = image.shape
    across, down = (dpi / MM_PER_INCH / dots_per_mm for dpi in scanner.dpi)
    size = (round(width * across), round(height * down))
    placed = _placement(width, height, scanner, dots_per_mm, rng)
    to_scan = centred(placed.then(Transform(np.diag([across, down, 1.0]))))
    soft = cv2.GaussianBlur(image, (0, 0), scanner.blur / across, sigmaY=scanner.blur / down)
    scanned = cv2.warpPerspective(
        soft, to_scan.matrix, size, flags=cv2.INTER_LINEAR, borderValue=int(rng.choice(LIDS))
    )
    scanned = add_noise(np.asarray(scanned, np.uint8), scanner.noise, rng)
    if scanner.bilevel:
        _, scanned = cv2.threshold(scanned, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    to_page = sheet_pixels(dots_per_mm).then(to_scan)
    if scanner.doubled_rows:
        scanned = np.repeat(scanned, 2, axis=0)
        to_page = to_page.then(Transform(np.array([[1, 0, 0], [0, 2, 0.5], [0, 0, 1.0]])))
    scanned, to_page = _turned(np.asarray(scanned, np.uint8), to_page, scanner.turn)
    return compressed(scanned, scanner.jpeg), to_page


def sheet_pixels(dots_per_mm: float) -> Transform:
    """Return the mapping from mm of a sheet to the pixels of its image, by their centres."""
    return Transform.scaling(dots_per_mm).then(Transform.shift(-0.5, -0.5))


def centred(mapping: Transform) -> Transform:
    """Turn a mapping of pixels by their upper left corners into one by their centres."""
    return Transform.shift(0.5, 0.5).then(mapping).then(Transform.shift(-0.5, -0.5))


def add_noise(image: GrayImage, deviation: float, rng: np.random.Generator) -> GrayImage:
    """Return an image with the grain of a sensor: one tile of it, laid over and over."""
    if not deviation:
        return image
    height, width = image.shape
    tile = rng.normal(0, deviation, (NOISE_SIDE, NOISE_SIDE)).astype(np.int16)
    times = (-(-height // NOISE_SIDE), -(-width // NOISE_SIDE))
    grain = np.tile(tile, times)[:height, :width]
    return np.asarray(cv2.add(image, grain, dtype=cv2.CV_8U), np.uint8)


def compressed(image: GrayImage, quality: int | None) -> GrayImage:
    """Return what JPEG leaves of an image; None leaves all."""
    if quality is None:
        return image
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def _placement(
    width: int, height: int, scanner: Scanner, dots: float, rng: np.random.Generator
) -> Transform:
    """Return how the print lies on the glass, in pixels of the sheet."""
    angle = np.radians(scanner.skew) * rng.choice([-1, 1])
    towards = rng.uniform(0, 2 * np.pi)
    dx, dy = scanner.shift_mm * dots * np.array([np.cos(towards), np.sin(towards)])
    cos, sin = scanner.print_scale * np.array([np.cos(angle), np.sin(angle)])
    turn = Transform(np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], np.float64))
    to_middle = Transform.shift(-width / 2, -height / 2)
    return to_middle.then(turn).then(Transform.shift(width / 2 + dx, height / 2 + dy))


def _turned(image: GrayImage, mapping: Transform, degrees: int) -> tuple[GrayImage, Transform]:
    """Turn a scan clockwise, and the mapping onto it."""
    for _ in range(degrees // 90):
        quarter = np.array([[0, -1, image.shape[0] - 1], [1, 0, 0], [0, 0, 1]], np.float64)
        image = np.rot90(image, -1)
        mapping = mapping.then(Transform(quarter))
    return np.ascontiguousarray(image), mapping
