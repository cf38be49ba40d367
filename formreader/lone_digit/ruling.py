"""Take away lines that run from one edge of a picture to the other."""

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import InkImage
from formreader.lone_digit.ground import PEN, Ink
from formreader.lone_digit.margin import MARGIN

LEAST_SIDE = 36  # pixels; in smaller pictures a stroke of the digit is as long as a line
LENGTH = 0.9  # of the picture: what is shorter may be a stroke
PALE = 0.6  # of the pen's darkness; darker lines must be fine, and several or leave a digit free
FINE = 0.04  # of the picture's other side; few pens are as fine
FAINTEST = 12  # of 255
TILT = 80  # a line may rise by a pixel in so many
DARKER = 1.4  # times a line: a stroke across it


def without_lines(ink: Ink) -> Ink:
    """Return ink without the lines of ruled or squared paper; strokes across them stay whole."""
    if min(ink.image.shape) - 2 * MARGIN < LEAST_SIDE:
        return ink
    level = _without_level_lines(ink.image, ink.noise)
    both = _without_level_lines(np.ascontiguousarray(level.T), ink.noise).T
    return replace(ink, image=np.ascontiguousarray(both))


def _without_level_lines(ink: InkImage, noise: float) -> InkImage:
    height, width = ink.shape
    rise = max(width // TILT, 1) | 1
    thick = cv2.dilate(ink, np.ones((rise, 1), np.uint8))
    length = round(LENGTH * (width - 2 * MARGIN))
    lines = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    there = lines > max(FAINTEST, 3 * noise)
    if not there.any():
        return ink
    around = cv2.dilate(there.astype(np.uint8), np.ones((3, 1), np.uint8)).astype(bool)
    level = cv2.dilate(lines, np.ones((3, 1), np.uint8))
    crossed = ink > DARKER * level.astype(np.float32)
    rest = np.where(around & ~crossed, 0, ink).astype(np.uint8)
    thickness = 2 * float(cv2.distanceTransform(there.astype(np.uint8), cv2.DIST_L2, 3).max())
    bridge = np.ones((round(thickness) + 4, 1), np.uint8)
    bridged = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, bridge)
    rest = np.where(around, np.maximum(bridged, rest), rest).astype(np.uint8)
    is_pale = float(level[there].max()) < PALE * PEN
    is_fine = thickness < FINE * height
    return rest if is_pale or (is_fine and (_count(there) > 1 or _stands_free(rest))) else ink


def _count(lines: npt.NDArray[np.bool_]) -> int:
    return int(cv2.connectedComponents(lines.astype(np.uint8))[0]) - 1  # less the background


def _stands_free(ink: InkImage) -> bool:
    """Tell whether there is ink, and none at the edges of the picture within its margin."""
    ink = ink[MARGIN:-MARGIN, MARGIN:-MARGIN]
    edges = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    return bool(ink.max() >= PEN / 2 and edges.max() < PEN / 2)
