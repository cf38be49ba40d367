"""Worker processes of this machine: one that dies takes nothing with it but the page it was at.

A picture may bring down the library that decodes it, keep it busy for ever, or fill the memory.
Each worker is watched for all three.
"""

import ctypes
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Generic, NamedTuple, Self

import cv2
import psutil

from formreader.engines import Result, Task, Work
from formreader.errors import SetupError
from formreader.tries import Death, Done, Waiting, with_second_tries

AHEAD = 2  # tasks given to each worker, so that it never waits for the next
LOOK = 0.25  # seconds between two looks at how long workers take and how much memory they have
ALONE = 1.0  # seconds in which a worker starts no other program: to find those takes 3 ms
STARTING = 60.0  # seconds that a worker has to begin
PATIENCE = 5.0  # seconds that a worker whose pipe has closed has to end
STILLBORN = 5  # workers that die one after the other before they are ready: none ever will be
SHARE, MOST_MEMORY = 0.8, 4 << 30  # of the machine's memory, bytes; a page of A4 takes 0.2 GB
MOST_WORKERS = 30 if sys.platform == "win32" else 1000  # Windows waits for 63 things at most
MIB = 1 << 20
KILL = 9  # the signal; Windows has none
OOM_FIRST = "500"  # of 1,000
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as glibc's malloc.h has them
LARGEST_KEPT, MOST_KEPT = 32 * MIB, 128 * MIB  # of one piece (glibc's limit) and in all
if sys.platform == "linux":
    PROCESSES = get_context("forkserver")
    PROCESSES.set_forkserver_preload(["formreader.cli", "formreader.file_reader"])
else:
    PROCESSES = get_context("spawn")  # forked processes are not safe with the libraries of macOS


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may take."""

    seconds: float
    """For each result."""
    memory: int
    """Bytes."""


def usual_limits(seconds: float) -> Limits:
    """Return limits that one worker fits into on this machine, the same for any number of them."""
    return Limits(seconds, min(int(SHARE * psutil.virtual_memory().total), MOST_MEMORY))


@dataclass(frozen=True, slots=True)
class Workers:
    """Carries out several tasks at once, each in a process that is watched."""

    count: int
    limits: Limits

    def __call__(
        self, work: Work[Task, Result], tasks: Iterable[Task]
    ) -> Generator[Result, None, None]:
        """Yield results as they come; to close it ends all workers at once.

        Raises:
            SetupError: if no worker can be started.
        """

        def carry_out(
            waiting: Waiting[Task], *, alone: bool
        ) -> Generator[Done[Result] | Death[Task], None, None]:
            with Crew(work, 1 if alone else self.count, self.limits) as crew:
                yield from crew.carry_out(waiting)

        return with_second_tries(work, Waiting(tasks), carry_out)


class Crew(Generic[Task, Result]):
    """Workers that stay until their end: between two pieces of work they keep what they know."""

    def __init__(self, work: Work[Task, Result], count: int, limits: Limits) -> None:
        """Prepare for work; workers begin when there are tasks for them.

        Args:
            work: to be done with every task.
            count: of workers.
            limits: of what each may take.
        """
        self._work, self._limits = work, limits
        self._count = min(count, MOST_WORKERS)
        self._workers: list[_Worker[Task, Result]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End all workers at once."""
        while self._workers:
            self._workers.pop().end()

    def carry_out(
        self, waiting: Waiting[Task]
    ) -> Generator[Done[Result] | Death[Task], None, None]:
        """Yield results, and for every worker that dies what is left of the task it was at.

        Raises:
            SetupError: if no worker can be started.
        """
        stillborn = 0
        while True:
            self._deal(waiting)
            if not any(worker.tasks for worker in self._workers):
                return
            for worker in self._with_news():
                yield from worker.news()
            for worker in [each for each in self._workers if each.has_died(self._limits)]:
                self._workers.remove(worker)
                begun = worker.tasks.popleft() if worker.is_ready and worker.tasks else None
                waiting.returned.extend(worker.tasks)
                if begun is not None:
                    yield Death(begun, worker.why, worker.was_killed)
                innocent = worker.is_ready or worker.was_killed
                stillborn = 0 if innocent else stillborn + 1
                if stillborn == STILLBORN:
                    raise SetupError(f"no worker process can be started: {worker.why}")

    def _deal(self, waiting: Waiting[Task]) -> None:
        """Give every worker a task, then another; start workers while there are tasks for them."""
        for given in range(AHEAD):
            for worker in [each for each in self._workers if len(each.tasks) == given]:
                for task in waiting.take():
                    worker.give(task)
            new: list[tuple[_Worker[Task, Result], Task]] = []
            for task in waiting.take(self._count - len(self._workers)):
                self._workers.append(_Worker(self._work))
                new.append((self._workers[-1], task))
            for worker, task in new:  # by now all of them are starting, side by side
                worker.begin()
                worker.give(task)

    def _with_news(self) -> "list[_Worker[Task, Result]]":
        """Wait for news of any worker, but not for long: who hangs has none."""
        ready = wait([worker.connection for worker in self._workers], LOOK)
        return [worker for worker in self._workers if worker.connection in ready]


class _Ready(NamedTuple):
    """Comes from a worker when it begins."""


class _End(NamedTuple):
    """Comes from a worker after the last result of a task."""

    error: BaseException | None


class _Worker(Generic[Task, Result]):
    """A process, and what it is at."""

    def __init__(self, work: Work[Task, Result]) -> None:
        """Start it.

        Args:
            work: to be done with every task.
        """
        self.tasks: deque[Task] = deque()
        """What it was given and has not done; of the first, what is left."""
        self.is_ready = False
        """Whether it has begun."""
        self.why = ""
        """Why it was ended, or what it died of."""
        self._excessive = False
        self._work = work
        self._connection, theirs = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=_serve, args=(theirs,), daemon=True)
        with uninterrupted():
            self._process.start()
        theirs.close()
        self._is_open = True
        self._since = self._looked = time.monotonic()

    @property
    def was_killed(self) -> bool:
        """Whether it was ended by somebody else, as far as the system tells."""
        return not self._excessive and self._process.exitcode == -KILL

    @property
    def connection(self) -> Connection:
        """What to wait on for news of it; it closes when the process dies."""
        return self._connection

    def begin(self) -> None:
        """Tell it what to do with tasks, which waits until it has started: 0.3 s."""
        with suppress(OSError):  # it has died, which shows soon
            self._connection.send(self._work)

    def give(self, task: Task) -> None:
        """Give it a task."""
        if not self.tasks:
            self._since = time.monotonic()
        self.tasks.append(task)
        with suppress(OSError):  # it has died, which shows soon
            self._connection.send(task)

    def news(self) -> Iterator[Done[Result]]:
        """Yield what it has found, one result at most, of a worker that has news.

        Raises what the work raised.
        """
        try:
            message: _Ready | Done[Result] | _End = self._connection.recv()
        except (EOFError, OSError):
            self._is_open = False
            return
        self._since = time.monotonic()
        match message:
            case _Ready():
                self.is_ready = True
            case Done(value):
                self.tasks[0] = self._work.rest(self.tasks[0], value)
                yield message
            case _End(error):
                self.tasks.popleft()
                if error is not None:
                    raise error

    def has_died(self, limits: Limits) -> bool:
        """Tell whether it has died and there is no more news of it; end it if it takes too much.

        As long as its pipe is open it is looked at now and then: three times a page costs 0.5 ms.
        """
        now = time.monotonic()
        if self._is_open and (now - self._looked < LOOK or self._connection.poll()):
            return False
        self._looked = now
        if self._is_open and self._process.is_alive():
            self.why = self._excess(limits)
            if not self.why:
                return False
            self._excessive = True
            self._kill()
        self._process.join(PATIENCE)
        if self._is_open and self._connection.poll():
            return False
        self.why = self.why or f"crash: the process that read it died ({self._exit()})"
        self.end()
        return True

    def end(self) -> None:
        """End it at once; it holds nothing that would be lost."""
        self._kill()
        self._process.join()
        self._connection.close()

    def _kill(self) -> None:
        """End the process and those that it started, as for a PDF that Poppler draws."""
        for process in self._family():
            with suppress(psutil.Error):
                process.kill()
        self._process.kill()

    def _family(self) -> list[psutil.Process]:
        """Return the process and those that it started, as far as they are there."""
        with suppress(psutil.Error):
            own = psutil.Process(self._process.pid)
            return [own, *own.children(recursive=True)]
        return []

    def _excess(self, limits: Limits) -> str:
        """Return what it takes too much of, if anything."""
        passed = time.monotonic() - self._since
        seconds = limits.seconds if self.is_ready else STARTING
        if self.tasks and passed > seconds:
            return f"time: it took more than {seconds:g} s to read"
        with suppress(psutil.Error):  # it has just died
            family = self._family() if passed > ALONE else [psutil.Process(self._process.pid)]
            if sum(each.memory_info().rss for each in family) > limits.memory:
                return f"memory: to read it took more than {limits.memory // MIB:,} MiB"
        return ""

    def _exit(self) -> str:
        code = self._process.exitcode
        if code is None:
            return "it does not end"
        if code >= 0:
            return f"exit code {code}"
        return signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"


def _serve(connection: Connection) -> None:
    """Be a worker: carry out tasks as they come, until nobody is there to give them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who reads the run's keys ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(OSError):  # Linux: where memory ends, a page is lost and not the run
        Path("/proc/self/oom_score_adj").write_text(OOM_FIRST)
    cv2.setNumThreads(1)  # one page per core: OpenCV's own threads would only take turns
    keep_freed_memory()
    try:
        work: Work[Any, Any] = connection.recv()
    except (EOFError, OSError):  # the run is over
        return
    tasks: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_receive, args=(connection, tasks), daemon=True).start()
    with suppress(OSError):  # the run is over
        connection.send(_Ready())
        while (task := tasks.get()) is not None:
            error: BaseException | None = None
            try:
                for result in work(task):
                    connection.send(Done(result))
            except Exception as raised:  # noqa: BLE001 - handed to the run, raised there
                error = raised
            connection.send(_End(error))


def keep_freed_memory() -> None:
    """Let glibc keep what a page took for the next: the system takes 7 ms to give it anew."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            libc = ctypes.CDLL(None)
            libc.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)
            libc.mallopt(M_TRIM_THRESHOLD, MOST_KEPT)


def _receive(connection: Connection, tasks: SimpleQueue[Any]) -> None:
    """Take tasks at any time: a run that waits to give one takes no results meanwhile."""
    with suppress(EOFError, OSError):
        while True:
            tasks.put(connection.recv())
    tasks.put(None)


def _end_with_parent() -> None:
    """End this process with the run, however that ends, even in the middle of a page."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let processes that are started be deaf to Ctrl-C, which they inherit; it comes afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
