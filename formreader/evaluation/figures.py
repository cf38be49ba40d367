"""All pictures of an evaluation, written to a folder."""

from io import BytesIO
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from formreader.evaluation.charts import draw_confusion, draw_errors_and_rejects, draw_reliability
from formreader.evaluation.galleries import draw_mistakes, draw_predictions
from formreader.evaluation.sets import Evaluated
from formreader.evaluation.training_log import draw_training
from formreader.files import replace_bytes

DPI = 120


def write_figures(out: Path, title: str, whole: Evaluated, log: Path) -> None:
    """Write all pictures to a folder, each in place of an earlier one.

    Args:
        out: the folder.
        title: which network on which digits.
        whole: what they show.
        log: of the training; without it, that is not drawn.

    Raises:
        SetupError: if one cannot be written, or the log cannot be read.
    """
    figures = {
        "confusion.png": draw_confusion(title, whole.evaluation),
        "reliability.png": draw_reliability(title, whole.evaluation),
        "errors-rejects.png": draw_errors_and_rejects(title, whole),
        "predictions.png": draw_predictions(title, whole),
        "mistakes.png": draw_mistakes(title, whole),
    }
    if log.exists():
        figures["training.png"] = draw_training(log)
    for name, figure in figures.items():
        replace_bytes(out / name, _png(figure))


def _png(figure: Figure) -> bytes:
    buffer = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()
