"""What a network is worth: temperature, and the acceptance measured."""

import numpy as np
import pytest

from formreader.digit_sets.labelled import LabelledDigits
from formreader.images import CLASSES, NO_DIGIT
from formreader.training.judge import acceptance, best_no_digit_weight, best_temperature, score


class Sure:
    """Says the same of every digit."""

    def __init__(self, probabilities):
        self._probabilities = probabilities

    def classify(self, digits):
        return np.tile(self._probabilities, (len(digits), 1))


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


def test_stricter_promises_ask_for_more_confidence():
    rng = np.random.default_rng(1)
    confidence = 1 - 0.3 * rng.random(20_000) ** 20
    wrong = rng.random(20_000) > confidence

    promises = acceptance(said(wrong.astype(int), confidence), digits_of([0] * 20_000), rng)

    least = [promise.least_confidence for promise in promises if promise.least_confidence]
    assert least == sorted(least)
    assert len(least) >= 3


def test_promise_that_few_digits_cannot_show_is_not_given():
    promises = acceptance(said([0] * 500, 0.99), digits_of([0] * 500), np.random.default_rng(1))

    kept = {promise.max_error: promise.least_confidence is not None for promise in promises}
    assert kept[0.05]
    assert not kept[0.001]


def test_fields_with_a_box_that_holds_no_digit_are_not_accepted():
    rng = np.random.default_rng(1)

    promises = acceptance(said([NO_DIGIT] * 500, 0.99), digits_of([0] * 500), rng)

    assert all(promise.least_confidence is None for promise in promises)
