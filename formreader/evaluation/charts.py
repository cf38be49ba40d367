"""What was measured of a network, as charts."""

import numpy as np
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from formreader.digits.card import CLASS_NAMES
from formreader.evaluation.measures import Evaluation
from formreader.evaluation.sets import Evaluated
from formreader.images import CROSSED
from formreader.score import exact_interval

BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#6E6E6E"  # no colour-blind eye mixes them up
LIGHT_GREY = "#EDEDED"
MARKED = (0.0, 0.9, 0.99, 0.999)  # limits of confidence named on the error-reject curve


def draw_confusion(title: str, evaluation: Evaluation) -> Figure:
    """Draw what was read as what; mistakes alone are coloured, lest what is right drown them."""
    counts = evaluation.confusion
    size = len(counts) if counts[CROSSED:].any() or counts[:, CROSSED:].any() else CROSSED
    counts = counts[:size, :size]
    names = [name.replace(" ", "\n") for name in CLASS_NAMES[:size]]
    figure, axes = _chart(f"Confusions: {title}", width=8.5, height=7.5)
    axes.set_facecolor(LIGHT_GREY)  # seen where the mask leaves what is right out
    right = np.eye(size, dtype=bool)
    seaborn.heatmap(
        counts,
        mask=right,
        annot=np.where(counts > 0, counts.astype(str), ""),
        fmt="",
        cmap="Blues",
        vmin=0,
        vmax=max(int(counts[~right].max()), 1),
        square=True,
        linewidths=0.5,
        linecolor=LIGHT_GREY,
        xticklabels=names,
        yticklabels=names,
        cbar_kws={
            "label": "images read wrongly",
            "shrink": 0.8,
            "ticks": MaxNLocator(integer=True),
        },
        ax=axes,
    )
    for label, count in enumerate(counts.diagonal().tolist()):
        middle = label + 0.5
        axes.text(middle, middle, str(count), ha="center", va="center", color=GREY)
    axes.set(xlabel="read as", ylabel="shows")
    axes.tick_params(rotation=0)
    return figure


def draw_reliability(title: str, evaluation: Evaluation) -> Figure:
    """Draw how often the network is right where it is so sure, and how often it is so sure."""
    figure = Figure(figsize=(7, 8), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.set_title(f"Reliability: {title}, ECE {evaluation.ece:.4f}")
    bins = [each for each in evaluation.reliability if each.accuracy is not None]
    sure = np.array([each.confidence for each in bins])
    right = np.array([each.accuracy for each in bins])
    bounds = np.array([exact_interval(each.right, each.n) for each in bins])
    upper.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as right as sure")
    reach = np.abs(bounds.T - right)
    label = "measured, 95 % certain"
    upper.errorbar(sure, right, yerr=reach, fmt="o", color=BLUE, capsize=3, label=label)
    upper.set(ylabel="share that is right (%)", ylim=(-0.02, 1.02))
    upper.legend(loc="lower right", frameon=False)
    starts, counts = [each.low for each in bins], [each.n for each in bins]
    lower.bar(starts, counts, bins[0].high - bins[0].low, align="edge", color=BLUE, edgecolor="w")
    lower.set(yscale="log", xlabel="confidence (%)", ylabel="images", xlim=(0, 1.01))
    lower.set_ylim(bottom=0.5)  # one image is seen as well
    for axis in (upper.yaxis, lower.xaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=""))
    return figure


def draw_errors_and_rejects(title: str, whole: Evaluated) -> Figure:
    """Draw what share of the accepted is wrong, the more is sent to review."""
    probabilities, labels = whole.probabilities, whole.digits.labels
    read = probabilities.argmax(axis=1)
    sure = np.where(read < CROSSED, probabilities.max(axis=1), 0)
    order = np.argsort(-sure, kind="stable")
    accepted = np.arange(1, len(order) + 1)
    wrong = np.cumsum((read != labels)[order]) / accepted
    last = np.append(np.diff(sure[order]) != 0, True) & (sure[order] > 0)  # equals go together
    figure, axes = _chart(f"Errors and rejects: {title}", width=7.5, height=5.5)
    axes.plot(1 - accepted[last] / len(order), wrong[last], color=BLUE)
    for point in whole.evaluation.curve:
        if point.least_confidence in MARKED and point.accepted.n:
            place = (1 - point.share, point.accepted.wrong / point.accepted.n)
            axes.plot(*place, "o", color=VERMILION)
            words = f"confidence ≥ {point.least_confidence:g}"
            axes.annotate(words, place, (8, 6), textcoords="offset points")
    axes.set(xlabel="sent to review (% of images)", ylabel="wrong among accepted (%)")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=""))
    axes.set_ylim(bottom=0)
    return figure


def _chart(title: str, *, width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty chart of a size in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title)
    return figure, axes
