"""What comes into a run: files are recognised, read as far as they are not known yet, and kept."""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from formreader.addresses import Source
from formreader.engines import Engine, run_serially
from formreader.errors import UnreadableError
from formreader.file_reader import (
    PART,
    Fetching,
    FileDone,
    FileFetched,
    FileOpened,
    FileReader,
    FileTask,
    PageDone,
    Result,
)
from formreader.inputs import InputFile, Inputs
from formreader.packing import PackedReading
from formreader.pages import FailedPage, read_page
from formreader.recipe import Recipe
from formreader.store import Store, StoredTemplate

CHUNK = 1 << 16  # bytes: a small file has no use for the larger buffer of `hashlib.file_digest`


@dataclass(slots=True)
class Tally:
    """How far a run has come."""

    files: int
    """All that were found."""
    files_done: int = 0
    pages_known: int = 0
    """Taken from what earlier runs read."""
    pages_new: int = 0
    """Read or set aside by this run."""
    taken: set[str] = field(default_factory=set)
    """Names of the files whose pages these are."""
    unread: set[str] = field(default_factory=set)
    """Names of the files of which a page was set aside that the next run tries again."""

    @property
    def pages(self) -> int:
        """Pages that came in."""
        return self.pages_known + self.pages_new


Watch: TypeAlias = Callable[[Tally], None]
"""Told how far a run has come, after every page and file."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Brings into the store what it does not know yet."""

    store: Store
    recipe: Recipe
    tally: Tally
    watch: Watch
    copies: Path | None = None
    """Where what is fetched lies for as long as it is read; None where nothing is."""
    sizes: set[int | None] = field(default_factory=set)
    """Of all files there may be another of: one of the same size may be the same."""
    fetching: dict[str, InputFile] = field(default_factory=dict)
    """Files, by name, whose content is known only once they are fetched."""
    unwanted: dict[str, FileTask | None] = field(default_factory=dict)
    """Files, by name, of which pages come that are known or on their way; what else to read."""
    under_way: Counter[str] = field(default_factory=Counter)
    """Contents of files that are being read, and in how many parts."""
    parts: deque[FileTask] = field(default_factory=deque)
    """Of large files, that nobody is at."""
    broken: set[str] = field(default_factory=set)
    """Contents of files that this run tried and could not read to their end."""
    twins: list[str] = field(default_factory=list)
    """Contents of files that were being read under another name when their turn came."""

    def read(
        self, inputs: Inputs, engine: Engine, *, limit: int | None = None, cuts: bool = False
    ) -> None:
        """Read files in their order, as many at once as the engine likes.

        Args:
            inputs: the files.
            engine: carries out the work.
            limit: take no more than the first so many pages, one after the other; None: all.
            cuts: whether to cut out fields that are likely to go to review.

        Raises:
            ValueError: if a page was lost on the way, which is a bug.
        """
        for template in self.recipe.templates:
            layout = self.recipe.layouts[template.name]
            self.store.put_template(layout, StoredTemplate(template.folder, template.source))
        if limit is not None:
            engine = run_serially  # how many pages are left is known only after each file
        if self.copies is not None:
            self.sizes.update(self.store.sizes(), _sizes(self.store, inputs))
        part = PART if limit is None else None
        reader = FileReader(self.recipe, part, copies=self.copies, cuts=cuts)
        tasks = _Parted(self.parts, self._tasks(inputs, limit))
        with closing(engine(reader, tasks)) as results:
            for result in results:
                self._keep(result)
                self.watch(self.tally)
        for content in self.twins:
            self._count_known(content)
        self.store.keep()

    def _tasks(self, inputs: Inputs, limit: int | None) -> Iterator[FileTask]:
        """Take files until the limit is reached; yield those of which something is unread."""
        for given in inputs.files:
            if limit is not None and self.tally.pages >= limit:
                return
            self.tally.taken.add(given.file)
            task = self._take(given)
            left = None if limit is None else limit - self.tally.pages
            if task and (left is None or left > 0):
                yield task if left is None else replace(task, limit=left)
            else:
                self.tally.files_done += 1
                self.watch(self.tally)

    def _take(self, given: InputFile) -> FileTask | None:
        """Let the store know a file; return None if there is nothing to read in it."""
        if isinstance(given.path, Path):
            try:
                content = content_digest(given.path)
            except OSError:
                self._lose(given.path, given.file, _why_not_opened(given.path, given.file))
                return None
            return self._enter(given, content)
        known = self.store.content_of(given.listed) if given.listed else None
        return self._enter(given, known) if known else self._to_fetch(given)

    def _to_fetch(self, given: InputFile) -> FileTask:
        """Return the task of a file that is read as it is fetched, if no other can be the same."""
        may_be_twin = given.size is None or given.size in self.sizes
        self.sizes.add(given.size)
        self.fetching[given.file] = given
        return FileTask(given.path, given.file, None, size=given.size, only_fetch=may_be_twin)

    def _lose(self, path: Source, file: str, problem: str) -> None:
        self.store.put_lost_file(path, file, self.recipe.digest, problem=problem)
        self.tally.pages_new += 1
        self.tally.unread.add(file)

    def _enter(self, given: InputFile, content: str) -> FileTask | None:
        """Let the store know a file's content; return None if there is nothing to read in it."""
        recipe = self.recipe.digest
        self.store.put_file(given.path, given.file, recipe, content=content, listed=given.listed)
        if content in self.under_way:
            self.twins.append(content)
            return None
        known = self.store.known_pages(content, recipe)
        if known and content not in self.broken:
            self.store.forget_unsettled(content, recipe)
            known = self.store.known_pages(content, recipe)
        self.tally.pages_known += len(known)
        if content in self.broken or (known and len(known) == self.store.page_count(content)):
            return None
        self.under_way[content] = 1
        return FileTask(given.path, given.file, content, known, size=given.size)

    def _recognise(self, task: FileTask) -> None:
        """Note what a file holds that was fetched; where it is known, stop reading it."""
        content = task.content or ""
        rest = self._enter(self.fetching.pop(task.file), content)
        if task.only_fetch:
            self._go_on(task, rest)
        elif rest is None or rest.known:
            self.unwanted[task.file] = rest

    def _go_on(self, task: FileTask, rest: FileTask | None) -> None:
        """Have the rest read of a file of which some is known, or all."""
        left = None if task.limit is None or rest is None else task.limit - len(rest.known)
        if rest is not None and (left is None or left > 0):
            self.parts.append(replace(rest, limit=left))
        else:
            self.tally.files_done += 1
            self._drop_copy(task.content)

    def _drop_copy(self, content: str | None) -> None:
        """Remove what was fetched of a file that nobody reads any more."""
        if self.copies and content and content not in self.under_way:
            with suppress(OSError):  # somebody looks at it; it goes with the folder
                (self.copies / content).unlink(missing_ok=True)

    def _count_known(self, content: str) -> None:
        self.tally.pages_known += len(self.store.known_pages(content, self.recipe.digest))

    def _keep(self, result: Result) -> None:
        """Note what became of a task, be it the file that was fetched or a page of it."""
        task = result.task
        match result:
            case Fetching():
                pass
            case FileFetched():
                self._recognise(task)
            case FileDone() if task.file in self.unwanted:
                self._go_on(task, self.unwanted.pop(task.file))
            case _ if task.file in self.unwanted:
                pass
            case _ if task.content is None:
                self._keep_unfetched(result)
            case FileOpened(_, (_, *others)):
                self.parts.extend(others)
                self.under_way[task.content] += len(others)
            case PageDone():
                self._keep_page(result, task.content)
            case FileDone():
                self._end_part(result, task.content)

    def _keep_page(self, done: PageDone, content: str) -> None:
        """Put what became of a page into the store."""
        self.tally.pages_new += 1
        store, recipe, page, outcome = self.store, self.recipe, done.page, done.outcome
        if isinstance(outcome, PackedReading):
            layout = recipe.layouts[outcome.template]
            store.put_excerpts(content, recipe.digest, page, done.excerpts)
            store.put_reading(content, recipe.digest, page, layout, outcome)
        else:
            store.put_problem(content, recipe.digest, page, outcome, settled=done.settled)
            if not done.settled:
                self.tally.unread.add(done.task.file)

    def _end_part(self, done: FileDone, content: str) -> None:
        """Note that a file, or its part, has come to its end."""
        if done.pages is None:
            self.broken.add(content)
        self.under_way[content] -= 1
        if not self.under_way[content]:
            del self.under_way[content]
            self._close(done, content)

    def _keep_unfetched(self, result: FileOpened | PageDone | FileDone) -> None:
        """Put into the store why a file could not be fetched."""
        if isinstance(result, PageDone):
            self._lose(result.task.path, result.task.file, str(result.outcome))
        else:
            del self.fetching[result.task.file]
            self.tally.files_done += 1

    def _close(self, last: FileDone, content: str) -> None:
        """Check that of a file that was read to its end no page is missing."""
        self.tally.files_done += 1
        self._drop_copy(content)
        if content in self.broken or last.pages is None:
            return
        self.store.put_page_count(content, last.pages)
        known = self.store.known_pages(content, self.recipe.digest)
        if known != set(range(1, last.pages + 1)):
            raise ValueError(
                f"expected pages 1 to {last.pages} of {last.task.file}, got {sorted(known)}"
            )


@dataclass(frozen=True, slots=True)
class _Parted:
    """Tasks, and the parts that come of them meanwhile, which are taken first."""

    parts: deque[FileTask]
    tasks: Iterator[FileTask]

    def __iter__(self) -> "_Parted":
        return self

    def __next__(self) -> FileTask:
        return self.parts.popleft() if self.parts else next(self.tasks)


def _sizes(store: Store, inputs: Inputs) -> Iterator[int]:
    """Yield the size of every file on this machine that is in the run, or comes into it."""
    paths = {*store.paths().values(), *(given.path for given in inputs.files)}
    for path in paths:
        with suppress(OSError):
            if isinstance(path, Path):
                yield path.stat().st_size


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hexadecimal: 0.6 ms for a page of 1 MB.

    Raises:
        OSError: if it cannot be read.
    """
    if not path.is_file():  # opening a pipe would wait for ever
        raise FileNotFoundError(path)
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _why_not_opened(path: Path, file: str) -> str:
    page = read_page(path, file, 1)
    if isinstance(page, FailedPage):
        return str(page.error)
    return str(UnreadableError("it could not be opened at once; the next run tries it again"))
