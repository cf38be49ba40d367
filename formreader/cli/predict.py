"""`formreader predict`: what digit a picture shows."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from formreader.cli.columns import in_columns
from formreader.cli.pictures import write_picture
from formreader.digits.recogniser import Recogniser, load_recogniser
from formreader.errors import BlankPageError, InputError
from formreader.overlay import ColorImage
from formreader.pages import FailedPage, Page, read_pages
from formreader.prediction import WORDS, Prediction, as_table, percent, predict_digit
from formreader.prediction_sheet import draw_prediction
from formreader.shipped import DEFAULT_MODEL, model_folders

HEADER = ("file", "digit", "confidence", "runner-up", "")


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """A picture, and what the network takes it for."""

    page: Page | FailedPage
    prediction: Prediction

    @property
    def title(self) -> str:
        """The file, with the page if it is a later one."""
        number = self.page.number
        return self.page.file if number == 1 else f"{self.page.file}, page {number}"


def predict(
    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE...",
            help="Pictures of one digit each: any size, colour and light, ink dark or light.",
            show_default=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
    show: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png",
            dir_okay=False,
            help="Draw each picture, what the network saw of it and all probabilities.",
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="Name or path of a digit network.")] = DEFAULT_MODEL,
) -> None:
    """Tell what digit a picture shows.

    A picture without a digit, or with one crossed out, is said to be so.
    """
    if show is not None and show.suffix.lower() != ".png":
        raise InputError(f"{show.as_posix()} is drawn as PNG: give it a name that ends in .png")
    recogniser = load_recogniser(model, model_folders())
    predicted: list[Predicted] = []
    drawings: list[ColorImage] = []
    problems: list[str] = []
    for path in images:
        for each in _predictions(path, recogniser):
            if isinstance(each, str):
                problems.append(each)
                continue
            predicted.append(each)
            if show is not None:
                drawings.append(_drawing(each))
    typer.echo(
        json.dumps(_objects(predicted), ensure_ascii=False) if as_json else _table(predicted)
    )
    if show is not None and drawings:
        write_picture(show, np.vstack(drawings))
    if problems:
        raise InputError(_refusal(problems))


def _predictions(path: Path, recogniser: Recogniser) -> Iterator[Predicted | str]:
    """Yield what each picture of a file shows, or what is wrong with it."""
    for page in read_pages(path, path.as_posix()):
        match page:
            case Page():
                yield Predicted(page, predict_digit(page.image, recogniser))
            case FailedPage(error=BlankPageError()):
                yield Predicted(page, Prediction(None, ()))
            case FailedPage():
                yield f"{path.as_posix()} is {_reason(path, page)}"


def _reason(path: Path, page: FailedPage) -> str:
    if path.is_dir():
        return "a folder: name the pictures in it"
    if not path.exists() and not path.is_symlink():
        return "not there: check its name"
    return str(page.error)


def _objects(predicted: Sequence[Predicted]) -> list[dict[str, object]]:
    return [
        {"file": each.page.file, "page": each.page.number, **as_table(each.prediction)}
        for each in predicted
    ]


def _table(predicted: Sequence[Predicted]) -> str:
    return in_columns([HEADER, *map(_row, predicted)]) if predicted else ""


def _row(each: Predicted) -> tuple[str, ...]:
    prediction = each.prediction
    if prediction.confidence is None or prediction.runner_up is None:
        return (each.title, prediction.words, "-", "-", "")
    second = prediction.probabilities[prediction.runner_up]
    return (
        each.title,
        prediction.words,
        percent(prediction.confidence),
        WORDS[prediction.runner_up],
        percent(second),
    )


def _drawing(each: Predicted) -> ColorImage:
    picture = each.page.image if isinstance(each.page, Page) else None
    return draw_prediction(each.title, picture, each.prediction)


def _refusal(problems: Sequence[str]) -> str:
    count = "1 picture was" if len(problems) == 1 else f"{len(problems)} pictures were"
    return f"{count} not read; mend or leave out, PNG and JPEG always do:" + "".join(
        f"\n  - {problem}" for problem in problems
    )
