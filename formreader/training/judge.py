"""Judge a network by digits it was not trained on: scores and temperature."""

import numpy as np
import numpy.typing as npt

from formreader.digit_sets.labelled import LabelledDigits, Labels
from formreader.digits.card import Score
from formreader.digits.recogniser import Recogniser
from formreader.evaluation.measures import LEAST_PROBABILITY
from formreader.images import CLASSES, CROSSED, NO_DIGIT, Probabilities

TEMPERATURES = np.geomspace(0.5, 5, 231)  # a step is 1 %
NO_DIGIT_WEIGHTS = np.geomspace(0.05, 2, 75)  # a step is 5 %


def score(recogniser: Recogniser, digits: LabelledDigits) -> Score:
    """Count what a network reads wrongly: a digit by the likeliest of the ten, the rest by all."""
    probabilities = recogniser.look(digits.images).probabilities
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
