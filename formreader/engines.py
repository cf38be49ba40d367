"""Engines carry out the work of many files: one after the other, or several at once."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from queue import Full, Queue
from threading import Event
from typing import Protocol, TypeVar

import cv2

Task = TypeVar("Task")
Result = TypeVar("Result")


class Engine(Protocol):
    """Carries out tasks; each of them may give any number of results.

    Tasks are taken from their iterator, and results handed out, in the caller's thread: tasks may
    look at what became of earlier results. Only a bounded number of either is under way. The
    results of one task come in order, those of several tasks in any order. What the work raises
    is raised again to the caller.
    """

    def __call__(
        self, work: Callable[[Task], Iterable[Result]], tasks: Iterable[Task]
    ) -> Generator[Result, None, None]:
        """Yield the results of every task as they come; to close it stops the work."""
        ...


class EngineName(StrEnum):
    """Who carries out the work."""

    LOCAL = "local"


def make_engine(name: EngineName, workers: int) -> Engine:
    """Return an engine that carries out so many tasks at once."""
    return {EngineName.LOCAL: local}[name](workers)


def local(workers: int) -> Engine:
    """Return the engine that uses this machine: threads, or for one worker none at all.

    Threads serve as well as processes here (77 pages/s on two cores against 69) and start at
    once: OpenCV, Pillow and LiteRT let other threads run while they compute.
    """
    cv2.setNumThreads(1)  # one page per core: OpenCV's own threads would only take turns with ours
    return Threads(workers) if workers > 1 else run_serially


def run_serially(
    work: Callable[[Task], Iterable[Result]], tasks: Iterable[Task]
) -> Generator[Result, None, None]:
    """Carry out one task after the other in the caller's thread."""
    for task in tasks:
        yield from work(task)


@dataclass(frozen=True, slots=True)
class Threads:
    """Carries out several tasks at once, each in a thread."""

    workers: int

    def __call__(
        self, work: Callable[[Task], Iterable[Result]], tasks: Iterable[Task]
    ) -> Generator[Result, None, None]:
        """Yield results as they come; to close it waits for those under way."""
        results: Queue[Result | _End] = Queue(maxsize=2 * self.workers)
        stop = Event()
        waiting = iter(tasks)
        running = 0
        with ThreadPoolExecutor(self.workers, thread_name_prefix="reader") as pool:
            try:
                while True:
                    for task in islice(waiting, 2 * self.workers - running):
                        pool.submit(_carry_out, work, task, results, stop)
                        running += 1
                    if not running:
                        return
                    result = results.get()
                    if not isinstance(result, _End):
                        yield result
                        continue
                    running -= 1
                    if result.error is not None:
                        raise result.error
            finally:
                stop.set()


@dataclass(frozen=True, slots=True)
class _End:
    """Stands in the queue after the last result of a task."""

    error: BaseException | None


def _carry_out(
    work: Callable[[Task], Iterable[Result]],
    task: Task,
    results: "Queue[Result | _End]",
    stop: Event,
) -> None:
    """Put the results of a task into the queue, and its end after them."""
    error: BaseException | None = None
    try:
        if not stop.is_set():
            for result in work(task):
                _put(result, results, stop)
                if stop.is_set():
                    break
    except BaseException as raised:  # noqa: BLE001 - handed to the caller's thread, raised there
        error = raised
    _put(_End(error), results, stop)


def _put(result: "Result | _End", results: "Queue[Result | _End]", stop: Event) -> None:
    """Wait for room in the queue, but not for ever: after a stop nobody makes room."""
    while not stop.is_set():
        try:
            results.put(result, timeout=0.1)
        except Full:
            continue
        return
