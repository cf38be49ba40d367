import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.decode import STATE_SURE, decode
from formreader.results import Status
from tests.builders import field, seen

SHARES = st.lists(st.floats(0, 1), min_size=12, max_size=12).filter(sum)


def test_nothing_in_a_required_field_goes_to_review():
    decision = decode(seen("____"), field())

    assert decision.status is Status.REVIEW
    assert decision.reason == "required: nothing is written in it"


def test_nothing_in_another_field_is_blank():
    decision = decode(seen("_XX_"), field("integer", required=False))

    assert (decision.value, decision.status, decision.read) == ("", Status.BLANK, "_XX_")
    assert decision.confidence == pytest.approx(STATE_SURE**2)


@given(st.integers(0, 9_999_999))
def test_a_number_written_in_boxes_is_read_back(number):
    decision = decode(seen(f"{number:_>7}"), field("integer", 7))

    assert (decision.value, decision.status) == (str(number), Status.ACCEPTED)


def test_confidence_is_the_product_over_the_boxes():
    doubts = {0: {"1": 0.6, "7": 0.4}, 2: {"3": 0.9, "8": 0.1}}

    decision = decode(seen("1234", doubts), field())

    assert decision.confidence == pytest.approx(0.54)
    assert [value for value, _ in decision.alternatives] == ["7234", "1284", "7284"]
    assert [share for _, share in decision.alternatives] == pytest.approx([0.36, 0.06, 0.04])


def test_spellings_of_one_value_share_their_probability():
    decision = decode(seen("_12", {0: {"X": 0.5, "0": 0.3, "1": 0.2}}), field("integer", 3))

    assert (decision.value, decision.read) == ("12", "X12")
    assert decision.confidence == pytest.approx(0.8)
    assert decision.alternatives == (("112", 0.2),)


def test_a_value_with_an_unknown_digit_is_nothing_to_be_sure_of():
    decision = decode(seen("12?4"), field())

    assert (decision.value, decision.read, decision.confidence) == ("12?4", "12?4", 0.0)
    assert decision.status is Status.REVIEW


def test_the_likeliest_value_that_can_be_right_is_the_guess_for_review():
    decision = decode(seen("1830", {1: {"8": 0.6, "2": 0.4}}), field(check="luhn"))

    assert (decision.value, decision.read, decision.confidence) == ("1230", "1830", 0.4)
    assert decision.reason == "checksum: the luhn digit does not fit"
    assert decision.status is Status.REVIEW


def test_a_sure_reading_is_not_repaired_though_its_check_is_broken():
    decision = decode(seen("1830", {1: {"8": 0.99, "2": 0.01}}), field(check="luhn"))

    assert (decision.value, decision.confidence) == ("1830", 0.0)
    assert decision.alternatives == (("1230", 0.01),)


def test_dirt_before_a_number_may_be_nothing():
    decision = decode(seen("_?12"), field("integer"))

    assert (decision.value, decision.read) == ("12", "_?12")
    assert decision.status is Status.REVIEW


def test_any_ink_ticks_a_checkbox_however_unlike_a_digit():
    decision = decode(seen("?", {0: {"?": 0.6, "1": 0.4}}), field("checkbox", 1))

    assert (decision.value, decision.read) == ("1", "X")
    assert decision.confidence == STATE_SURE


def test_as_many_boxes_are_expected_as_the_field_has():
    with pytest.raises(ValueError, match="expected 4 boxes, got 3"):
        decode(seen("123"), field())


@given(st.lists(SHARES, min_size=1, max_size=8), st.sampled_from(["digits", "integer", "amount"]))
def test_probabilities_stay_between_0_and_1(rows, type):
    doubts = {
        index: dict(zip("0123456789X?", (share / sum(row) for share in row), strict=True))
        for index, row in enumerate(rows)
    }

    decision = decode(seen("0" * len(rows), doubts), field(type, len(rows)))

    assert 0 <= decision.confidence <= 1
    assert all(0 <= share <= 1 for _, share in decision.alternatives)
