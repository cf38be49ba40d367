import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.decode import CHARACTERS, NOTHING, REFUSED, STATE_SURE, decode, is_in_doubt
from formreader.interpret import interpret
from tests.builders import field, seen

SHARES = st.lists(st.floats(0, 1), min_size=12, max_size=12).filter(sum)
ID = field(check="luhn")


def shares(belief):
    return {each.value: each.probability for each in belief.candidates}


def test_empty_boxes_are_as_sure_as_emptiness_is():
    belief = decode(seen("_XX_"), field("integer", required=False))

    assert (belief.likeliest.value, belief.read) == ("", "_XX_")
    assert belief.likeliest.probability == pytest.approx(STATE_SURE**2)


@given(st.integers(0, 9_999_999))
def test_a_number_written_in_boxes_is_read_back(number):
    belief = decode(seen(f"{number:_>7}"), field("integer", 7))

    assert belief.likeliest.value == str(number)
    assert belief.likeliest.reason == ""


def test_probability_is_the_product_over_the_boxes():
    doubts = {0: {"1": 0.6, "7": 0.4}, 2: {"3": 0.9, "8": 0.1}}

    belief = decode(seen("1234", doubts), field())

    wanted = {"1234": 0.54, "7234": 0.36, "1284": 0.06, "7284": 0.04}
    assert shares(belief) == pytest.approx(wanted)
    assert [*shares(belief)] == [*wanted]


def test_spellings_of_one_value_share_their_probability():
    belief = decode(seen("_12", {0: {"X": 0.5, "0": 0.3, "1": 0.2}}), field("integer", 3))

    assert belief.read == "X12"
    assert shares(belief) == pytest.approx({"12": 0.8, "112": 0.2})


def test_a_value_with_an_unknown_digit_cannot_be_right():
    belief = decode(seen("12?4"), field())

    assert (belief.likeliest.value, belief.likeliest.possible) == ("12?4", False)


def test_dirt_before_a_number_may_be_nothing():
    belief = decode(seen("_?12"), field("integer"))

    assert shares(belief)["12"] == pytest.approx(NOTHING * STATE_SURE)


def test_any_ink_ticks_a_checkbox_however_unlike_a_digit():
    belief = decode(seen("?", {0: {"?": 0.6, "1": 0.4}}), field("checkbox", 1))

    assert (belief.likeliest.value, belief.read) == ("1", "X")
    assert belief.likeliest.probability == pytest.approx(STATE_SURE)


@pytest.mark.parametrize(
    ("cover", "value", "sure"),
    [(0.002, "1", False), (0.07, "1", True), (0.2, "1", True), (0.6, "0", False)],
)
def test_a_speck_may_be_no_tick_and_a_black_box_is_one_taken_back(cover, value, sure):
    reading = seen("X")
    box = replace(reading.boxes[0], cover=cover)

    belief = decode(replace(reading, boxes=(box,)), field("checkbox", 1))

    assert belief.likeliest.value == value
    assert (belief.likeliest.probability > 0.99) is sure


def test_a_check_settles_a_doubtful_digit_and_says_what_was_read():
    belief = decode(seen("1830", {1: {"8": 0.6, "2": 0.4}}), ID)

    assert (belief.likeliest.value, belief.read) == ("1230", "1830")
    assert belief.likeliest.probability == pytest.approx(0.4 / (0.4 + 0.6 * REFUSED))
    assert belief.settled_by == "checksum: the luhn digit does not fit: 1830 was read"


def test_a_sure_reading_that_breaks_its_check_is_doubted_not_changed():
    belief = decode(seen("1830", {1: {"8": 0.999, "2": 0.001}}), ID)

    assert (belief.likeliest.value, belief.likeliest.possible) == ("1830", False)
    assert belief.likeliest.reason == "checksum: the luhn digit does not fit"
    assert shares(belief)["1230"] == pytest.approx(0.25, abs=0.01)
    assert belief.settled_by == ""


def test_a_digit_that_fits_its_check_is_surer_for_it():
    doubt = {1: {"2": 0.6, "8": 0.4}}

    assert decode(seen("1230", doubt), ID).likeliest.probability > 0.99


def test_as_many_boxes_are_expected_as_the_field_has():
    with pytest.raises(ValueError, match="expected 4 boxes, got 3"):
        decode(seen("123"), field())


rows = st.lists(
    st.dictionaries(st.sampled_from("0123456789X?"), st.floats(0.05, 1), min_size=1, max_size=3),
    min_size=4,
    max_size=4,
).map(lambda rows: [{c: p / sum(row.values()) for c, p in row.items()} for row in rows])


@given(rows, st.sampled_from([field(), ID, field("integer", min=12), field(pattern=r"1\d*")]))
def test_every_value_weighs_what_counting_all_spellings_gives(rows, field):
    belief = decode(seen("0000", dict(enumerate(rows))), field)

    weights = {}
    for spelling in itertools.product(*(_with_nothing(row).items() for row in rows)):
        meaning = interpret("".join(character for character, _ in spelling), field)
        refused = not meaning.possible and "?" not in meaning.value
        weight = math.prod(share for _, share in spelling) * (REFUSED if refused else 1)
        weights[meaning.value] = weights.get(meaning.value, 0) + weight
    total = sum(weights.values())
    wanted = {value: weight / total for value, weight in weights.items()}
    assert belief.likeliest.probability == pytest.approx(max(wanted.values()), abs=1e-3)
    assert all(share == pytest.approx(wanted[v], abs=1e-3) for v, share in shares(belief).items())
    assert belief.rest + sum(shares(belief).values()) == pytest.approx(1)


def _with_nothing(row):
    """Return what a box may hold where no digit may be nothing."""
    dirt = row.get("?", 0)
    split = {"?": dirt * (1 - NOTHING), "_": dirt * NOTHING} if dirt else {}
    return {character: share for character, share in row.items() if character != "?"} | split


@given(st.lists(SHARES, min_size=1, max_size=8), st.sampled_from(["digits", "integer", "amount"]))
def test_probabilities_add_up_to_1(rows, type):
    doubts = {
        index: dict(zip(CHARACTERS, (share / sum(row) for share in row), strict=True))
        for index, row in enumerate(rows)
    }

    belief = decode(seen("0" * len(rows), doubts), field(type, len(rows)))

    assert belief.rest + sum(shares(belief).values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "doubts", "settings", "expected"),
    [
        ("1830", {}, {}, False),
        ("____", {}, {}, True),
        ("____", {}, {"required": False}, False),
        ("1830", {2: {"3": 0.99, "8": 0.01}}, {}, True),
        ("1830", {}, {"check": "luhn"}, True),
        ("1830", {}, {"review": "always"}, True),
    ],
)
def test_a_field_in_doubt_is_told_at_a_glance(text, doubts, settings, expected):
    assert is_in_doubt(seen(text, doubts), field(**settings)) is expected
