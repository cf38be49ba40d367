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

PART = (
    50  # pages of a large file, of which several workers then read some; to open 250 MB takes 0.3 s
)
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
    start: int = 1
    """The first page of its part of the file."""
    end: int | None = None
    """The last; None: that of the file."""

    @property
    def first(self) -> int:
        """The first page to be read, from 1."""
        return next(number for number in itertools.count(self.start) if number not in self.known)

    def opened(self, pages: int, part: int | None) -> tuple["FileTask", ...]:
        """Return the parts of a file that turns out to have so many pages, this task's the first.

        Args:
            pages: of the file.
            part: pages of each; None: it stays whole.
        """
        starts = range(self.first, pages + 1, part) if part else ()
        if part is None or len(starts) < 2:
            return (replace(self, pages=pages),)
        return tuple(
            replace(self, pages=pages, start=start, end=min(start + part - 1, pages))
            for start in starts
        )


@dataclass(frozen=True, slots=True)
class FileOpened:
    """The pages of a file of several have been counted: what breaks now breaks one of them."""

    task: FileTask
    parts: tuple[FileTask, ...]
    """Tasks that it comes to; the first is under way."""


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
    """The work on a file, or on its part, has come to its end."""

    task: FileTask
    pages: int | None
    """How many the file has; None if it, or its part, was not read to the end."""


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads files by a recipe."""

    recipe: Recipe
    part: int | None = PART
    """Pages that are read in one go, that others can read on; None: all."""

    def __call__(self, task: FileTask) -> Iterator[FileOpened | PageDone | FileDone]:
        """Yield what becomes of every page that is not known yet, then the end of the file.

        Nothing is raised: what this program does wrong on a page sets the page aside, so that
        one bug does not end a night's work.
        """
        number = done = 0
        try:
            pages = task.pages or count_pages(task.path)
            if task.pages is None and pages is not None and pages > 1:
                parts = task.opened(pages, self.part)
                yield FileOpened(task, parts)
                task = parts[0]
            # What fails as a whole does so as its page 1, whatever is known.
            first = 1 if pages is None else task.first
            number = first - 1
            if task.end is not None and task.first > task.end:
                yield FileDone(task, task.pages)
                return
            for page in read_pages(task.path, task.file, first):
                if done == task.limit:
                    break
                number = page.number
                if number not in task.known:
                    yield self._read(task, page)
                    done += 1
                if number == task.end:
                    yield FileDone(task, task.pages)
                    return
            else:
                yield FileDone(task, number if task.end is None else None)
                return
        except Exception as error:  # noqa: BLE001 - the boundary of a file
            unread = next(page for page in itertools.count(number + 1) if page not in task.known)
            yield PageDone(task, unread, _bug(error), settled=False)
        yield FileDone(task, pages=None)

    def lacks(self, task: FileTask) -> str:
        """Return the path of the file if it is not there."""
        return "" if task.path.exists() else task.path.as_posix()

    def rest(self, task: FileTask, result: FileOpened | PageDone | FileDone) -> FileTask:
        """Return what is left to be read of a file when one more thing is known of it."""
        match result:
            case FileOpened(_, parts):
                return parts[0]
            case PageDone(_, page):
                left = None if task.limit is None else task.limit - 1
                return replace(task, known=task.known | {page}, limit=left)
            case FileDone():
                return task

    def give_up(
        self, task: FileTask, why: str
    ) -> tuple[tuple[PageDone | FileDone, ...], FileTask | None]:
        """Set a page aside at which processes die, or all of a file that they die of opening."""
        last = task.end or task.pages
        if task.first > (last or 1):  # all was read
            return (FileDone(task, task.pages),), None
        lost = PageDone(task, task.first, why, settled=False)
        rest = self.rest(task, lost)
        if last is None:
            return (lost, FileDone(task, None)), None
        if rest.first > last:
            return (lost, FileDone(task, task.pages)), None
        return ((lost, FileDone(task, None)), None) if rest.limit == 0 else ((lost,), rest)

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
