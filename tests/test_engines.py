"""Engines: the serial one and its twin give the same results."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.engines import local

worker_counts = pytest.mark.parametrize("workers", [1, 2, 5])


def count_to(number: int) -> Iterator[int]:
    yield from range(number)


@given(tasks=st.lists(st.integers(0, 20), max_size=20), workers=st.integers(1, 4))
def test_every_engine_gives_every_result(tasks, workers):
    results = list(local(workers)(count_to, tasks))

    assert sorted(results) == sorted(n for task in tasks for n in range(task))


@worker_counts
def test_results_of_one_task_come_in_order(workers):
    assert list(local(workers)(count_to, [100])) == list(range(100))


@worker_counts
def test_few_tasks_are_taken_ahead(workers):
    taken: list[int] = []
    tasks = (taken.append(number) or 1 for number in range(100))

    next(local(workers)(count_to, tasks))

    assert len(taken) <= 2 * workers


@worker_counts
def test_a_slow_caller_is_not_swamped(workers):
    made: list[int] = []
    results = local(workers)(lambda _: (made.append(n) for n in range(1000)), range(workers))

    next(results)

    assert len(made) <= 1 + 2 * workers + workers


@worker_counts
def test_what_work_raises_reaches_the_caller(workers):
    with pytest.raises(ZeroDivisionError):
        list(local(workers)(lambda task: iter([1 // task]), [1, 0]))


@worker_counts
def test_what_tasks_raise_reaches_the_caller(workers):
    with pytest.raises(ZeroDivisionError):
        list(local(workers)(count_to, (1 // n for n in (1, 0))))


@worker_counts
def test_closing_early_ends_all_threads(workers):
    before = threading.active_count()
    results = local(workers)(count_to, [1000] * 50)

    next(results)
    results.close()

    assert threading.active_count() == before
