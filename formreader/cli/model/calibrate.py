"""`formreader model calibrate`: make a network as sure as it is right."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.columns import in_columns
from formreader.digits.card import ModelCard, find_model, load_card, load_network, write_card
from formreader.errors import SetupError
from formreader.shipped import is_shipped, model_folders

if TYPE_CHECKING:
    from formreader.calibration import Calibration, Fit, Scale


def calibrate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Name or folder of a model.")],
    data: Annotated[
        list[Path],
        typer.Option(
            exists=True,
            help="Digits that the network was not trained on, 500 or more, as `formreader model "
            "evaluate` takes them. Can be given several times.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            file_okay=False,
            help="New folder for a copy of the network with the new card. Without it the "
            "network's own card is replaced.",
        ),
    ] = None,
    promises: Annotated[
        bool,
        typer.Option(
            "--promises",
            help="Measure on these digits what may be accepted. They must be cut out of forms as "
            "reading does, and their writers known.",
        ),
    ] = False,
) -> None:
    """Make a digit network as sure as it is right.

    Its temperature is found anew, and the weight of 'no digit' where the digits hold 50 images of
    it, as often as forms do. The promises of the card, from what confidence on fields may be
    accepted, hold for its old temperature only: with a new one they are thrown away, and the
    network accepts nothing by itself, unless --promises measures them anew. Where the loss would
    fall by less than 1 %, the card stays as it is.
    """
    from formreader.calibration import (
        calibrated,
        find_scale,
        measure_promises,
        write_copy,
    )
    from formreader.digit_sets import load_digits
    from formreader.digit_sets.labelled import joined

    path = find_model(model, model_folders())
    folder = path if path.is_dir() else path.parent
    _require_place(folder, out)
    card = load_card(path)
    sets = [load_digits(each) for each in data]
    digits = joined(" + ".join(each.name for each in sets), sets)
    found = find_scale(card, load_network(card, folder), digits)
    measured = measure_promises(found, digits, seed=card.seed) if promises else None
    new = calibrated(card, found, measured, digits.name)
    if out is not None:
        write_copy(new, folder, out)
    elif new != card:
        write_card(new, path)
    typer.echo("\n\n".join(_text(card, new, found, len(digits))))


def _require_place(folder: Path, out: Path | None) -> None:
    if out is None and is_shipped(folder):
        raise SetupError(
            f"{folder.as_posix()} comes with formreader and is not changed; name a folder for a "
            "copy by --out"
        )
    if out is not None and out.exists() and any(out.iterdir()):
        raise SetupError(f"{out.as_posix()} is not empty; name a new folder by --out")


def _text(card: ModelCard, new: ModelCard, found: "Calibration", count: int) -> Iterator[str]:
    yield in_columns(
        [
            ("", "temperature", "weight of no digit", "loss", "ECE"),
            ("before", *_row(found.now, found.before)),
            ("after" if found.gains else "tried", *_row(found.best, found.after)),
        ]
    )
    by = (
        f"writers: those of each fifth of {found.writers}"
        if found.writers
        else "image, as writers are not known: those of each fifth"
    )
    yield (
        f"Measured on {count} images by cross-validation over {by} are judged at a temperature "
        "found by the others."
    )
    if not found.tells:
        yield "The card keeps its temperature: these digits are too easy to tell how sure to be."
    elif not found.gains:
        yield "The card keeps its temperature: the other is hardly better, or worse."
    if new.acceptance != card.acceptance:
        yield (
            "The promises of the card were measured anew, on these digits."
            if new.acceptance
            else "The promises of the card spoke of the old temperature and are thrown away: with "
            "this network every field goes to review. Measure them anew by --promises."
        )


def _row(scale: "Scale", fit: "Fit") -> tuple[str, str, str, str]:
    return (
        f"{scale.temperature:.3f}",
        f"{scale.no_digit_weight:.3f}",
        f"{fit.loss:.4f}",
        f"{fit.ece:.4f}",
    )
