"""The engine of many machines: tasks go in lots to the workers of a dask cluster.

Each worker carries out its lot in a process of its own that is watched as on one machine. The lot
of a worker that is lost with its machine is done again by another.
"""

import logging
import pickle
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import resource_tracker
from pkgutil import resolve_name
from queue import Empty, SimpleQueue
from typing import Any, Generic

from dask import config
from distributed import Client, Future, KilledWorker, LocalCluster
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.comm.registry import get_backend

from formreader.engines import Result, Task, Work
from formreader.errors import BrokenOffError, SetupError
from formreader.outpost import RESUME, Lot, Unseen, pack
from formreader.tries import Death, Done, Waiting, with_second_tries
from formreader.workers import Crew, Limits, uninterrupted

AHEAD = 2  # lots given to each thread of a worker, so that it never waits for the next
LOT = 1.5  # seconds that a lot should take: client, scheduler and worker need 10 to 22 ms for it
LOT_PER_THREAD = 0.005  # seconds more for each thread of the cluster: all share one scheduler
MOST = 200  # tasks in a lot
LEAST = 0.001  # seconds that a lot takes: some clocks stand still meanwhile
GROWTH = 2  # times as many tasks as the last lot had, at most
PLACE = "formreader.outpost:carry_out"
LOOK = 2.0  # seconds between two looks at what workers there are
REACH = 10.0  # seconds in which a scheduler answers
SEVERAL = 3  # tasks that a worker may miss, one after the other: more is no mere delay
JOIN = 300.0  # seconds in which a cluster without workers gets one


@dataclass(frozen=True, slots=True)
class Dask:
    """Carries out tasks on a cluster."""

    count: int
    """Of workers, if they are to be started on this machine."""
    limits: Limits
    """Of what a process may take for each result."""
    address: str | None = None
    """Of a scheduler whose workers are there; None: they are started here, and end with the run."""

    def __call__(
        self, work: Work[Task, Result], tasks: Iterable[Task]
    ) -> Generator[Result, None, None]:
        """Yield results as they come; to close it takes back what no worker has begun.

        Raises:
            SetupError: if the cluster cannot be reached or is lost, or cannot do this work.
            BrokenOffError: if that happens when there are results.
        """
        is_begun = False
        waiting = Waiting(tasks)
        if not (first := list(waiting.take())):
            return
        waiting.returned.extend(first)
        _silence()
        with (
            self._connected() as client,
            closing(_Hands(client, work, self.limits)) as hands,
            closing(with_second_tries(work, waiting, hands.carry_out)) as results,
        ):
            try:
                for result in results:
                    is_begun = True
                    yield result
            except SetupError as error:
                if is_begun:
                    raise BrokenOffError(str(error)) from error
                raise

    @contextmanager
    def _connected(self) -> Iterator[Client]:
        if self.address is not None:
            with _reach(self.address) as client:
                yield client
            return
        resource_tracker.ensure_running()  # its start would let Ctrl-C through to the workers
        with ExitStack() as ending:
            with uninterrupted():
                cluster = ending.enter_context(start_cluster(self.count))
            yield ending.enter_context(Client(cluster, set_as_default=False))


def _silence() -> None:
    """Keep dask's log off the screen for good: it tells of what is mended, or told by errors."""
    for handler in logging.getLogger("distributed").handlers:
        handler.setLevel(logging.CRITICAL)


def start_cluster(count: int) -> LocalCluster:
    """Start workers on this machine; the processes they read with are watched, not they."""
    with config.set({"distributed.worker.profile.enabled": False}):  # it looks 100 times a second
        return LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            memory_limit=None,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )


def _reach(address: str) -> Client:
    """Connect to a scheduler.

    Raises:
        SetupError: if there is none at the address, it is no address, or TLS is not set up.
    """
    try:
        scheme, place = parse_address(address)
        get_backend(scheme)
        parse_host_port(place)
        return Client(address, timeout=REACH, set_as_default=False)
    except TypeError as error:  # there are no certificates
        raise SetupError(
            f"{address} cannot be reached ({error}); dask wants to know the certificates of TLS: "
            "set distributed.comm.tls in its configuration as for scheduler and workers, or "
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, ...__CLIENT__CERT and ...__CLIENT__KEY"
        ) from error
    except (OSError, ValueError) as error:
        raise SetupError(
            f"no dask scheduler answers at {address} ({error}); start one by `dask scheduler`, or "
            "give the address that it says, as tcp://HOST:8786"
        ) from error


class _Hands(Generic[Task, Result]):
    """The workers of a cluster, as one run has them."""

    def __init__(self, client: Client, work: Work[Task, Result], limits: Limits) -> None:
        self._client = client
        self._work = work
        self._parcel = client.submit(partial, pickle.loads, pack(work, limits), pure=False)
        """Comes once to each worker that works for this run, and stays as long as this is here."""
        self._carry_out = _in_outpost()
        self._size = 1
        """Tasks in a lot."""
        self._threads = 0
        """Of all workers together."""
        self._looked = -LOOK
        self._manned = time.monotonic()
        """When there was a worker."""
        self._crew = Crew(work, 1, limits)
        """Does what workers do not see."""
        self._blind: Counter[str] = Counter()
        """Tasks, one after the other, that a machine does not see but this one does."""
        self._suspects: deque[Task] = deque()
        """Tasks in lots that workers died of."""

    def close(self) -> None:
        """End what runs on this machine."""
        self._crew.end()

    def carry_out(
        self, waiting: Waiting[Task], *, alone: bool
    ) -> Generator[Done[Result] | Death[Task], None, None]:
        """Yield results, and for every process that dies what is left of the task it was at."""
        under_way: dict[Future[Lot[Task, Result]], list[Task]] = {}
        finished: SimpleQueue[Future[Lot[Task, Result]]] = SimpleQueue()
        try:
            while True:
                self._look()
                most, size = (1, 1) if alone else (AHEAD * max(1, self._threads), self._size)
                while len(under_way) < most and (tasks := self._next(waiting, size)):
                    future = self._submit(tasks, alone=alone)
                    under_way[future] = tasks
                    future.add_done_callback(finished.put)
                if not under_way:
                    return
                try:
                    future = finished.get(timeout=LOOK)
                except Empty:
                    continue
                yield from self._found(future, under_way.pop(future), alone=alone)
        finally:
            self._client.cancel(list(under_way))

    def _next(self, waiting: Waiting[Task], size: int) -> list[Task]:
        """Return tasks for a lot: of one, if it was in a lot that workers died of."""
        return [self._suspects.popleft()] if self._suspects else list(waiting.take(size))

    def _look(self) -> None:
        """Count the workers now and then, which come and go.

        Raises:
            SetupError: if there has been none for long, or the scheduler does not answer.
        """
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        try:
            self._threads = sum(self._client.nthreads().values())
        except (OSError, ValueError) as error:
            raise _lost(error) from error
        if self._threads:
            self._manned = now
        elif now - self._manned > JOIN:
            raise SetupError(
                f"the scheduler has had no worker for {JOIN:g} s; start some by "
                f"`dask worker ADDRESS`, {RESUME}"
            )

    def _submit(self, tasks: list[Task], *, alone: bool) -> Future[Lot[Task, Result]]:
        lot = pickle.dumps(tasks)
        return self._client.submit(self._carry_out, self._parcel, lot, alone=alone, pure=False)

    def _found(
        self, future: Future[Lot[Task, Result]], tasks: Sequence[Task], *, alone: bool
    ) -> Iterator[Done[Result] | Death[Task]]:
        """Yield what came of a lot."""
        try:
            lot = future.result()
        except KilledWorker as error:
            if alone:
                self._require_sound_workers()
                yield from self._give_up(tasks, error.allowed_failures + 1)
            elif len(tasks) > 1:
                self._suspects.extend(tasks)
            else:
                yield from (Death(task, str(error), was_killed=True) for task in tasks)
            return
        except (CancelledError, OSError) as error:
            raise _lost(error) from error
        except (ImportError, AttributeError) as error:
            raise SetupError(
                f"a worker of the cluster cannot do this work ({error}); start all workers from "
                f"the environment or image that this command runs in, {RESUME}"
            ) from error
        wanted = LOT + LOT_PER_THREAD * self._threads
        fitting = round(len(tasks) * wanted / max(lot.seconds, LEAST))
        self._size = max(1, min(fitting, GROWTH * len(tasks), MOST))
        yield from (each for each in lot.found if not isinstance(each, Unseen))
        unseen = [each for each in lot.found if isinstance(each, Unseen)]
        if is_sound := 2 * len(unseen) < len(tasks):
            del self._blind[lot.place]
        for each in unseen:
            yield from self._carry_out_here(each, lot.place, is_sound=is_sound)

    def _give_up(self, tasks: Iterable[Task], deaths: int) -> Iterator[Done[Result]]:
        """Yield what stands for all that is left of tasks: how far they came is lost."""
        for task in tasks:
            rest: Task | None = task
            while rest is not None:
                results, rest = self._work.give_up(
                    rest, f"crash: all workers that read it died ({deaths})"
                )
                yield from map(Done, results)

    def _require_sound_workers(self) -> None:
        """Check that workers do not die of nothing.

        Raises:
            SetupError: if they do.
        """
        future = self._submit([], alone=True)
        finished: SimpleQueue[object] = SimpleQueue()
        future.add_done_callback(finished.put)
        while True:
            self._look()
            with suppress(Empty):
                finished.get(timeout=LOOK)
                break
        try:
            future.result()
        except (CancelledError, OSError) as error:
            raise _lost(error) from error
        except KilledWorker as error:
            raise SetupError(
                f"workers of the cluster die whatever they are given ({error}); look into what "
                f"they say, mend it, {RESUME}"
            ) from error

    def _carry_out_here(
        self, unseen: Unseen[Task], place: str, *, is_sound: bool
    ) -> Iterator[Done[Result] | Death[Task]]:
        """Carry out what a worker does not see, or not yet: shares show new files late.

        Args:
            unseen: what is left of a task.
            place: the name of the worker's machine.
            is_sound: it sees most of what it is given.

        Raises:
            SetupError: if a worker that is not sound misses several that can be seen here.
        """
        if self._work.lacks(unseen.task):  # it is gone, which is soon told
            yield from map(Done, self._work(unseen.task))
            return
        lacked = False
        for each in self._crew.carry_out(Waiting([unseen.task])):
            lacked |= isinstance(each, Done) and bool(self._work.lacked(each.value))
            yield each
        if lacked or is_sound:
            return
        self._blind[place] += 1
        if self._blind[place] == SEVERAL:
            raise SetupError(
                f"the worker on {place} {unseen.why}, but this machine can read it: let all "
                "workers see the files under the same path, and reach addresses with the same "
                f"packages and logins, {RESUME}"
            )


def _in_outpost() -> Callable[..., Lot[Any, Any]]:
    """Return what workers are to do, as a function that travels with its code.

    A worker that lacks this program, or has another version, then says so; one that was sent the
    name of what it does not have would die of it.
    """
    place = PLACE
    return lambda parcel, tasks, alone: resolve_name(place)(parcel, tasks, alone=alone)


def _lost(error: Exception) -> SetupError:
    words = type(error).__name__ if isinstance(error, CancelledError) else repr(error)
    return SetupError(
        f"the connection to the scheduler is lost ({words}); see that it and its workers run, "
        f"{RESUME}"
    )
