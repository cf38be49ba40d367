"""Sets of labelled digit images, split by writer."""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from formreader.digit_sets import load_digits, usable_for_writing
from formreader.digit_sets.labelled import LabelledDigits, Labels
from formreader.images import DigitBatch

FEWEST_WRITERS = 4  # held out of a set: one alone may write like nobody else
MISLABELLED = {  # by name and size of a set: what they show is plain to any eye, and another digit
    ("mnist", 60_000): (
        *(4476, 7080, 10994, 13662, 18190, 26560, 26622, 35310, 40144, 43454, 49960, 51248),
        *(53063, 53396, 54264, 56596, 59915),
    ),
    ("swiss", 8_030): (944, 1144, 1156, 1169, 1710, 1775, 5456, 6375),
}
BLOCKS = 40  # of neighbours, stand for writers where none are named: they wrote in turn


def load_training_set(path: Path) -> LabelledDigits:
    """Read digits to train on, save what is plainly mislabelled; of MNIST its training part.

    Raises:
        InputError: if the set cannot be used, or lacks a digit.
    """
    digits = load_digits(path, "train")
    name = "mnist" if path.is_dir() else digits.name
    wrong = MISLABELLED.get((name, len(digits)), ())
    digits = digits.take(~np.isin(np.arange(len(digits)), wrong))
    digits = usable_for_writing(digits, path)
    return labelled(digits.name, digits.images, digits.labels, digits.writers)


def load_test_set(path: Path) -> LabelledDigits:
    """Read digits to score a network by; of MNIST its test part.

    Raises:
        InputError: if the set cannot be used.
    """
    return load_digits(path)


def labelled(
    name: str, images: DigitBatch, labels: Labels, writers: npt.NDArray[np.str_]
) -> LabelledDigits:
    """Return a set; where its writers are not known, neighbours stand for them."""
    if len(set(writers.tolist())) < 2:
        writers = np.empty(len(labels), "U32")
        for label in range(10):
            own = np.flatnonzero(labels == label)
            for block, part in enumerate(np.array_split(own, BLOCKS)):
                writers[part] = f"block {block}"
    return LabelledDigits(name, images, labels, writers)


def split_by_writer(
    digits: LabelledDigits, share: float, seed: int
) -> tuple[LabelledDigits, LabelledDigits]:
    """Return the digits to train on and those of the writers held out.

    Args:
        digits: the set to split.
        share: of the writers to hold out, 0 to 1; at least four are.
        seed: chooses the writers.
    """
    writers = sorted(set(digits.writers.tolist()), key=lambda name: _lot(name, seed))
    chosen = writers[: max(round(share * len(writers)), FEWEST_WRITERS)]
    held_out = np.isin(digits.writers, chosen)
    return digits.take(~held_out), digits.take(held_out)


def parts_by_writer(digits: LabelledDigits, count: int, seed: int) -> list[LabelledDigits]:
    """Deal the writers of a set out evenly; return the digits of each part."""
    names = sorted(set(digits.writers.tolist()), key=lambda name: _lot(name, seed))
    return [digits.take(np.isin(digits.writers, names[part::count])) for part in range(count)]


def drawn(name: str, images: DigitBatch, label: int) -> LabelledDigits:
    """Return drawn pictures, all of one class, as a set."""
    labels = np.full(len(images), label, np.uint8)
    return LabelledDigits(name, images, labels, np.full(len(images), "drawn"))


def _lot(writer: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{writer}".encode()).digest()
