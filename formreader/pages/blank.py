"""Telling pages that hold nothing from those that hold little."""

import cv2
import numpy as np

from formreader.images import GrayImage

# Real forms and cheques have from 450 steps and from 19,000 marked pixels.
SAMPLED_ROWS = 32  # one row of so many is enough to recognise an ordinary page, in 0.03 ms
STEP = 40  # grey levels within 4 pixels; the grain of paper reaches 25
STEPS = 200
LONG_SIDE = 1200  # pixels; enough to keep a stroke, while averaging takes the grain out
NEIGHBOURHOOD = 31  # pixels that a mark is compared with, so that a shadow is none
MARK = 12  # grey levels; one faint digit, 15 levels at 300 dpi, marks 31 pixels, grain none
MARKED_PIXELS = 16


def is_blank(image: GrayImage) -> bool:
    """Tell whether a page is all white, all black, or grain and shadow only."""
    return not _has_edges(image) and not _has_marks(image)


def _has_edges(image: GrayImage) -> bool:
    rows = image[::SAMPLED_ROWS]
    steps = cv2.absdiff(rows[:, 4:], rows[:, :-4])
    return cv2.countNonZero(cv2.threshold(steps, STEP, 255, cv2.THRESH_BINARY)[1]) >= STEPS


def _has_marks(image: GrayImage) -> bool:
    while max(image.shape) > LONG_SIDE:
        height, width = image.shape
        half = max(1, width // 2), max(1, height // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
    around = cv2.blur(image, (NEIGHBOURHOOD, NEIGHBOURHOOD))
    marks = cv2.threshold(cv2.absdiff(image, around), MARK, 255, cv2.THRESH_BINARY)[1]
    return cv2.countNonZero(marks) >= MARKED_PIXELS
