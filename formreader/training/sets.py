"""Sets of labelled digit images, split by writer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from formreader.images import DigitBatch
from formreader.synth.bitmaps import load_digits, load_mnist

Labels: TypeAlias = npt.NDArray[np.uint8]
"""The class of each digit image, (n,): a column of `images.Probabilities`."""

FEWEST_WRITERS = 4  # held out of a set: one alone may write like nobody else
MNIST_COUNT = 60_000
MISLABELLED = (  # of MNIST's training images: what they show is plain to any eye, and another digit
    *(4476, 7080, 10994, 13662, 18190, 26560, 26622, 35310, 40144, 43454, 49960, 51248, 53063),
    *(53396, 54264, 56596, 59915),
)
BLOCKS = 40  # of neighbours, stand for writers where none are named: they wrote in turn


@dataclass(frozen=True, slots=True, eq=False)
class LabelledDigits:
    """Digit images, what each shows and who wrote it."""

    name: str
    images: DigitBatch
    labels: Labels
    writers: npt.NDArray[np.str_]
    """Who wrote each, (n,); what was drawn has one writer for all."""

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: npt.NDArray[np.generic]) -> "LabelledDigits":
        """Return the digits at an index, or where a mask is true."""
        return replace(
            self,
            images=self.images[index],
            labels=self.labels[index],
            writers=self.writers[index],
        )


def load_training_set(path: Path) -> LabelledDigits:
    """Read the training part of a folder of MNIST's files, or an .npz file.

    Raises:
        InputError: if it holds no digits.
    """
    digits = load_mnist(path, "train") if path.is_dir() else load_digits(path)
    named = _named(path, digits.images, digits.labels, digits.writers)
    if path.is_dir() and len(named) == MNIST_COUNT:
        return named.take(~np.isin(np.arange(len(named)), MISLABELLED))
    return named


def load_test_set(path: Path) -> LabelledDigits:
    """Read the test part of a folder of MNIST's files, or an .npz file.

    Raises:
        InputError: if it holds no digits.
    """
    digits = load_digits(path)
    return _named(path, digits.images, digits.labels, digits.writers)


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


def drawn(name: str, images: DigitBatch, label: int) -> LabelledDigits:
    """Return drawn pictures, all of one class, as a set."""
    labels = np.full(len(images), label, np.uint8)
    return LabelledDigits(name, images, labels, np.full(len(images), "drawn"))


def joined(name: str, sets: Sequence[LabelledDigits]) -> LabelledDigits:
    """Return several sets as one."""
    return LabelledDigits(
        name,
        np.concatenate([digits.images for digits in sets]),
        np.concatenate([digits.labels for digits in sets]),
        np.concatenate([digits.writers for digits in sets]),
    )


def _lot(writer: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{writer}".encode()).digest()


def _named(
    path: Path, images: DigitBatch, labels: Labels, writers: npt.NDArray[np.str_]
) -> LabelledDigits:
    """Name a set after its file; where its writers are not known, neighbours stand for them."""
    if len(set(writers.tolist())) < 2:
        writers = np.empty(len(labels), "U32")
        for label in range(10):
            own = np.flatnonzero(labels == label)
            for block, part in enumerate(np.array_split(own, BLOCKS)):
                writers[part] = f"block {block}"
    return LabelledDigits(path.stem, images, labels, writers)
