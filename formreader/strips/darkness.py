"""Tell the pen from paper and from what is printed finely on it."""

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import GrayImage

WIDEST = 0.25  # of the height: strokes are narrower, shadows and patches of colour wider
FINE = 1 / 130  # of the height: grain and the rows of a screen are finer than strokes
SMALL = 60  # pixels of height; below it every pixel of a stroke counts
PRINTED = 1.3  # times its median darkness is what security print has at most
PEN = 0.99  # quantile of darkness that is the pen
FAINTEST = 0.08  # of the paper's light; a pen is darker

Ink = npt.NDArray[np.float32]
"""How much of each place the pen covers, (height, width), 0 to 1."""


def find_ink(image: GrayImage) -> Ink:
    """Return the ink of a picture of one line of writing, in any light and on any even print.

    Args:
        image: with paper on most of it.
    """
    height = image.shape[0]
    fine = image if height <= SMALL else cv2.GaussianBlur(image, (0, 0), FINE * height)
    side = max(2 * round(WIDEST * height / 2) + 1, 9)
    brightest = cv2.dilate(fine, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    paper = cv2.blur(cv2.blur(brightest, (side, side)), (side, side))  # a third of a Gauss's time
    darkness = cv2.subtract(paper, fine) / np.maximum(paper, 1).astype(np.float32)
    print_ = PRINTED * float(np.median(darkness))
    pen = float(np.quantile(darkness, PEN))
    return np.asarray(np.clip((darkness - print_) / max(pen - print_, FAINTEST), 0, 1), np.float32)
