"""Cut a free run of characters out of a page: its ink alone, at one height, for a network to read.

The steps are a file each: `darkness` tells the pen from paper and security print, `ruling` takes
printed lines and frames away, `extent` finds where the writing is.
"""

import cv2
import numpy as np

from formreader.images import GrayImage, StripImage, require_gray
from formreader.strips.darkness import Ink, find_ink
from formreader.strips.extent import Extent, find_extent
from formreader.strips.ruling import without_ruling

STRIPS = 1  # raised when the same ink gives another strip: older networks no longer fit
HEIGHT = 32  # pixels of a strip
MOST_HEIGHT = 240  # pixels of a picture; of higher ones, finding the ink takes seconds
DIGIT = 21.0  # of its digits
WIDEST = 320  # twelve digits and their tail; what is longer is pressed together
MARGIN = 4  # at both ends
SHRUNK = 0.6  # below this scale fine strokes are blurred first, that none falls between pixels
BLUR = 0.35  # pixels of the strip, then


def cut_strip(image: GrayImage, *, framed: bool = False) -> StripImage | None:
    """Return the writing of a picture of one line; None where nothing is written.

    Args:
        image: of the line.
        framed: whether it is the inside of a printed frame.

    Raises:
        ValueError: if this is no grey picture.
    """
    require_gray(image)
    if image.shape[0] > MOST_HEIGHT:
        height, width = image.shape
        size = (max(round(width * MOST_HEIGHT / height), 1), MOST_HEIGHT)
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    ink = without_ruling(find_ink(image), framed=framed)
    extent = find_extent(ink)
    return None if extent is None else _fitted(ink, extent)


def _fitted(ink: Ink, extent: Extent) -> StripImage:
    """Bring writing to the height of a strip."""
    scale = DIGIT / extent.height
    length = extent.right - extent.left
    across = min(scale, (WIDEST - 2 * MARGIN) / length)
    width = min(int(np.ceil(length * across)) + 2 * MARGIN, WIDEST)
    if scale < SHRUNK:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), BLUR / scale), np.float32)
    down = (HEIGHT - DIGIT) / 2 - extent.top * scale
    matrix = np.array([[across, 0, MARGIN - extent.left * across], [0, scale, down]])
    strip = cv2.warpAffine(ink, matrix, (width, HEIGHT), flags=cv2.INTER_LINEAR)
    return np.rint(255 * np.clip(strip, 0, 1)).astype(np.uint8)
