"""Labelled digit images, and the arrays they are made from."""

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
    """Who wrote each, (n,); one for all of a set where they are not known, or it was drawn."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def knows_writers(self) -> bool:
        """Whether the digits of one writer can be told from another's."""
        return len(set(self.writers.tolist())) > 1

    def take(self, index: npt.NDArray[np.generic]) -> "LabelledDigits":
        """Return the digits at an index, or where a mask is true."""
        return replace(
            self,
            images=self.images[index],
            labels=self.labels[index],
            writers=self.writers[index],
        )
