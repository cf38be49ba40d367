"""Drawn handwriting."""

import numpy as np
import pytest

from formreader.synth.glyph import GLYPH_HEIGHT
from formreader.synth.skeletons import DIGITS, SQUARED, Mark, Skeleton
from formreader.synth.strokes import StrokeHand, draw_mark, random_hand


def steady(ways: tuple[tuple[Skeleton, ...], ...], variant: int) -> StrokeHand:
    variants = tuple(variant % len(some) for some in ways)
    return StrokeHand("s", ways, variants, slant=0.1, aspect=1.0, pen=0.08, haste=0.3, tremor=0.01)


@pytest.mark.parametrize("ways", [DIGITS, SQUARED], ids=["free", "squared"])
@pytest.mark.parametrize("way", range(6))
@pytest.mark.parametrize("digit", range(10))
def test_every_way_of_writing_a_digit_is_of_ordinary_height(digit, way, ways):
    hand = steady(ways, way)

    ink = hand.draw(digit, np.random.default_rng(way)).ink

    assert 0.8 * GLYPH_HEIGHT < ink.shape[0] < 1.4 * GLYPH_HEIGHT
    assert ink[[0, -1]].any(axis=1).all()
    assert ink[:, [0, -1]].any(axis=0).all()


def test_the_same_seed_makes_the_same_writer_and_the_same_digits():
    first, second = (np.random.default_rng(3) for _ in range(2))

    one, other = random_hand(first), random_hand(second)

    assert one == other
    assert np.array_equal(one.draw(4, first).ink, other.draw(4, second).ink)


def test_nobody_writes_a_digit_twice_alike():
    rng = np.random.default_rng(0)
    hand = random_hand(rng)

    one, other = hand.draw(8, rng).ink, hand.draw(8, rng).ink

    assert not np.array_equal(one, other)


@pytest.mark.parametrize("mark", Mark)
def test_marks_are_drawn_with_the_pen_given(mark):
    thin, thick = (
        draw_mark(mark, np.random.default_rng(1), pen=pen).ink.sum() for pen in (0.05, 0.15)
    )

    assert 2 < thick / thin < 4
