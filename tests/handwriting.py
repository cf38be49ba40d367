"""Digits by hands of the program's own making, for tests that need some to learn from."""

import numpy as np

from formreader.digit_sets.labelled import LabelledDigits
from formreader.images import DIGIT_SIDE
from formreader.normalise import normalise
from formreader.synth.strokes import random_hand


def write_digits(writers: int, each: int = 1) -> LabelledDigits:
    """Let some writers write every digit a few times."""
    rng = np.random.default_rng(1)
    hands = [random_hand(rng) for _ in range(writers)]
    labels = np.tile(np.arange(10), writers * each).astype(np.uint8)
    names = np.repeat([f"writer {number}" for number in range(writers)], 10 * each)
    images = np.empty((len(labels), DIGIT_SIDE, DIGIT_SIDE), np.uint8)
    for index, label in enumerate(labels.tolist()):
        images[index] = normalise(hands[index // (10 * each)].draw(label, rng).ink)
    return LabelledDigits("drawn", images, labels, names)
