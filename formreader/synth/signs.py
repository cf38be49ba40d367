"""What people write between, before and behind the digits of a line: signs, letters, dashes."""

import cv2
import numpy as np

from formreader.free_run import CURRENCY
from formreader.images import InkImage
from formreader.synth.glyph import GLYPH_HEIGHT
from formreader.synth.pen import bow, cut_tight, draw_stroke, inked_strokes, leaning
from formreader.synth.skeletons import DOLLARS, RUPEE
from formreader.synth.strokes import curve
from formreader.synth.style import Style

LETTERS = "abcdefghkmnopqrstuvwxzABDEFGHJKMNPQRTUVWX#*%&"
"""What "?" may be."""
FONTS = (0, 2, 3, 4, 6, 7)  # OpenCV's, save one that hardly differs and the italics
PRINTED = ("$", "$", "$", "R", "Rs", "L", "S", "E")  # currencies: the last with a stroke through
STRUCK_THROUGH = "LSE"
RULED = 2.2  # digits: lines that part a frame go past all that is written
LETTERED = 0.35  # of currencies are in a font; of the others half are rupees, half dollars


def draw_sign(character: str, style: Style, rng: np.random.Generator) -> tuple[InkImage, float]:
    """Draw what is no digit; return its ink, cut out tightly, and how high its foot is."""
    match character:
        case ".":
            dot = bow((0, 0), tuple(rng.normal(0, 0.04, 2)), 0)
            high = 0.4 if rng.random() < 0.06 else 0.0
            return inked_strokes([dot], 2 * rng.uniform(0.04, 0.09)), high + rng.normal(0, 0.05)
        case ",":
            length = rng.uniform(0.12, 0.35) if rng.random() < 0.65 else rng.uniform(0.35, 0.65)
            tail = bow((0, 0), (-length * rng.uniform(0.1, 0.7), length), rng.normal(-0.1, 0.15))
            rise = style.commas + 0.1 - length + rng.uniform(0, 0.25)
            return inked_strokes([tail], style.pen), rise
        case "/":
            height = rng.uniform(0.85, 1.7) if rng.random() < 0.8 else rng.uniform(1.7, 2.2)
            lean = rng.uniform(-0.05, 0.2) if rng.random() < 0.4 else rng.uniform(0.1, 0.7)
            stroke = bow((0, height), (lean * height, 0), rng.normal(0, 0.04))
            return inked_strokes([stroke], style.pen), -rng.uniform(-0.1, max(height - 0.8, 0))
        case "-" | "=":
            long = rng.random() < 0.25
            length = rng.uniform(0.7, 2.2) if long else rng.uniform(0.25, 0.7)
            return _dashes(1 + (character == "="), length, style, rng), rng.uniform(0.25, 0.7)
        case _:
            return _printed_sign(character, style, rng)


def _printed_sign(character: str, style: Style, rng: np.random.Generator) -> tuple[InkImage, float]:
    """Draw what may be printed; return its ink, cut out tightly, and how high its foot is."""
    if character == CURRENCY:
        return _currency(style, rng)
    if character == "|":
        lean = rng.normal(0, 0.03)
        line = bow((lean, RULED), (0, 0), 0)
        return inked_strokes([line], rng.uniform(0.02, 0.06)), (1 - RULED) / 2
    return _letters(str(rng.choice(list(LETTERS))), style, rng), 0.0


def _dashes(count: int, length: float, style: Style, rng: np.random.Generator) -> InkImage:
    """Draw strokes over each other, about level."""
    steep = rng.uniform(-0.3, 0.3) if count == 1 and rng.random() < 0.25 else rng.normal(0, 0.06)
    slope = steep * min(length, 1)
    strokes = []
    for number in range(count):
        left, y = rng.normal(0, 0.05), 0.24 * number
        right = left + length * rng.uniform(0.8, 1.1)
        strokes.append(bow((left, y + slope), (right, y - slope), rng.normal(0, 0.08)))
    return inked_strokes(strokes, style.pen)


def _currency(style: Style, rng: np.random.Generator) -> tuple[InkImage, float]:
    """Draw the sign or letters of a currency, printed or by hand."""
    if rng.random() < LETTERED:
        return _currency_letters(style, rng), rng.uniform(-0.1, 0.1)
    skeleton = RUPEE if rng.random() < 0.5 else DOLLARS[int(rng.integers(len(DOLLARS)))]
    size = rng.uniform(0.7, 1.4)
    shape = np.array([[size * rng.uniform(0.85, 1.15), 0], [-size * rng.normal(0, 0.08), size]])
    tremor = rng.uniform(0.005, 0.03) if rng.random() < 0.5 else 0.0
    strokes = [curve(stroke, 0.0, tremor, rng) @ shape for stroke in skeleton]
    bold = rng.random() < 0.4
    pen = rng.uniform(0.1, 0.17) * size if bold else style.pen * rng.uniform(0.8, 1.3)
    return inked_strokes(strokes, pen), rng.uniform(-0.2, 0.1)


def _currency_letters(style: Style, rng: np.random.Generator) -> InkImage:
    letters = str(rng.choice(PRINTED))
    ink = _letters(letters, style, rng)
    if letters in STRUCK_THROUGH:
        height, width = ink.shape
        draw_stroke(ink, np.array([(width / 2, 0), (width / 2, height)]), style.pen)
    return ink


def _letters(letters: str, style: Style, rng: np.random.Generator) -> InkImage:
    """Print letters in a font, about as high as digits."""
    font = int(rng.choice(FONTS))
    (_, height), _ = cv2.getTextSize(letters, font, 1.0, 1)
    scale = rng.uniform(0.6, 1.15) * GLYPH_HEIGHT / height
    (width, height), below = cv2.getTextSize(letters, font, scale, 1)
    weight = max(round(style.pen * rng.uniform(0.7, 1.7) * GLYPH_HEIGHT), 1)
    canvas = np.zeros((height + below + 2 * weight, width + 2 * weight), np.uint8)
    origin = (weight, height + weight)
    cv2.putText(canvas, letters, origin, font, scale, 255, weight, cv2.LINE_AA)
    return leaning(cut_tight(canvas), style.slant, rng.uniform(0.8, 1.1), 1.0, 0.0)
