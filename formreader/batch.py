"""A run: read what is new among the files, keep it, and make the tables of all there is."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from formreader import __version__
from formreader.addresses import Address, Source
from formreader.alarm import find_shifts
from formreader.copies import LastCopy, room_for_copies
from formreader.decide import decide
from formreader.engines import Engine
from formreader.errors import SetupError
from formreader.evidence import Support
from formreader.export import Counts, open_tables, write_summary
from formreader.images import GrayImage
from formreader.inputs import InputFile, Inputs
from formreader.intake import Intake, Tally, Watch, content_digest
from formreader.pages import Page, read_page
from formreader.policy import KeepPromise
from formreader.recipe import Recipe
from formreader.report import PagePictures, open_review
from formreader.results import Problem
from formreader.shift import Shift
from formreader.store import Store, stored_templates
from formreader.template import Template


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
    addresses = {one.file: one.path for one in inputs.files if isinstance(one.path, Address)}
    with (
        Store(settings.out) as store,
        room_for_copies(settings.out, wanted=bool(addresses)) as copies,
    ):
        aside = store.set_aside() if settings.fresh else None
        _require_same_files(inputs, store)
        store.add_run(started.isoformat(), _described(settings), _versions(recipe))
        intake = Intake(store, recipe, Tally(len(inputs.files)), watch, copies)
        intake.read(inputs, settings.engine, limit=settings.limit, cuts=settings.images)
        policy = _policy(store, recipe, settings)
        with _pictures(store, addresses, copies) as pictures:
            counts, problems, older = _write_tables(intake, settings, policy, pictures)
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


def _require_same_files(inputs: Inputs, store: Store) -> None:
    """Check that no name in the tables goes over from one document to another.

    Raises:
        SetupError: if the run knows another file, still there, by the name of one of these.
    """
    known = store.paths()
    for given in inputs.files:
        other = known.get(given.file, given.path)
        if other != given.path and _differ(given, other, store):
            raise SetupError(
                f"in {store.folder} {given.file} is {other}, whose rows would be lost to "
                f"{given.path}; give another folder by -o, or --fresh to put that run aside"
            )


def _differ(given: InputFile, other: Source, store: Store) -> bool:
    """Tell whether a file is not the same, byte for byte, as the one of its name that is known.

    A file of this machine that is gone is no other. What would have to be fetched is one.
    """
    try:
        known = content_digest(other) if isinstance(other, Path) else store.content(given.file)
        if isinstance(given.path, Path):
            seen: str | None = content_digest(given.path)
        else:
            seen = store.content_of(given.listed) if given.listed else None
    except OSError:
        return False
    return known is not None and known != seen


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


def _policy(store: Store, recipe: Recipe, settings: Settings) -> KeepPromise:
    """Return by what a run is decided."""
    evidence, hand = recipe.evidence, recipe.model.card.hand
    shifts = find_shifts(store.inks(), _templates(store, recipe), hand, evidence.pages)
    return KeepPromise(settings.max_error, evidence, hand, shifts)


def _write_tables(
    intake: Intake, settings: Settings, policy: KeepPromise, pictures: PagePictures
) -> tuple[Counts, Counter[str], int]:
    """Decide every page of the run, and write all tables.

    Returns counts of what they hold, the reasons for pages set aside, and the number of pages of
    files that were not taken this time.
    """
    templates = _templates(intake.store, intake.recipe)
    problems: Counter[str] = Counter()
    older = 0
    with (
        open_tables(settings.out, templates.values()) as tables,
        open_review(
            settings.out, pictures if settings.images else None, intake.store.excerpts
        ) as review,
    ):
        for result in decide(intake.store.pages, templates, policy):
            tables.add(result)
            older += result.file not in intake.tally.taken
            if isinstance(result, Problem):
                problems[result.reason] += 1
            else:
                review.add(result)
    return tables.counts, problems, older


def _templates(store: Store, recipe: Recipe) -> dict[str, Template]:
    """Return today's templates and the older ones of pages in the run, by layout."""
    today = {recipe.layouts[template.name]: template for template in recipe.templates}
    return stored_templates(store) | today


@contextmanager
def _pictures(
    store: Store, addresses: Mapping[str, Address], copies: Path | None
) -> Iterator[PagePictures]:
    """Give what reads a page of the run again.

    What is fetched for it is kept until the next file is asked for.

    Args:
        store: knows where files lie.
        addresses: of the files of this run, by name: the store has no logins.
        copies: where what is fetched may lie.
    """
    with closing(LastCopy(copies)) as last:

        def picture(file: str, number: int) -> GrayImage | None:
            try:
                path = last.path_of(addresses.get(file) or store.path(file))
            except (OSError, SetupError):
                return None
            page = read_page(path, file, number)
            return page.image if isinstance(page, Page) else None

        yield picture
