"""Paper that lines are written on, and what a scanner makes of it: security print, rules, noise."""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import GrayImage
from formreader.synth.glyph import GLYPH_HEIGHT
from formreader.synth.line import WrittenLine
from formreader.synth.signs import FONTS

DIGIT = 64  # pixels of a digit before it is scanned
THIN = (0.02, 0.06)  # of a digit: width of printed lines
BARE = 0.2  # of the paper has neither print nor rules
FINEST = 14  # pixels; a scan lower than this shows no line of digits

Light = npt.NDArray[np.float32]
"""How much light comes back from each place, (height, width), 0 to 255."""


def scan_line(line: WrittenLine, rng: np.random.Generator) -> GrayImage:
    """Return a scan of a line on paper, cut out more or less tightly."""
    ink = _cropped(line, rng)
    paper = float(rng.uniform(150, 250))
    pen = float(rng.uniform(10, 0.62 * paper))
    light = light_of(ink.shape, paper, rng)
    if rng.random() >= BARE:
        if rng.random() < 0.75:
            light -= rng.uniform(0.03, 0.3) * (paper - pen) * security_print(ink.shape, DIGIT, rng)
        light -= (paper - pen) * _rules(ink.shape, rng)
        ink = _worn(ink, rng)
    light = np.minimum(light, paper - (paper - pen) * ink + 0.3 * (light - paper))
    return digitised(_seen(light, rng), rng)


def light_of(shape: tuple[int, ...], paper: float, rng: np.random.Generator) -> Light:
    """Return bare paper under a light that falls off to the sides."""
    height, width = shape
    down = 1 + rng.normal(0, 0.05) * np.linspace(-1, 1, height)[:, None]
    across = 1 + rng.normal(0, 0.06) * np.linspace(-1, 1, width)[None]
    return np.asarray(paper * down * across, np.float32)


def security_print(shape: tuple[int, ...], size: float, rng: np.random.Generator) -> Light:
    """Return how dark the fine lines of a security print are at each place, 0 to 1.

    Args:
        shape: of the paper, pixels.
        size: of what is written or printed on it, pixels; the lines are finer.
        rng: makes every choice.
    """
    height, width = shape
    if rng.random() < 0.2:
        blots = cv2.GaussianBlur(rng.random(shape).astype(np.float32), (0, 0), rng.uniform(1, 3))
        return np.asarray(blots > 0.5, np.float32)
    printed = np.zeros(shape, np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for _ in range(int(rng.integers(1, 3))):
        period, angle = rng.uniform(0.06, 0.26) * size, rng.uniform(0, np.pi)
        along = x * np.cos(angle) + y * np.sin(angle)
        across = y * np.cos(angle) - x * np.sin(angle)
        wave = np.sin(across / (rng.uniform(0.3, 2) * size) + rng.uniform(0, 6))
        along += rng.uniform(0, 0.4) * size * wave
        ridges = 2 * (np.cos(2 * np.pi * along / period) - rng.uniform(-0.2, 0.8))
        printed = np.maximum(printed, np.clip(ridges, 0, 1))
    return np.asarray(printed, np.float32)


def digitised(light: npt.NDArray[np.floating], rng: np.random.Generator) -> GrayImage:
    """Return what is stored of the light on a sensor: in greys or two tones, packed or not."""
    image = np.asarray(np.clip(light, 0, 255), np.uint8)
    if rng.random() < 0.25:
        image = _two_tones(image, rng)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))]
        coded = cv2.imencode(".jpg", image, quality)[1]
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return image


def _cropped(line: WrittenLine, rng: np.random.Generator) -> Light:
    """Return ink from 0 to 1 with paper around it, or with its rim cut off."""
    scale = DIGIT / GLYPH_HEIGHT
    small = cv2.resize(line.ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height = small.shape[0]
    rims = [
        rng.normal(0.12, 0.12) if rng.random() < 0.5 else rng.uniform(0.1, wide)
        for wide in (0.8, 0.8, 1.5, 1.5)
    ]
    top, bottom, left, right = (int(max(rim, -0.04) * height) for rim in rims)
    padded = cv2.copyMakeBorder(
        small, max(top, 0), max(bottom, 0), max(left, 0), max(right, 0), cv2.BORDER_CONSTANT
    )
    rows, columns = padded.shape
    tight = padded[max(-top, 0) : rows - max(-bottom, 0), max(-left, 0) : columns - max(-right, 0)]
    ink = np.asarray(tight / np.float32(255), np.float32)
    if rng.random() < 0.12:
        _intrude(ink, rng)
    return _beside_a_word(ink, rng) if rng.random() < 0.2 else ink


def _intrude(ink: Light, rng: np.random.Generator) -> None:
    """Let strokes of the lines above or below reach in, in place."""
    height, width = ink.shape
    at_top = rng.random() < 0.5
    for _ in range(int(rng.integers(1, 4))):
        x, reach = rng.uniform(0, width), rng.uniform(0.03, 0.15) * height
        start = (x, 0.0) if at_top else (x, height - 1.0)
        end = (x + rng.normal(0, 0.3) * DIGIT, reach if at_top else height - reach)
        _stroke(ink, start, end, rng.uniform(0.05, 0.11), 1.0)


def _beside_a_word(ink: Light, rng: np.random.Generator) -> Light:
    """Return ink with a small printed word left of it, whole or cut off."""
    word = str(rng.choice(["DATE", "DATE", "Date", "Rs.", "No.", "OR BEARER", "PAY", "AMOUNT"]))
    size = rng.uniform(0.2, 0.42) * DIGIT / 22
    weight = max(round(size * 2), 1)
    font = int(rng.choice(FONTS))
    (across, down), _ = cv2.getTextSize(word, font, size, weight)
    room = np.flatnonzero(ink.max(axis=0) > 0.3)
    lacking = across + 8 - (int(room[0]) if room.size else 0)
    padded = cv2.copyMakeBorder(ink, 0, 0, max(lacking, 0), 0, cv2.BORDER_CONSTANT)
    ink = np.asarray(padded, np.float32)
    first = (int(room[0]) if room.size else 0) + max(lacking, 0)
    x = int(rng.integers(0, first - across - 4))
    y = int(rng.uniform(0.4, 0.98) * ink.shape[0])
    printed = np.zeros(ink.shape, np.uint8)
    cv2.putText(printed, word, (x, max(y, down)), font, size, 255, weight, cv2.LINE_AA)
    np.maximum(ink, printed / np.float32(255) * np.float32(rng.uniform(0.5, 1)), out=ink)
    cut = int(x + rng.uniform(0, 0.8) * across) if rng.random() < 0.6 else 0
    return np.asarray(ink[:, cut:], np.float32)


def _rules(shape: tuple[int, ...], rng: np.random.Generator) -> Light:
    """Return how dark printed lines are: the one written on, frames, compartments; 0 to 1."""
    height, width = shape
    rules = np.zeros(shape, np.float32)
    dark = float(rng.uniform(0.4, 1))
    for share, near in ((0.3, 0.35), (0.15, 0.12)):
        if rng.random() < share:
            y = rng.uniform(0, near) * height
            y = height - y if near > 0.2 else y
            ends = sorted(rng.integers(0, width, 2)) if rng.random() < 0.2 else (0, width)
            climb = rng.normal(0, 0.01) * width
            _stroke(rules, (ends[0], y), (ends[1], y + climb), rng.uniform(*THIN), dark)
    for side in (0, 1):
        if rng.random() < 0.12:
            x = rng.uniform(0, 0.25) * DIGIT
            x = width - 1 - x if side else x
            lean = rng.normal(0, 0.03) * height
            _stroke(rules, (x, 0), (x + lean, height), rng.uniform(*THIN), dark)
    if rng.random() < 0.15:
        left, top, right, bottom = rng.uniform(0, 0.2, 4) * DIGIT
        corners = [(left, top), (width - 1 - right, top), (width - 1 - right, height - 1 - bottom)]
        corners += [(left, height - 1 - bottom), (left, top)]
        pen = rng.uniform(*THIN)
        for start, end in pairwise(corners):
            _stroke(rules, start, end, pen, dark)
    if rng.random() < 0.3:  # rows of letters too small to be read look like broken lines
        rules *= rng.random(shape) < rng.uniform(0.5, 0.95)
    return rules


def _stroke(
    canvas: Light, start: tuple[float, float], end: tuple[float, float], pen: float, dark: float
) -> None:
    """Draw a stroke in place, its pen by the height of a digit."""
    drawn = np.zeros(canvas.shape, np.uint8)
    first, last = ([round(value * 16) for value in point] for point in (start, end))
    cv2.line(drawn, first, last, 255, max(round(pen * DIGIT), 1), cv2.LINE_AA, 4)
    np.maximum(canvas, drawn / np.float32(255) * np.float32(dark), out=canvas)


def _worn(ink: Light, rng: np.random.Generator) -> Light:
    """Return ink of a broader or finer pen, or one that leaves gaps."""
    pen = rng.random()
    if pen < 0.15:
        ink = np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)), np.float32)
    elif pen < 0.3:
        ink = np.asarray(cv2.erode(ink, np.ones((2, 2), np.uint8)), np.float32)
    if rng.random() < 0.3:
        height, width = ink.shape
        gaps = rng.random((height // 6 + 2, width // 6 + 2)).astype(np.float32)
        ink = ink * (1 - np.float32(rng.uniform(0.1, 0.5)) * cv2.resize(gaps, (width, height)))
    return ink


def _seen(light: Light, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return the light that comes to each pixel of a sensor."""
    height, width = light.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 1.2), 1)
    turned = cv2.warpAffine(light, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    scale = rng.uniform(0.4, 1.2) if rng.random() < 0.88 else rng.uniform(0.28, 0.5)
    scale = max(scale, FINEST / height)
    soft = cv2.GaussianBlur(turned, (0, 0), rng.uniform(0.3, 0.7) / scale)
    by = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    seen = cv2.resize(soft, None, fx=scale, fy=scale, interpolation=by)
    if rng.random() < 0.25:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.5, 1.4))
    return np.asarray(seen + rng.normal(0, rng.uniform(0.5, 7), seen.shape), np.float64)


def _two_tones(image: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Return a black-and-white scan, with specks now and then."""
    if rng.random() < 0.6:
        side = max(round(0.7 * image.shape[0]), 15) | 1
        darker = int(rng.uniform(10, 30))
        method = cv2.ADAPTIVE_THRESH_MEAN_C
        toned = cv2.adaptiveThreshold(image, 255, method, cv2.THRESH_BINARY, side, darker)
    else:
        _, toned = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if rng.random() < 0.3:
        specks = rng.random(image.shape) < rng.uniform(0, 0.01)
        toned = np.where(specks, 255 - toned, toned)
    return np.asarray(toned, np.uint8)
