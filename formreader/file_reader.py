"""Read one file, page by page: the piece of work that engines carry out."""

import itertools
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from formreader.errors import PageError
from formreader.pages import FailedPage, Page, count_pages, read_pages
from formreader.reader import read_page
from formreader.recipe import Recipe
from formreader.results import PageReading

BUG = "bug"  # the code of a reason that is this program's own fault


@dataclass(frozen=True, slots=True)
class FileTask:
    """A file to be read."""

    path: Path
    file: str
    """Its name in the tables."""
    content: str
    """SHA-256 of its bytes, hexadecimal."""
    known: frozenset[int] = frozenset()
    """Numbers of the pages that need not be read."""
    limit: int | None = None
    """Read no more than this many pages; None reads all."""
    pages: int | None = None
    """How many it has, if that was found out already."""

    @property
    def first(self) -> int:
        """The first page to be read, from 1."""
        return next(number for number in itertools.count(1) if number not in self.known)


@dataclass(frozen=True, slots=True)
class FileOpened:
    """The pages of a file of several have been counted: what breaks now breaks one of them."""

    task: FileTask
    pages: int


@dataclass(frozen=True, slots=True)
class PageDone:
    """What became of a page."""

    task: FileTask
    page: int
    outcome: PageReading | str
    """The reading, or the reason why the page was set aside."""
    settled: bool = True
    """Whether reading it again would give the same."""


@dataclass(frozen=True, slots=True)
class FileDone:
    """The work on a file has come to its end."""

    task: FileTask
    pages: int | None
    """How many the file has; None if it was not read to its end."""


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads files by a recipe."""

    recipe: Recipe

    def __call__(self, task: FileTask) -> Iterator[FileOpened | PageDone | FileDone]:
        """Yield what becomes of every page that is not known yet, then the end of the file.

        Nothing is raised: what this program does wrong on a page sets the page aside, so that
        one bug does not end a night's work.
        """
        number, done = task.first - 1, 0
        try:
            if task.pages is None and (pages := count_pages(task.path) or 1) > 1:
                yield FileOpened(task, pages)
            for page in read_pages(task.path, task.file, task.first):
                if done == task.limit:
                    break
                number = page.number
                if number not in task.known:
                    yield self._read(task, page)
                    done += 1
            else:
                yield FileDone(task, number)
                return
        except Exception as error:  # noqa: BLE001 - the boundary of a file
            unread = max(number, *task.known, 0) + 1
            yield PageDone(task, unread, _bug(error), settled=False)
        yield FileDone(task, pages=None)

    def rest(self, task: FileTask, result: FileOpened | PageDone | FileDone) -> FileTask:
        """Return what is left to be read of a file when one more thing is known of it."""
        match result:
            case FileOpened(_, pages):
                return replace(task, pages=pages)
            case PageDone(_, page):
                left = None if task.limit is None else task.limit - 1
                return replace(task, known=task.known | {page}, limit=left)
            case FileDone():
                return task

    def give_up(
        self, task: FileTask, why: str
    ) -> tuple[tuple[PageDone | FileDone, ...], FileTask | None]:
        """Set a page aside at which processes die, or all of a file that they die of opening."""
        lost = PageDone(task, task.first, why, settled=False)
        rest = self.rest(task, lost)
        if task.pages is not None and rest.first <= task.pages and rest.limit != 0:
            return (lost,), rest
        is_whole = rest.known == set(range(1, (task.pages or 0) + 1))
        return (lost, FileDone(task, task.pages if is_whole else None)), None

    def _read(self, task: FileTask, page: Page | FailedPage) -> PageDone:
        if isinstance(page, FailedPage):
            return PageDone(task, page.number, str(page.error))
        try:
            recipe = self.recipe
            reading = read_page(page, recipe.templates, recipe.model, recipe.lines)
        except PageError as error:
            return PageDone(task, page.number, str(error))
        except Exception as error:  # noqa: BLE001 - the boundary of a page
            return PageDone(task, page.number, _bug(error), settled=False)
        return PageDone(task, page.number, reading)


def _bug(error: Exception) -> str:
    """Say what went wrong, and where in the program, on one line."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    words = " ".join(str(error).split())
    return f"{BUG}: {type(error).__name__} in {Path(place.filename).name}:{place.lineno}: {words}"
