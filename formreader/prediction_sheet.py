"""A picture of what was seen in pictures of digits, and what it was taken for."""

import cv2
import numpy as np

from formreader.images import CLASSES, CROSSED, DIGIT_SIDE, DigitImage, GrayImage
from formreader.overlay import Color, ColorImage
from formreader.prediction import WORDS, Prediction, percent

SIDE = 8 * DIGIT_SIDE  # pixels of each picture: those of a digit image become squares
GAP = 24
TITLE = 40
LABEL = 92  # width of "crossed out"
BARS = 360  # width of a bar of probability 1, and of its number behind it
NUMBER = 70
FONT = cv2.FONT_HERSHEY_SIMPLEX
PAPER: Color = (255, 255, 255)
TEXT: Color = (40, 40, 40)
QUIET: Color = (110, 110, 110)
RULE: Color = (225, 225, 225)
OTHERS: Color = (178, 114, 0)  # blue, and
LIKELIEST: Color = (0, 94, 213)  # vermilion: told apart by every kind of colour vision


def draw_prediction(title: str, picture: GrayImage | None, prediction: Prediction) -> ColorImage:
    """Draw a picture as given, what the network saw of it, and the bars of its probabilities.

    All such drawings are of one size.

    Args:
        title: stands above them.
        picture: None for one that is blank.
        prediction: what came of it.
    """
    left, middle, right = GAP, 2 * GAP + SIDE, 3 * GAP + 2 * SIDE
    width = right + LABEL + BARS + NUMBER + GAP
    drawing = np.full((TITLE + SIDE + GAP, width, 3), PAPER, np.uint8)
    drawing[:2] = RULE
    _write(drawing, title, (left, TITLE - 14), TEXT, 0.5)
    if picture is not None:
        _paste(drawing, _fitted(picture), left)
    if prediction.seen is None:
        _write(drawing, "no digit: nothing is written", (middle, TITLE + SIDE // 2), TEXT, 0.6)
    else:
        _paste(drawing, _enlarged(prediction.seen), middle)
        _draw_bars(drawing, prediction, right)
    return drawing


def _fitted(picture: GrayImage) -> GrayImage:
    """Return a picture of at most `SIDE` by `SIDE`, small ones enlarged in squares."""
    scale = SIDE / max(picture.shape)
    size = (max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1))
    way = cv2.INTER_NEAREST if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def _enlarged(digit: DigitImage) -> GrayImage:
    return np.asarray(cv2.resize(digit, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.uint8)


def _paste(drawing: ColorImage, picture: GrayImage, x: int) -> None:
    """Put a picture into the place that begins at x, centred, with a thin frame."""
    height, width = picture.shape
    x, y = x + (SIDE - width) // 2, TITLE + (SIDE - height) // 2
    drawing[y - 1 : y + height + 1, x - 1 : x + width + 1] = RULE
    drawing[y : y + height, x : x + width] = picture[..., None]


def _draw_bars(drawing: ColorImage, prediction: Prediction, x: int) -> None:
    step = SIDE / CLASSES
    for index, probability in enumerate(prediction.probabilities):
        color = LIKELIEST if index == prediction.seen_class else OTHERS
        top, base = round(TITLE + index * step), round(TITLE + (index + 0.75) * step)
        start = x + LABEL
        _write(drawing, WORDS[index], (x + (0 if index >= CROSSED else 70), base - 1), TEXT, 0.45)
        drawing[top + 4 : base + 2, start : start + BARS] = RULE
        drawing[top + 4 : base + 2, start : start + round(probability * BARS)] = color
        _write(drawing, percent(probability), (start + BARS + 8, base - 1), QUIET, 0.42)


def _write(
    drawing: ColorImage, text: str, place: tuple[int, int], color: Color, size: float
) -> None:
    cv2.putText(drawing, text, place, FONT, size, color, 1, cv2.LINE_AA)
