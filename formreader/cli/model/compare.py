"""`formreader model compare`: networks side by side."""

from pathlib import Path
from typing import Annotated

import typer

from formreader.cli.extras import packages_of
from formreader.cli.model.bar import Bar
from formreader.digits.card import find_model
from formreader.errors import SetupError
from formreader.files import make_folder, replace_bytes
from formreader.shipped import model_folders

TUTORIALS = ("deep", "classic", "lenet5", "custom", "dropout")


def compare(  # noqa: PLR0913, PLR0917  each option is a parameter
    test: Annotated[
        list[Path],
        typer.Option(exists=True, help="Digits to measure by: a folder of MNIST's files or .npz."),
    ],
    models: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODEL]...", help="Names or folders of trained networks."),
    ] = None,
    train: Annotated[
        list[str] | None,
        typer.Option(help="Recipe to train for it, or 'tutorials' for those of the tutorials."),
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="Digits to train on; without it MNIST is downloaded."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How often to train each recipe.")] = 1,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of tables and models.")] = Path(
        "comparison"
    ),
) -> None:
    """Compare networks: parameters, size, training time, accuracy on every set, digits a second.

    Recipes named by --train are trained into the folder, once for each seed, unless they are
    there already; interrupted, the same command goes on. Writes comparison.md and comparison.csv.
    """
    with packages_of("train", user="training"):
        from formreader.training.comparison import as_csv, lines, markdown, measure, train_recipes
        from formreader.training.sets import load_test_set
    recipes = [
        name for each in train or () for name in (TUTORIALS if each == "tutorials" else [each])
    ]
    folders = [find_model(name, model_folders()) for name in models or ()]
    if not recipes and not folders:
        raise SetupError("there is nothing to compare: name models, or recipes by --train")
    make_folder(out)
    sets = [load_test_set(path) for path in test]
    with Bar() as bar:
        folders += train_recipes(recipes, range(1, seeds + 1), tuple(data or ()), out, bar)
    table = lines(measure(folder, sets) for folder in folders)
    replace_bytes(out / "comparison.md", markdown(table).encode())
    replace_bytes(out / "comparison.csv", as_csv(table).encode())
    typer.echo(markdown(table), nl=False)
