"""How a network was trained, from the log beside it."""

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from formreader.charts import BLUE, VERMILION
from formreader.errors import InputError

EPOCH = "number"
HELD_OUT = "held_out_"  # begins the names of columns that are of digits not trained on

Column = npt.NDArray[np.float64]


def draw_training(log: Path) -> Figure:
    """Draw loss and accuracy of every epoch, as far as a log has them.

    Raises:
        InputError: if it cannot be read.
    """
    columns = _read(log)
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    figure.suptitle(f"Training of {log.resolve().parent.name}")
    left, right = figure.subplots(1, 2)
    _draw(left, "loss", columns)
    left.set(ylabel="loss (nats)", title="Loss")
    left.set_ylim(bottom=0)
    _draw(right, "accuracy", columns)
    right.set(ylabel="accuracy (%)", title="Accuracy")
    right.yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
    return figure


def _draw(axes: Axes, kind: str, columns: dict[str, Column]) -> None:
    held_out = f"{HELD_OUT}{kind}"
    if kind in columns:
        label = "digits trained on"
        axes.plot(columns[EPOCH], columns[kind], ".--", color=VERMILION, label=label)
    if held_out in columns:
        label = "digits held out"
        axes.plot(columns[EPOCH], columns[held_out], ".-", color=BLUE, label=label)
    axes.set(xlabel="epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if axes.lines:
        axes.legend(frameon=False)


def _read(log: Path) -> dict[str, Column]:
    """Return the columns of a log; what is no number is left out of the curves."""
    try:
        with log.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        columns = {name: np.array([float(row[name] or "nan") for row in rows]) for name in rows[0]}
    except (OSError, ValueError, TypeError, IndexError) as error:
        raise InputError(f"{log.as_posix()} is no log of a training: {error}") from error
    if EPOCH not in columns:
        raise InputError(f"{log.as_posix()} is no log of a training: it has no column {EPOCH}")
    return {name: column for name, column in columns.items() if np.isfinite(column).any()}
