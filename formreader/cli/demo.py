"""`formreader demo`: the whole program on forms it draws itself."""

from contextlib import redirect_stdout
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from formreader.batch import Settings
from formreader.cli.engine import PAGE_SECONDS, EngineName, make_engine
from formreader.cli.options import MAX_ERROR
from formreader.cli.read import load_recipe, read_files
from formreader.cli.template import show
from formreader.shipped import DEFAULT_MODEL
from formreader.synth.conditions import find_condition
from formreader.synth.forms import draw_forms
from formreader.synth.samples import write_samples
from formreader.synth.strokes import random_hand
from formreader.template import Template

TEMPLATE = "expense-claim"
CONDITIONS = ("clean", "pencil", "fax", "skewed", "photo", "folded", "turned-90", "overrun")
FORMS = 24
SEED = 1


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="A new or empty folder.", show_default=True)
    ] = Path("formreader-demo"),
) -> None:
    """Fill sample forms, read them and score the reading."""
    out = folder / "run"
    recipe = load_recipe([TEMPLATE], DEFAULT_MODEL, MAX_ERROR)
    pictures = _draw(recipe.templates[0], folder)
    engine = make_engine(EngineName.LOCAL, None, PAGE_SECONDS)
    settings = Settings(out=out, max_error=MAX_ERROR, engine=engine)
    read_files([str(folder / "pages")], recipe, settings)
    photo = pictures[CONDITIONS.index("photo")]
    with redirect_stdout(StringIO()):  # the picture says it all
        show(TEMPLATE, photo, folder / "overlay.png")
    typer.echo(_verdict(out, folder / "truth.csv"))
    typer.echo(_what_to_open(folder, photo))


def _draw(template: Template, folder: Path) -> list[Path]:
    """Fill the form again and again, each time by another hand; return the pictures."""
    conditions = [find_condition(name) for name in CONDITIONS]
    forms = islice(draw_forms(template, random_hand, conditions, seed=SEED), FORMS)
    written = write_samples(folder, forms)
    console = Console(stderr=True)
    return list(track(written, "Drawing forms", total=FORMS, console=console, transient=True))


def _verdict(out: Path, truth: Path) -> str:
    from formreader.score import score  # loads pandas

    tally = score(out, truth).all
    exact = f"{tally.exact} were read exactly, {tally.exact / tally.fields:.1%}"
    accepted = f"{tally.accepted} were sure enough to be accepted, {tally.wrong} of them wrong"
    return f"\nOf {tally.fields} fields {exact}; {accepted}."


def _what_to_open(folder: Path, photo: Path) -> str:
    place, form = folder.as_posix(), photo.as_posix()
    return f"""
Open
  {form}  one of the forms, photographed askew
  {place}/overlay.png  where its boxes were found, and what was read in them
  {place}/run/review.html  the fields that a person should see
  {place}/run/records.csv  a row for each form, to import

The same step by step:
  formreader synth {TEMPLATE} -n {FORMS} -o DIR
  formreader read {place}/pages -t {TEMPLATE} -o {place}/run
  formreader template show {TEMPLATE} {form} -o overlay.png
  formreader score {place}/run {place}/truth.csv"""
