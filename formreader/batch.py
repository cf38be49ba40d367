"""A run: read what is new among the files, keep it, and make the tables of all there is."""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from formreader import __version__
from formreader.alarm import find_shifts
from formreader.decide import decide
from formreader.engines import Engine, run_serially
from formreader.errors import SetupError, UnopenedError
from formreader.evidence import Support
from formreader.export import Counts, open_tables, write_summary
from formreader.file_reader import PART, FileDone, FileOpened, FileReader, FileTask, PageDone
from formreader.images import GrayImage
from formreader.inputs import InputFile, Inputs
from formreader.packing import PackedReading
from formreader.pages import FailedPage, Page, read_page
from formreader.policy import KeepPromise
from formreader.recipe import Recipe
from formreader.report import PagePictures, open_review
from formreader.results import Problem
from formreader.shift import Shift
from formreader.store import Store, StoredTemplate, stored_templates
from formreader.template import Template

CHUNK = 1 << 16  # bytes: a small file has no use for the larger buffer of `hashlib.file_digest`


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is asked to do."""

    out: Path
    """The run folder."""
    max_error: float
    """The promise: at most this share of the accepted values is wrong, 0 to 1."""
    engine: Engine
    """How the work is carried out; no matter for what comes of it."""
    limit: int | None = None
    """Take no more than the first so many pages, one after the other; None takes all."""
    fresh: bool = False
    """Put what was read before aside and begin anew."""
    images: bool = True
    """Show fields in review with their pictures."""


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

    @property
    def pages(self) -> int:
        """Pages that came in."""
        return self.pages_known + self.pages_new


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a run."""

    tally: Tally
    counts: Counts
    """Of all pages in the tables."""
    problems: Counter[str]
    """How often each reason set a page aside."""
    max_error: float
    """The promise: at most this share of the accepted values is wrong, 0 to 1."""
    supports: Mapping[str, Support]
    """What evidence there is for it, by kind of the fields."""
    shifts: Mapping[str, Shift]
    """By what forms are unlike those of the evidence, by the name of their template: for them the
    promise is void."""
    seconds: float
    aside: Path | None
    """Where an earlier run was put aside, if there was one and this one began anew."""


Watch: TypeAlias = Callable[[Tally], None]
"""Told how far a run has come, after every page and file."""

Clock: TypeAlias = Callable[[], datetime]


def run_batch(
    inputs: Inputs, recipe: Recipe, settings: Settings, watch: Watch, clock: Clock
) -> Finished:
    """Read what the run folder does not know yet, then write its tables anew.

    Raises:
        SetupError: if the run folder is in use, cannot be written, or holds other files under
            the names of these.
        ValueError: if a page was lost on the way, which is a bug.
    """
    started = clock()
    with Store(settings.out) as store:
        aside = store.set_aside() if settings.fresh else None
        _require_same_files(inputs, store)
        store.add_run(started.isoformat(), _described(settings), _versions(recipe))
        intake = _Intake(store, recipe, Tally(len(inputs.files)), watch)
        intake.read(inputs, settings)
        policy = _policy(store, recipe, settings)
        counts, problems, older = _write_tables(store, recipe, settings, policy, intake.tally.taken)
    seconds = (clock() - started).total_seconds()
    supports = policy.supports(recipe.templates)
    details = {
        "files": {"in": len(inputs.files), "ignored": inputs.ignored},
        "settings": _described(settings),
        "versions": _versions(recipe),
        "promise": {
            "max_error": settings.max_error,
            "void": {name: f"promise void: {shift}" for name, shift in policy.shifts.items()},
            "kinds": {kind: asdict(support) for kind, support in supports.items()},
        },
        "seconds": round(seconds, 3),
    }
    write_summary(settings.out, counts, pages_in=intake.tally.pages + older, details=details)
    return Finished(
        tally=intake.tally,
        counts=counts,
        problems=problems,
        max_error=settings.max_error,
        supports=supports,
        shifts=policy.shifts,
        seconds=seconds,
        aside=aside,
    )


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


def _require_same_files(inputs: Inputs, store: Store) -> None:
    """Check that no name in the tables goes over from one document to another.

    Raises:
        SetupError: if the run knows another file, still there, by the name of one of these.
    """
    known = store.paths()
    for given in inputs.files:
        other = known.get(given.file, given.path)
        if other != given.path and _differ(other, given.path):
            raise SetupError(
                f"in {store.folder} {given.file} is {other}, whose rows would be lost to "
                f"{given.path}; give another folder by -o, or --fresh to put that run aside"
            )


def _differ(path: Path, other: Path) -> bool:
    """Tell whether two files can be opened and are not the same, byte for byte."""
    try:
        return content_digest(path) != content_digest(other)
    except OSError:
        return False


def _why_not_opened(given: InputFile) -> str:
    page = read_page(given.path, given.file, 1)
    if isinstance(page, FailedPage):
        return str(page.error)
    return str(UnopenedError("it could not be opened at once; the next run tries it again"))


def _described(settings: Settings) -> dict[str, object]:
    return {
        "max_error": settings.max_error,
        "limit": settings.limit,
        "fresh": settings.fresh,
        "images": settings.images,
    }


def _versions(recipe: Recipe) -> dict[str, object]:
    card = recipe.model.card
    return {
        "formreader": __version__,
        "templates": {template.name: template.digest for template in recipe.templates},
        "model": {"name": card.name, "sha256": card.sha256, "temperature": card.temperature},
        "lines": {kind: network.card.sha256 for kind, network in recipe.lines.items()},
    }


@dataclass(frozen=True, slots=True)
class _Intake:
    """Brings into the store what it does not know yet."""

    store: Store
    recipe: Recipe
    tally: Tally
    watch: Watch
    under_way: Counter[str] = field(default_factory=Counter)
    """Contents of files that are being read, and in how many parts."""
    parts: deque[FileTask] = field(default_factory=deque)
    """Of large files, that nobody is at."""
    broken: set[str] = field(default_factory=set)
    """Contents of files that this run tried and could not read to their end."""
    twins: list[str] = field(default_factory=list)
    """Contents of files that were being read under another name when their turn came."""

    def read(self, inputs: Inputs, settings: Settings) -> None:
        """Read files in their order, as many at once as the engine likes."""
        limit, engine = settings.limit, settings.engine
        for template in self.recipe.templates:
            layout = self.recipe.layouts[template.name]
            self.store.put_template(layout, StoredTemplate(template.folder, template.source))
        if limit is not None:
            engine = run_serially  # how many pages are left is known only after each file
        reader = FileReader(self.recipe, PART if limit is None else None, cuts=settings.images)
        tasks = _Parted(self.parts, self._tasks(inputs, limit))
        with closing(engine(reader, tasks)) as results:
            for result in results:
                self._keep(result)
                self.watch(self.tally)
        for content in self.twins:
            self._count_known(content)

    def _tasks(self, inputs: Inputs, limit: int | None) -> Iterator[FileTask]:
        """Take files until the limit is reached; yield those of which something is unread."""
        for given in inputs.files:
            if limit is not None and self.tally.pages >= limit:
                return
            self.tally.taken.add(given.file)
            task = self._take(given)
            left = None if limit is None else limit - self.tally.pages
            if task and (left is None or left > 0):
                yield replace(task, limit=left)
            else:
                self.tally.files_done += 1
                self.watch(self.tally)

    def _take(self, given: InputFile) -> FileTask | None:
        """Let the store know a file; return None if there is nothing to read in it."""
        recipe = self.recipe.digest
        try:
            content = content_digest(given.path)
        except OSError:
            problem = _why_not_opened(given)
            self.store.put_lost_file(given.path, given.file, recipe, problem=problem)
            self.tally.pages_new += 1
            return None
        self.store.put_file(given.path, given.file, recipe, content=content)
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
        return FileTask(given.path, given.file, content, known)

    def _count_known(self, content: str) -> None:
        self.tally.pages_known += len(self.store.known_pages(content, self.recipe.digest))

    def _keep(self, result: FileOpened | PageDone | FileDone) -> None:
        """Put what became of a page into the store; at a file's end, check that none is missing."""
        content, recipe = result.task.content, self.recipe.digest
        if isinstance(result, FileOpened):
            _, *others = result.parts
            self.parts.extend(others)
            self.under_way[content] += len(others)
            return
        if isinstance(result, PageDone):
            self.tally.pages_new += 1
            if isinstance(result.outcome, PackedReading):
                layout = self.recipe.layouts[result.outcome.template]
                self.store.put_excerpts(content, recipe, result.page, result.excerpts)
                self.store.put_reading(content, recipe, result.page, layout, result.outcome)
            else:
                settled = result.settled
                self.store.put_problem(
                    content, recipe, result.page, result.outcome, settled=settled
                )
            return
        if result.pages is None:
            self.broken.add(content)
        self.under_way[content] -= 1
        if not self.under_way[content]:
            del self.under_way[content]
            self._close(result)

    def _close(self, last: FileDone) -> None:
        """Check that of a file that was read to its end no page is missing."""
        content = last.task.content
        self.tally.files_done += 1
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


def _policy(store: Store, recipe: Recipe, settings: Settings) -> KeepPromise:
    """Return by what a run is decided."""
    evidence, hand = recipe.evidence, recipe.model.card.hand
    shifts = find_shifts(store.pages(), _templates(store, recipe), hand, evidence.pages)
    return KeepPromise(settings.max_error, evidence, hand, shifts)


def _write_tables(
    store: Store, recipe: Recipe, settings: Settings, policy: KeepPromise, taken: Set[str]
) -> tuple[Counts, Counter[str], int]:
    """Decide every page of the run, and write all tables.

    Returns counts of what they hold, the reasons for pages set aside, and the number of pages of
    files that were not taken this time.
    """
    templates = _templates(store, recipe)
    pictures = _pictures(store) if settings.images else None
    problems: Counter[str] = Counter()
    older = 0
    with (
        open_tables(settings.out, templates.values()) as tables,
        open_review(settings.out, pictures, store.excerpts) as review,
    ):
        for result in decide(store.pages, templates, policy):
            tables.add(result)
            older += result.file not in taken
            if isinstance(result, Problem):
                problems[result.reason] += 1
            else:
                review.add(result)
    return tables.counts, problems, older


def _templates(store: Store, recipe: Recipe) -> dict[str, Template]:
    """Return today's templates and the older ones of pages in the run, by layout."""
    today = {recipe.layouts[template.name]: template for template in recipe.templates}
    return stored_templates(store) | today


def _pictures(store: Store) -> PagePictures:
    """Return what reads a page of the run again."""

    def picture(file: str, number: int) -> GrayImage | None:
        page = read_page(store.path(file), file, number)
        return page.image if isinstance(page, Page) else None

    return picture
