"""`formreader model export`: a network in other numbers."""

from pathlib import Path
from typing import Annotated

import typer

from formreader.cli.columns import in_columns
from formreader.cli.extras import packages_of
from formreader.digits.card import find_model, folder_of, load_card
from formreader.errors import SetupError
from formreader.shipped import DEFAULT_MODEL, model_folders

HEADER = ("numbers", "kB", "digits/s", "read alike")


def export(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write the new model to.")],
    name: Annotated[
        str, typer.Argument(metavar="MODEL", help="Name or folder of a model.")
    ] = DEFAULT_MODEL,
    to: Annotated[
        str, typer.Option(help="float; dynamic: int8 weights; int8: all in whole numbers.")
    ] = "dynamic",
    data: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="Digits to measure by, beside drawn ones."),
    ] = None,
    drawn: Annotated[int, typer.Option(min=1000, help="Digits drawn to measure by.")] = 50_000,
) -> None:
    """Export a network for LiteRT in float, dynamic or full int8 numbers.

    All three are made and measured, so that the table shows what each costs; the one asked for
    is written as a model of its own. It keeps its promises of few errors where it reads drawn
    digits within 0.02 points of the float network.
    """
    with packages_of("train", user="exporting"):
        from formreader.training.export import (
            PRECISIONS,
            draw_digits,
            exports,
            load_keras,
            write_export,
        )
        from formreader.training.sets import load_test_set
    if to not in PRECISIONS:
        raise SetupError(f"there are no numbers {to!r}; known: {', '.join(PRECISIONS)}")
    folder = folder_of(find_model(name, model_folders()))
    card, network = load_card(folder), load_keras(folder)
    sets = [draw_digits(drawn, seed=card.seed), *map(load_test_set, data or [])]
    made = {export.precision: export for export in exports(network, card, sets)}
    rows = [
        (
            precision,
            f"{len(export.content) / 1000:.0f}",
            f"{export.digits_per_s:,.0f}",
            f"{export.agreement:.3%}",
            *(f"{accuracy:.3%}" for accuracy in export.accuracies.values()),
        )
        for precision, export in made.items()
    ]
    typer.echo(in_columns([(*HEADER, *(digits.name for digits in sets)), *rows]))
    write_export(out, folder, made[to])
    if not made[to].is_as_good:
        typer.echo("it loses too much for the evidence of the model to hold; it has none", err=True)
