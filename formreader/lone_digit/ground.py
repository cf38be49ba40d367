"""How dark each place is against its paper, whatever light falls on it."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import GrayImage, InkImage
from formreader.lone_digit.polarity import LEAST_CONTRAST, Mask, Strokes

LEAST_SIGNAL = 5.0  # times the noise of the paper; the darkest grain reaches 4
PEN_SHARE = 0.7  # quantile of the darkness of ink: strokes have pale edges
PEN = 200  # what that becomes; places where the pen paused are darker
GLIMMER = 40.0  # grey levels added to the light on the paper,
GLIMMER_ON_DARK = 150.0  # which dark paper hardly shows

Levels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """A picture as ink on bare paper."""

    image: InkImage
    """The pen is as dark as `PEN`."""
    noise: float
    """How much bare paper varies, in the levels of the image."""
    sure: Mask
    """Where there is ink, whatever else is."""


def to_ink(strokes: Strokes) -> Ink | None:
    """Return the ink of a picture; None where it stands out no more than grain does."""
    picture, sure = strokes.picture, strokes.sure
    paper = _paper(picture, sure)
    light = GLIMMER_ON_DARK + 255.0 - paper if strokes.was_light else GLIMMER + paper
    darkness = paper.astype(np.float32) - picture
    bare = ~_grown(sure)
    level, noise = _grain(darkness, bare)
    contrast = float(np.quantile(darkness[sure], PEN_SHARE)) - level
    if contrast < max(LEAST_CONTRAST, LEAST_SIGNAL * noise):
        return None
    share = (darkness - level) / light
    scale = PEN / float(np.quantile(share[sure], PEN_SHARE))
    _, spread = _grain(share, bare)
    return Ink(np.clip(share * scale, 0, 255).astype(np.uint8), spread * scale, sure)


def _paper(picture: GrayImage, sure: Mask) -> GrayImage:
    """Return the paper by filling in what is darker and narrower than twice the thickest stroke.

    Shadows, gradients and the edges of both are wider, and stay as they are.
    """
    inside = cv2.distanceTransform(sure.astype(np.uint8), cv2.DIST_L2, 3)
    side = 2 * round(2 * float(inside.max()) + 1) + 1
    filled = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return np.asarray(filled, np.uint8)


def _grown(mask: Mask) -> Mask:
    """Return a mask with the pale edges of its strokes."""
    side = 2 * (min(mask.shape) // 40) + 3
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)), bool)


def _grain(levels: Levels, bare: Mask) -> tuple[float, float]:
    """Return the median of bare paper, and how far it varies (a standard deviation)."""
    paper = levels[bare]
    if paper.size == 0:
        return 0.0, 0.0
    median = float(np.median(paper))
    return median, 1.4826 * float(np.median(np.abs(paper - median)))
