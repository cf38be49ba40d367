"""The engine of many machines does what that of one does, whatever becomes of the cluster."""

import errno
import os
import pickle
import shutil
import signal
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from formreader import cluster, outpost
from formreader.batch import Settings, run_batch
from formreader.cluster import Dask
from formreader.errors import BrokenOffError, SetupError
from formreader.file_reader import FileReader, FileTask, PageDone
from formreader.inputs import find_inputs
from formreader.recipe import make_recipe
from formreader.template_file import load_template
from formreader.workers import Limits, Workers
from tests.counters import (
    CountTo,
    DiesAtSeven,
    Fetches,
    HangsAtSeven,
    KillsCluster,
    LeavesFileAtSeven,
    NeedsFile,
    Raises,
    TellsProcess,
)
from tests.standins import Kills, SeesSevens
from tests.test_batch import CLAIM, claim, digits_on, drawn, tables

__all__ = ["claim", "drawn"]  # fixtures
LIMITS = Limits(seconds=20, memory=1 << 30)


@pytest.fixture(scope="module")
def threads():
    """Return a cluster of one worker, in this process, that does two things at once."""
    with started(1, threads_per_worker=2, processes=False, protocol="tcp://") as workers:
        yield workers


@pytest.fixture(scope="module")
def two():
    """Return a cluster of two workers, each a process."""
    with started(2, threads_per_worker=1) as workers:
        yield workers


def started(count, **settings):
    address = "127.0.0.1:0"
    return LocalCluster(n_workers=count, dashboard_address=address, memory_limit=None, **settings)


def on(workers, seconds=20):
    return Dask(1, Limits(seconds, 1 << 30), workers.scheduler_address)


def counted(tasks):
    return sorted((number, end) for start, end in tasks for number in range(start, end))


def test_a_cluster_gives_every_result(threads):
    tasks = [(0, end) for end in (3, 0, 20, 1, 1, 7, *range(40))]

    assert sorted(on(threads)(CountTo(), tasks)) == counted(tasks)


def test_without_tasks_no_cluster_is_asked():
    assert list(Dask(1, LIMITS, "tcp://127.0.0.1:1")(CountTo(), [])) == []


def test_more_tasks_may_come_of_results(threads):
    more = [(0, 1)]

    class Tasks:
        def __iter__(self):
            return self

        def __next__(self):
            if not more:
                raise StopIteration
            return more.pop()

    found = []
    for number, end in on(threads)(CountTo(), Tasks()):
        found.append((number, end))
        more.extend([(0, end + 1)] if end < 4 and number == end - 1 else [])

    assert sorted(found) == counted([(0, 1), (0, 2), (0, 3), (0, 4)])


def test_processes_stay_from_lot_to_lot(threads):
    results = list(on(threads)(TellsProcess(), [(0, 3)] * 100))

    assert len({process for _, (process, _) in results}) == 2


def test_few_tasks_are_taken_ahead(threads):
    taken: list[int] = []
    tasks = (taken.append(number) or (0, 1) for number in range(1000))

    with closing(on(threads)(CountTo(), tasks)) as results:
        next(results)

    assert len(taken) <= 10


def test_what_work_raises_reaches_the_caller(threads):
    with pytest.raises(ZeroDivisionError):
        list(on(threads)(Raises(), [(0, 1)]))


@pytest.mark.parametrize(
    ("work", "seconds", "why"),
    [
        pytest.param(
            DiesAtSeven(),
            20,
            "crash: the process that read it died (SIGTERM)",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
        ),
        (HangsAtSeven(), 0.5, "time: it took more than 0.5 s to read"),
    ],
)
def test_what_kills_a_process_costs_one_result(threads, work, seconds, why):
    tasks = [(0, 10), (100, 130), (200, 230)]

    results = sorted(on(threads, seconds)(work, tasks), key=lambda result: result[0])

    assert results[7] == (7, why)
    assert [*results[:7], *results[8:]] == [each for each in counted(tasks) if each[0] != 7]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_what_a_lost_worker_had_is_done_by_others(two):
    tasks = [(0, 40)] * 40
    found = []

    for result in on(two)(CountTo(), tasks):
        found.append(result)
        if len(found) == 200:
            os.kill(next(iter(two.workers.values())).pid, signal.SIGKILL)

    assert sorted(found) == counted(tasks)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_what_a_killed_process_leaves_goes_with_the_run(two, tmp_path):
    note = tmp_path / "note"

    list(on(two)(LeavesFileAtSeven(note), [(0, 10)]))

    left = Path(note.read_text())
    deadline = time.monotonic() + 10
    while left.parent.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left.parent.name.startswith("formreader-")
    assert not left.parent.exists()


def test_what_kills_the_workers_of_the_cluster_costs_its_task(two, monkeypatch):
    monkeypatch.setattr(two.scheduler, "allowed_failures", 0)

    results = sorted(on(two)(KillsCluster(), [(5, 10), (20, 30)]), key=lambda each: each[0])

    why = "crash: all workers that read it died (1)"
    assert results == [*((number, why) for number in range(5, 10)), *counted([(20, 30)])]


def test_only_what_workers_die_of_is_done_alone(two, monkeypatch):
    monkeypatch.setattr(two.scheduler, "allowed_failures", 0)
    alone = []
    submit = cluster._Hands._submit
    monkeypatch.setattr(
        cluster._Hands,
        "_submit",
        lambda hands, tasks, **how: (
            alone.extend(tasks if how["alone"] else []) or submit(hands, tasks, **how)
        ),
    )
    tasks = [(20, 30)] * 30

    results = list(on(two)(KillsCluster(), [*tasks, (5, 10), *tasks]))

    assert [each for each in sorted(results) if each[0] >= 20] == counted(tasks * 2)
    assert (5, 10) in alone
    assert len(alone) < 8


def test_a_cluster_that_is_lost_ends_the_run_with_what_to_do():
    with started(1, processes=False, protocol="tcp://") as workers:
        results = on(workers)(CountTo(), [(0, 10)] * 1000)
        next(results)

    with pytest.raises(BrokenOffError, match=r"scheduler is lost.* run the same command again"):
        list(results)


def test_where_no_scheduler_is_that_is_said(monkeypatch):
    monkeypatch.setattr(cluster, "REACH", 0.2)

    with pytest.raises(SetupError, match=r"no dask scheduler answers at tcp://127\.0\.0\.1:1 "):
        list(Dask(1, LIMITS, "tcp://127.0.0.1:1")(CountTo(), [(0, 1)]))


@pytest.mark.parametrize("address", ["cluster", "8786", "carrier-pigeon://host:1"])
def test_what_is_no_address_is_refused_at_once(address):
    with pytest.raises(SetupError, match="as tcp://HOST:8786"):
        list(Dask(1, LIMITS, address)(CountTo(), [(0, 1)]))


def test_where_tls_is_not_set_up_that_is_said():
    with pytest.raises(SetupError, match=r"set distributed\.comm\.tls in its configuration"):
        list(Dask(1, LIMITS, "tls://127.0.0.1:8786")(CountTo(), [(0, 1)]))


def test_a_worker_that_cannot_start_processes_is_named(threads, monkeypatch):
    def full(*_):
        raise OSError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(outpost.Crew, "carry_out", full)

    with pytest.raises(SetupError, match=r"cannot start a process.*no more processes"):
        list(on(threads)(CountTo(), [(0, 1)]))


def test_a_share_that_does_not_answer_is_one_that_is_not_there(monkeypatch, tmp_path):
    def stale(*_, **__):
        raise OSError(errno.ESTALE, "stale handle")

    monkeypatch.setattr(os, "stat", stale)

    assert FileReader(None).lacks(FileTask(tmp_path / "a.png", "a.png", "digest"))


def test_a_cluster_without_workers_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(cluster, "JOIN", 0)
    monkeypatch.setattr(cluster, "LOOK", 0.1)

    with started(0) as workers, pytest.raises(SetupError, match="has had no worker"):
        list(on(workers)(CountTo(), [(0, 1)]))


def test_whether_workers_are_sound_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(cluster, "JOIN", 0)
    monkeypatch.setattr(cluster, "LOOK", 0.1)

    with started(0) as workers, Client(workers, set_as_default=False) as client:
        hands = cluster._Hands(client, CountTo(), LIMITS)
        with pytest.raises(SetupError, match="has had no worker"):
            hands._require_sound_workers()


@pytest.mark.parametrize(
    ("outcome", "lacked"),
    [
        ("unreadable: it is empty", ""),
        ("not fetched: there is no permission to read it",) * 2,
    ],
)
def test_only_what_was_not_fetched_may_be_better_elsewhere(outcome, lacked):
    task = FileTask(Path("a.png"), "a.png", "digest")

    assert FileReader(None).lacked(PageDone(task, 1, outcome, settled=False)) == lacked


def test_other_versions_on_a_worker_are_refused(two, monkeypatch):
    versions = outpost.installed_versions() | {"formreader": "9.9", "numpy": "1.0"}
    monkeypatch.setattr(outpost, "installed_versions", lambda: versions)

    with pytest.raises(SetupError, match=r"has formreader \S+ instead of 9\.9, numpy \S+ instead"):
        list(on(two)(CountTo(), [(0, 1)]))


def test_a_worker_without_this_program_is_told_apart(two, monkeypatch):
    monkeypatch.setattr(cluster, "PLACE", "no_such_program:carry_out")

    with pytest.raises(SetupError, match=r"named 'no_such_program'.*environment or image"):
        list(on(two)(CountTo(), [(0, 1)]))


def test_a_worker_that_does_not_see_the_files_ends_the_run(two, tmp_path):
    with pytest.raises(BrokenOffError, match=r"does not see .* under the same path"):
        list(on(two)(NeedsFile(tmp_path, alone=True), [(0, 1)] * 10))


def test_one_file_that_a_worker_does_not_see_yet_is_done_here(two, tmp_path):
    results = list(on(two)(NeedsFile(tmp_path, alone=True), [(0, 3)]))

    assert results == counted([(0, 3)])


def test_a_worker_that_fetches_nothing_ends_the_run(two):
    with pytest.raises(BrokenOffError, match=r'says "no login", but .* packages and logins'):
        list(on(two)(Fetches(os.getpid()), [(0, 1)] * 10))


def test_what_nobody_can_fetch_comes_once(two):
    results = list(on(two)(Fetches(0), [(0, 1)] * 10))

    assert sorted(results) == sorted([(0, "no login"), (0, "the end")] * 10)


def test_a_file_that_nobody_sees_any_more_is_done_here(two, tmp_path):
    results = list(on(two)(NeedsFile(tmp_path / "gone"), [(0, 3)]))

    assert results == counted([(0, 3)])


def test_a_template_takes_its_picture_along(tmp_path):
    text = CLAIM.read_text("utf-8").partition("[register]")
    rest = text[2][text[2].index("[[fields]]") :]
    (tmp_path / "form.toml").write_text(f'{text[0]}[register]\npicture = "a.png"\n{rest}', "utf-8")
    (tmp_path / "a.png").write_bytes(b"picture")

    template = load_template(tmp_path / "form.toml")
    shutil.rmtree(tmp_path)

    assert pickle.loads(pickle.dumps(make_recipe([template], SeesSevens()))).templates[0].blank


def test_the_tables_are_those_of_one_machine(two, drawn, claim, tmp_path):
    scans = shutil.copytree(drawn, tmp_path / "scans")
    (scans / "broken.png").write_bytes(b"no picture")
    recipe = make_recipe([claim], Kills(digits_on(scans, claim, 2)))
    for name, engine in {"local": Workers(2, LIMITS), "cluster": on(two)}.items():
        settings = Settings(tmp_path / name, max_error=0.001, engine=engine, images=False)
        inputs = find_inputs([str(scans)], None)
        run_batch(inputs, recipe, settings, lambda _: None, lambda: datetime.now(UTC))

    assert tables(tmp_path / "cluster") == tables(tmp_path / "local")
    assert b"crash: the process that read it died" in tables(tmp_path / "cluster")[2]


def test_where_dask_is_missing_that_is_said(formreader, monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "formreader.cluster")

    code = formreader("read", tmp_path, "-t", CLAIM, "--engine", "dask")

    assert code == 2
    assert "pip install 'formreader[cluster]'" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--engine", "dask", "-j", "2"]])
def test_a_scheduler_goes_with_its_engine_alone(options, formreader, capsys, tmp_path):
    code = formreader("read", tmp_path, "-t", CLAIM, "--scheduler", "tcp://host:8786", *options)

    assert code == 2
    assert "--scheduler goes with --engine dask" in capsys.readouterr().err
