"""Read one file, page by page: the piece of work that engines carry out."""

import itertools
import os
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from formreader.addresses import Address, Source
from formreader.copies import fetch_into, folder_for_copy
from formreader.errors import NotFetchedError, PageError, SetupError
from formreader.excerpts import Excerpt, doubtful_excerpts
from formreader.objects import CHANGED, FetchError
from formreader.packing import PackedReading, pack
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

    path: Source
    file: str
    """Its name in the tables."""
    content: str | None
    """SHA-256 of its bytes, hexadecimal; None: to be found out when it is fetched."""
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
    size: int | None = None
    """Bytes, of a file that is to be fetched; None where they are not known."""
    only_fetch: bool = False
    """Find out what its content is and no more: another file may have the same."""

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
class Fetching:
    """Another piece of a file has been fetched."""

    task: FileTask


@dataclass(frozen=True, slots=True)
class FileFetched:
    """A file has been fetched; unless that was all, its pages follow."""

    task: FileTask
    """Now with its content."""


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
    outcome: PackedReading | str
    """The reading, or the reason why the page was set aside."""
    settled: bool = True
    """Whether reading it again would give the same."""
    excerpts: Mapping[str, Excerpt] = field(default_factory=dict)
    """Fields that are likely to go to review, by their names."""


@dataclass(frozen=True, slots=True)
class FileDone:
    """The work on a file, or on its part, has come to its end."""

    task: FileTask
    pages: int | None
    """How many the file has; None if it, or its part, was not read to the end."""


Result: TypeAlias = Fetching | FileFetched | FileOpened | PageDone | FileDone


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads files by a recipe."""

    recipe: Recipe
    part: int | None = PART
    """Pages that are read in one go, that others can read on; None: all."""
    copies: Path | None = None
    """Folder for what is fetched, where there is such a folder: who made it removes them."""
    cuts: bool = False
    """Whether to cut out fields that are likely to go to review."""

    def __call__(self, task: FileTask) -> Iterator[Result]:
        """Yield what becomes of every page that is not known yet, then the end of the file.

        What this program does wrong on a page sets the page aside, so that one bug does not end a
        night's work.

        Raises:
            CopyError: if what is fetched cannot be written.
        """
        if isinstance(task.path, Path):
            yield from self._read_file(task, task.path)
            return
        try:
            with folder_for_copy(self.copies) as folder:
                yield from self._read_copy(task, task.path, folder)
        except (OSError, SetupError) as error:
            yield from _broken_off(task, task.start, str(_why_not_fetched(error)))

    def _read_copy(self, task: FileTask, address: Address, folder: Path) -> Iterator[Result]:
        """Fetch a file, unless it is there, and read it.

        Raises:
            OSError, SetupError: if it cannot be fetched.
            CopyError: if the copy cannot be written.
        """
        content = task.content or ""
        if not content or not (folder / content).is_file():
            for content in fetch_into(folder, address, task.size):
                if not content:
                    yield Fetching(task)
            if task.content is None:
                task = replace(task, content=content)
                yield FileFetched(task)
            elif content != task.content:
                raise FetchError(CHANGED)
        if not task.only_fetch:
            yield from self._read_file(task, folder / content)

    def _read_file(self, task: FileTask, path: Path) -> Iterator[Result]:
        number = done = 0
        try:
            pages = task.pages or count_pages(path)
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
            for page in read_pages(path, task.file, first):
                if done == task.limit:
                    break
                if isinstance(page, FailedPage) and not page.settled:
                    yield from _broken_off(task, page.number, str(page.error))
                    return
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
            yield from _broken_off(task, number + 1, _bug(error))
            return
        yield FileDone(task, pages=None)

    def lacks(self, task: FileTask) -> str:
        """Return the path of the file if it should be there and is not: what is fetched is not."""
        path = task.path
        # Path.exists raises where a share does not answer or may not be read.
        return "" if isinstance(path, Address) or os.path.exists(path) else path.as_posix()  # noqa: PTH110

    def lacked(self, result: Result) -> str:
        """Return why a file was not fetched: others may have the logins, packages or room."""
        match result:
            case PageDone(outcome=str(why)) if why.startswith(f"{NotFetchedError.code}:"):
                return why
        return ""

    def rest(self, task: FileTask, result: Result) -> FileTask:
        """Return what is left to be read of a file when one more thing is known of it."""
        match result:
            case FileOpened(_, parts):
                return parts[0]
            case PageDone(_, page):
                left = None if task.limit is None else task.limit - 1
                return replace(task, known=task.known | {page}, limit=left)
            case FileFetched(fetched):
                return fetched
            case FileDone() | Fetching():
                return task

    def give_up(
        self, task: FileTask, why: str
    ) -> tuple[tuple[PageDone | FileDone, ...], FileTask | None]:
        """Set a page aside at which processes die, or all of a file that they die of opening."""
        if task.only_fetch and task.content is not None:  # that was done
            return (), None
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
        return PageDone(task, page.number, pack(reading), excerpts=self._cut_out(page, reading))

    def _cut_out(self, page: Page, reading: PageReading) -> dict[str, Excerpt]:
        """Return the pictures that the review is likely to want; what lacks is made later."""
        if not self.cuts:
            return {}
        (template,) = (each for each in self.recipe.templates if each.name == reading.template)
        try:
            return doubtful_excerpts(page.image, reading, template)
        except Exception:  # noqa: BLE001 - the page was read, whatever is wrong with its pictures
            return {}


def _broken_off(task: FileTask, number: int, why: str) -> Iterator[PageDone | FileDone]:
    """Say why no page is read from this one on: the first that is not known stands for them."""
    last = task.end or task.pages
    pages = itertools.count(number) if last is None else range(number, last + 1)
    unread = next((page for page in pages if page not in task.known), None)
    if unread is None:
        yield FileDone(task, task.pages)
    else:
        yield PageDone(task, unread, why, settled=False)
        yield FileDone(task, pages=None)


def _why_not_fetched(error: OSError | SetupError) -> NotFetchedError:
    match error:
        case FileNotFoundError():
            return NotFetchedError("it is gone")
        case PermissionError():
            return NotFetchedError("there is no permission to read it")
        case OSError(strerror=str(words)):
            return NotFetchedError(words)
        case _:
            return NotFetchedError(str(error))


def _bug(error: Exception) -> str:
    """Say what went wrong, and where in the program, on one line."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    words = " ".join(str(error).split())
    return f"{BUG}: {type(error).__name__} in {Path(place.filename).name}:{place.lineno}: {words}"
