"""Judge a network by digits it was not trained on: scores, temperature, acceptance."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from formreader.digits.card import Promise, Score
from formreader.digits.recogniser import Recogniser
from formreader.images import NO_DIGIT, Probabilities
from formreader.training.sets import LabelledDigits, Labels

TEMPERATURES = np.geomspace(0.5, 5, 231)  # a step is 1 %
LEAST_PROBABILITY = 1e-30  # stands for what float32 rounds to 0
PROMISES = (0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)
FIELD_BOXES = (3, 8)  # shortest and longest field that acceptance is measured on
ROUNDS = 4  # of dealing the same digits into fields
CERTAINTY = 1.645  # standard deviations: the share of errors is below its bound in 95 of 100 cases


def score(recogniser: Recogniser, digits: LabelledDigits) -> Score:
    """Count what a network reads wrongly; the most probable class counts as read."""
    read = recogniser.classify(digits.images).argmax(axis=1)
    return Score(digits=len(digits), wrong=int((read != digits.labels).sum()))


def best_temperature(probabilities: Probabilities, labels: Labels) -> float:
    """Return the temperature at which a network's confidence is as high as it is right.

    Args:
        probabilities: of a network at temperature 1, (n, 12).
        labels: what the digits show, (n,).
    """
    logits = np.log(np.maximum(probabilities.astype(np.float64), LEAST_PROBABILITY))
    return float(min(TEMPERATURES, key=lambda temperature: _loss(logits / temperature, labels)))


def acceptance(
    probabilities: Probabilities, digits: LabelledDigits, rng: np.random.Generator
) -> tuple[Promise, ...]:
    """Measure from what confidence on fields can be accepted for each promised share of errors.

    Fields of 3 to 8 digits are dealt from each writer's digits. A threshold keeps a promise if
    the share of wrong fields at and above it is below it even at its upper 95 % bound.

    Args:
        probabilities: of the digits, (n, 12), at the final temperature.
        digits: of writers the network never saw.
        rng: deals.
    """
    read = probabilities.argmax(axis=1)
    right, sure = read == digits.labels, probabilities.max(axis=1).astype(np.float64)
    sure[read == NO_DIGIT] = 0  # such fields are never accepted
    fields = [field for _ in range(ROUNDS) for field in _fields(digits.writers, rng)]
    confidence = np.array([sure[field].prod() for field in fields])
    wrong = np.array([not right[field].all() for field in fields])
    order = np.argsort(-confidence, kind="stable")
    accepted = np.arange(1, len(fields) + 1) / ROUNDS  # dealing again makes no new digits
    bound = _upper_bound(np.cumsum(wrong[order]) / ROUNDS) / accepted
    return tuple(
        Promise(max_error=promise, least_confidence=_threshold(confidence[order], bound <= promise))
        for promise in PROMISES
    )


def _loss(logits: npt.NDArray[np.float64], labels: Labels) -> float:
    """Return the mean negative log of the probability of what is right."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    likely = shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(axis=1))
    return float(-likely.mean())


def _fields(writers: npt.NDArray[np.str_], rng: np.random.Generator) -> Iterator[Sequence[int]]:
    """Deal each writer's digits into fields; what is left over at the end is left out."""
    shortest, longest = FIELD_BOXES
    for writer in sorted(set(writers.tolist())):
        dealt = rng.permutation(np.flatnonzero(writers == writer)).tolist()
        while len(dealt) >= longest:
            count = int(rng.integers(shortest, longest + 1))
            yield dealt[:count]
            del dealt[:count]


def _upper_bound(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return upper bounds of the means of Poisson counts (Wilson and Hilferty)."""
    next_up = counts + 1
    return np.asarray(
        next_up * (1 - 1 / (9 * next_up) + CERTAINTY / (3 * np.sqrt(next_up))) ** 3, np.float64
    )


def _threshold(confidence: npt.NDArray[np.float64], kept: npt.NDArray[np.bool_]) -> float | None:
    """Return the least confidence, of those from high to low, down to which a promise is kept."""
    if not kept.any():
        return None
    return float(confidence[np.flatnonzero(kept)[-1]])
