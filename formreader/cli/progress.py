"""Telling how far a run has come: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from formreader.intake import Tally, Watch

LINE_EVERY_S = 5.0


@contextmanager
def watching() -> Iterator[Watch]:
    """Show on stderr how far a run has come, for as long as the context is open."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files, {task.fields[pages]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress)


class _Bar:
    """A bar of files, with pages/s and the time left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Reading", total=None, pages="0 pages")
        self._started = time.monotonic()

    def __call__(self, tally: Tally) -> None:
        self._progress.update(
            self._task,
            total=tally.files,
            completed=tally.files_done,
            description="Reading" if tally.files_done < tally.files else "Writing tables",
            pages=_pages(tally, time.monotonic() - self._started),
        )


class _Lines:
    """Plain lines, for logs."""

    def __init__(self) -> None:
        self._started = self._last = time.monotonic()

    def __call__(self, tally: Tally) -> None:
        now = time.monotonic()
        if now - self._last < LINE_EVERY_S:
            return
        self._last = now
        passed = now - self._started
        left = passed * (tally.files - tally.files_done) / max(tally.files_done, 1)
        typer.echo(
            f"{tally.files_done} of {tally.files} files, {_pages(tally, passed)}, "
            f"about {left:.0f} s left",
            err=True,
        )


def _pages(tally: Tally, seconds: float) -> str:
    return f"{tally.pages} pages, {tally.pages_new / max(seconds, 0.001):.1f} pages/s"
