"""Find the one digit in a picture of any size, polarity and light.

The steps are a file each: `margin` puts paper around it, `polarity` tells ink from paper,
`ground` evens out the light, `ruling` takes printed lines away, `choice` leaves dust out.
"""

import cv2
import numpy as np

from formreader.images import DigitImage, GrayImage, require_gray
from formreader.lone_digit.choice import choose_ink
from formreader.lone_digit.ground import to_ink
from formreader.lone_digit.margin import with_margin
from formreader.lone_digit.polarity import find_strokes
from formreader.lone_digit.ruling import without_lines
from formreader.normalise import normalise

MOST = 480  # pixels of the longer side; a digit on a page seven times its size keeps 68 of them
LEAST = 16  # in smaller pictures strokes are so fine that steps of a pixel matter
ENLARGED = 4  # times, then


def find_digit(picture: GrayImage) -> DigitImage | None:
    """Find the digit in a picture that shows one, its ink dark or light.

    Returns None where there are no strokes, so that a bare picture is never shown to the network,
    which would have to call it a digit.

    Raises:
        ValueError: if this is no grey picture.
    """
    require_gray(picture)
    strokes = find_strokes(with_margin(_handy(picture)))
    ink = None if strokes is None else to_ink(strokes)
    digit = None if ink is None else choose_ink(without_lines(ink))
    return None if digit is None else normalise(digit)


def _handy(picture: GrayImage) -> GrayImage:
    """Return a picture of a size to work with; averaging a large one takes its grain out too."""
    height, width = picture.shape
    longer = max(height, width)
    if LEAST <= longer <= MOST:
        return picture
    scale = ENLARGED if longer < LEAST else MOST / longer
    way = cv2.INTER_CUBIC if longer < LEAST else cv2.INTER_AREA
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)
