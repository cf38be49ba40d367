"""How somebody writes a line where there are no boxes."""

from dataclasses import dataclass

import numpy as np

TOUCHING = 0.35  # of writers
LOOSE = 0.1  # of writers leave room for most of a digit between two


@dataclass(frozen=True, slots=True)
class Style:
    """How somebody writes a line. Lengths are shares of a digit's height."""

    slant: float
    """How far tops lean to the right."""
    aspect: float
    """Width of digits by what it usually is."""
    gap: float
    """Between the ink of two characters; below 0 they run into each other."""
    unevenness: float
    """Standard deviation of a digit's distance from the base line."""
    climb: float
    """Of the base line, by its length."""
    joins: float
    """Share of digits that are joined to the one before by a stroke."""
    loops: float
    """Share of 0s that end in a loop at the top, and are joined there to a 0 before."""
    runs: float
    """Share of 00 and 000 that are written in one stroke."""
    zeros: float
    """Height of a 0."""
    lifted: float
    """How high a lower 0 stands, by how much lower it is: 0 on the base line, 1 with its top
    level with other digits."""
    commas: float
    """How high commas stand: some hang at half the height of digits."""
    pen: float
    """Width of the pen."""


def choose_style(rng: np.random.Generator) -> Style:
    """Make up a way of writing lines; a third of all let digits touch, some spread them out."""
    return Style(
        slant=float(rng.normal(0.08, 0.18)),
        aspect=float(rng.normal(1, 0.12) if rng.random() < 0.8 else rng.uniform(0.6, 1.6)),
        gap=_choose_gap(rng),
        unevenness=float(rng.uniform(0.01, 0.06)),
        climb=float(rng.normal(0, 0.025)),
        joins=0.6 if rng.random() < 0.2 else 0.0,
        loops=0.8 if rng.random() < 0.3 else 0.0,
        runs=0.85 if rng.random() < 0.35 else 0.0,
        zeros=float(rng.uniform(0.5, 0.9)) if rng.random() < 0.4 else 1.0,
        lifted=float(rng.uniform(0, 1)) if rng.random() < 0.5 else 0.0,
        commas=float(rng.uniform(0.15, 0.55)) if rng.random() < 0.15 else 0.0,
        pen=float(np.exp(rng.normal(np.log(0.085), 0.3))),
    )


def _choose_gap(rng: np.random.Generator) -> float:
    """Return how far characters stand apart: touching, as usual, or far."""
    way = rng.random()
    if way < TOUCHING:
        return float(rng.normal(-0.02, 0.05))
    return float(rng.uniform(0.3, 0.7) if way > 1 - LOOSE else rng.normal(0.12, 0.08))
