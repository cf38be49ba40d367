from dataclasses import replace

import pytest

from formreader.decide import decide, decide_page
from formreader.results import PageReading, Problem, Status
from formreader.store import StoredPage
from tests.builders import field, form, seen
from tests.standins import AsksFor

SURE = AsksFor(lambda max_error: 1 - 100 * max_error)  # 0.9 for one in a thousand


def votes(**values):
    """Decide on a form with the rule a + b == total."""
    fields = [field("integer", 3, name, required=False) for name in ("a", "b", "total")]
    readings = [replace(seen(values[each.name]), name=each.name) for each in fields]
    page = PageReading("form", 0.1, tuple(readings))
    record = decide_page(("scan.png", 1), page, form(*fields, rules=["a + b == total"]), SURE)
    return {each.decision.name: each.decision for each in record.fields}


def decided(reading, field):
    record = decide_page(("scan.png", 1), PageReading("form", 0.1, (reading,)), form(field), SURE)
    return record.fields[0].decision


@pytest.mark.parametrize(
    ("share", "settings", "status", "reason"),
    [
        (0.95, {}, Status.ACCEPTED, ""),
        (0.85, {}, Status.REVIEW, "unsure: it may be 7234"),
        (0.95, {"max_error": 0.0001}, Status.REVIEW, "unsure: it may be 7234"),
        (0.95, {"max_error": 0.1}, Status.ACCEPTED, ""),
        (1.0, {"review": "always"}, Status.REVIEW, "always: the template wants a person to see it"),
    ],
)
def test_a_value_is_accepted_if_it_is_sure_enough(share, settings, status, reason):
    decision = decided(seen("1234", {0: {"1": share, "7": 1 - share}}), field(**settings))

    assert (decision.value, decision.status, decision.reason) == ("1234", status, reason)


def test_nothing_is_accepted_if_the_promise_cannot_be_kept():
    page = PageReading("form", 0.1, (seen("1234"),))

    record = decide_page(("a.png", 1), page, form(field()), AsksFor(lambda _: None))

    assert record.fields[0].decision.reason == "unsure: it is hard to read"


def test_a_doubtful_blank_goes_to_review_too():
    crossed = seen("_", {0: {"X": 0.8, "4": 0.2}})

    decision = decided(crossed, field("integer", 1, required=False))

    assert (decision.value, decision.reason) == ("", "unsure: it may be 4")


def test_a_rule_that_holds_leaves_its_fields_alone():
    statuses = {decision.status for decision in votes(a="_12", b="115", total="127").values()}

    assert statuses == {Status.ACCEPTED}


def test_a_broken_rule_sends_its_fields_to_review():
    decisions = votes(a="_12", b="115", total="128")

    reason = "rule: a + b == total does not hold (12 + 115 != 128)"
    assert [each.reason for each in decisions.values()] == [reason] * 3
    assert [each.value for each in decisions.values()] == ["12", "115", "128"]


def test_a_struck_out_number_counts_as_0():
    decisions = votes(a="XXX", b="115", total="115")

    assert decisions["a"].status is Status.BLANK
    assert decisions["total"].status is Status.ACCEPTED


def test_a_rule_with_an_unknown_digit_cannot_be_judged():
    decisions = votes(a="1?2", b="115", total="128")

    assert decisions["a"].code == "no digit"
    assert decisions["total"].status is Status.ACCEPTED


def test_numbers_of_a_broken_rule_keep_their_brackets():
    fields = [field("integer", 1, name) for name in "abc"]
    readings = tuple(
        replace(seen(text), name=name) for name, text in zip("abc", "123", strict=True)
    )
    template = form(*fields, rules=["(a + b) * 2 < c - (b - a)"])

    record = decide_page(("scan.png", 1), PageReading("form", 0.1, readings), template, SURE)

    assert record.fields[0].decision.reason.endswith("((1 + 2) * 2 >= 3 - (2 - 1))")


def test_every_page_becomes_a_record_or_a_problem():
    reading = PageReading("form", 0.1, (seen("1234"),))
    pages = [
        StoredPage("a.png", 1, reading, "layout"),
        StoredPage("b.png", 1, "blank page: it is white", None),
    ]

    record, problem = decide(lambda: pages, {"layout": form(field())}, SURE)

    assert record.status is Status.ACCEPTED
    assert problem == Problem("b.png", 1, "blank page: it is white")


def claims(*numbers, template):
    """Decide a run of forms with one number each."""
    pages = [
        StoredPage(f"{index}.png", 1, PageReading("form", 0.1, (each,)), "it")
        for index, each in enumerate(numbers)
    ]
    records = decide(lambda: pages, {"it": template}, SURE)
    return [record.fields[0].decision for record in records]


def test_a_value_that_must_be_unique_sends_all_that_have_it_to_review():
    decisions = claims(seen("1234"), seen("7777"), seen("1234"), template=form(field(unique=True)))

    assert [each.status for each in decisions] == [Status.REVIEW, Status.ACCEPTED, Status.REVIEW]
    assert decisions[2].reason == "unique: 1234 is on page 1 of 0.png too"
    assert decisions[0].reason == "unique: 1234 is on page 1 of 2.png too"


def test_a_doubtful_number_is_not_one_that_another_form_has():
    doubtful = seen("1234", {3: {"4": 0.6, "9": 0.4}})

    decisions = claims(seen("1234"), doubtful, template=form(field(unique=True)))

    assert [each.value for each in decisions] == ["1234", "1239"]
    assert [each.status for each in decisions] == [Status.ACCEPTED, Status.ACCEPTED]


def test_a_roster_settles_what_it_has_and_reports_what_it_has_not():
    listed = replace(form(field(roster="ids.csv#id")), rosters={"number": frozenset({"1239"})})

    settled, foreign = claims(
        seen("1234", {3: {"4": 0.6, "9": 0.4}}), seen("5555"), template=listed
    )

    assert (settled.value, settled.status) == ("1239", Status.ACCEPTED)
    assert settled.reason == "roster: it is not in ids.csv#id: 1234 was read"
    assert (foreign.value, foreign.status) == ("5555", Status.REVIEW)
    assert foreign.reason == "roster: it is not in ids.csv#id"
