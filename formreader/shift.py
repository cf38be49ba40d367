"""Notice pages unlike those on which a network was seen to keep its promises."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

TRAITS = {
    "doubt": "its digits are harder to read",
    "oddness": "its digits are written otherwise",
    "no digit": "more of its boxes hold no digit",
}
"""What is noticed of the ink in boxes, all from 0, as usual, to 1, and what much of it means.

How well pages fit their template is not among them: it tells more of the template than of the
pages, 0.05 to 0.32 mm on scans that are read without an error.
"""

FALSE_ALARMS = 0.005  # of batches like those seen; of those by other writers up to twice as many
ROUNDS = 1000  # of drawing batches from the pages seen
MOST_PAGES = 100  # a larger batch need not be more alike: means of so few pages were seen
FEWEST_SEEN = 20  # pages of one condition, to draw batches from

Traits = npt.NDArray[np.float64]
"""The means over boxes of each of `TRAITS`, (pages, 3)."""


@dataclass(frozen=True, slots=True, eq=False)
class SeenPages:
    """Pages that evidence for promises comes from, each by one writer."""

    conditions: npt.NDArray[np.str_]
    """How each was made, (pages,)."""
    boxes: npt.NDArray[np.int64]
    """How many each has with ink in them, (pages,)."""
    traits: Traits

    def __len__(self) -> int:
        return len(self.boxes)


NO_PAGES = SeenPages(np.empty(0, "U1"), np.empty(0, np.int64), np.empty((0, len(TRAITS))))


@dataclass(slots=True)
class Batch:
    """What is noticed of pages that come one by one."""

    pages: int = 0
    boxes: int = 0
    sums: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(TRAITS)))
    """Of each trait over all boxes, (3,)."""

    def add(self, boxes: int, means: npt.NDArray[np.float64]) -> None:
        """Take note of a page.

        Args:
            boxes: that hold ink.
            means: of each trait over them, (3,).
        """
        self.pages += 1
        self.boxes += boxes
        self.sums += boxes * means


@dataclass(frozen=True, slots=True)
class Shift:
    """By what a batch stands out most."""

    trait: str
    """A key of `TRAITS`."""
    found: float
    """Its mean over the boxes of the batch, 0 to 1."""
    most: float
    """What it is at most in nearly all batches of the condition that has most of it."""

    def __str__(self) -> str:
        return (
            f"{TRAITS[self.trait]} ({self.trait} {self.found:.3f}, usually below {self.most:.3f})"
        )


def find_shift(batch: Batch, seen: SeenPages) -> Shift | None:
    """Return by what a batch is unlike the pages seen; None if it is like them, or too small.

    Batches of as many pages are drawn from those seen in each condition: a batch stands out if
    any trait is stronger in it than in all but 1 of 600 of those, in whatever condition. Pages of
    few boxes count for less.
    """
    if not len(seen) or not batch.boxes:
        return None
    pages = int(min(batch.pages, batch.boxes / seen.boxes.mean(), MOST_PAGES))
    if not pages:
        return None
    most = _most_in_any(seen, pages)
    found = batch.sums / batch.boxes
    worst = int(np.argmax(found / most))
    if found[worst] <= most[worst]:
        return None
    return Shift(list(TRAITS)[worst], float(found[worst]), float(most[worst]))


@lru_cache(maxsize=2 * MOST_PAGES)  # to draw takes 0.1 s
def _most_in_any(seen: SeenPages, pages: int) -> npt.NDArray[np.float64]:
    """Return how strong each trait is in hardly any batch, of whatever condition, (3,).

    Infinitely strong where too few pages were seen to tell.
    """
    groups = [seen.conditions == name for name in np.unique(seen.conditions)]
    limits = [_most(seen, group, pages) for group in groups if group.sum() >= FEWEST_SEEN]
    return np.max(limits, axis=0) if limits else np.full(len(TRAITS), np.inf)


def _most(seen: SeenPages, group: npt.NDArray[np.bool_], pages: int) -> npt.NDArray[np.float64]:
    """Return how strong each trait is in hardly any batch of pages of one condition, (3,)."""
    rng = np.random.default_rng(1)
    batches = rng.choice(np.flatnonzero(group), (ROUNDS, pages))
    boxes = seen.boxes[batches][:, :, None]
    means = (boxes * seen.traits[batches]).sum(axis=1) / boxes.sum(axis=1)
    return np.asarray(np.quantile(means, 1 - FALSE_ALARMS / len(TRAITS), axis=0), np.float64)
