"""Hands that write with the digits of a data set."""

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from formreader.digit_sets import load_digits, usable_for_writing
from formreader.digit_sets.labelled import LabelledDigits
from formreader.images import DigitImage, InkImage
from formreader.synth.glyph import GLYPH_HEIGHT, Glyph, Hands

INK_SIDE = 20  # MNIST: the longer side of the ink
TIMES = GLYPH_HEIGHT // INK_SIDE
ROUNDS = 4  # of sharpening and putting right; after them shrinking gives the digit back within 2 %
EDGE = 4.0  # how steeply ink ends: from paper to ink within a third of a pixel of the data set


class BitmapHand:
    """One writer of a set of digit images, on one form."""

    def __init__(self, writer: str, digits: LabelledDigits) -> None:
        """Take up the pen."""
        self.writer = writer
        self._digits = digits
        self._left: dict[int, list[int]] = {}

    def draw(self, digit: int, rng: np.random.Generator) -> Glyph:
        """Enlarge one of the writer's digits; somebody else's if the writer has none such.

        None comes twice before all of them have come: nobody writes a digit the same way again.
        """
        if not self._left.get(digit):
            shown = self._digits.labels == digit
            own = np.flatnonzero(shown & (self._digits.writers == self.writer))
            choice = own if own.size else np.flatnonzero(shown)
            self._left[digit] = rng.permutation(choice).tolist()
        image = self._digits.images[self._left[digit].pop()]
        return Glyph(enlarge(image), image)


def load_hands(path: Path) -> Hands:
    """Read a set of digits, as `load_digits` does, for its writers to write with.

    Raises:
        InputError: if the set cannot be used, or lacks a digit.
    """
    return partial(choose_hand, usable_for_writing(load_digits(path), path))


def choose_hand(digits: LabelledDigits, rng: np.random.Generator) -> BitmapHand:
    """Choose one of the writers, those who wrote more digits more often."""
    return BitmapHand(str(rng.choice(digits.writers)), digits)


def enlarge(digit: DigitImage) -> InkImage:
    """Return the ink of a digit image as the pen left it: large, sharp, cut out tightly.

    Shrinking the result by area gives the digit image back: what was grey because a thin stroke
    covered half of a pixel becomes a thin black stroke again.

    Raises:
        ValueError: if the image holds no ink.
    """
    x, y, width, height = cv2.boundingRect(digit)
    if width == 0:
        raise ValueError("expected some ink, got none")
    tight = digit[y : y + height, x : x + width].astype(np.float32) / 255
    target = np.pad(tight, 1)
    size = (target.shape[1] * TIMES, target.shape[0] * TIMES)
    soft = np.asarray(cv2.resize(target, size, interpolation=cv2.INTER_CUBIC), np.float32)
    sharp = _sharpen(soft)
    for _ in range(ROUNDS):
        error = target - cv2.resize(sharp, target.shape[::-1], interpolation=cv2.INTER_AREA)
        soft += cv2.resize(error, size, interpolation=cv2.INTER_CUBIC)
        sharp = _sharpen(soft)
    ink = np.rint(255 * sharp).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    return np.ascontiguousarray(ink[y : y + height, x : x + width])


def _sharpen(soft: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(np.clip(EDGE * (soft - 0.5) + 0.5, 0, 1), np.float32)
