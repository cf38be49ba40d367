import pytest

from formreader.belief import Belief, Candidate
from formreader.results import Status
from formreader.settle import settle
from tests.builders import field

SURE = 0.9


def belief(*candidates, settled_by=""):
    return Belief("number", "1234", candidates, settled_by=settled_by)


def test_a_value_settled_by_a_constraint_says_so():
    sure = belief(Candidate("1230", 0.99), settled_by="checksum: 1830 was read")

    decision = settle(sure, field(check="luhn"), "", SURE)

    assert (decision.value, decision.status) == ("1230", Status.ACCEPTED)
    assert decision.reason == "checksum: 1830 was read"


def test_the_likeliest_value_that_can_be_right_is_the_guess_for_review():
    impossible = Candidate("2026-02-31", 0.9, "date: there is no day 31", possible=False)

    decision = settle(belief(impossible, Candidate("2026-02-21", 0.1)), field(), "", SURE)

    assert (decision.value, decision.confidence) == ("2026-02-21", 0.1)
    assert (decision.status, decision.reason) == (Status.REVIEW, "date: there is no day 31")


def test_a_faint_value_that_can_be_right_is_no_guess():
    impossible = Candidate("2026-02-31", 0.99, "date: there is no day 31", possible=False)

    decision = settle(belief(impossible, Candidate("2026-02-21", 0.01)), field(), "", SURE)

    assert (decision.value, decision.confidence) == ("2026-02-31", 0.0)
    assert decision.alternatives == (("2026-02-21", 0.01),)


def test_a_broken_rule_is_reviewed_however_sure_its_fields_are():
    decision = settle(belief(Candidate("12", 1.0)), field(), "rule: a == b does not hold", SURE)

    assert (decision.status, decision.reason) == (Status.REVIEW, "rule: a == b does not hold")


@pytest.mark.parametrize(
    ("value", "reason", "status"),
    [
        ("", "", Status.BLANK),
        ("", "required: nothing is written in it", Status.REVIEW),
        ("1", "", Status.ACCEPTED),
        ("1?", "no digit: box 2 of 2 holds something else", Status.REVIEW),
    ],
)
def test_status_follows_what_speaks_against_a_sure_value(value, reason, status):
    decision = settle(belief(Candidate(value, 1.0, reason)), field(), "", SURE)

    assert (decision.value, decision.status, decision.reason) == (value, status, reason)
