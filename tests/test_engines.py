"""Engines: one process and several give the same results, whatever becomes of the processes."""

import os
import signal
import sys
import time

import psutil
import pytest

from formreader.engines import run_serially
from formreader.errors import SetupError
from formreader.workers import Limits, Workers, usual_limits
from tests.counters import CountTo, DiesAtSeven, HangsAtSeven, Raises

LIMITS = Limits(seconds=20, memory=1 << 30)
engines = pytest.mark.parametrize(
    "engine", [run_serially, Workers(1, LIMITS), Workers(3, LIMITS)], ids=["serial", "one", "three"]
)


class SwellsAtSeven(DiesAtSeven):
    def die(self):
        full = bytearray(400 << 20)
        time.sleep(60)
        assert full


class DiesOnArrival(CountTo):
    """Ends every process that it is sent to."""

    def __setstate__(self, _):
        os._exit(3)

    def __getstate__(self):
        return {"any": "state"}


def children():
    """Return the processes that this one has, but for those that stay to make more."""
    mine = psutil.Process().children(recursive=True)
    return [each for each in mine if each.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def idle():
    """Have the process that makes others running, and count it."""
    list(Workers(1, LIMITS)(CountTo(), [(0, 1)]))
    return len(children())


@engines
def test_every_engine_gives_every_result(engine):
    tasks = [(0, end) for end in (3, 0, 20, 1, 1, 7)]

    results = list(engine(CountTo(), tasks))

    assert sorted(results) == sorted((n, end) for _, end in tasks for n in range(end))


@engines
def test_results_of_one_task_come_in_order(engine):
    assert list(engine(CountTo(), [(0, 100)])) == [(n, 100) for n in range(100)]


@engines
def test_few_tasks_are_taken_ahead(engine):
    taken: list[int] = []
    tasks = (taken.append(number) or (0, 1) for number in range(100))

    next(engine(CountTo(), tasks))

    assert len(taken) <= 6


@engines
def test_what_work_raises_reaches_the_caller(engine):
    with pytest.raises(ZeroDivisionError):
        list(engine(Raises(), [(0, 1)]))


@engines
def test_what_tasks_raise_reaches_the_caller(engine):
    with pytest.raises(ZeroDivisionError):
        list(engine(CountTo(), ((0, 1 // n) for n in (1, 0))))


@engines
def test_closing_early_ends_all_processes(engine, idle):
    results = engine(CountTo(), [(0, 1000)] * 50)

    next(results)
    results.close()

    assert len(children()) == idle


@pytest.mark.parametrize(
    ("work", "limits", "why"),
    [
        pytest.param(
            DiesAtSeven(),
            LIMITS,
            "crash: the process that read it died",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
        ),
        (HangsAtSeven(), Limits(0.5, 1 << 30), "time: it took more than 0.5 s to read"),
        (SwellsAtSeven(), Limits(20, 300 << 20), "memory: to read it took more than 300 MiB"),
    ],
)
def test_what_kills_a_process_costs_one_result(work, limits, why):
    tasks = [(0, 10), (100, 130), (200, 230)]

    results = list(Workers(2, limits)(work, tasks))

    lost = [(number, told) for number, told in results if isinstance(told, str)]
    assert [number for number, _ in lost] == [7]
    assert lost[0][1].startswith(why)
    assert sorted(number for number, told in results if told not in {why, lost[0][1]}) == [
        *range(7),
        *range(8, 10),
        *range(100, 130),
        *range(200, 230),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_process_killed_from_outside_costs_nothing(idle):
    tasks = [(0, 2000)] * 4
    results = []
    for result in Workers(2, LIMITS)(CountTo(), tasks):
        results.append(result)
        if len(results) in {10, 3000}:
            for process in children()[idle:][:1]:
                process.kill()

    assert sorted(results) == sorted((n, 2000) for n in range(2000) for _ in tasks)


class DiesOnceAt(CountTo):
    """Ends its process at some numbers, each once."""

    def __init__(self, folder, numbers):
        self.folder, self.numbers = folder, numbers

    def before(self, number):
        if number in self.numbers and not (self.folder / str(number)).exists():
            (self.folder / str(number)).touch()
            os._exit(7)


def test_each_result_is_tried_twice(tmp_path):
    results = list(Workers(1, LIMITS)(DiesOnceAt(tmp_path, {3, 5, 6}), [(0, 10)]))

    assert [number for number, _ in results] == list(range(10))


class KeepsMuch(CountTo):
    """Has tasks and results that no pipe holds."""

    def __call__(self, task):  # noqa: ARG002
        for number in range(3):
            yield bytes([number]) * 600_000

    def rest(self, task, result):  # noqa: ARG002
        return task


def test_tasks_and_results_of_any_size_come_through():
    results = list(Workers(2, LIMITS)(KeepsMuch(), [b"task" * 100_000] * 6))

    assert len(results) == 18


class KillsItselfSometimes(CountTo):
    """Is killed at one number, as by a system that wants memory, until it has been twice."""

    def __init__(self, folder):
        self.folder = folder

    def before(self, number):
        if number == 7 and len(list(self.folder.iterdir())) < 3:
            (self.folder / str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_what_is_killed_from_outside_again_and_again_is_tried_again(tmp_path):
    results = list(Workers(2, LIMITS)(KillsItselfSometimes(tmp_path), [(0, 10), (20, 30)]))

    assert len(list(tmp_path.iterdir())) == 3
    assert sorted(number for number, _ in results) == [*range(10), *range(20, 30)]


def test_where_no_process_starts_that_is_said():
    with pytest.raises(SetupError, match=r"no worker process can be started: .*exit code 3"):
        list(Workers(2, LIMITS)(DiesOnArrival(), [(0, 1)]))


def test_a_worker_may_take_what_the_machine_has():
    total = psutil.virtual_memory().total
    assert usual_limits(60).memory == min(4 << 30, int(0.8 * total))
