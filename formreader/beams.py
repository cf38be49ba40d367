"""From what a network says of every step along a line of writing to the texts it may show.

A network trained by connectionist temporal classification (Graves et al. 2006) says of each step
which character is there, or none. A text is spelled by every way of steps that gives it once
repeated characters are taken for one, unless nothing is between them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formreader.results import Likelihood, Texts

WIDTH = 24  # texts followed at once; of strings drawn by hand 8 find the same first one
FAINT = 1e-3  # characters less likely at a step are not followed: 1.5 ms, at 1e-4 3.6 ms a line

Steps = npt.NDArray[np.float32]
"""The probability of each character at each step, and of none in the last column,
(steps, characters + 1)."""


class _Ways(NamedTuple):
    """The probability of all ways that spell a text so far."""

    closed: float
    """Of those that end with nothing."""
    open: float
    """Of those that end with its last character, which may go on."""

    @property
    def all(self) -> float:
        return self.closed + self.open


NO_WAY = _Ways(0.0, 0.0)


def likeliest_texts(steps: Steps, characters: str, most: int = WIDTH) -> Texts:
    """Return the texts that a line of writing may show, the likeliest first.

    Their probabilities are among each other. All others together have some hundredths, which add
    up from what is left to each character at every one of a hundred steps, and tell nothing.

    Args:
        steps: of the line.
        characters: that the columns but the last stand for.
        most: so many texts at most, and so many are followed at once.

    Raises:
        ValueError: if there is not a column for each character and one for none.
    """
    if steps.ndim != 2 or steps.shape[1] != len(characters) + 1:
        raise ValueError(f"expected {len(characters) + 1} columns, got an array {steps.shape}")
    beam = {"": _Ways(1.0, 0.0)}
    for step in steps.astype(np.float64):
        nothing = float(step[-1])
        likely = [(characters[at], float(step[at])) for at in np.flatnonzero(step[:-1] > FAINT)]
        beam = _followed(beam, likely, nothing) if likely else _closed(beam, nothing)
        heaviest = max(ways.all for ways in beam.values())
        beam = {  # of 400 unsure steps nothing would be left
            text: _Ways(ways.closed / heaviest, ways.open / heaviest) for text, ways in beam.items()
        }
        if len(beam) > most:
            beam = dict(sorted(beam.items(), key=_likeliest_first)[:most])
    ranked = sorted(beam.items(), key=_likeliest_first)
    total = sum(ways.all for ways in beam.values())
    return tuple((text, ways.all / total) for text, ways in ranked if ways.all > 0)


def mean_texts(looks: Sequence[Steps], characters: str) -> Texts:
    """Return the texts that a line may show by several looks at it, the likeliest first.

    What one look is wrongly sure of, another seldom is as well: the mean is less often.

    Args:
        looks: the steps of each.
        characters: that their columns but the last stand for.
    """
    total: dict[str, float] = {}
    for steps in looks:
        for text, probability in likeliest_texts(steps, characters):
            total[text] = total.get(text, 0.0) + probability / len(looks)
    return tuple(sorted(total.items(), key=lambda found: (-found[1], found[0])))


def _closed(beam: dict[str, _Ways], nothing: float) -> dict[str, _Ways]:
    """Return the texts after a step that shows nothing."""
    return {text: _Ways(ways.all * nothing, 0.0) for text, ways in beam.items()}


def _followed(beam: dict[str, _Ways], likely: list[Likelihood], nothing: float) -> dict[str, _Ways]:
    """Return the texts after a step that may show one of some characters, or nothing."""
    after = _closed(beam, nothing)
    for text, ways in beam.items():
        for character, probability in likely:
            if text and text[-1] == character:
                _add(after, text, ways.open * probability)
                _add(after, text + character, ways.closed * probability)
            else:
                _add(after, text + character, ways.all * probability)
    return after


def _add(beam: dict[str, _Ways], text: str, share: float) -> None:
    closed, open_ = beam.get(text, NO_WAY)
    if share > 0:
        beam[text] = _Ways(closed, open_ + share)


def _likeliest_first(found: tuple[str, _Ways]) -> tuple[float, str]:
    text, ways = found
    return -ways.all, text
