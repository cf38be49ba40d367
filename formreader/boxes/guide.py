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
QUANTILE = 0.2  # of boxes; at least as many have paper or the guide, and no pen, in any one place
SPREAD = 1.6  # print varies from box to box by up to this factor: light, JPEG
GRAIN = 10  # darkness that paper adds to it
PRINTED = GRAIN * SPREAD + GRAIN  # the limit where the guide has only grain
ALIKE = 0.8  # what looks like print and is so nearly as dark as the pen is the pen,
PALER = 0.62  # and the guide beneath it at most this many times as dark
BESIDE_PX = 3  # so far from the guide ink is the pen's, however much boxes differ
WRITTEN = 0.01  # share of the pixels there that is ink, if anything is written
INK = 44  # darkness of a faint pencil
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
    crops = [_aligned(ink, box, width, height) for ink, box in places]
    slack = np.ones((2 * SLACK_PX + 1, 2 * SLACK_PX + 1), np.uint8)
    wide = np.stack([cv2.dilate(crop, slack) for crop in crops])
    place = int(QUANTILE * len(crops))
    guide = np.partition(wide, place, axis=0)[place]
    printed = guide[guide > GRAIN]
    if not printed.size:
        return
    # A guide has one colour: where many digits cross, the pen is not taken for a darker part.
    darkest = float(np.median(printed))
    limit = np.minimum(cv2.dilate(guide, slack), darkest) * SPREAD + GRAIN
    # Of few boxes most may have a bold digit in one place, which looks like print.
    pen = _pen_beside(guide, crops)
    if min(pen, darkest) >= ALIKE * max(pen, darkest):
        limit = np.minimum(limit, PALER * pen)
    for ink, box in places:
        _blank(ink, box, limit)


def _pen_beside(guide: InkImage, crops: Sequence[InkImage]) -> float:
    """Return the median darkness of what is written away from a guide; 0 if hardly anything is."""
    reach = np.ones((2 * BESIDE_PX + 1, 2 * BESIDE_PX + 1), np.uint8)
    beside = np.stack(crops)[:, cv2.dilate(guide, reach) <= GRAIN]
    written = beside[beside >= INK]
    return float(np.median(written)) if written.size > WRITTEN * beside.size else 0.0


def _aligned(ink: InkImage, box: Rect, width: int, height: int) -> InkImage:
    """Cut a box out at a common size."""
    centre = (box.x + box.width / 2 - 0.5, box.y + box.height / 2 - 0.5)
    return np.asarray(cv2.getRectSubPix(ink, (width, height), centre), np.uint8)


def _blank(ink: InkImage, box: Rect, limit: npt.NDArray[np.float64]) -> None:
    """Blank what is no darker in a box than the guide can be, in place."""
    height, width = limit.shape
    x = round(box.x + box.width / 2 - width / 2)
    y = round(box.y + box.height / 2 - height / 2)
    target = ink[y : y + height, x : x + width]
    inside = limit[: target.shape[0], : target.shape[1]]
    target[(target <= inside) & (inside > PRINTED)] = 0
