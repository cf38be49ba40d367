"""Train the recipes side by side, and put what they are worth into one table."""

import csv
import io
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from formreader.digit_sets.labelled import LabelledDigits
from formreader.digits.card import CARD_NAME, ModelCard, folder_of
from formreader.digits.recogniser import load_recogniser
from formreader.errors import SetupError
from formreader.evaluation.sets import evaluate_set
from formreader.evaluation.speed import digits_per_second
from formreader.training.make import make_model
from formreader.training.plan import Plan
from formreader.training.progress import Progress
from formreader.training.recipes import RECIPES

COLUMNS = (
    *("recipe", "parameters", "bytes", "training_s", "digits_per_s"),
    *("digits", "networks", "accuracy", "least", "most"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one trained network is worth."""

    card: ModelCard
    size: int
    """Of its file, bytes."""
    accuracies: dict[str, float]
    """By the name of the set, 0 to 1, by the likeliest of the ten digits."""
    digits_per_s: float
    """On one core."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a recipe is worth: the mean over the networks trained by it with other seeds."""

    recipe: str
    title: str
    claims: tuple[float, ...]
    """Accuracies on MNIST that its sources state, 0 to 1."""
    parameters: int
    size: int
    training_s: float
    accuracies: dict[str, tuple[float, ...]]
    """By the name of the set, one of each network."""
    digits_per_s: float


def train_recipes(
    names: Iterable[str],
    seeds: Sequence[int],
    data: tuple[Path, ...],
    out: Path,
    progress: Progress,
) -> tuple[Path, ...]:
    """Train recipes with each seed, but for those that the folder holds already.

    Returns:
        The folders of the models, `OUT/RECIPE-SEED`.

    Raises:
        SetupError: if there is no such recipe.
    """
    names = tuple(names)
    unknown = [name for name in names if name not in RECIPES]
    if unknown:
        raise SetupError(f"there is no recipe {unknown[0]!r}; known recipes: {', '.join(RECIPES)}")
    plans = [
        Plan(RECIPES[name], data, tests=(), out=out / f"{name}-{seed}", seed=seed)
        for name in names
        for seed in seeds
    ]
    for plan in plans:
        if not (plan.out / CARD_NAME).is_file():
            make_model(plan, progress)
    return tuple(plan.out for plan in plans)


def measure(model: Path, sets: Sequence[LabelledDigits]) -> Measured:
    """Try a model, given by its folder or card, on sets of digits.

    Raises:
        ModelError: if it cannot be run.
    """
    recogniser = load_recogniser(str(model), ())
    card = recogniser.card
    accuracies = {
        digits.name: evaluate_set(recogniser, digits).evaluation.digits.accuracy or 0.0
        for digits in sets
    }
    folder = folder_of(model)
    size = (folder / card.file).stat().st_size
    return Measured(card, size, accuracies, digits_per_second(recogniser))


def lines(measured: Iterable[Measured]) -> tuple[Line, ...]:
    """Put the networks of each recipe into a line, in the order of the recipes."""
    order = list(RECIPES)
    known = sorted(measured, key=lambda one: (_rank(one, order), one.card.name))
    return tuple(_line(list(some)) for _, some in groupby(known, key=lambda one: _rank(one, order)))


def markdown(table: Sequence[Line]) -> str:
    """Return the table for people, in Markdown."""
    rows = _rows(table)
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    filled = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([filled[0], rule, *filled[1:]]) + "\n"


def as_csv(table: Sequence[Line]) -> str:
    """Return the table for programs: a row for each recipe and set of digits, plain numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in table:
        about = (line.recipe, line.parameters, line.size, round(line.training_s, 1))
        for name, each in line.accuracies.items():
            share = (f"{value:.6f}" for value in (statistics.fmean(each), min(each), max(each)))
            writer.writerow((*about, round(line.digits_per_s), name, len(each), *share))
    return text.getvalue()


def _rank(one: Measured, order: Sequence[str]) -> tuple[int, str]:
    recipe = one.card.recipe
    known = recipe in order
    return (order.index(recipe), recipe) if known else (len(order), one.card.name)


def _line(some: Sequence[Measured]) -> Line:
    card = some[0].card
    recipe = RECIPES.get(card.recipe)
    return Line(
        recipe=card.recipe or card.name,
        title=card.title,
        claims=recipe.claims if recipe else (),
        parameters=card.parameters,
        size=some[0].size,
        training_s=statistics.fmean(one.card.training_s for one in some),
        accuracies={
            name: tuple(one.accuracies[name] for one in some) for name in some[0].accuracies
        },
        digits_per_s=max(one.digits_per_s for one in some),
    )


def _rows(table: Sequence[Line]) -> list[tuple[str, ...]]:
    sets = tuple(table[0].accuracies) if table else ()
    head = ("recipe", "layers", "parameters", "kB", "trained in", "digits/s", "stated %")
    return [(*head, *(f"{name} %" for name in sets)), *map(_row, table)]


def _row(line: Line) -> tuple[str, ...]:
    return (
        line.recipe,
        line.title,
        f"{line.parameters:,}" if line.parameters else "?",
        f"{line.size / 1000:.0f}",
        f"{line.training_s / 60:.0f} min" if line.training_s else "?",
        f"{line.digits_per_s:,.0f}",
        ", ".join(f"{100 * claim:.4g}" for claim in line.claims) or "-",
        *(_spread(each) for each in line.accuracies.values()),
    )


def _spread(each: Sequence[float]) -> str:
    mean = f"{100 * statistics.fmean(each):.2f}"
    return f"{mean} ({100 * min(each):.2f} to {100 * max(each):.2f})" if len(each) > 1 else mean
