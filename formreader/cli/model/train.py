"""`formreader model train`: train a digit network."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from formreader.cli.columns import in_columns
from formreader.cli.extras import packages_of
from formreader.cli.model.bar import Bar
from formreader.cli.model.scores import SCORE_HEADER, score_rows
from formreader.errors import SetupError


def train(  # noqa: PLR0913, PLR0917  each option is a parameter
    recipe: Annotated[
        str, typer.Argument(help="deep, classic, lenet5, custom, dropout or formreader.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write the model to, named as the model.")],
    data: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            help="Folder of MNIST's files, or of pictures with a folder for each digit, or .npz of "
            "images and labels; without it MNIST is downloaded.",
        ),
    ] = None,
    test: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="Digits that only score the finished model."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Makes every choice repeatable.")] = 1,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="How often all digits are shown.")
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Digits shown at once.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="adam, adamw, rmsprop or sgd.")] = None,
    learning_rate: Annotated[float | None, typer.Option(min=1e-6, max=10)] = None,
    validation: Annotated[
        float | None,
        typer.Option(min=0, max=0.9, help="Share held out, to keep the best weights by."),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(min=1, help="Stop after so many epochs that brought nothing better."),
    ] = None,
) -> None:
    """Train a digit network; write it with its card and a log of the training.

    Options that are not given are as the recipe has them. Interrupted, the same command goes on
    after the last epoch that was finished.
    """
    with packages_of("train", user="training"):
        from formreader.training.make import make_model
        from formreader.training.plan import Plan
        from formreader.training.recipes import RECIPES
    if recipe not in RECIPES:
        raise SetupError(f"there is no recipe {recipe!r}; known recipes: {', '.join(RECIPES)}")
    chosen: dict[str, Any] = {
        "epochs": epochs,
        "batch": batch,
        "optimizer": optimizer,
        "learning_rate": learning_rate,
        "validation": validation,
        "patience": patience,
    }
    settings = {name: value for name, value in chosen.items() if value is not None}
    plan = Plan(
        recipe=replace(RECIPES[recipe], **settings),
        data=tuple(data or []),
        tests=tuple(test or []),
        out=out,
        seed=seed,
    )
    with Bar() as bar:
        card = make_model(plan, bar)
    typer.echo(in_columns([SCORE_HEADER, *score_rows(card)]))
