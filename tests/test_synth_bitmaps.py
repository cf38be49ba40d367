"""Digit images as handwriting."""

import cv2
import numpy as np
import pytest

from formreader.digit_sets.labelled import LabelledDigits
from formreader.errors import InputError
from formreader.images import DigitImage, InkImage
from formreader.synth.bitmaps import choose_hand, enlarge, load_hands
from formreader.synth.glyph import GLYPH_HEIGHT
from formreader.synth.strokes import random_hand


def drawn_digits(count: int = 20) -> LabelledDigits:
    """Return digits 0 to 9 in turn, by two writers, as MNIST would have them."""
    rng = np.random.default_rng(5)
    hand = random_hand(rng)
    images = np.stack([_small(hand.draw(index % 10, rng).ink) for index in range(count)])
    labels = np.arange(count, dtype=np.uint8) % 10
    writers = np.array(["ann", "bob"])[np.arange(count) // 10 % 2]
    return LabelledDigits("drawn", images, labels, writers)


def _small(ink: DigitImage) -> DigitImage:
    scale = 20 / max(ink.shape)
    size = (max(round(ink.shape[1] * scale), 1), max(round(ink.shape[0] * scale), 1))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    digit = np.zeros((28, 28), np.uint8)
    digit[4 : 4 + size[1], 4 : 4 + size[0]] = small
    return digit


def gray_share(ink: InkImage) -> float:
    """Return how much of the ink is neither paper nor black."""
    return ((ink > 25) & (ink < 230)).sum() / (ink > 25).sum()


def test_an_enlarged_digit_shrinks_back_to_itself():
    for digit in drawn_digits().images:
        x, y, width, height = cv2.boundingRect(digit)
        tight = digit[y : y + height, x : x + width].astype(float)

        back = cv2.resize(enlarge(digit), (width, height), interpolation=cv2.INTER_AREA)

        assert np.abs(back - tight).mean() < 12


def test_enlarged_ink_is_sharper_than_interpolation_leaves_it():
    digit = drawn_digits().images[8]
    soft = cv2.resize(digit, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)

    ink = enlarge(digit)

    assert ink.shape[0] == pytest.approx(GLYPH_HEIGHT, abs=8)
    assert gray_share(ink) < 0.4 * gray_share(soft)


def test_an_image_without_ink_cannot_be_enlarged():
    with pytest.raises(ValueError, match="got none"):
        enlarge(np.zeros((28, 28), np.uint8))


def test_a_hand_writes_its_own_digits_and_borrows_what_it_lacks():
    rng = np.random.default_rng(0)
    digits = drawn_digits(19)  # the last, Bob's only 9, is missing
    bob = next(
        hand for hand in iter(lambda: choose_hand(digits, rng), None) if hand.writer == "bob"
    )

    assert np.array_equal(bob.draw(3, rng).digit, digits.images[13])
    assert np.array_equal(bob.draw(9, rng).digit, digits.images[9])


def test_writers_of_a_file_write_with_what_it_holds(tmp_path):
    digits = drawn_digits()
    np.savez(tmp_path / "some.npz", images=digits.images, labels=digits.labels)

    hand = load_hands(tmp_path / "some.npz")(np.random.default_rng(0))

    drawn = hand.draw(4, np.random.default_rng(1)).digit

    assert hand.writer == ""
    assert any(np.array_equal(drawn, digits.images[index]) for index in (4, 14))


def test_no_digit_comes_twice_before_all_have_come():
    digits, rng = drawn_digits(200), np.random.default_rng(0)
    hand = choose_hand(digits, rng)

    drawn = [hand.draw(3, rng).digit.tobytes() for _ in range(20)]

    assert len(set(drawn[:10])) == len(set(drawn)) == 10


def test_a_set_that_lacks_a_digit_is_not_written_with(tmp_path):
    digits = drawn_digits(8)
    np.savez(tmp_path / "some.npz", images=digits.images, labels=digits.labels)

    with pytest.raises(InputError, match="of its 8 images none shows 8, 9"):
        load_hands(tmp_path / "some.npz")
