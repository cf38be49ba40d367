"""Take away what is printed pale inside each box: a seven-segment 8, dots, a letter.

The same guide stands in the same place of every box, and the pen covers any one place in few
of them: what hardly any box lacks is the guide. It has one colour on the whole page, which the
boxes of the commonest size tell best.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.lattice import Lattice
from formreader.geometry import Rect
from formreader.images import InkImage

FEWEST = 5  # boxes from which print is told from pen
LACKING = 0.1  # of the boxes may lack the guide in a place; of more than six, any one may
# Light differs over a photographed page. The print is as dark as in this share of the boxes,
SHARE = 0.2
DARKER = 1.6  # if that is no more than so many times what nearly all have.
SPREAD = 1.4  # print varies from box to box by up to this factor: light, JPEG
COLOUR = 1.3  # and its colour, between boxes of one size and those of another, by this one
GRAIN = 10  # darkness that paper adds to it
PRINTED = GRAIN * SPREAD + GRAIN  # the limit where the guide has only grain
ALIKE = 0.8  # what looks like print and is so nearly as dark as the pen is the pen,
PALER = 0.62  # and the guide beneath it at most this many times as dark
BESIDE_PX = 3  # so far from the guide ink is the pen's, however much boxes differ
WRITTEN = 0.01  # share of the pixels there that is ink, if anything is written
INK = 44  # darkness of a faint pencil
SLACK = np.ones((3, 3), np.uint8)  # the guide lies up to a pixel beside its place in a box

_Place = tuple[InkImage, Rect]


def remove_guides(kinds: Sequence[Sequence[tuple[InkImage, Lattice]]]) -> None:
    """Take the guide out of the boxes of a page, in place.

    Args:
        kinds: rows without their printed lines that have the same guide in every box, those
            with boxes of one size together; all at the same resolution.
    """
    sizes = [[(ink, box) for ink, lattice in rows for box in lattice.boxes] for rows in kinds]
    colour = np.inf
    for places in sorted(sizes, key=len, reverse=True):
        if len(places) < FEWEST and np.isinf(colour):
            return
        crops = _aligned(places)
        guide = _common(crops)
        printed = guide[guide > GRAIN]
        darkest = min(float(np.median(printed)) if printed.size else 0.0, COLOUR * colour)
        if np.isinf(colour):
            colour = darkest
        if darkest:
            limit = _limit(guide, darkest, _pen_beside(guide, crops))
            for ink, box in places:
                _blank(ink, box, limit)


def _aligned(places: Sequence[_Place]) -> npt.NDArray[np.uint8]:
    """Cut boxes out at a common size, (boxes, height, width)."""
    size = (
        round(float(np.median([box.width for _, box in places]))),
        round(float(np.median([box.height for _, box in places]))),
    )
    centres = [(box.x + box.width / 2 - 0.5, box.y + box.height / 2 - 0.5) for _, box in places]
    crops = [cv2.getRectSubPix(ink, size, at) for (ink, _), at in zip(places, centres, strict=True)]
    return np.asarray(crops, np.uint8)


def _common(crops: npt.NDArray[np.uint8]) -> InkImage:
    """Return what hardly any of the boxes lacks, as dark as a box has it without the pen."""
    wide = np.stack([cv2.dilate(crop, SLACK) for crop in crops])
    least, usual = int(LACKING * len(crops)), int(SHARE * len(crops))
    ordered = np.partition(wide, sorted({least, usual}), axis=0)
    print_ = np.minimum(ordered[usual], DARKER * ordered[least])
    return np.where(ordered[least] > GRAIN, print_, 0).astype(np.uint8)


def _limit(guide: InkImage, darkest: float, pen: float) -> npt.NDArray[np.float64]:
    """Return how dark the guide can be in each pixel of a box."""
    # A guide has one colour: where many digits cross, the pen is not taken for a darker part.
    limit = np.minimum(cv2.dilate(guide, SLACK), darkest) * SPREAD + GRAIN
    # Of few boxes all may have a bold digit in one place, which looks like print.
    if min(pen, darkest) >= ALIKE * max(pen, darkest):
        limit = np.minimum(limit, PALER * pen)
    return np.asarray(limit, np.float64)


def _pen_beside(guide: InkImage, crops: npt.NDArray[np.uint8]) -> float:
    """Return the median darkness of what is written away from a guide; 0 if hardly anything is."""
    reach = np.ones((2 * BESIDE_PX + 1, 2 * BESIDE_PX + 1), np.uint8)
    beside = crops[:, cv2.dilate(guide, reach) <= GRAIN]
    written = beside[beside >= INK]
    return float(np.median(written)) if written.size > WRITTEN * beside.size else 0.0


def _blank(ink: InkImage, box: Rect, limit: npt.NDArray[np.float64]) -> None:
    """Blank what is no darker in a box than the guide can be, in place."""
    height, width = limit.shape
    x = round(box.x + box.width / 2 - width / 2)
    y = round(box.y + box.height / 2 - height / 2)
    target = ink[y : y + height, x : x + width]
    inside = limit[: target.shape[0], : target.shape[1]]
    target[(target <= inside) & (inside > PRINTED)] = 0
