"""The shipped network, run by LiteRT."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from formreader.digits.card import find_model, load_card, load_network
from formreader.digits.recogniser import LiteRTRecogniser, load_recogniser
from formreader.errors import ModelError
from formreader.images import CLASSES, DIGIT_SIDE, NO_DIGIT
from formreader.shipped import DEFAULT_MODEL, model_folders


@pytest.fixture(scope="module")
def recogniser():
    return load_recogniser(DEFAULT_MODEL, model_folders())


@pytest.fixture(scope="module")
def digits():
    rng = np.random.default_rng(1)
    coarse = rng.random((257, 7, 7)) < 0.4
    return (255 * coarse.repeat(4, axis=1).repeat(4, axis=2)).astype(np.uint8)


def test_no_digits_have_no_probabilities(recogniser):
    nothing = np.empty((0, DIGIT_SIDE, DIGIT_SIDE), np.uint8)

    assert recogniser.look(nothing).probabilities.shape == (0, CLASSES)


def test_no_digit_is_weighed_as_the_card_says(recogniser, digits):
    plain, weighed = (
        LiteRTRecogniser(
            recogniser.card.model_copy(update={"no_digit_weight": weight}),
            load_network(recogniser.card, find_model(DEFAULT_MODEL, model_folders())),
        )
        .look(digits)
        .probabilities
        for weight in (1, 0.5)
    )

    odds = [table[:, NO_DIGIT] / table[:, 0] for table in (plain, weighed)]
    assert odds[1] == pytest.approx(odds[0] / 2, rel=1e-3)
    assert weighed.sum(axis=1) == pytest.approx(1)


def test_probabilities_of_each_digit_sum_to_one(recogniser, digits):
    probabilities = recogniser.look(digits).probabilities

    assert probabilities.dtype == np.float32
    assert probabilities.shape == (len(digits), CLASSES)
    assert probabilities.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("batch", [1, 7, 32])
def test_what_is_said_of_a_digit_does_not_depend_on_its_batch(recogniser, digits, batch):
    together = recogniser.look(digits).probabilities

    parts = [
        recogniser.look(digits[i : i + batch]).probabilities for i in range(0, len(digits), batch)
    ]

    assert np.array_equal(np.concatenate(parts), together)


def test_what_is_said_of_a_digit_does_not_depend_on_its_neighbours(recogniser, digits):
    order = np.random.default_rng(2).permutation(len(digits))

    assert np.array_equal(
        recogniser.look(digits[order]).probabilities, recogniser.look(digits).probabilities[order]
    )


def test_threads_share_a_recogniser(recogniser, digits):
    with ThreadPoolExecutor(4) as threads:
        looks = threads.map(recogniser.look, [digits] * 8)
        said = [look.probabilities for look in looks]

    assert all(np.array_equal(one, said[0]) for one in said)


def test_threads_that_begin_together_leave_stderr_as_it_was():
    program = (
        "import sys, threading, numpy as np\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from formreader.digits.recogniser import load_recogniser\n"
        "from formreader.shipped import DEFAULT_MODEL, model_folders\n"
        "recogniser = load_recogniser(DEFAULT_MODEL, model_folders())\n"
        "digits = np.zeros((1, 28, 28), np.uint8)\n"
        "with ThreadPoolExecutor(16, initializer=threading.Barrier(16).wait) as threads:\n"
        "    list(threads.map(recogniser.look, [digits] * 160))\n"
        "print('still here', file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert done.stderr.strip() == b"still here"


def test_pictures_of_another_kind_are_refused(recogniser):
    with pytest.raises(ValueError, match=r"\(n, 28, 28\)"):
        recogniser.look(np.zeros((28, 28), np.uint8))


def test_network_that_is_none_is_refused(recogniser):
    with pytest.raises(ModelError, match="cannot be run"):
        LiteRTRecogniser(recogniser.card, b"no network")


def test_shipped_model_keeps_its_name():
    folder = model_folders()[1] / DEFAULT_MODEL

    assert load_card(folder).name == DEFAULT_MODEL


def test_reading_digits_loads_no_tensorflow_and_says_nothing():
    program = (
        "import sys, numpy as np\n"
        "from formreader.digits.recogniser import load_recogniser\n"
        "from formreader.shipped import DEFAULT_MODEL, model_folders\n"
        "recogniser = load_recogniser(DEFAULT_MODEL, model_folders())\n"
        "recogniser.look(np.zeros((3, 28, 28), np.uint8)).probabilities\n"
        "sys.exit({'tensorflow', 'keras'} & set(sys.modules) or None)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert done.stdout == done.stderr == b""
