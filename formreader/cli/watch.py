"""`formreader watch`: files are read as they arrive in a folder."""

import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from formreader.addresses import Address, Source, source_of
from formreader.arrivals import Arrivals
from formreader.batch import Settings
from formreader.cli.engine import PAGE_SECONDS, EngineName, make_engine
from formreader.cli.options import (
    MAX_ERROR,
    Jobs,
    MaxError,
    Model,
    NoImages,
    PageSeconds,
    Templates,
)
from formreader.cli.read import batch_of, load_recipe
from formreader.errors import FormreaderError, InputError
from formreader.inputs import NOTHING, InputFile, Inputs, find_inputs
from formreader.objects import open_system
from formreader.recipe import Recipe
from formreader.results import Status
from formreader.shipped import DEFAULT_MODEL

SETTLE = 5.0
LOOK = 2.0  # seconds between two looks at the folder
REST = 4.0  # times as long as the last files took: the tables of all are made anew each time


def watch(  # noqa: PLR0913, PLR0917 options of the command line
    folder: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER", help="Where files arrive; an address too, as s3://bucket/scans."
        ),
    ],
    template: Templates,
    out: Annotated[Path, typer.Option("-o", "--out", help="The run folder.", file_okay=False)],
    max_error: MaxError = MAX_ERROR,
    jobs: Jobs = None,
    settle: Annotated[
        float,
        typer.Option(min=0, help="Seconds for which a file must stay as it is before it is read."),
    ] = SETTLE,
    page_seconds: PageSeconds = PAGE_SECONDS,
    no_images: NoImages = False,
    model: Model = DEFAULT_MODEL,
) -> None:
    """Read files as they arrive in a folder.

    A file is read once it has stopped growing; the tables are then made anew. What cannot be
    fetched is tried again later. Ctrl-C stops it, and the same command goes on later, with what
    has come meanwhile.
    """
    source = source_of(folder)
    _require_reach(source)
    recipe = load_recipe(template, model, max_error)
    engine = make_engine(EngineName.LOCAL, jobs, page_seconds)
    settings = Settings(out=out, max_error=max_error, engine=engine, images=not no_images)
    arrivals = Arrivals(settle)
    typer.echo(f"watching {_shown(source)}; Ctrl-C stops it", err=True)
    complaint = ""
    try:
        while True:
            started = time.monotonic()
            files, trouble = _files_in(folder, source)
            if trouble and trouble != complaint:
                typer.echo(f"note: {trouble}", err=True)
            complaint = trouble
            if whole := arrivals.take(files, started):
                try:
                    unread = _read(whole, recipe, settings)
                    arrivals.put_back(unread, time.monotonic())
                except FormreaderError as error:  # as of a table that a spreadsheet has open
                    arrivals.forget(whole)
                    typer.echo(f"note: {error}; trying again", err=True)
            time.sleep(max(LOOK, REST * (time.monotonic() - started) if whole else 0))
    except KeyboardInterrupt:
        typer.echo("stopped; the same command goes on", err=True)


def _require_reach(source: Source) -> None:
    """Check that files can arrive there at all.

    Raises:
        SetupError: if it is no folder, or there is no driver for the address.
    """
    if isinstance(source, Address):
        with suppress(OSError):  # who cannot be reached now is waited for
            open_system(source)
    elif not source.is_dir():
        raise InputError(f"there is no folder {_shown(source)}")


def _shown(source: Source) -> str:
    return source.as_posix() if isinstance(source, Path) else str(source)


def _files_in(folder: str, source: Source) -> tuple[tuple[InputFile, ...], str]:
    """Return the files that are there now, or none, and what keeps them from being seen."""
    try:
        if isinstance(source, Path) and not source.is_dir():
            return (), f"{_shown(source)} is gone; waiting for it to come back"
        return find_inputs([folder], sys.stdin).files, ""
    except InputError as error:
        return (), "" if str(error).startswith(NOTHING) else str(error)
    except OSError as error:  # as of a network share that has lost its server
        return (), f"{_shown(source)} cannot be seen: {error.strerror}"


def _read(files: list[InputFile], recipe: Recipe, settings: Settings) -> list[InputFile]:
    """Read some files and say what has come of all in a line.

    Returns those that another try may read, as what could not be fetched.
    """
    finished = batch_of(Inputs(tuple(files), ignored=0), recipe, settings)
    pages, fields = finished.counts, finished.counts.fields
    typer.echo(
        f"{datetime.now():%H:%M:%S} new: files {len(files):,}, pages {finished.tally.pages:,}; "
        f"in all {pages.read:,} pages read, {pages.set_aside:,} set aside, "
        f"{fields[Status.ACCEPTED]:,} fields accepted, {fields[Status.REVIEW]:,} in review"
    )
    return [each for each in files if each.file in finished.tally.unread]
