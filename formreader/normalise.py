"""Turn the strokes of a box into a digit image as MNIST has them."""

import cv2
import numpy as np

from formreader.images import DIGIT_SIDE, DigitImage, InkImage

INK_SIDE = 20  # MNIST: ink fits in 20 x 20, then centred by mass in 28 x 28
CENTRE = DIGIT_SIDE / 2  # pixel index; MNIST's lie at 14.0 +- 0.5, half a pixel off the middle
FULL_INK = 0.7  # quantile of a stroke's darkness that becomes 255: its middle, edges are lighter


def normalise(ink: InkImage) -> DigitImage:
    """Fit strokes into 20 x 20 keeping their aspect, and centre them by mass in 28 x 28.

    The ink's grey is kept: what is as dark as the middle of the stroke becomes 255.

    Args:
        ink: cut out tightly, 0 around the strokes.

    Raises:
        ValueError: if there is no ink.
    """
    strokes = ink[ink > 0]
    if strokes.size == 0:
        raise ValueError("expected some ink, got none")
    place = int(FULL_INK * strokes.size)
    strokes.partition(place)
    bright = cv2.convertScaleAbs(ink, alpha=255 / int(strokes[place]))
    height, width = bright.shape
    scale = INK_SIDE / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    shrinking = scale < 1
    small = cv2.resize(
        bright, size, interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    )
    return _centre_by_mass(np.asarray(small, np.uint8))


def _centre_by_mass(small: DigitImage) -> DigitImage:
    """Place ink of at most 20 x 20 with its centre of mass where MNIST's digits have theirs."""
    moments = cv2.moments(small)
    height, width = small.shape
    x = round(CENTRE - moments["m10"] / moments["m00"])
    y = round(CENTRE - moments["m01"] / moments["m00"])
    x = min(max(x, 0), DIGIT_SIDE - width)
    y = min(max(y, 0), DIGIT_SIDE - height)
    digit = np.zeros((DIGIT_SIDE, DIGIT_SIDE), np.uint8)
    digit[y : y + height, x : x + width] = small
    return digit
