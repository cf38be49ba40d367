import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.interpret import Meaning, interpret
from tests.builders import field


@pytest.mark.parametrize(
    ("seen", "value", "code"),
    [
        ("____", "", "required"),
        ("XXXX", "", "required"),
        ("_X12", "12", ""),
        ("0012", "12", ""),
        ("0000", "0", ""),
        ("1_23", "1?23", "gap"),
        ("1X23", "1?23", "gap"),
        ("12__", "12??", "gap"),
        ("?123", "?123", "no digit"),
        ("_12?", "12?", "no digit"),
    ],
)
def test_integers_skip_unused_boxes_before_their_first_digit_only(seen, value, code):
    meaning = interpret(seen, field("integer", len(seen)))

    assert (meaning.value, meaning.reason.partition(":")[0]) == (value, code)


@pytest.mark.parametrize(
    ("seen", "value", "code"),
    [
        ("______", "", "required"),
        ("__1234", "12.34", ""),
        ("____05", "0.05", ""),
        ("_____5", "0.05", ""),
        ("000000", "0.00", ""),
        ("_123__", "123.00", "cents"),
        ("_123XX", "123.00", "cents"),
        ("_1235_", "123.5?", "gap"),
        ("_123_5", "123.?5", "gap"),
        ("12____", "12??.00", "gap"),
        ("1_2345", "1?23.45", "gap"),
    ],
)
def test_the_last_boxes_of_an_amount_are_its_cents(seen, value, code):
    meaning = interpret(seen, field("amount", len(seen), decimals=2))

    assert (meaning.value, meaning.reason.partition(":")[0]) == (value, code)


def test_an_amount_without_decimals_has_no_point():
    assert interpret("_123", field("amount", 4)) == Meaning("123")


@pytest.mark.parametrize(
    ("seen", "value", "reason"),
    [
        ("____", "", "required: nothing is written in it"),
        ("0012", "0012", ""),
        ("_012", "?012", "gap: box 1 of 4 is empty"),
        ("0X12", "0?12", "gap: box 2 of 4 is struck out"),
        ("01?2", "01?2", "no digit: box 3 of 4 holds something else"),
        ("012_", "012", "blank: 1 of 4 boxes is empty"),
        ("01__", "01", "blank: 2 of 4 boxes are empty"),
    ],
)
def test_digits_keep_their_places(seen, value, reason):
    meaning = interpret(seen, field("digits", len(seen)))

    assert (meaning.value, meaning.reason) == (value, reason)


def test_a_short_identifier_needs_a_pattern_to_be_accepted():
    short = field(boxes=5, pattern=r"\d{3}|\d{5}")

    assert interpret("123__", short) == Meaning("123")
    assert interpret("1234_", short).reason == r"pattern: it does not match \d{3}|\d{5}"


@pytest.mark.parametrize(
    ("format", "seen", "value", "reason"),
    [
        ("DDMMYYYY", "20112026", "2026-11-20", ""),
        ("YYYYMMDD", "20240229", "2024-02-29", ""),
        ("YYYY-MM-DD", "20240229", "2024-02-29", ""),
        ("DD. MM. YYYY", "29022004", "2004-02-29", ""),
        ("YYYYMMDD", "20230229", "2023-02-29", "date: there is no day 29 in 2023-02"),
        ("DDMMYYYY", "70201723", "1723-20-70", "date: there is no month 20"),
        ("DDMMYYYY", "00112026", "2026-11-00", "date: there is no day 00 in 2026-11"),
        ("DDMMYYYY", "01011723", "1723-01-01", "date: the year 1723 is not from 1900 to 2099"),
        ("DDMMYYYY", "2011202_", "202?-11-20", "gap: box 8 of 8 is empty"),
        ("DDMMYYYY", "_5112026", "2026-11-05", "gap: box 1 of 8 is empty"),
        ("DDMMYYYY", "5_112026", "2026-11-5?", "gap: box 2 of 8 is empty"),
        ("DDMMYY", "2011?6", "???6-11-20", "no digit: box 5 of 6 holds something else"),
    ],
)
def test_dates_are_put_in_canonical_order(format, seen, value, reason):
    meaning = interpret(seen, field("date", len(seen), format=format))

    assert (meaning.value, meaning.reason) == (value, reason)


@pytest.mark.parametrize(
    ("years", "year", "code"),
    [
        ((2015, 2030), "2026", ""),
        ((1920, 2019), "1926", ""),
        ((1900, 2099), "2026", "century"),
        ((2015, 2020), "2026", "date"),
    ],
)
def test_a_year_of_two_digits_is_placed_by_the_window(years, year, code):
    meaning = interpret("201126", field("date", 6, format="DDMMYY", years=years))

    assert meaning.value == f"{year}-11-20"
    assert meaning.reason.partition(":")[0] == code


@pytest.mark.parametrize(
    ("seen", "value", "reason"),
    [
        ("0859", "08:59", ""),
        ("_859", "08:59", "gap: box 1 of 4 is empty"),
        ("2500", "25:00", "time: there is no hour 25"),
        ("1260", "12:60", "time: there is no minute 60"),
        ("1?30", "1?:30", "no digit: box 2 of 4 holds something else"),
    ],
)
def test_times_have_hours_and_minutes(seen, value, reason):
    meaning = interpret(seen, field("time", 4, format="HHMM"))

    assert (meaning.value, meaning.reason) == (value, reason)


@pytest.mark.parametrize(("seen", "value"), [("_", "0"), ("X", "1"), ("?", "1"), ("1", "1")])
def test_any_ink_ticks_a_checkbox_and_none_is_an_answer_too(seen, value):
    assert interpret(seen, field("checkbox", 1)) == Meaning(value)


@pytest.mark.parametrize(
    ("type", "settings", "reason"),
    [
        ("digits", {"check": "luhn"}, "checksum: the luhn digit does not fit"),
        ("digits", {"pattern": "0.*"}, "pattern: it does not match 0.*"),
        ("digits", {"one_of": ["1830"]}, "one_of: it is none of the values the template lists"),
        ("integer", {"min": 2000}, "min: it is below 2000"),
        ("integer", {"max": 1000}, "max: it is above 1000"),
    ],
)
def test_a_value_that_breaks_a_constraint_is_no_possible_one(type, settings, reason):
    assert interpret("1234", field(type, 4, **settings)) == Meaning("1234", reason, possible=False)


def test_an_empty_field_that_need_not_be_filled_breaks_no_constraint():
    assert interpret("XX", field("integer", 2, required=False, min=5)) == Meaning("")


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))
def test_every_date_is_read_as_written(day):
    meaning = interpret(f"{day:%d%m%Y}", field("date", 8, format="DDMMYYYY"))

    assert meaning == Meaning(day.isoformat())


@given(st.lists(st.sampled_from("0123456789_X?"), min_size=1, max_size=9).map("".join))
def test_no_digit_of_an_identifier_moves(seen):
    value = interpret(seen, field("digits", len(seen), required=False)).value

    for place, character in enumerate(value):
        assert character == (seen[place] if seen[place].isdigit() else "?")


@given(
    st.lists(st.sampled_from("0123456789_X?"), min_size=1, max_size=9).map("".join),
    st.integers(0, 3),
)
def test_every_digit_of_a_number_keeps_its_distance_from_the_point(seen, decimals):
    value = interpret(seen, field("amount", 9, decimals=decimals, required=False)).value

    for character, got in zip(reversed(seen), reversed(value.replace(".", "")), strict=False):
        assert got == character or (got in "?0" and not character.isdigit())


def test_a_line_of_magnetic_ink_is_not_written_in_boxes():
    with pytest.raises(ValueError, match="expected a field in boxes, got type micr"):
        interpret("1234", field("micr", 4))
