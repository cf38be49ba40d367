"""Looking again at the digits of a line: where they are, cut out, and weighed."""

from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formreader.images import CLASSES
from formreader.normalise import normalise
from formreader.strips.alignment import align
from formreader.strips.digits import cut_digits
from formreader.strips.second_look import look_again
from tests.standins import SeesSevens

CHARACTERS = "12"
NOTHING = len(CHARACTERS)


def likeliest_way(steps, text):
    """Return the likeliest of all ways of steps that spell a text."""

    def weight(way):
        return float(np.prod([step[each] for step, each in zip(steps, way, strict=True)]))

    def spelled(way):
        return "".join(CHARACTERS[each] for each, _ in groupby(way) if each != NOTHING)

    ways = product(range(NOTHING + 1), repeat=len(steps))
    return max((way for way in ways if spelled(way) == text), key=weight)


@settings(deadline=None)
@given(st.integers(0), st.sampled_from(["1", "12", "11", "121"]))
def test_a_character_is_where_the_likeliest_way_is_surest_of_it(seed, text):
    steps = np.random.default_rng(seed).uniform(0.05, 1, (6, 3)).astype(np.float32)
    way = likeliest_way(steps, text)
    runs = [
        [at for at, _ in run]
        for each, run in groupby(enumerate(way), lambda found: found[1])
        if each != NOTHING
    ]

    assert align(steps, text, CHARACTERS) == tuple(
        max(run, key=lambda at, each=each: steps[at, each])
        for run, each in zip(runs, map(CHARACTERS.index, text), strict=True)
    )


def test_a_text_without_characters_is_nowhere():
    assert align(np.full((3, 3), 1 / 3, np.float32), "", CHARACTERS) == ()


def test_more_characters_than_steps_are_refused():
    with pytest.raises(ValueError, match="steps enough for '1212'"):
        align(np.full((3, 3), 1 / 3, np.float32), "1212", CHARACTERS)


@pytest.fixture
def strip():
    """Two digits apart, two that touch, and a comma."""
    drawn = np.zeros((32, 120), np.uint8)
    drawn[6:26, 10:16] = 250
    drawn[6:26, 30:40] = 200
    drawn[6:26, 55:65] = 255
    drawn[14:17, 65:69] = 255
    drawn[6:26, 69:79] = 255
    drawn[22:30, 95:99] = 255
    return drawn


def test_digits_apart_are_cut_out_as_they_are(strip):
    first, second = cut_digits(strip, [13, 34])

    np.testing.assert_array_equal(first, normalise(np.ascontiguousarray(strip[6:26, 10:16])))
    np.testing.assert_array_equal(second, normalise(np.ascontiguousarray(strip[6:26, 30:40])))


def test_digits_that_touch_are_parted_where_there_is_little_ink(strip):
    left, right = cut_digits(strip, [60, 74])

    for cut, columns in ((left, slice(55, 67)), (right, slice(67, 79))):
        expected = normalise(np.ascontiguousarray(strip[6:26, columns]))
        assert np.abs(cut.astype(int) - expected).mean() < 4  # a column of the link more or less


def test_the_bar_above_a_digit_belongs_to_it(strip):
    strip[1:4, 31:44] = 255

    _, with_bar = cut_digits(strip, [13, 34])

    np.testing.assert_array_equal(with_bar, normalise(strip[1:26, 30:44].copy()))


def test_what_is_no_digit_is_not_cut_out(strip):
    comma = strip[22:30, 95:99]
    comma[7:] = 0

    assert cut_digits(strip, [97]) == (None,)
    assert cut_digits(strip, [110]) == (None,)
    assert cut_digits(np.full((32, 60), 255, np.uint8), [30]) == (None,)


def test_texts_are_weighed_by_what_each_digit_looks_like(strip):
    texts = (("11", 0.6), ("71", 0.1), ("17", 0.1), ("77", 0.1), ("1", 0.05), ("", 0.05))

    seen = dict(look_again(strip, texts, [13, 34], SeesSevens()))

    assert max(seen, key=seen.__getitem__) == "77"
    assert seen["71"] == pytest.approx(seen["17"])
    assert seen["11"] < 0.1 < seen["77"]
    assert seen["1"] == seen[""] == 0.05
    assert sum(seen.values()) == pytest.approx(1)


def test_what_is_seen_of_others_than_digits_does_not_count(strip):
    texts = (("1,", 0.6), ("7,", 0.3), ("17", 0.1))

    seen = look_again(strip, texts, [13, 34], SeesSevens())

    assert dict(seen)["17"] == 0.1
    assert seen[0][0] == "7,"


class SeesNothing(SeesSevens):
    """Must not be asked."""

    def look(self, digits):
        raise AssertionError(f"asked for {len(digits)} digits, of {CLASSES} classes")


@pytest.mark.parametrize("text", ["", ",-", "1"])
def test_without_a_digit_to_look_at_nothing_changes(text, strip):
    texts = ((text, 0.9), ("7", 0.1))
    places = [97] * len(text) if text != "1" else [110]

    assert look_again(strip, texts, places, SeesNothing()) == texts
