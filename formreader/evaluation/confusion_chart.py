"""What a network read as what, as a chart."""

import numpy as np
import seaborn
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from formreader.charts import GREY, chart
from formreader.digits.card import CLASS_NAMES
from formreader.evaluation.measures import Evaluation
from formreader.images import CROSSED

LIGHT_GREY = "#EDEDED"


def draw_confusion(title: str, evaluation: Evaluation) -> Figure:
    """Draw what was read as what; mistakes alone are coloured, lest what is right drown them."""
    counts = evaluation.confusion
    size = len(counts) if counts[CROSSED:].any() or counts[:, CROSSED:].any() else CROSSED
    counts = counts[:size, :size]
    names = [name.replace(" ", "\n") for name in CLASS_NAMES[:size]]
    figure, axes = chart(f"Confusions: {title}", width=8.5, height=7.5)
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
