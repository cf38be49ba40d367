"""`formreader model lines`: train a network that reads lines without boxes."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from formreader.cli.extras import packages_of
from formreader.cli.model.bar import Bar
from formreader.errors import SetupError
from formreader.strips.card import LineKind


def lines(  # noqa: PLR0913, PLR0917  each option is a parameter
    kind: Annotated[LineKind, typer.Argument(help="What it is to read.")],
    out: Annotated[
        Path, typer.Option(help="Folder to write the network to, as models/lines/free-run.")
    ],
    data: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            help="Folder of MNIST's files, or of pictures with a folder for each digit, or .npz of "
            "images and labels: the digits that free runs are written with.",
        ),
    ] = None,
    count: Annotated[
        int | None, typer.Option("--lines", min=1000, help="Lines drawn to train on.")
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="How often all lines are shown; 0 only tries the network of --start anew, as "
            "after a change of the digit network.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Makes every choice repeatable.")] = 1,
    start: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder of a network to begin with, trained on the same digits and seed.",
        ),
    ] = None,
) -> None:
    """Train a network for what is written without boxes, or for the code lines of cheques.

    Free runs are drawn with the digits of the sets: touching, slanted, ruled, on security print,
    with signs, separators and tails; code lines with the font E-13B, and need no set. Interrupted,
    the same command goes on after the last epoch that was finished.
    """
    if kind is LineKind.FREE_RUN and not data:
        raise SetupError("free runs are written with digits; name a set of them by --data")
    if kind is LineKind.CODE_LINE and data:
        raise SetupError("code lines are printed, with no set of digits; leave --data out")
    if epochs == 0 and start is None:
        raise SetupError("with --epochs 0 nothing is learned; name a trained network by --start")
    with packages_of("train", user="training"):
        from formreader.training.lines.kinds import RECIPES
        from formreader.training.lines.make import make_line_network
        from formreader.training.lines.plan import LinePlan
    recipe = RECIPES[kind]
    course = replace(
        recipe.course,
        lines=count or recipe.course.lines,
        epochs=recipe.course.epochs if epochs is None else epochs,
    )
    plan = LinePlan(replace(recipe, course=course), tuple(data or ()), out, seed, start)
    with Bar() as bar:
        card = make_line_network(plan, bar)
    for name, score in card.scores.items():
        typer.echo(f"{name}: {score.wrong} of {score.lines} lines wrong")
    typer.echo(f"the network is in {out.as_posix()}")
