"""Tell whether ink is darker or lighter than its paper, and where it surely is."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import GrayImage

Mask = npt.NDArray[np.bool_]

COARSE_SIDE = 96  # pixels; enough to see strokes of a digit a seventh of the picture high
LEAST_CONTRAST = 10  # grey levels
SURELY = 0.4  # of the greatest depth: what is deeper is ink, whatever else is
COVERED = 0.7  # of the picture: so much is paper, in pieces, as between lines
SLENDER = 13.0  # area by the square of the inscribed radius: of a thick 1; a disc has 3, a square 4


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """A picture turned so that its ink is dark, and the places that are surely ink."""

    picture: GrayImage
    sure: Mask
    was_light: bool
    """Whether the ink was lighter than the paper."""


def find_strokes(picture: GrayImage) -> Strokes | None:
    """Return the strokes of a picture; None where nothing stands out.

    Strokes are basins that the edges of the picture do not drain, however shadows lie. The paper
    in them, as in a 0, is one as well if light is taken for dark, but smaller or less slender.

    Args:
        picture: with paper at its edges.
    """
    turned = np.invert(picture)
    dark, light = _basins(picture), _basins(turned)
    is_light = light.weight > dark.weight
    basins = light if is_light else dark
    if basins.weight == 0:
        return None
    sure = np.asarray(basins.depth > SURELY * float(basins.depth.max()))
    return Strokes(np.asarray(turned if is_light else picture, np.uint8), sure, is_light)


@dataclass(frozen=True, slots=True, eq=False)
class _Basins:
    """What is darker than somewhere on every way from it to the edges of the picture."""

    depth: GrayImage
    """How much darker."""
    weight: float
    """How much they look like a digit: deep, large, slender; 0 where there are none."""


def _basins(picture: npt.NDArray[np.uint8]) -> _Basins:
    height, width = picture.shape
    scale = min(COARSE_SIDE / max(height, width), 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    coarse = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    depth = cv2.subtract(_filled(coarse), coarse)
    greatest = int(depth.max())
    if greatest < LEAST_CONTRAST:
        return _Basins(np.zeros_like(picture), 0.0)
    mask = np.asarray(depth > SURELY * greatest, np.uint8)
    weight = _weight(mask, np.asarray(depth, np.uint8)) if mask.mean() < COVERED else 0.0
    fine = cv2.resize(depth, (width, height), interpolation=cv2.INTER_LINEAR)
    return _Basins(np.asarray(fine, np.uint8), weight)


def _filled(picture: GrayImage) -> GrayImage:
    """Fill what is darker than all around it, up to where it would run over."""
    level = np.full_like(picture, 255)
    level[[0, -1]], level[:, [0, -1]] = picture[[0, -1]], picture[:, [0, -1]]
    around = np.ones((3, 3), np.uint8)
    while True:
        lower = np.asarray(np.maximum(cv2.erode(level, around), picture), np.uint8)
        if np.array_equal(lower, level):
            return level
        level = lower


def _weight(mask: GrayImage, depth: GrayImage) -> float:
    """Return how deep and long the largest piece of a mask is, less if it is a blob."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    label = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    _, _, width, height, area = stats[label].tolist()
    piece = np.pad((labels == label).astype(np.uint8), 1)
    radius = float(cv2.distanceTransform(piece, cv2.DIST_L2, 5).max())
    slender = min(area / radius**2 / SLENDER, 1.0)
    return float(np.median(depth[labels == label]) * max(width, height) * slender**2)
