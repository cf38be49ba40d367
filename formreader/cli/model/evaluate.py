"""`formreader model evaluate`: what a network is worth on labelled digits."""

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.extras import packages_of
from formreader.digits.card import find_model, folder_of
from formreader.digits.recogniser import load_recogniser
from formreader.files import make_folder
from formreader.shipped import DEFAULT_MODEL, model_folders

if TYPE_CHECKING:
    from formreader.digit_sets.labelled import LabelledDigits

LOG_NAME = "training.csv"  # in the model's folder

DATA_HELP = (
    "Digits to try it on: a folder of MNIST's files, whose test part counts; an .npz of images "
    "(n, 28, 28), ink 255, labels (n,) and perhaps writers (n,); or a folder with folders of "
    "pictures, 0 to 9, crossed and 'no digit'. Can be given several times."
)


def evaluate(
    data: Annotated[list[Path], typer.Option(exists=True, help=DATA_HELP)],
    model: Annotated[
        str, typer.Argument(metavar="[MODEL]", help="Name or folder of a model.")
    ] = DEFAULT_MODEL,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            file_okay=False,
            help="Folder to write the numbers to, as JSON and CSV, and pictures of them.",
        ),
    ] = None,
    pictures: Annotated[
        bool,
        typer.Option(help="Draw pictures into --out; wants pip install 'formreader[train]'."),
    ] = True,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object: accuracy, loss, n, ece and all else; of several --data "
            "together, and in 'sets' of each by its name.",
        ),
    ] = False,
) -> None:
    """Measure how right a digit network is, and how well it knows.

    Accuracy is of the images that show a digit, by the likeliest of the ten; loss is the mean
    negative log of the probability of what is right; ECE, the expected calibration error, is how
    far confidence and accuracy lie apart, in 15 bins of confidence.
    """
    from formreader.cli.model.measures import as_text
    from formreader.digit_sets import load_digits
    from formreader.evaluation.sets import evaluate_set, together
    from formreader.evaluation.tables import as_object, write_tables

    if out is not None and pictures:
        _require_pictures()
    digits = _named_apart([load_digits(path) for path in data], data)
    recogniser = load_recogniser(model, model_folders())
    name = recogniser.card.name
    if out is not None:
        make_folder(out)
    sets = [evaluate_set(recogniser, each) for each in digits]
    whole = together(sets)
    if out is not None:
        write_tables(out, name, sets, whole)
    if out is not None and pictures:
        from formreader.evaluation.figures import write_figures

        write_figures(out, f"{name} on {whole.digits.name}", whole, _log(model))
    if as_json:
        content = as_object(name, sets, whole)
        typer.echo(json.dumps(content, ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(as_text(name, sets, whole))


def _require_pictures() -> None:
    """Check that pictures can be drawn, before anything is read.

    Raises:
        SetupError: if what draws them is not installed.
    """
    with packages_of("train", user="drawing pictures", otherwise="give --no-pictures"):
        import_module("formreader.evaluation.figures")


def _named_apart(sets: Sequence["LabelledDigits"], paths: Sequence[Path]) -> list["LabelledDigits"]:
    """Name sets by their paths where several files have one name."""
    names = [digits.name for digits in sets]
    return [
        replace(digits, name=path.as_posix()) if names.count(digits.name) > 1 else digits
        for digits, path in zip(sets, paths, strict=True)
    ]


def _log(model: str) -> Path:
    """Return where the log of a network's training is, if there is one."""
    path = find_model(model, model_folders())
    return folder_of(path) / LOG_NAME
