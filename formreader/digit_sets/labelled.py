"""Labelled digit images, and the arrays they are made from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from formreader.images import DigitBatch

Labels: TypeAlias = npt.NDArray[np.uint8]
"""The class of each digit image, (n,): a column of `images.Probabilities`."""


class Arrays(NamedTuple):
    """A set as it is stored: of any shape, type and length until it is checked."""

    images: npt.NDArray[np.generic]
    labels: npt.NDArray[np.generic]
    writers: npt.NDArray[np.generic] | None
    """None where nothing is said of them."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledDigits:
    """Digit images, what each shows and who wrote it."""

    name: str
    images: DigitBatch
    labels: Labels
    writers: npt.NDArray[np.str_]
    """Who wrote each, (n,); "" where that is not known, one for all of what was drawn."""

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


def joined(name: str, sets: Sequence[LabelledDigits]) -> LabelledDigits:
    """Return several sets as one."""
    return LabelledDigits(
        name,
        np.concatenate([digits.images for digits in sets]),
        np.concatenate([digits.labels for digits in sets]),
        np.concatenate([digits.writers for digits in sets]),
    )
