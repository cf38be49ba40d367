import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.spelling import spellings

box = st.dictionaries(st.sampled_from("0123_X?"), st.floats(0.01, 1), min_size=1, max_size=4)


def test_no_boxes_spell_nothing_for_sure():
    assert [*spellings([])] == [("", 1.0)]


def test_a_box_that_may_hold_nothing_at_all_spells_nothing():
    assert [*spellings([[("1", 1.0)], []])] == []


def test_equally_likely_texts_come_in_the_order_of_their_letters():
    found = spellings([[("7", 0.5), ("1", 0.5)], [("4", 0.5), ("0", 0.5)]])

    assert [text for text, _ in found] == ["10", "14", "70", "74"]


@given(st.lists(box, min_size=1, max_size=5))
def test_every_text_comes_once_the_likeliest_first(boxes):
    rows = [[*characters.items()] for characters in boxes]

    found = [*spellings(rows)]

    wanted = {
        "".join(text for text, _ in each): math.prod(p for _, p in each)
        for each in itertools.product(*rows)
    }
    assert len(found) == len(wanted)
    assert dict(found) == pytest.approx(wanted)
    assert all(one[1] >= other[1] for one, other in itertools.pairwise(found))
