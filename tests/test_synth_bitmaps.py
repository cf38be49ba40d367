"""Digit images as handwriting."""

import gzip
from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.errors import InputError
from formreader.images import DigitImage, InkImage
from formreader.synth.bitmaps import DigitSet, enlarge, load_digits, load_mnist
from formreader.synth.glyph import GLYPH_HEIGHT
from formreader.synth.strokes import random_hand


def drawn_digits(count: int = 20) -> DigitSet:
    """Return digits 0 to 9 in turn, by two writers, as MNIST would have them."""
    rng = np.random.default_rng(5)
    hand = random_hand(rng)
    images = np.stack([_small(hand.draw(index % 10, rng).ink) for index in range(count)])
    labels = np.arange(count, dtype=np.uint8) % 10
    return DigitSet(images, labels, np.array(["ann", "bob"])[np.arange(count) // 10 % 2])


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


def write_idx(folder: Path, part: str, digits: DigitSet) -> None:
    for name, array in (("images-idx3", digits.images), ("labels-idx1", digits.labels)):
        header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
        packed = gzip.compress(header + array.tobytes())
        (folder / f"{part}-{name}-ubyte.gz").write_bytes(packed)


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
    bob = next(hand for hand in iter(lambda: digits.hand(rng), None) if hand.writer == "bob")

    assert np.array_equal(bob.draw(3, rng).digit, digits.images[13])
    assert np.array_equal(bob.draw(9, rng).digit, digits.images[9])


def test_an_archive_without_writers_has_one(tmp_path):
    digits = drawn_digits()
    np.savez(tmp_path / "some.npz", images=digits.images, labels=digits.labels)

    assert set(load_digits(tmp_path / "some.npz").writers) == {"some"}


def test_mnists_own_files_are_read_and_the_test_part_is_the_default(tmp_path):
    train, test = drawn_digits(40), drawn_digits(20)
    write_idx(tmp_path, "train", train)
    write_idx(tmp_path, "t10k", test)
    np.save(tmp_path / "t10k-writers.npy", np.arange(20))

    assert np.array_equal(load_mnist(tmp_path, "train").images, train.images)
    assert load_digits(tmp_path).writers.tolist() == [str(number) for number in range(20)]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({}, "holds no digits"),
        ({"images": np.zeros((3, 28, 28), np.uint8)}, "holds no digits"),
        ({"images": np.zeros((3, 9), np.uint8), "labels": np.arange(3)}, "got uint8"),
        ({"images": np.zeros((3, 28, 28), np.uint8), "labels": np.arange(3)}, "3 labels"),
    ],
)
def test_what_holds_no_digits_is_refused(tmp_path, arrays, words):
    path = tmp_path / "other.npz"
    np.savez(path, **arrays)

    with pytest.raises(InputError, match=words):
        load_digits(path)


def test_a_folder_without_mnists_files_is_refused(tmp_path):
    with pytest.raises(InputError, match="t10k-images"):
        load_digits(tmp_path)
