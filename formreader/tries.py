"""Second tries: what a process died of is done again alone, in a fresh one, when all else is done.

Where that dies too, the work says what stands in its place, and the rest goes on.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Generic, NamedTuple, Protocol

from formreader.engines import Result, Task, Work

KILLED = 5  # times that a task is tried alone whose worker somebody kills: the task may be innocent


class Done(NamedTuple, Generic[Result]):
    """Stands for a result."""

    value: Result


@dataclass(frozen=True, slots=True)
class Death(Generic[Task]):
    """Stands for a process that died at its work."""

    task: Task
    """What is left of it."""
    why: str
    was_killed: bool
    """By somebody else: a person, or a system whose memory came to its end."""


class Waiting(Generic[Task]):
    """Tasks that nobody is at."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self.returned: deque[Task] = deque()
        """Those that a process died before; they come first."""
        self._tasks = iter(tasks)

    def take(self, count: int = 1) -> Iterator[Task]:
        """Yield the next few, as far as there are any now."""
        for _ in range(count):
            if self.returned:
                yield self.returned.popleft()
            else:
                yield from islice(self._tasks, 1)


class CarryOut(Protocol[Task, Result]):
    """Carries out what waits."""

    def __call__(
        self, waiting: Waiting[Task], *, alone: bool
    ) -> Generator[Done[Result] | Death[Task], None, None]:
        """Yield what comes of every task, until nothing waits any more.

        Args:
            waiting: tasks.
            alone: nothing else may be done meanwhile, and by a fresh process.
        """
        ...


def with_second_tries(
    work: Work[Task, Result], waiting: Waiting[Task], carry_out: CarryOut[Task, Result]
) -> Generator[Result, None, None]:
    """Yield results as they come; to close it stops what is under way."""
    again: deque[tuple[Task, int]] = deque()
    while True:
        with closing(carry_out(waiting, alone=False)) as found:
            for each in found:
                if isinstance(each, Done):
                    yield each.value
                else:
                    again.append((each.task, 1))
        if not again:
            return
        task, tries = again.popleft()
        with closing(carry_out(Waiting([task]), alone=True)) as found:
            for each in found:
                if isinstance(each, Done):
                    yield each.value
                elif each.task != task:  # it came further: this is the first death there
                    again.append((each.task, 1))
                elif each.was_killed and tries < KILLED:
                    again.append((task, tries + 1))
                else:
                    results, rest = work.give_up(task, each.why)
                    waiting.returned.extend([] if rest is None else [rest])
                    yield from results
