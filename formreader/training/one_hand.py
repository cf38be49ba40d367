"""Measure how much the digits of one writer tell of each other."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from formreader.digit_sets.labelled import LabelledDigits, Labels
from formreader.digits.card import Hand
from formreader.digits.recogniser import Look, Recogniser
from formreader.evaluation.measures import loss
from formreader.hand import SURE, weighed_by_hand
from formreader.images import CROSSED, STYLE_ONE, STYLE_SIZE

EXAMPLES = 12_000  # digits that show how each is usually written
STRENGTHS = tuple(map(float, range(41)))
PAGE, FEWEST = 60, 20  # digits on a page, and on the last one of a writer at least


def measure_hand(
    recogniser: Recogniser,
    shown: LabelledDigits,
    unseen: Sequence[LabelledDigits],
    rng: np.random.Generator,
) -> Hand:
    """Return how digits of one writer are best read by each other.

    Args:
        recogniser: that gives styles.
        shown: digits it was trained on: they show how each digit is usually written.
        unseen: digits of writers that it was not trained on, for the strength.
        rng: deals them onto pages.
    """
    some = shown.take(np.sort(rng.permutation(len(shown))[:EXAMPLES]))
    usual = _usual_styles(recogniser.look(some.images), some.labels)
    pages = [
        page
        for digits in unseen
        for page in deal_pages(recogniser.look(digits.images), digits, FEWEST, rng)
    ]
    losses = [
        sum(_loss(look, labels, usual, strength) for look, labels in pages)
        for strength in STRENGTHS
    ]
    return Hand(
        usual=tuple(tuple(row) for row in usual.round(3).tolist()),
        strength=STRENGTHS[int(np.argmin(losses))],
    )


def _usual_styles(look: Look, labels: Labels) -> npt.NDArray[np.float64]:
    """Return the mean style of each digit, of those read surely and rightly, (10, STYLE_SIZE)."""
    usual = np.zeros((CROSSED, STYLE_SIZE))
    for digit in range(CROSSED):
        sure = (labels == digit) & (look.probabilities[:, digit] > SURE)
        if sure.any():
            usual[digit] = look.styles[sure].mean(axis=0) / STYLE_ONE
    return usual


def deal_pages(
    look: Look, digits: LabelledDigits, fewest: int, rng: np.random.Generator
) -> Iterator[tuple[Look, Labels]]:
    """Deal each writer's digits onto pages; yield what is seen in them, and what they show.

    Args:
        look: what a network sees in the digits.
        digits: whose writers are known.
        fewest: that are on the last page of a writer.
        rng: deals.
    """
    for writer in sorted(set(digits.writers.tolist())):
        own = rng.permutation(np.flatnonzero(digits.writers == writer))
        for page in (own[start : start + PAGE] for start in range(0, len(own), PAGE)):
            if len(page) >= fewest:
                yield Look(look.probabilities[page], look.styles[page]), digits.labels[page]


def _loss(look: Look, labels: Labels, usual: npt.NDArray[np.float64], strength: float) -> float:
    weighed = weighed_by_hand(look.probabilities, look.styles, usual, strength)
    return loss(weighed, labels) * len(labels)
