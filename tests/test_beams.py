"""Texts from what a network says step by step."""

from collections import defaultdict
from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formreader.beams import likeliest_texts

CHARACTERS = "12"
NOTHING = len(CHARACTERS)


def brute_force(steps):
    """Return the probability of each text, over all ways."""
    found: dict[str, float] = defaultdict(float)
    for way in product(range(NOTHING + 1), repeat=len(steps)):
        text = "".join(CHARACTERS[each] for each, _ in groupby(way) if each != NOTHING)
        found[text] += float(np.prod([step[each] for step, each in zip(steps, way, strict=True)]))
    return found


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.floats(0.05, 1)] * 3), min_size=1, max_size=5))
def test_texts_are_as_likely_as_all_their_ways_together(rows):
    steps = np.array(rows, np.float32)
    steps /= steps.sum(axis=1, keepdims=True)
    expected = brute_force(steps)
    found = dict(likeliest_texts(steps, CHARACTERS, most=1000))
    assert found.keys() == expected.keys()
    for text, probability in expected.items():
        assert found[text] == pytest.approx(probability, rel=1e-4)


def test_a_repeated_character_counts_twice_only_with_nothing_between():
    one, nothing = [0.98, 0.0, 0.02], [0.02, 0.0, 0.98]
    assert likeliest_texts(np.array([one, one], np.float32), CHARACTERS)[0][0] == "1"
    assert likeliest_texts(np.array([one, nothing, one], np.float32), CHARACTERS)[0][0] == "11"


def test_the_likeliest_come_first_and_no_more_than_asked_for():
    steps = np.full((6, 3), 1 / 3, np.float32)
    texts = likeliest_texts(steps, CHARACTERS, most=5)
    assert len(texts) == 5
    assert [probability for _, probability in texts] == sorted(
        (probability for _, probability in texts), reverse=True
    )


def test_of_many_unsure_steps_some_text_is_left():
    steps = np.full((1600, 3), 1 / 3, np.float32)

    assert likeliest_texts(steps, CHARACTERS)


def test_columns_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="expected 3 columns"):
        likeliest_texts(np.zeros((4, 5), np.float32), CHARACTERS)
