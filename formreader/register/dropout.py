"""Forms whose boxes the scanner's drop-out colour took away: only what was written is left."""

import numpy as np
import numpy.typing as npt

from formreader.geometry import Transform
from formreader.register.lines import Lines
from formreader.register.pyramid import Pyramid
from formreader.register.sighting import sample, view_of

Gray = npt.NDArray[np.uint8]

MARGIN_MM = 1.0  # outside of a row; other forms print there
INSIDE = np.linspace(0.1, 0.9, 24)  # of a row's width and height
INK = 0.75  # of the paper's brightness
CLEAN = 0.02  # of the margins may hold ink: strokes that run over, specks; other forms reach 0.05
WRITTEN = 0.02  # of a row is ink where something is written
WRITTEN_ROWS = 0.5


def shows_only_writing(scan: Pyramid, outlines: Lines, transform: Transform) -> bool:
    """Tell whether there is ink within the rows of boxes and none around them.

    That is what a page with invisible boxes looks like, and another form does not.
    """
    if not len(outlines.points):
        return False
    view = view_of(scan, outlines, transform)
    around = outlines.points - MARGIN_MM * outlines.inward[:, None, :]
    rows = outlines.corners.reshape(-1, 4, 2)
    corner, across, down = rows[:, 0], rows[:, 1] - rows[:, 0], rows[:, 3] - rows[:, 0]
    inside = (
        corner[:, None, None]
        + INSIDE[:, None, None] * down[:, None, None]
        + INSIDE[:, None] * across[:, None, None]
    )
    margins, fields = sample(view, transform, around), sample(view, transform, inside)
    paper = np.median(np.concatenate([margins.ravel(), fields.ravel()]))
    clean = (margins < INK * paper).mean() <= CLEAN
    written = ((fields < INK * paper).mean(axis=(1, 2)) >= WRITTEN).mean() >= WRITTEN_ROWS
    return bool(clean and written)
