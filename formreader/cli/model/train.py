"""`formreader model train`: train a digit network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from formreader.cli.columns import in_columns
from formreader.cli.model.scores import SCORE_HEADER, score_rows
from formreader.errors import SetupError

if TYPE_CHECKING:
    from formreader.training.progress import Epoch


def train(  # noqa: PLR0913, PLR0917  each option is a parameter
    recipe: Annotated[str, typer.Argument(help="Network to train; classic.")],
    data: Annotated[
        list[Path],
        typer.Option(exists=True, help="Folder of MNIST's files, or .npz of images and labels."),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write the model to, named as the model.")],
    test: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="Digits that only score the finished model."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Makes every choice repeatable.")] = 1,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="How often all digits are shown.")
    ] = None,
) -> None:
    """Train a digit network; write it with its card and a log of the training."""
    try:
        from formreader.training.make import make_model
        from formreader.training.networks import RECIPES
        from formreader.training.plan import Plan
    except ModuleNotFoundError as error:
        raise SetupError(
            f"training needs {error.name}; install it with: pip install 'formreader[train]'"
        ) from error
    if recipe not in RECIPES:
        raise SetupError(f"there is no recipe {recipe!r}; known recipes: {', '.join(RECIPES)}")
    plan = Plan(
        recipe=RECIPES[recipe],
        data=tuple(data),
        tests=tuple(test or []),
        out=out,
        seed=seed,
        epochs=epochs or RECIPES[recipe].epochs,
    )
    with _Bar() as bar:
        card = make_model(plan, bar)
    typer.echo(in_columns([SCORE_HEADER, *score_rows(card)]))


class _Bar:
    """A progress bar for each epoch, and a line of what it brought, on stderr."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("gathering digits", total=None)

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def stage(self, title: str, steps: int) -> None:
        self._progress.reset(self._task, description=title, total=steps)

    def step(self) -> None:
        self._progress.advance(self._task)

    def epoch(self, epoch: "Epoch") -> None:
        self._progress.console.print(
            f"epoch {epoch.number}: loss {epoch.loss:.4f}, held-out writers "
            f"{epoch.held_out_accuracy:.2%} right, {epoch.seconds:.0f} s"
        )
