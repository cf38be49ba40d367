"""Engines carry out the work of many files: one after the other, or several at once."""

from collections.abc import Generator, Iterable
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Work(Protocol[Task, Result]):
    """What is to be done with every task. Engines send it to other processes."""

    def __call__(self, task: Task) -> Iterable[Result]:
        """Yield the results of a task, of which there may be any number."""
        ...

    def lacks(self, task: Task) -> str:
        """Return what a task needs that cannot be seen from this machine; "" if all is there.

        Other machines ask, before they begin.
        """
        ...

    def lacked(self, result: Result) -> str:
        """Return why a result may be better on another machine; "" if it is the same on all."""
        ...

    def rest(self, task: Task, result: Result) -> Task:
        """Return what is left of a task when one more of its results is there."""
        ...

    def give_up(self, task: Task, why: str) -> tuple[Iterable[Result], Task | None]:
        """Return what stands for the next result of a task, which cannot be got, and what is left.

        Args:
            task: at which a process died twice.
            why: it died.
        """
        ...


class Engine(Protocol):
    """Carries out tasks; each of them may give any number of results.

    Tasks are taken from their iterator, and results handed out, in the caller's thread: tasks may
    look at what became of earlier results, and more of them may come of these, until all is done
    and the iterator has no more. Only a bounded number of either is under way. The
    results of one task come in order, those of several tasks in any order. What the work raises
    is raised again to the caller.
    """

    def __call__(
        self, work: Work[Task, Result], tasks: Iterable[Task]
    ) -> Generator[Result, None, None]:
        """Yield the results of every task as they come; to close it stops the work."""
        ...


def run_serially(work: Work[Task, Result], tasks: Iterable[Task]) -> Generator[Result, None, None]:
    """Carry out one task after the other in this process: what kills it ends the run."""
    for task in tasks:
        yield from work(task)
