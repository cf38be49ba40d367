"""Sets of digits: read, split by writer, drawn, distorted, written on pages."""

import numpy as np
import pytest

from formreader.digit_sets.labelled import joined
from formreader.digits.recogniser import load_recogniser
from formreader.errors import InputError
from formreader.images import CROSSED, DIGIT_SIDE, NO_DIGIT
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.training.augment import Augmenter
from formreader.training.crossed import draw_crossed
from formreader.training.hands import draw_hands
from formreader.training.letters import LETTERS
from formreader.training.no_digit import draw_no_digit
from formreader.training.sets import (
    MISLABELLED,
    drawn,
    load_training_set,
    split_by_writer,
)
from formreader.training.through_pages import Wanted, write_and_cut
from tests.handwriting import write_digits


@pytest.fixture(scope="module")
def digits():
    return write_digits(writers=20)


def generator():
    return np.random.default_rng(1)


def test_writers_held_out_are_not_trained_on(digits):
    shown, held_out = split_by_writer(digits, 0.1, seed=1)

    assert set(held_out.writers) & set(shown.writers) == set()
    assert len(set(held_out.writers)) == 4
    assert len(shown) + len(held_out) == len(digits)


def test_the_same_writers_are_held_out_whatever_else_a_set_holds(digits):
    _, held_out = split_by_writer(digits, 0.1, seed=1)
    _, of_fours = split_by_writer(digits.take(digits.labels == 4), 0.1, seed=1)

    assert set(of_fours.writers) == set(held_out.writers)


def test_set_without_writers_is_split_by_neighbourhood(tmp_path, digits):
    np.savez(tmp_path / "nameless.npz", images=digits.images, labels=digits.labels)

    _, held_out = split_by_writer(load_training_set(tmp_path / "nameless.npz"), 0.1, seed=1)

    assert np.bincount(held_out.labels).tolist() == [4] * 10


def test_digits_of_mnist_with_a_plainly_wrong_label_are_left_out(data_folder):
    kept = load_training_set(data_folder / "digits" / "mnist")

    assert len(kept) == 60_000 - len(MISLABELLED["mnist", 60_000])
    assert len(set(kept.writers)) == 539


def test_what_holds_no_digits_is_refused(tmp_path):
    with pytest.raises(InputError, match="no digits"):
        load_training_set(tmp_path / "absent.npz")


@pytest.mark.parametrize("draw", [draw_crossed, draw_no_digit])
def test_drawings_are_normalised_and_repeatable(digits, draw):
    pictures = draw(50, digits, generator())

    assert pictures.shape == (50, DIGIT_SIDE, DIGIT_SIDE)
    assert np.median(pictures.reshape(50, -1).max(axis=1)) > 200
    assert np.array_equal(pictures, draw(50, digits, generator()))


def test_drawn_hands_write_what_other_sets_lack_and_trace_every_digit(digits):
    hands = draw_hands(70, digits, generator())

    slashed, ones, crossed, traced = 10, 20, 10, 3
    assert np.bincount(hands.labels).tolist() == [
        traced + slashed,
        traced + ones,
        *[traced] * 5,
        traced + crossed,
        *[traced] * 2,
    ]


def test_letters_stay_near_their_box():
    points = np.concatenate([stroke for letter in LETTERS for stroke in letter])

    assert points.min() > -0.2
    assert points.max() < 1.2


def test_distorting_is_repeatable_and_leaves_the_ink_where_it_can_be_read(digits):
    first = Augmenter(generator()).distort(digits.images)
    again = Augmenter(generator()).distort(digits.images)

    assert np.array_equal(first, again)
    assert not np.array_equal(first, digits.images)
    assert first.reshape(len(digits), -1).sum(axis=1).min() > 2000


def test_digits_written_on_pages_come_back_with_their_labels(digits):
    crossed = drawn("crossed", draw_crossed(20, digits, generator()), CROSSED)
    no_digit = drawn("no digit", draw_no_digit(20, digits, generator()), NO_DIGIT)
    recogniser = load_recogniser(DEFAULT_MODEL, model_folders())

    wanted = Wanted(count=300, spoilt=0.1)
    back = write_and_cut(
        digits, joined("spoils", [crossed, no_digit]), wanted, generator(), lambda: None
    )

    read = recogniser.look(back.images).probabilities.argmax(axis=1)
    assert len(back) == 300
    assert (read == back.labels).mean() > 0.9
