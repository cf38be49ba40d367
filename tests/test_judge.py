"""What a network is worth: temperature and scores."""

import numpy as np
import pytest

from formreader.digit_sets.labelled import LabelledDigits
from formreader.digits.recogniser import Look
from formreader.images import CLASSES, NO_DIGIT
from formreader.training.judge import best_no_digit_weight, best_temperature, score


class Sure:
    """Says the same of every digit."""

    def __init__(self, probabilities):
        self._probabilities = probabilities

    def look(self, digits):
        said = np.tile(self._probabilities, (len(digits), 1))
        return Look(said, np.zeros((len(digits), 0), np.int8))


def digits_of(labels, writers=None):
    images = np.zeros((len(labels), 28, 28), np.uint8)
    writers = np.full(len(labels), "someone") if writers is None else writers
    return LabelledDigits("made up", images, np.array(labels, np.uint8), writers)


def said(classes, confidence):
    """Return probabilities that give each class a confidence and share the rest out."""
    rest = (1 - np.asarray(confidence)) / (CLASSES - 1)
    table = np.tile(np.broadcast_to(rest, len(classes))[:, None], CLASSES)
    table[np.arange(len(classes)), classes] = confidence
    return table.astype(np.float32)


def test_score_counts_what_is_read_wrongly():
    result = score(Sure(said([3], 0.9)[0]), digits_of([3, 3, 3, 5]))

    assert (result.digits, result.wrong, result.accuracy) == (4, 1, 0.75)


def test_a_digit_counts_as_read_by_the_likeliest_of_the_ten():
    table = np.zeros(CLASSES, np.float32)
    table[[3, NO_DIGIT]] = 0.4, 0.6

    assert score(Sure(table), digits_of([3])).wrong == 0
    assert score(Sure(table), digits_of([NO_DIGIT])).wrong == 0


@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.5])
def test_temperature_that_made_a_network_too_sure_is_found(temperature):
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 3, (20_000, CLASSES))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (true.cumsum(axis=1) > rng.random((len(true), 1))).argmax(axis=1)
    sharp = np.exp(logits * temperature)
    probabilities = (sharp / sharp.sum(axis=1, keepdims=True)).astype(np.float32)

    found = best_temperature(probabilities, labels.astype(np.uint8))

    assert found == pytest.approx(temperature, rel=0.05)


def test_a_network_shown_too_much_that_is_no_digit_is_put_right():
    rng = np.random.default_rng(1)
    true = rng.dirichlet(np.full(CLASSES, 0.3), 20_000)
    labels = (true.cumsum(axis=1) > rng.random((len(true), 1))).argmax(axis=1)
    biased = true.copy()
    biased[:, NO_DIGIT] *= 5
    probabilities = (biased / biased.sum(axis=1, keepdims=True)).astype(np.float32)

    found = best_no_digit_weight(probabilities, labels.astype(np.uint8))

    assert found == pytest.approx(1 / 5, rel=0.1)
