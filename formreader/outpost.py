"""Outposts: work in a worker of a cluster, with processes that stay between two of its lots."""

import pickle
import platform
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import current_process
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary, finalize

from distributed import get_worker
from distributed.system import MEMORY_LIMIT

from formreader import __version__
from formreader.engines import Result, Task, Work
from formreader.errors import SetupError
from formreader.tries import Death, Done, Waiting
from formreader.workers import SHARE, Crew, Limits

RESUME = "then run the same command again, which goes on where this run stopped"
SEEING = ("ai-edge-litert", "numpy", "opencv-python-headless", "pillow", "pypdfium2")

Parcel: TypeAlias = Callable[[], tuple[dict[str, str], float, int, bytes]]
"""Work on its way, in words of Python alone: who lacks this program can pass it on. Gives the
versions of the sender's packages, the seconds and bytes that a process may take for each result,
and the pickled work."""


class Unseen(NamedTuple, Generic[Task]):
    """Stands for what is left of a task that cannot be carried out here."""

    task: Task
    why: str
    """What this machine does, in words that follow its name."""


class Lot(NamedTuple, Generic[Task, Result]):
    """What came of several tasks."""

    found: tuple[Done[Result] | Death[Task] | Unseen[Task], ...]
    seconds: float
    """That they took."""
    place: str
    """The name of the machine."""


def pack(work: Work[Task, Result], limits: Limits) -> bytes:
    """Return work as what pickle makes a parcel's content of."""
    return pickle.dumps(
        (installed_versions(), limits.seconds, limits.memory, pickle.dumps(work)),
    )


def carry_out(parcel: Parcel, tasks: bytes, *, alone: bool) -> Lot[Any, Any]:
    """Carry out pickled tasks, one after the other; several threads may call at once.

    Args:
        parcel: the work. What is opened of it stays for as long as this object is there.
        tasks: a sequence.
        alone: by a fresh process.

    Raises:
        SetupError: if other versions of packages are installed here, or no process starts.
    """
    try:
        with _OPENING:
            if parcel not in _OUTPOSTS:
                _OUTPOSTS[parcel] = Outpost(parcel)
            outpost = _OUTPOSTS[parcel]
        return outpost.carry_out(pickle.loads(tasks), alone=alone)
    except OSError as error:  # as with too many processes, or no room
        raise SetupError(
            f"the worker on {platform.node()} cannot start a process, or lost it "
            f"({type(error).__name__}: {error}); mend or end it, {RESUME}"
        ) from error


class Outpost(Generic[Task, Result]):
    """Work that has come here, and the processes that know it."""

    def __init__(self, parcel: Parcel) -> None:
        """Open a parcel.

        Raises:
            SetupError: if other versions of packages are installed here.
        """
        versions, seconds, memory, work = parcel()
        require_versions(versions)
        self._limits = Limits(seconds, min(memory, int(SHARE * MEMORY_LIMIT)))  # of a container
        self._work: Work[Task, Result] = pickle.loads(work)
        self._idle: deque[Crew[Task, Result | Unseen[Task]]] = deque()
        # Where dask's worker keeps its own: that goes too if somebody kills it.
        self._folder = tempfile.mkdtemp(prefix="formreader-", dir=get_worker().local_directory)
        finalize(self, _dismiss, self._idle, self._folder)

    def carry_out(self, tasks: Sequence[Task], *, alone: bool) -> Lot[Task, Result]:
        """Carry out tasks, one after the other.

        Args:
            tasks: to be done.
            alone: by a fresh process.

        Raises:
            SetupError: if no process starts.
        """
        start = time.monotonic()
        with ExitStack() as ending:
            crew = ending.enter_context(self._crew(alone=alone))
            found = tuple(self._unwrapped(each) for each in crew.carry_out(Waiting(tasks)))
            if not alone:  # all went well: it stays
                ending.pop_all()
                self._idle.append(crew)
        return Lot(found, time.monotonic() - start, platform.node())

    def _crew(self, *, alone: bool) -> Crew[Task, Result | Unseen[Task]]:
        """Return a process that is free, or a new one."""
        if not alone:
            with suppress(IndexError):
                return self._idle.pop()
        # A worker of dask is a daemon that may have no children, lest they outlive it: these end
        # with their parent by themselves.
        current_process().daemon = False
        return Crew(_Abroad(self._work, self._folder), 1, self._limits)

    @staticmethod
    def _unwrapped(
        found: Done[Result | Unseen[Task]] | Death[Task],
    ) -> Done[Result] | Death[Task] | Unseen[Task]:
        if isinstance(found, Death):
            return found
        return found.value if isinstance(found.value, Unseen) else Done(found.value)


@dataclass(frozen=True, slots=True)
class _Abroad(Generic[Task, Result]):
    """Work on a machine that may lack what the sender has: a task ends where it does."""

    work: Work[Task, Result]
    folder: str
    """For temporary files: what a process leaves that is killed goes with the outpost."""

    def __call__(self, task: Task) -> Iterator[Result | Unseen[Task]]:
        tempfile.tempdir = self.folder
        if lacks := self.work.lacks(task):
            yield Unseen(task, f"does not see {lacks}")
            return
        for result in self.work(task):
            if lacked := self.work.lacked(result):
                yield Unseen(task, f'says "{lacked}"')
                return
            task = self.work.rest(task, result)
            yield result

    def lacks(self, task: Task) -> str:
        return self.work.lacks(task)

    def lacked(self, result: Result | Unseen[Task]) -> str:
        return result.why if isinstance(result, Unseen) else self.work.lacked(result)

    def rest(self, task: Task, result: Result | Unseen[Task]) -> Task:
        return task if isinstance(result, Unseen) else self.work.rest(task, result)

    def give_up(self, task: Task, why: str) -> tuple[Iterable[Result], Task | None]:
        return self.work.give_up(task, why)


_OUTPOSTS: WeakKeyDictionary[Parcel, Outpost[Any, Any]] = WeakKeyDictionary()
"""Those of this process: they go when the cluster lets go of the parcel they came in."""
_OPENING = Lock()


def installed_versions() -> dict[str, str]:
    """Return the versions of what decides how a page is read, by the package."""
    return {"formreader": __version__} | {name: _version(name) for name in SEEING}


def require_versions(wanted: Mapping[str, str]) -> None:
    """Check that this machine has the versions that another has.

    Raises:
        SetupError: if it has others.
    """
    here = installed_versions()
    others = [
        f"{name} {here.get(name, 'none')} instead of {there}"
        for name, there in wanted.items()
        if here.get(name) != there
    ]
    if others:
        raise SetupError(
            f"the worker on {platform.node()} has {', '.join(others)}, which may read otherwise; "
            f"start all workers from the environment or image that this command runs in, {RESUME}"
        )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _dismiss(crews: deque[Crew[Task, Result | Unseen[Task]]], folder: str) -> None:
    while crews:
        crews.pop().end()
    shutil.rmtree(folder, ignore_errors=True)
