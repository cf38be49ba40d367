"""Digit images with what they show and what they are read as."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from formreader.charts import VERMILION
from formreader.digits.card import CLASS_NAMES
from formreader.evaluation.measures import mistakes
from formreader.evaluation.sets import Evaluated

ROWS, COLUMNS = 5, 8
MOST = ROWS * COLUMNS


def draw_predictions(title: str, whole: Evaluated) -> Figure:
    """Draw images evenly taken from all, with what they show and are read as."""
    count = min(MOST, len(whole.digits))
    index = np.random.default_rng(1).permutation(len(whole.digits))[:count]
    return _gallery(f"Predictions: {title}, {count} of {len(whole.digits):,} images", whole, index)


def draw_mistakes(title: str, whole: Evaluated) -> Figure:
    """Draw the images that are read wrongly, the surest first."""
    wrong = mistakes(whole.probabilities, whole.digits.labels)
    index = wrong[:MOST]
    return _gallery(
        f"Mistakes, the surest first: {title}, {len(index)} of {len(wrong):,}", whole, index
    )


def _gallery(title: str, whole: Evaluated, index: npt.NDArray[np.intp]) -> Figure:
    figure = Figure(figsize=(1.3 * COLUMNS, 1.9 * ROWS), layout="constrained")
    figure.suptitle(title)
    places = figure.subplots(ROWS, COLUMNS)
    for axes in places.flat:
        axes.set_axis_off()
    for axes, each in zip(places.flat, index.tolist(), strict=False):
        _show(axes, whole, each)
    return figure


def _show(axes: Axes, whole: Evaluated, index: int) -> None:
    label, said = whole.digits.labels[index], whole.probabilities[index]
    read = int(said.argmax())
    wrong = read != label
    axes.imshow(whole.digits.images[index], cmap="gray_r", vmin=0, vmax=255)
    axes.set_title(
        f"shows {CLASS_NAMES[label]}\nread {CLASS_NAMES[read]}\n{_percent(float(said[read]))}",
        fontsize=9,
        linespacing=1.05,
        color=VERMILION if wrong else "black",
        fontweight="bold" if wrong else "normal",
    )


def _percent(share: float) -> str:
    """Write a probability so that it never seems higher than it is."""
    return f"{int(1000 * share) / 10:.1f} %"
