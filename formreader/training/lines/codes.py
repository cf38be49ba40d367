"""Code lines of cheques, made up and scanned, to train the network that reads them."""

from typing import NamedTuple

import cv2
import numpy as np

from formreader.geometry import Rect, Transform
from formreader.images import GrayImage
from formreader.strips.code_line import CodeLine, find_code_line
from formreader.synth.e13b import DOTS_PER_MM, SPACE, draw_code_line
from formreader.template import MM_PER_INCH
from formreader.training.lines.paper import Light, digitised, light_of, security_print

CODE_CHARACTERS = "0123456789TUAD"

RESOLUTIONS = (150, 200, 200, 240, 300, 300, 400, 600)  # dpi
BAND_MM = (9.0, 18.0)  # height of what is cut out of a cheque around its code line


class ScannedCode(NamedTuple):
    """A code line as a scanner sees it."""

    image: GrayImage
    dots_per_mm: float
    text: str
    """Without spaces."""


def draw_code(rng: np.random.Generator) -> tuple[CodeLine | None, str]:
    """Draw a code line; return it as it is found again, None where it is not, and its text."""
    image, dots, text = scan_code(choose_code(rng), rng)
    height, width = image.shape
    whole = Rect(0, 0, width / dots, height / dots)
    return find_code_line(image, Transform.scaling(dots), whole), text


def choose_code(rng: np.random.Generator) -> str:
    """Make up the code line of an Indian, American or Canadian cheque, or any characters."""

    def digits(least: int, most: int | None = None) -> str:
        count = int(rng.integers(least, (most or least) + 1))
        return "".join(map(str, rng.integers(0, 10, count).tolist()))

    kinds = (
        f"U{digits(6)}U {digits(9)}T {digits(6)}U {digits(2)}",
        f"U{digits(6)}U {digits(9)}T        {digits(2)}",
        f"T{digits(9)}T {digits(7, 12)}U{SPACE * int(rng.integers(0, 4))}{digits(3, 5)}",
        f"T{digits(9)}T {digits(7, 12)}T    {digits(4)}",
        f"U{digits(5, 8)}U T{digits(9)}T {digits(6, 12)}U   A{digits(10)}A",
        f"U{digits(3)}U T{digits(5)}D{digits(3)}T {digits(3)}D{digits(3)}D{digits(1)}U",
    )
    if rng.random() < 0.85:
        return str(rng.choice(kinds))
    known = list(CODE_CHARACTERS)
    words = ("".join(rng.choice(known, int(rng.integers(2, 12)))) for _ in range(3))
    return SPACE.join(words)


def scan_code(text: str, rng: np.random.Generator) -> ScannedCode:
    """Print a code line on a cheque's lower edge, and scan it, well or badly."""
    dots = float(rng.choice(RESOLUTIONS)) / MM_PER_INCH
    ink = _printed(text, dots, rng)
    paper = float(rng.uniform(150, 250))
    pen = float(rng.uniform(5, 0.45 * paper))
    light = light_of(ink.shape, paper, rng)
    if rng.random() < 0.5:
        fine = security_print(ink.shape, 4 * dots, rng)
        light -= rng.uniform(0.02, 0.2) * (paper - pen) * fine
    light = np.minimum(light, paper - (paper - pen) * ink + 0.3 * (light - paper))
    seen = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.03, 0.14) * dots)
    seen = seen + rng.normal(0, rng.uniform(0.5, 8), seen.shape)
    return ScannedCode(digitised(seen, rng), dots, text.replace(SPACE, ""))


def _printed(text: str, dots: float, rng: np.random.Generator) -> Light:
    """Return the ink on the lower edge of a cheque, 0 to 1: the line, and what else is there."""
    line = _line(text, rng)
    scale = dots / DOTS_PER_MM * rng.uniform(0.9, 1.1)
    high, wide = (side * scale for side in line.shape)
    height = round(max(rng.uniform(*BAND_MM) * dots, high + 3 * dots))
    left = rng.uniform(2, 40) * dots
    width = round(left + wide + rng.uniform(3, 40) * dots)
    top = rng.uniform(1.5 * dots, height - high - 1.5 * dots)
    slope = rng.normal(0, 0.004)
    top -= slope * wide / 2
    soft = max(0.35 / scale, 0.8)  # shrunk by bars of the font, some would be lost
    softened = cv2.GaussianBlur(line, (0, 0), soft)
    matrix = np.array([[scale, 0, left], [slope * scale, scale, top]])
    moved = cv2.warpAffine(softened, matrix, (width, height))
    ink = np.asarray(moved / np.float32(255), np.float32)
    if rng.random() < 0.3:
        _scribble(ink, dots, rng)
    if rng.random() < 0.5:
        _border(ink, dots, rng)
    return ink


def _line(text: str, rng: np.random.Generator) -> GrayImage:
    """Return a code line in a worn or a fat print."""
    line = cv2.copyMakeBorder(draw_code_line(text), 12, 12, 12, 12, cv2.BORDER_CONSTANT)
    kind, side = rng.random(), int(rng.integers(2, 4))
    kernel = np.ones((side, side), np.uint8)
    if kind < 0.2:
        line = cv2.erode(line, kernel)
    elif kind < 0.4:
        line = cv2.dilate(line, kernel)
    if rng.random() < 0.25:
        holes = rng.random((line.shape[0] // 5 + 1, line.shape[1] // 5 + 1)) > rng.uniform(0, 0.2)
        size = line.shape[::-1]
        line = line * cv2.resize(holes.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(line, np.uint8)


def _scribble(ink: Light, dots: float, rng: np.random.Generator) -> None:
    """Let a signature or a stamp reach down to the line, in place."""
    height, width = ink.shape
    drawn = np.zeros(ink.shape, np.uint8)
    x, y = rng.uniform(0.2, 1) * width, 0.0
    points = [(x, y)]
    for _ in range(int(rng.integers(3, 9))):
        x, y = x + rng.normal(2, 4) * dots, abs(y + rng.normal(0, 3) * dots)
        points.append((x, min(y, rng.uniform(0.3, 1) * height)))
    pen = max(round(rng.uniform(0.2, 0.6) * dots), 1)
    cv2.polylines(drawn, [np.rint(points).astype(np.int32)], False, 255, pen, cv2.LINE_AA)
    np.maximum(ink, drawn / np.float32(255) * np.float32(rng.uniform(0.4, 1)), out=ink)


def _border(ink: Light, dots: float, rng: np.random.Generator) -> None:
    """Print the rim of a cheque, or the foot of what is printed above the line, in place."""
    for side in (ink, ink[::-1], ink.T, ink.T[::-1]):
        if rng.random() < 0.35:
            _rim(side, dots, rng)


def _rim(ink: Light, dots: float, rng: np.random.Generator) -> None:
    """Print a line along the first rows, whole or broken, in place."""
    height, width = ink.shape
    start = round(rng.uniform(0, min(2 * dots, height / 8)))
    thick = max(round(rng.uniform(0.2, 1.2) * dots), 1)
    rim = np.ones((thick, width), np.float32)
    if rng.random() < 0.5:
        rim *= rng.random((1, width // 6 + 1)).repeat(6, axis=1)[:, :width] > rng.uniform(0.1, 0.7)
    part = ink[start : start + thick]
    np.maximum(part, rim[: len(part)] * np.float32(rng.uniform(0.4, 1)), out=part)
