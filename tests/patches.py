"""Rows of boxes drawn straight into patches, with every line where the test says."""

import cv2
import numpy as np

from formreader.boxes.patch import Patch
from formreader.geometry import Rect, Transform
from formreader.images import InkImage

DOTS = 10.0  # pixels per mm
MARGIN = 30  # pixels of paper around a row
WIDTH, HEIGHT = 50, 80  # pixels of a box
LINE = 3  # pixels


def box_lefts(count: int, gap: int) -> list[int]:
    """Return the x of the left side of each box."""
    return [MARGIN + index * (WIDTH + gap) for index in range(count)]


def draw_row(
    count: int = 4,
    *,
    gap: int = 0,
    darkness: int = 220,
    comb: bool = False,
    shift: tuple[int, int] = (0, 0),
) -> Patch:
    """Draw an empty row of boxes, shifted from where the template expects it."""
    width = count * WIDTH + (count - 1) * gap
    ink = np.zeros((HEIGHT + 2 * MARGIN, width + 2 * MARGIN), np.uint8)
    bottom = MARGIN + HEIGHT
    for left in box_lefts(count, gap):
        if comb:
            draw_line(ink, (left, bottom), (left + WIDTH, bottom), darkness)
            for x in (left, left + WIDTH):
                draw_line(ink, (x, bottom - 24), (x, bottom), darkness)
        else:
            cv2.rectangle(ink, (left, MARGIN), (left + WIDTH, bottom), darkness, LINE)
    moved = cv2.warpAffine(ink, np.array([[1, 0, shift[0]], [0, 1, shift[1]]], float), ink.T.shape)
    region = Rect(MARGIN, MARGIN, width, HEIGHT)
    return Patch(np.asarray(moved, np.uint8), DOTS, region, Transform.scaling(1))


def draw_line(
    ink: InkImage, start: tuple[int, int], end: tuple[int, int], darkness: int, width: int = LINE
) -> None:
    """Draw a stroke in place."""
    cv2.line(ink, start, end, darkness, width)
