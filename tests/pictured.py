"""Pictures of one digit, drawn for tests: strokes on paper, in any light."""

import cv2
import numpy as np

from formreader.images import GrayImage, InkImage
from formreader.synth.strokes import random_hand


def digit_ink(digit: int, seed: int = 1, height: int = 120) -> InkImage:
    """Return a digit as ink 255 on 0, cut out tightly."""
    rng = np.random.default_rng([seed, digit])
    ink = random_hand(rng).draw(digit, rng).ink
    x, y, width, full = cv2.boundingRect(ink)
    size = max(round(width * height / full), 1), height
    return cv2.resize(ink[y : y + full, x : x + width], size, interpolation=cv2.INTER_AREA)


def on_paper(ink: InkImage, margin: int = 80, paper: int = 235, pen: int = 30) -> GrayImage:
    """Return ink on paper of one level."""
    share = np.pad(ink, margin) / 255
    return np.round(paper + (pen - paper) * share).astype(np.uint8)
