"""The kinds of picture that travel through the program, one name for each."""

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

GrayImage: TypeAlias = npt.NDArray[np.uint8]
"""A scan or a part of one, (height, width). 0 is black ink, 255 is white paper."""

InkImage: TypeAlias = npt.NDArray[np.uint8]
"""Darkness against the paper around it, (height, width). 0 is bare paper, 255 is black."""

DigitImage: TypeAlias = npt.NDArray[np.uint8]
"""One digit in MNIST's convention, (28, 28). 255 is ink, 0 is paper."""

DigitBatch: TypeAlias = npt.NDArray[np.uint8]
"""Digit images of one or more pages in reading order, (digits, 28, 28). 255 is ink."""

StripImage: TypeAlias = npt.NDArray[np.uint8]
"""The ink of a line of characters at one height: (32, width up to 320) where it is written, (24,
width up to 1600) of a code line. 255 is ink."""

Probabilities: TypeAlias = npt.NDArray[np.float32]
"""One row per digit image, (digits, 12); column d < 10 is the probability of digit d,
column `CROSSED` that the box was crossed or dashed out, column `NO_DIGIT` of anything else."""

Styles: TypeAlias = npt.NDArray[np.int8]
"""How digits are written, one row per digit image, (digits, STYLE_SIZE); 127 stands for 1. The
product of two rows is near 1 where two digits look alike; (digits, 0) where that is not known."""

STYLE_SIZE = 32
STYLE_ONE = 127.0  # in `Styles`
DIGIT_SIDE = 28  # pixels; MNIST's
CROSSED = 10  # a box its writer struck out because it is not needed: X, a dash, a slash
NO_DIGIT = 11  # scribbles, letters, specks, pieces of lines
CLASSES = 12


def histogram(
    values: npt.NDArray[np.uint8], mask: npt.NDArray[np.uint8] | None = None
) -> npt.NDArray[np.int64]:
    """Count how often each of 256 levels comes in a picture, (256,): twice as fast as NumPy.

    Counts above 16 million are rounded, as OpenCV keeps them in 32-bit floats.

    Args:
        values: of the picture.
        mask: of its shape, 0 where a pixel does not count.
    """
    if values.size == 0:  # OpenCV raises
        return np.zeros(256, np.int64)
    counts = cv2.calcHist([np.ascontiguousarray(values)], [0], mask, [256], [0, 256])
    return np.asarray(counts, np.int64).ravel()  # OpenCV 4 gives a column


def require_gray(image: npt.NDArray[np.uint8]) -> None:
    """Check that an array entering the program is a grey page or crop.

    Raises:
        ValueError: with the shape and type that were got.
    """
    if image.ndim != 2 or image.dtype != np.uint8:
        raise ValueError(
            f"expected uint8 of shape (height, width), got {image.dtype} {image.shape}"
        )


def require_digits(digits: npt.NDArray[np.uint8]) -> None:
    """Check that an array is a batch of digit images.

    Raises:
        ValueError: with the shape and type that were got.
    """
    if digits.ndim != 3 or digits.shape[1:] != (DIGIT_SIDE, DIGIT_SIDE) or digits.dtype != np.uint8:
        raise ValueError(f"expected uint8 of shape (n, 28, 28), got {digits.dtype} {digits.shape}")
