import pytest

from formreader.allotment import SHARED, allot
from formreader.belief import Belief, Candidate


def belief(**shares):
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    candidates = tuple(Candidate(value.strip("n"), share) for value, share in ranked)
    return Belief("id", "", candidates, max(0.0, 1 - sum(shares.values())))


def first(beliefs):
    return [each.likeliest.value for each in beliefs]


def test_no_forms_are_dealt_nothing():
    assert allot([]) == []


def test_what_no_other_form_may_have_stays_as_it_is():
    alone = [belief(n1=0.9, n2=0.1), belief(n3=1.0)]

    assert allot(alone) == alone


def test_a_value_goes_to_the_surer_form():
    sure, doubtful = allot([belief(n1=0.999, n2=0.001), belief(n1=0.6, n3=0.4)])

    assert first([sure, doubtful]) == ["1", "3"]
    assert doubtful.likeliest.probability == pytest.approx(0.4 / (0.4 + 0.6 * SHARED))


def test_two_forms_weigh_as_all_combinations_do():
    one, other = allot([belief(n1=0.9, n2=0.1), belief(n1=0.8, n2=0.2)])

    assert first([one, other]) == ["1", "2"]
    assert one.likeliest.probability == pytest.approx(0.18 / 0.26)
    assert other.likeliest.probability == pytest.approx(0.18 / 0.26)


def test_two_forms_that_are_sure_keep_the_value_both():
    one, other = allot([belief(n1=0.999999, n2=0.000001), belief(n1=0.999999, n3=0.000001)])

    assert first([one, other]) == ["1", "1"]


def test_equals_are_dealt_different_values_and_stay_in_doubt():
    dealt = allot([belief(n1=0.5, n2=0.3, n3=0.2) for _ in range(3)])

    assert sorted(first(dealt)) == ["1", "2", "3"]
    assert all(each.likeliest.probability < 0.6 for each in dealt)


def test_blank_fields_are_no_repetition():
    dealt = allot([belief(n=1.0), belief(n=1.0)])

    assert [each.likeliest.probability for each in dealt] == [1.0, 1.0]
