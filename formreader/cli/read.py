"""`formreader read`: scanned forms into CSV files."""

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from formreader.batch import Finished, Settings, run_batch
from formreader.cli.closing import show_finished
from formreader.cli.engine import PAGE_SECONDS, EngineName, make_engine
from formreader.cli.networks import recipe_for
from formreader.cli.options import (
    MAX_ERROR,
    Jobs,
    MaxError,
    Model,
    NoImages,
    PageSeconds,
    Templates,
)
from formreader.cli.progress import watching
from formreader.errors import FormreaderError, not_written
from formreader.inputs import Inputs, find_inputs
from formreader.policy import KINDS_OF_LINES, KeepPromise
from formreader.recipe import Recipe
from formreader.shipped import DEFAULT_MODEL, template_folders
from formreader.template_file import find_template, load_template

RUN_FOLDER = Path("formreader-out")
SOME_SET_ASIDE = 3
INTERRUPTED = 130


def read(  # noqa: PLR0913, PLR0917 options of the command line
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files, folders, and addresses of either, as s3://bucket/scans; - takes a list of "
            "them from standard input.",
            show_default=False,
        ),
    ],
    template: Templates,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The run folder.", file_okay=False)
    ] = RUN_FOLDER,
    max_error: MaxError = MAX_ERROR,
    jobs: Jobs = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Try the first so many pages, one by one.")
    ] = None,
    engine: Annotated[
        EngineName, typer.Option(help="Who does the work: this machine, or a dask cluster.")
    ] = EngineName.LOCAL,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="The cluster's scheduler, as tcp://HOST:8786; without it, one of -j workers is "
            "started here.",
            show_default=False,
        ),
    ] = None,
    page_seconds: PageSeconds = PAGE_SECONDS,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew; the old run is put aside in its folder.")
    ] = False,
    no_images: NoImages = False,
    model: Model = DEFAULT_MODEL,
) -> None:
    """Read scanned forms into CSV files."""
    recipe = load_recipe(template, model, max_error)
    settings = Settings(
        out=out,
        max_error=max_error,
        engine=make_engine(engine, jobs, page_seconds, scheduler),
        limit=limit,
        fresh=fresh,
        images=not no_images,
    )
    finished = read_files(paths, recipe, settings)
    if finished.counts.set_aside:
        raise typer.Exit(SOME_SET_ASIDE)


def load_recipe(templates: Sequence[str], model: str, max_error: float) -> Recipe:
    """Load templates and networks by name or path; warn if they cannot keep the promise.

    Raises:
        SetupError: if any of them is missing or cannot be used.
    """
    files = (find_template(name, template_folders()) for name in templates)
    recipe = recipe_for(list(map(load_template, files)), model)
    for note in _unsupported(recipe, max_error):
        typer.echo(f"note: {note}", err=True)
    return recipe


def _unsupported(recipe: Recipe, max_error: float) -> Iterator[str]:
    """Yield what is not known well enough of the network to keep the promise."""
    policy = KeepPromise(max_error, recipe.evidence)
    for kind, found in policy.supports(recipe.templates).items():
        if found.least_confidence is None:
            known = f"what is known of the network {_network_for(kind, recipe)!r}"
            yield f"fields of the kind {kind!r} go to review: a promise of {max_error:g} " + (
                f"wants {found.wanted:,} independent fields without an error, and {known} is worth "
                f"{found.fields:,.0f}"
                if found.fields < found.wanted
                else f"is not kept by {known}: too many of its surest {found.fields:,.0f} "
                "independent fields are wrong"
            )


def _network_for(kind: str, recipe: Recipe) -> str:
    """Return the name of the network that reads fields of a kind."""
    lines = {words: line for line, words in KINDS_OF_LINES.items()}
    network = recipe.lines[lines[kind]] if kind in lines else recipe.model
    return network.card.name


def read_files(paths: Sequence[str], recipe: Recipe, settings: Settings) -> Finished:
    """Read files, telling how far it has come and, at the end, what came of it.

    Raises:
        SetupError: if there is nothing to read, or the run folder cannot be used.
        FormreaderError: if the disk, or a cluster, fails on the way.
    """
    inputs = find_inputs(paths, sys.stdin)
    try:
        finished = batch_of(inputs, recipe, settings)
    except KeyboardInterrupt:
        typer.echo("interrupted; run the same command again to go on", err=True)
        raise typer.Exit(INTERRUPTED) from None
    show_finished(finished, settings.out)
    return finished


def batch_of(inputs: Inputs, recipe: Recipe, settings: Settings) -> Finished:
    """Read files, telling how far it has come.

    Raises:
        SetupError: if the run folder cannot be used.
        FormreaderError: if the disk, or a cluster, fails on the way.
    """
    try:
        with watching() as watch:
            return run_batch(inputs, recipe, settings, watch, lambda: datetime.now(UTC))
    except (OSError, sqlite3.Error) as error:
        raise FormreaderError(not_written(settings.out, error)) from error
