"""Sums weigh what fields may hold: against every combination counted one by one."""

import itertools
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.belief import Belief, Candidate
from formreader.reconcile import AGAIN, BROKEN, grouped, reconcile
from formreader.rules import parse_rule

RULES = ("a + b == total", "total == c + d", "a * c <= d + 9", "2 * a - b < c", "d >= 1")


def belief(name, shares):
    """Return what a field may hold; what is missing from 1 is the rest."""
    candidates = [Candidate(value, share) for value, share in shares.items()]
    ranked = sorted(candidates, key=lambda candidate: -candidate.probability)
    return Belief(name, "", tuple(ranked), max(0.0, 1 - sum(shares.values())))


def beliefs(**shares):
    return {name: belief(name, values) for name, values in shares.items()}


def counted(known, rules):
    """Weigh every combination by itself; return the share of each value of each field."""
    weights = dict.fromkeys(((n, c.value) for n, b in known.items() for c in b.candidates), 0.0)
    weights |= {(name, None): 0.0 for name in known}
    options = [
        [*((c.value, c.probability) for c in each.candidates), (None, each.rest)]
        for each in known.values()
    ]
    total = 0.0
    for combination in itertools.product(*options):
        values = dict(zip(known, (value for value, _ in combination), strict=True))
        weight = math.prod(share for _, share in combination)
        for group in grouped(rules):
            broken = sum(not keeps(rule, values) for rule in group)
            weight *= BROKEN * AGAIN ** (broken - 1) if broken else 1
        total += weight
        for name, value in values.items():
            weights[name, value] += weight
    return {key: weight / total for key, weight in weights.items()}


def keeps(rule, values):
    numbers = {name: values[name] for name in rule.fields}
    judged = not any(value is None or "?" in value for value in numbers.values())
    return judged and rule.holds({name: Decimal(value or 0) for name, value in numbers.items()})


shares = st.dictionaries(
    st.sampled_from(["", "1", "2", "3", "5", "8", "?1"]),
    st.floats(0.01, 1),
    min_size=1,
    max_size=3,
)


@given(
    st.fixed_dictionaries(dict.fromkeys(("a", "b", "c", "d", "total"), shares)),
    st.lists(st.sampled_from(RULES), unique=True),
)
def test_every_value_weighs_what_counting_all_combinations_gives(drawn, texts):
    rules = [parse_rule(text) for text in texts]
    known = beliefs(
        **{
            name: {value: share / sum(values.values()) * 0.99 for value, share in values.items()}
            for name, values in drawn.items()
        }
    )

    found = reconcile(known, rules).beliefs

    wanted = counted(known, rules)
    for name, each in found.items():
        assert each.rest == pytest.approx(wanted[name, None])
        for candidate in each.candidates:
            assert candidate.probability == pytest.approx(wanted[name, candidate.value])


def test_a_sum_settles_a_doubtful_digit_and_says_so():
    known = beliefs(a={"12": 1.0}, b={"13": 1.0}, total={"26": 0.6, "25": 0.4})

    found = reconcile(known, [parse_rule("a + b == total")])

    assert found.beliefs["total"].likeliest.value == "25"
    assert found.beliefs["total"].likeliest.probability == pytest.approx(0.4 / 0.406)
    assert found.beliefs["total"].settled_by == "rule: a + b == total does not hold with 26"
    assert found.broken == {}


def test_a_sum_that_is_wrong_on_paper_changes_nothing_and_is_reported():
    known = beliefs(a={"12": 1.0}, b={"13": 1.0}, total={"26": 0.9999, "25": 0.0001})

    found = reconcile(known, [parse_rule("a + b == total")])

    assert [found.beliefs[name].likeliest.value for name in known] == ["12", "13", "26"]
    reason = "rule: a + b == total does not hold (12 + 13 != 26)"
    assert found.broken == dict.fromkeys(("a", "b", "total"), reason)


def test_two_equally_good_solutions_leave_both_in_doubt():
    known = beliefs(a={"1": 0.5, "2": 0.5}, b={"3": 1.0}, total={"4": 0.5, "5": 0.5})

    found = reconcile(known, [parse_rule("a + b == total")])

    values = [found.beliefs[name].likeliest.value for name in ("a", "total")]
    assert values in (["1", "4"], ["2", "5"])
    assert found.beliefs["a"].likeliest.probability == pytest.approx(0.5)
    assert found.broken == {}


def test_fields_in_no_rule_stay_as_they_are():
    known = beliefs(a={"1": 0.5, "2": 0.5}, x={"7": 0.9})

    found = reconcile(known, [parse_rule("a == 2")])

    assert found.beliefs["x"] is known["x"]


def test_sums_of_many_fields_are_weighed():
    names = [f"f{number}" for number in range(30)]
    known = beliefs(
        **{name: {"12": 0.98, "72": 0.01, "17": 0.01} for name in names}, total={"360": 1.0}
    )

    found = reconcile(known, [parse_rule(f"{' + '.join(names)} == total")])

    assert all(found.beliefs[name].likeliest.value == "12" for name in names)
