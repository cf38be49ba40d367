"""Judge a network by digits it was not trained on: scores, temperature, acceptance."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from formreader.digit_sets.labelled import LabelledDigits, Labels
from formreader.digits.card import Promise, Score
from formreader.digits.recogniser import Recogniser
from formreader.evaluation.measures import LEAST_PROBABILITY
from formreader.images import CLASSES, CROSSED, NO_DIGIT, Probabilities

TEMPERATURES = np.geomspace(0.5, 5, 231)  # a step is 1 %
NO_DIGIT_WEIGHTS = np.geomspace(0.05, 2, 75)  # a step is 5 %
PROMISES = (0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)
FIELD_BOXES = (3, 8)  # shortest and longest field that acceptance is measured on
ROUNDS = 4  # of dealing the same digits into fields; it shows no more than one, but evenly
CERTAINTY = 1.645  # standard deviations: the share of errors is below its bound in 95 of 100 cases


def score(recogniser: Recogniser, digits: LabelledDigits) -> Score:
    """Count what a network reads wrongly: a digit by the likeliest of the ten, the rest by all."""
    probabilities = recogniser.classify(digits.images)
    likeliest = probabilities[:, :CROSSED].argmax(axis=1)
    read = np.where(digits.labels < CROSSED, likeliest, probabilities.argmax(axis=1))
    return Score(digits=len(digits), wrong=int((read != digits.labels).sum()))


def best_temperature(
    probabilities: Probabilities, labels: Labels, *, no_digit_weight: float = 1
) -> float:
    """Return the temperature at which a network's confidence is as high as it is right.

    Args:
        probabilities: of a network at temperature 1, "no digit" not weighed, (n, 12).
        labels: what the digits show, (n,).
        no_digit_weight: by which "no digit" will be multiplied.
    """
    logits = _logits(probabilities)
    weight = _only_no_digit(no_digit_weight)
    return float(
        min(TEMPERATURES, key=lambda temperature: _loss(logits / temperature + weight, labels))
    )


def best_no_digit_weight(probabilities: Probabilities, labels: Labels) -> float:
    """Return by what to multiply "no digit" for it to be as likely as forms make it.

    Args:
        probabilities: of a network at its final temperature, (n, 12).
        labels: what boxes of forms show, (n,), as often as forms show it.
    """
    logits = _logits(probabilities)
    return float(
        min(
            NO_DIGIT_WEIGHTS,
            key=lambda weight: _loss(logits + _only_no_digit(float(weight)), labels),
        )
    )


def rescaled(
    probabilities: Probabilities, temperature: float, no_digit_weight: float
) -> Probabilities:
    """Return what a network says at another temperature, "no digit" weighed.

    Args:
        probabilities: at temperature 1, "no digit" not weighed, (n, 12).
        temperature: to divide its outputs by.
        no_digit_weight: to multiply "no digit" by.
    """
    logits = _logits(probabilities) / temperature + _only_no_digit(no_digit_weight)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def acceptance(
    probabilities: Probabilities, digits: LabelledDigits, rng: np.random.Generator
) -> tuple[Promise, ...]:
    """Find from what confidence on fields can be accepted for each promised share of errors.

    Fields of 3 to 8 digits are dealt from each writer's digits. A promise is kept where the
    share of wrong fields is below it even at its upper 95 % bound. Stricter promises than the
    digits suffice to show are kept where both the errors counted and those the network itself
    expects are below them, the latter times the factor by which it was wrong about the former
    where those could be counted.

    Args:
        probabilities: of the digits, (n, 12), at the final temperature.
        digits: of writers the network never saw.
        rng: deals.
    """
    confidence, wrong = _deal(probabilities, digits, rng)
    accepted = np.arange(1, len(confidence) + 1)
    counted = np.cumsum(wrong)
    bound = _upper_bound(counted / ROUNDS) * ROUNDS / accepted
    expected = np.cumsum(1 - confidence) / accepted
    thresholds = [_threshold(confidence, bound <= promise) for promise in PROMISES]
    shown = [threshold for threshold in thresholds if threshold is not None]
    if shown:
        last = np.flatnonzero(confidence >= shown[-1])[-1]
        foreseen = np.maximum(expected * bound[last] / expected[last], counted / accepted)
        thresholds[len(shown) :] = [
            _threshold(confidence, foreseen <= promise) for promise in PROMISES[len(shown) :]
        ]
    return tuple(
        Promise(max_error=promise, least_confidence=threshold)
        for promise, threshold in zip(PROMISES, thresholds, strict=True)
    )


def _deal(
    probabilities: Probabilities, digits: LabelledDigits, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Deal fields; return how sure each is, from high to low, and whether it is wrong."""
    read = probabilities.argmax(axis=1)
    right, sure = read == digits.labels, probabilities.max(axis=1).astype(np.float64)
    sure[read == NO_DIGIT] = 0  # such fields are never accepted
    fields = [field for _ in range(ROUNDS) for field in _fields(digits.writers, rng)]
    confidence = np.array([sure[field].prod() for field in fields])
    wrong = np.array([not right[field].all() for field in fields])
    order = np.argsort(-confidence, kind="stable")
    return confidence[order], wrong[order]


def _logits(probabilities: Probabilities) -> npt.NDArray[np.float64]:
    """Return the logs of probabilities, (n, 12)."""
    return np.log(np.maximum(probabilities.astype(np.float64), LEAST_PROBABILITY))


def _only_no_digit(weight: float) -> npt.NDArray[np.float64]:
    """Return what to add to logits for "no digit" to be multiplied by a weight, (12,)."""
    return np.log(np.where(np.arange(CLASSES) == NO_DIGIT, weight, 1.0))


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
