"""How far confidence can be believed, as charts: of digits or of fields."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from formreader.reliability import Bin, calibration_error, exact_interval

BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#6E6E6E"  # no colour-blind eye mixes them up
MARKED = (0.0, 0.9, 0.99, 0.999)  # limits of confidence named on the error-reject curve
DPI = 120


def draw_reliability(title: str, bins: Sequence[Bin], things: str) -> Figure:
    """Draw how often things are right where they are so sure, and how often they are so sure.

    Args:
        title: above the chart.
        bins: of confidence.
        things: what is counted, as "fields".
    """
    figure = Figure(figsize=(7, 8), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.set_title(f"Reliability: {title}, ECE {calibration_error(bins):.4f}")
    full = [each for each in bins if each.accuracy is not None]
    sure = np.array([each.confidence for each in full])
    right = np.array([each.accuracy for each in full])
    bounds = np.array([exact_interval(each.right, each.n) for each in full])
    upper.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as right as sure")
    reach = np.abs(bounds.T - right)
    label = "measured, 95 % certain"
    upper.errorbar(sure, right, yerr=reach, fmt="o", color=BLUE, capsize=3, label=label)
    upper.set(ylabel="share that is right (%)", ylim=(-0.02, 1.02))
    upper.legend(loc="lower right", frameon=False)
    starts, counts = [each.low for each in full], [each.n for each in full]
    lower.bar(starts, counts, full[0].high - full[0].low, align="edge", color=BLUE, edgecolor="w")
    lower.set(yscale="log", xlabel="confidence (%)", ylabel=things, xlim=(0, 1.01))
    lower.set_ylim(bottom=0.5)  # one is seen as well
    for axis in (upper.yaxis, lower.xaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=""))
    return figure


def draw_errors_and_rejects(
    title: str, sure: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], things: str
) -> Figure:
    """Draw what share of the accepted is wrong, the more is sent to review.

    Args:
        title: above the chart.
        sure: confidences, 0 to 1, (n,); 0 where nothing would make it accepted.
        right: whether each is right, (n,).
        things: what is counted, as "fields".
    """
    order = np.argsort(-sure, kind="stable")
    sure, accepted = sure[order], np.arange(1, len(order) + 1)
    wrong = np.cumsum(~right[order]) / accepted
    last = np.append(np.diff(sure) != 0, True) & (sure > 0)  # equals go together
    figure, axes = chart(f"Errors and rejects: {title}", width=7.5, height=5.5)
    axes.plot(1 - accepted[last] / len(order), wrong[last], color=BLUE)
    for least in MARKED:
        count = int((sure >= max(least, np.finfo(float).tiny)).sum())
        if count:
            place = (1 - count / len(order), wrong[count - 1])
            axes.plot(*place, "o", color=VERMILION)
            axes.annotate(f"confidence ≥ {least:g}", place, (8, 6), textcoords="offset points")
    axes.set(xlabel=f"sent to review (% of {things})", ylabel="wrong among accepted (%)")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=""))
    axes.set_ylim(bottom=0)
    return figure


def chart(title: str, *, width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty chart of a size in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title)
    return figure, axes


def png(figure: Figure) -> bytes:
    """Return a figure as the content of a PNG file."""
    buffer = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()
