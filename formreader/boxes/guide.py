"""Take away what is printed pale inside each box: a seven-segment 8, dots, a letter.

The same guide stands in the same place of every box, and the pen covers any one place in few
of them: a low quantile over all boxes of a page is the guide alone.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.lattice import Lattice
from formreader.geometry import Rect
from formreader.images import InkImage

FEWEST = 5  # boxes from which a quantile tells print from pen
QUANTILE = 0.4  # of boxes; in fewer than that many the pen runs through one place
SPREAD = 1.6  # print varies from box to box by up to this factor: light, JPEG
GRAIN = 10  # darkness that paper adds to it
SLACK_PX = 1  # the guide lies this much beside its place in a box


def remove_guides(inks: Sequence[InkImage], lattices: Sequence[Lattice]) -> None:
    """Take the guide out of rows of boxes that are alike, in place.

    Args:
        inks: rows of one page without their printed lines, all at the same resolution.
        lattices: where the boxes are in each.
    """
    places = [
        (ink, box) for ink, lattice in zip(inks, lattices, strict=True) for box in lattice.boxes
    ]
    if len(places) < FEWEST:
        return
    width = round(float(np.median([box.width for _, box in places])))
    height = round(float(np.median([box.height for _, box in places])))
    crops = np.stack([_aligned(ink, box, width, height) for ink, box in places])
    guide = np.quantile(crops, QUANTILE, axis=0).astype(np.uint8)
    widened = cv2.dilate(guide, np.ones((2 * SLACK_PX + 1, 2 * SLACK_PX + 1), np.uint8))
    limit = np.clip(widened * SPREAD + GRAIN, 0, 255)
    for (ink, box), crop in zip(places, crops, strict=True):
        _subtract(ink, box, crop, limit)


def _aligned(ink: InkImage, box: Rect, width: int, height: int) -> InkImage:
    """Cut a box out at a common size."""
    centre = (box.x + box.width / 2 - 0.5, box.y + box.height / 2 - 0.5)
    return np.asarray(cv2.getRectSubPix(ink, (width, height), centre), np.uint8)


def _subtract(ink: InkImage, box: Rect, crop: InkImage, limit: npt.NDArray[np.float64]) -> None:
    """Blank what is no darker in a box than the guide can be, in place."""
    height, width = crop.shape
    x = round(box.x + box.width / 2 - width / 2)
    y = round(box.y + box.height / 2 - height / 2)
    target = ink[y : y + height, x : x + width]
    inside = limit[: target.shape[0], : target.shape[1]]
    target[(target <= inside) & (inside > 2 * GRAIN)] = 0
