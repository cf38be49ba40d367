"""`formreader synth`: draw filled forms of a template, with their truth."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from formreader.shipped import template_folders
from formreader.synth.bitmaps import load_hands
from formreader.synth.conditions import find_condition
from formreader.synth.forms import draw_forms
from formreader.synth.samples import write_samples
from formreader.synth.strokes import random_hand
from formreader.template_file import find_template, load_template


def synth(  # noqa: PLR0913, PLR0917 options of the command line
    template: Annotated[str, typer.Argument(help="Name or path of the template.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder for pages/ and truth.csv; new or empty.")
    ],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many forms.")] = 100,
    digits: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            help="Write with these digits, one writer a page: .npz of images and labels, a folder "
            "with MNIST's test files, or one with a folder of pictures for each digit. Without "
            "it, strokes are drawn.",
        ),
    ] = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(help="How to print, fill and scan: clean, fax, photo, ...; taken in turn."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Other numbers give other forms.")] = 1,
) -> None:
    """Draw filled forms of a template, with their truth."""
    form = load_template(find_template(template, template_folders()))
    conditions = [find_condition(name) for name in condition or ["clean"]]
    hands = load_hands(digits) if digits else random_hand
    forms = islice(draw_forms(form, hands, conditions, seed=seed), count)
    console = Console(stderr=True)
    for _ in track(write_samples(out, forms), "Drawing", total=count, console=console):
        pass
    console.print(
        f"{count} pages in {(out / 'pages').as_posix()}, truth in {out.as_posix()}/truth.csv"
    )
