"""Read one file, page by page: the piece of work that engines carry out."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from formreader.errors import PageError
from formreader.pages import FailedPage, Page, read_pages
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

    def __call__(self, task: FileTask) -> Iterator[PageDone | FileDone]:
        """Yield what becomes of every page that is not known yet, then the end of the file.

        Nothing is raised: what this program does wrong on a page sets the page aside, so that
        one bug does not end a night's work.
        """
        number = done = 0
        try:
            for page in read_pages(task.path, task.file):
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
