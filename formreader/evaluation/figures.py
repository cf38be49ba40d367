"""All pictures of an evaluation, written to a folder."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from formreader.charts import draw_errors_and_rejects, draw_reliability, png
from formreader.evaluation.confusion_chart import draw_confusion
from formreader.evaluation.galleries import draw_mistakes, draw_predictions
from formreader.evaluation.sets import Evaluated
from formreader.evaluation.training_log import draw_training
from formreader.files import replace_bytes
from formreader.images import CROSSED


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
        "reliability.png": draw_reliability(title, whole.evaluation.reliability, "images"),
        "errors-rejects.png": draw_errors_and_rejects(title, *_sure_and_right(whole), "images"),
        "predictions.png": draw_predictions(title, whole),
        "mistakes.png": draw_mistakes(title, whole),
    }
    if log.exists():
        figures["training.png"] = draw_training(log)
    for name, figure in figures.items():
        replace_bytes(out / name, png(figure))


def _sure_and_right(whole: Evaluated) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return how surely each image is read as a digit, and whether it is that."""
    read = whole.probabilities.argmax(axis=1)
    sure = np.where(read < CROSSED, whole.probabilities.max(axis=1), 0.0)
    return sure, read == whole.digits.labels
