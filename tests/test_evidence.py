import numpy as np
import pytest

from formreader.evidence import Evidence, fields_wanted, support


def evidence(confidence, right, writers=None):
    count = len(confidence)
    writers = np.arange(count) if writers is None else np.asarray(writers)
    return Evidence(
        np.full(count, "plain"),
        writers.astype(str),
        np.asarray(confidence, float),
        np.asarray(right, bool),
    )


@pytest.mark.parametrize(("promise", "wanted"), [(0.001, 2995), (0.00037, 8096), (0.05, 59)])
def test_a_promise_wants_so_many_fields_without_an_error(promise, wanted):
    assert fields_wanted(promise) == wanted


def test_nothing_supports_no_promise():
    found = support(evidence([], []), 0.05)

    assert (found.least_confidence, found.fields, found.wanted) == (None, 0, 59)


@pytest.mark.parametrize(("count", "least"), [(58, None), (59, 0.9)])
def test_fields_without_an_error_support_what_they_suffice_for(count, least):
    assert support(evidence([0.9] * count, [True] * count), 0.05).least_confidence == least


def test_what_would_be_looked_at_anyway_supports_nothing():
    assert support(evidence([0.0] * 1000, [True] * 1000), 0.05).least_confidence is None


def test_fields_of_one_writer_that_err_together_count_for_one():
    writers = np.repeat(np.arange(100), 10)
    right = writers >= 5

    together = evidence([0.9] * 1000, right, writers)

    found = support(together, 0.08)
    assert found.least_confidence is None
    assert found.fields == pytest.approx(100, rel=0.02)
    assert support(evidence([0.9] * 1000, right), 0.08).least_confidence == 0.9


def test_errors_tell_how_alike_writers_are_where_they_are_as_sure():
    writers = np.repeat(np.arange(100), 20)
    sure = np.tile([0.99] * 15 + [0.5] * 5, 100)
    right = (writers >= 10) | (sure > 0.9)  # some writers' unsure fields are all wrong
    right[::60] = False

    found = support(evidence(sure, right, writers), 0.05)

    assert found.least_confidence == 0.99
    assert found.fields > 1000


def test_a_single_error_among_the_surest_does_not_end_the_search():
    sure = np.linspace(0.9999, 0.95, 20_000)
    right = (
        np.arange(20_000) != 330
    )  # 299 without an error show a promise of 0.01, 331 with one do not

    assert support(evidence(sure, right), 0.01).least_confidence == pytest.approx(0.95)


def test_what_is_in_too_much_doubt_is_not_accepted_though_it_were_right():
    least = support(evidence([0.999] * 5000 + [0.9] * 500, [True] * 5500), 0.001)

    assert least.least_confidence == 0.999


def test_promises_are_kept_on_other_writers():
    rng = np.random.default_rng(1)
    broken = 0
    for _ in range(200):
        writers = np.repeat(np.arange(400), 20)
        skill = rng.beta(2, 60, 400)[writers]
        sure = rng.uniform(size=8000) ** 0.05
        wrong = rng.uniform(size=8000) < skill * (1 - sure) * 20
        known, new = writers < 200, writers >= 200
        least = support(evidence(sure[known], ~wrong[known], writers[known]), 0.01)
        accepted = new & (sure >= (least.least_confidence or 2))
        broken += wrong[accepted].mean() > 0.01 if accepted.any() else 0
    assert broken <= 10
