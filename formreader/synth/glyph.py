"""What a hand leaves on paper, before it is known where and how large."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from formreader.images import DigitImage, InkImage

GLYPH_HEIGHT = 160  # pixels of a digit of ordinary height: finer than a box at 600 dpi


@dataclass(frozen=True, slots=True, eq=False)
class Glyph:
    """One written sign."""

    ink: InkImage
    """Cut out tightly; an ordinary digit is `GLYPH_HEIGHT` pixels high."""
    digit: DigitImage | None = None
    """The picture it was enlarged from; None: drawn."""


class Hand(Protocol):
    """Somebody who writes digits."""

    @property
    def writer(self) -> str:
        """Who it is."""
        ...

    def draw(self, digit: int, rng: np.random.Generator) -> Glyph:
        """Write a digit, 0 to 9, a little differently each time."""
        ...


Hands: TypeAlias = Callable[[np.random.Generator], Hand]
"""Finds somebody to fill the next page."""
