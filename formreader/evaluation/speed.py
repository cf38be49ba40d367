"""How fast a network is."""

import time

import numpy as np

from formreader.digits.recogniser import Recogniser
from formreader.images import DIGIT_SIDE, DigitBatch

DIGITS = 1024  # shown at once
ROUNDS = 5  # the best counts: what else the machine does only ever slows


def digits_per_second(recogniser: Recogniser) -> float:
    """Measure how many digits a network reads in a second on one core."""
    digits = np.random.default_rng(1).integers(0, 256, (DIGITS, DIGIT_SIDE, DIGIT_SIDE), np.uint8)
    recogniser.look(digits)  # the first time it makes itself ready
    return DIGITS / min(_seconds(recogniser, digits) for _ in range(ROUNDS))


def _seconds(recogniser: Recogniser, digits: DigitBatch) -> float:
    start = time.perf_counter()
    recogniser.look(digits)
    return time.perf_counter() - start
