"""What free runs of characters mean."""

import numpy as np
import pytest

from formreader.free_run import MARKS, SPELLINGS, interpret_run
from formreader.interpret import Meaning
from formreader.template import Field, FieldType


def amount(**settings):
    return Field(name="amount", type=FieldType.AMOUNT, **{"decimals": 2, **settings})


def date(**settings):
    return Field(name="date", type=FieldType.DATE, **settings)


@pytest.mark.parametrize(
    ("seen", "value"),
    [
        ("1,23,456/-", "123456.00"),
        ("$88,00,000/-", "8800000.00"),
        ("$200.00", "200.00"),
        ("20000/100", "200.00"),
        ("200-00/100", "200.00"),
        ("200??/100", "200.00"),
        ("--1.234,56", "1234.56"),
        ("1.234,56--", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1234.56", "1234.56"),
        ("12.000.-", "12000.00"),
        ("12.000,-", "12000.00"),
        ("19695-", "19695.00"),
        ("0.50", "0.50"),
        ("1.20.40.000/-", "12040000.00"),
        ("20,00,00,000/-", "200000000.00"),
        ("07", "7.00"),
    ],
)
def test_an_amount_is_read_as_people_write_it(seen, value):
    meaning = interpret_run(seen, amount())
    assert (meaning.value, meaning.reason, meaning.possible) == (value, "", True)


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ("12$34", "signs"),
        ("1?4.00", "no digit"),
        ("12.5", "cents"),
        ("---", "no digit"),
    ],
)
def test_an_amount_that_cannot_be_told_is_no_amount(seen, code):
    meaning = interpret_run(seen, amount())
    assert meaning.reason.partition(":")[0] == code
    assert not meaning.possible


@pytest.mark.parametrize(
    ("seen", "code"), [("200.50/-", "tail"), ("1,234.0050/100", "grouping"), ("200.00/-", "")]
)
def test_figures_and_tail_that_disagree_are_shown_to_a_person(seen, code):
    assert interpret_run(seen, amount()).reason.partition(":")[0] == code


@pytest.mark.parametrize(
    ("seen", "value"),
    [("12,3456,789", "123456789.00"), ("1,0870000", "10870000.00"), ("1.2345,50", "12345.50")],
)
def test_an_amount_in_odd_groups_is_shown_to_a_person(seen, value):
    meaning = interpret_run(seen, amount())

    assert meaning.value == value
    assert meaning.possible
    assert meaning.reason.startswith("grouping: ")


@pytest.mark.parametrize(
    ("seen", "locale", "usual"),
    [
        ("12,34,567", "en-IN", True),
        ("1,234,567", "en-IN", False),
        ("234,567", "en-IN", True),
        ("1,234,567", "en-US", True),
        ("12,34,567", "en-US", False),
        ("12,34,567", None, True),
        ("1,234,567", None, True),
    ],
)
def test_numbers_are_parted_as_their_country_does(seen, locale, usual):
    meaning = interpret_run(seen, amount(locale=locale))

    assert meaning.value == "1234567.00"[-len(seen.replace(",", "")) - 3 :]
    assert (meaning.reason == "") == usual


@pytest.mark.parametrize(
    ("seen", "value"),
    [("2/3/2", "21312.00"), ("/3.005", "13005.00"), ("1,234/50", "1234150.00"), ("5/-", "5.00")],
)
def test_a_slash_among_the_digits_is_a_1_that_a_person_sees(seen, value):
    meaning = interpret_run(seen, amount())

    assert meaning.value == value
    assert bool(meaning.reason) == (seen != "5/-")
    number = Field(name="number", type=FieldType.DIGITS)
    assert interpret_run(seen, number).value == value.partition(".")[0]


def test_three_digits_behind_the_last_mark_are_thousands_unless_they_are_decimals():
    assert interpret_run("1,234", amount()).value == "1234.00"
    assert interpret_run("1.234", amount(decimals=3, locale="en-GB")).value == "1.234"
    assert interpret_run("1.234", amount(decimals=3, locale="de-DE")).value == "1234.000"
    assert interpret_run("1.234", amount(decimals=3)).value == "1234.000"


def test_whole_units_have_no_decimals():
    assert interpret_run("22.000.-", amount(decimals=0)).value == "22000"


def test_nothing_but_a_currency_is_blank():
    assert interpret_run("", amount(required=False)).reason == ""
    assert interpret_run("$", amount()).reason.startswith("required")


def test_every_digit_of_an_identifier_is_kept():
    field = Field(name="number", type=FieldType.DIGITS)
    assert interpret_run("00.18-014/", field).value == "0018014"


@pytest.mark.parametrize(
    ("seen", "order", "value"),
    [
        ("12/25/2019", "MDY", "2019-12-25"),
        ("25-12-19", "DMY", "2019-12-25"),
        ("5-5-2015", "MDY", "2015-05-05"),
        ("2019.12.05", "YMD", "2019-12-05"),
        ("25122019", None, "2019-12-25"),
        ("191225", "YMD", "2019-12-25"),
    ],
)
def test_a_date_is_parted_by_signs_or_length(seen, order, value):
    meaning = interpret_run(seen, date(order=order, years=(1980, 2079)))
    assert (meaning.value, meaning.possible) == (value, True)


@pytest.mark.parametrize(
    "seen", ["25/2019", "2?/12/2019", "1/2/3/2019", "123/1/2019", "31/02/2019"]
)
def test_a_date_that_cannot_be_is_no_date(seen):
    assert not interpret_run(seen, date()).possible


@pytest.mark.parametrize("seen", ["515/2015", "5/5/20/5", "5/512015"])
def test_a_stroke_in_a_date_is_the_sign_that_makes_it_one(seen):
    meaning = interpret_run(seen, date())

    assert meaning.value == "2015-05-05"
    assert meaning.reason.startswith("slash: ")


def test_a_stroke_that_makes_two_dates_makes_none():
    assert not interpret_run("111/2015", date()).possible


@pytest.mark.parametrize(
    ("seen", "value"),
    [
        ("??1.234,56??", "1234.56"),
        ("$??500.00", "500.00"),
        ("?25/-?", "25.00"),
        ("1200/??", "1200.00"),
        (".50", "0.50"),
        ("$.75/-", "0.75"),
    ],
)
def test_what_an_amount_may_mean_otherwise_is_left_to_a_person(seen, value):
    meaning = interpret_run(seen, amount())

    assert meaning.reason
    assert meaning.value == value


@pytest.mark.parametrize("seen", ["1-250/100", "12/550/100", "1$250/100", "255?/100", "250?/100"])
def test_cents_behind_other_signs_make_no_amount(seen):
    meaning = interpret_run(seen, amount(max=5000))

    assert not meaning.possible
    assert meaning.reason


@pytest.mark.parametrize(("seen", "value"), [("1200/--", "1200.00"), ("75/-", "75.00")])
def test_a_tail_of_dashes_is_no_hundred(seen, value):
    assert interpret_run(seen, amount()) == Meaning(value)


@pytest.mark.parametrize(
    ("seen", "value", "code"),
    [
        ("1,234", "1234", ""),
        ("$15.-", "15", ""),
        ("1.5", "15", "grouping"),
        ("12.50", "1250", "grouping"),
        ("-15", "15", "signs"),
        ("1/5", "115", "slash"),
    ],
)
def test_an_integer_has_no_decimals_and_no_sign(seen, value, code):
    meaning = interpret_run(seen, Field(name="count", type=FieldType.INTEGER))

    assert (meaning.value, meaning.reason.partition(":")[0]) == (value, code)


@pytest.mark.parametrize(
    ("seen", "locale", "reason"),
    [
        ("91852", "en-US", "point: none was seen; it may be 918.52"),
        ("$200", None, "point: none was seen; it may be 2.00"),
        ("91852", "en-IN", ""),
        ("91852/-", "en-US", ""),
        ("91,852", "en-US", ""),
        ("52", "en-US", ""),
    ],
)
def test_where_cents_are_usual_bare_digits_may_have_lost_their_point(seen, locale, reason):
    assert interpret_run(seen, amount(locale=locale)).reason == reason


def test_words_are_no_amount():
    assert interpret_run("????5", amount()).value == "?"


def test_checks_and_limits_hold_for_free_runs_too():
    assert interpret_run("12.000", amount(max=5000)).reason.startswith("max")


def test_a_checkbox_is_no_free_run():
    with pytest.raises(ValueError, match="written freely"):
        interpret_run("1", Field(name="box", type=FieldType.CHECKBOX))


@pytest.mark.parametrize("kind", [kind for kind in SPELLINGS if kind is not FieldType.MICR])
def test_whatever_a_network_spells_means_something_or_has_a_reason(kind):
    rng = np.random.default_rng(1)
    form = Field(name="run", type=kind, **({"decimals": 2} if kind is FieldType.AMOUNT else {}))

    for _ in range(3000):
        seen = "".join(rng.choice(list("0123456789?" + MARKS), int(rng.integers(0, 12))))
        meaning = interpret_run(seen, form)
        assert meaning.possible or meaning.reason
        assert not meaning.possible or not set(meaning.value) & set("?$/,")
