"""Gather what a network is trained on, and what it is judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from formreader.digits.card import DataSource
from formreader.images import CROSSED, NO_DIGIT
from formreader.training.crossed import draw_crossed
from formreader.training.hands import draw_hands
from formreader.training.no_digit import draw_no_digit
from formreader.training.sets import (
    LabelledDigits,
    drawn,
    joined,
    load_training_set,
    split_by_writer,
)

HELD_OUT = 0.1  # of the writers of each set
FEW = 10_000  # digits; a smaller set is shown twice, lest its hands drown among others
CROSSED_SHARE, NO_DIGIT_SHARE, HANDS_SHARE = 0.06, 0.12, 0.05  # of the digits of the sets
JUDGED_BY = 500  # drawn pictures of each kind

LICENCES = {  # of the sets known; what others are allowed for is not known here
    "mnist": "CC BY-SA 3.0 (Y. LeCun, C. Cortes, C. Burges; from NIST Special Database 19)",
    "swiss": "Apache-2.0",
    "semeion": "CC BY 4.0 (Semeion Research Center, Rome; UCI Machine Learning Repository)",
}


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Digits to train on, and digits of other writers."""

    shown: LabelledDigits
    held_out: tuple[LabelledDigits, ...]
    sources: tuple[DataSource, ...]


def gather(paths: Sequence[Path], seed: int, rng: np.random.Generator) -> Material:
    """Read sets of digits, hold writers out, and draw what no set has.

    Args:
        paths: folders of MNIST's files, or .npz files.
        seed: chooses the writers held out.
        rng: makes every other choice.

    Raises:
        InputError: if a path holds no digits.
    """
    sets = [load_training_set(path) for path in paths]
    parts = [split_by_writer(digits, HELD_OUT, seed) for digits in sets]
    shown = [part for part, _ in parts for _ in range(2 if len(part) < FEW else 1)]
    held_out = [part for _, part in parts]
    count = sum(map(len, shown))
    return Material(
        shown=joined("shown", [*shown, *_draw(joined("", shown), count, rng)]),
        held_out=(*held_out, *_draw_to_judge(joined("", held_out), rng)),
        sources=tuple(
            DataSource(
                name=part.name,
                licence=LICENCES.get(part.name, "not stated"),
                digits=len(part),
            )
            for part, _ in parts
        ),
    )


def _draw(
    digits: LabelledDigits, count: int, rng: np.random.Generator
) -> tuple[LabelledDigits, ...]:
    crossed = draw_crossed(round(CROSSED_SHARE * count), digits, rng)
    no_digit = draw_no_digit(round(NO_DIGIT_SHARE * count), digits, rng)
    return (
        draw_hands(round(HANDS_SHARE * count), digits, rng),
        drawn("crossed", crossed, CROSSED),
        drawn("no digit", no_digit, NO_DIGIT),
    )


def _draw_to_judge(digits: LabelledDigits, rng: np.random.Generator) -> tuple[LabelledDigits, ...]:
    return (
        draw_hands(JUDGED_BY, digits, rng),
        drawn("crossed", draw_crossed(JUDGED_BY, digits, rng), CROSSED),
        drawn("no digit", draw_no_digit(JUDGED_BY, digits, rng), NO_DIGIT),
    )
