"""What happens to a filled form before it is scanned: dirt, folds, a torn corner."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from formreader.geometry import Points
from formreader.images import GrayImage
from formreader.synth.paint import paint_polygon, shade
from formreader.template import Template

SPECK_MM = (0.04, 0.22)  # radius: dust, crumbs of toner
COARSE_MM = 1.0  # stains have no detail finer than this
FOLD_MM = 0.35
STAPLE_MM = (12.0, 0.5)
TEAR_STEPS = 12
BEHIND = (250, 60)  # a scanner's lid seen through a torn corner: white or dark


@dataclass(frozen=True, slots=True)
class Wear:
    """What has happened to the paper."""

    specks: float = 0.0
    """On a square decimetre; A4 has six."""
    stains: int = 0
    bleed: float = 0.0
    """How dark the other side shows through, as a share of its ink."""
    folds: int = 0
    staple: bool = False
    lost_mark: Literal["covered", "torn"] | None = None
    """What became of one of the registration marks, or of one corner if there are none."""


def wear_out(
    image: GrayImage, template: Template, wear: Wear, dots_per_mm: float, rng: np.random.Generator
) -> GrayImage:
    """Return what time makes of a filled sheet."""
    if wear == Wear():
        return image
    worn = image.copy()
    if wear.bleed:
        worn = shade(worn, _other_side(image, wear.bleed, dots_per_mm, rng))
    if wear.stains:
        worn = shade(worn, _stains(image.shape, wear.stains, dots_per_mm, rng))
    if wear.folds:
        worn = shade(worn, _folds(image.shape, wear.folds, dots_per_mm, rng))
    square_dm = image.size / (100 * dots_per_mm) ** 2
    for _ in range(rng.poisson(wear.specks * square_dm)):
        _drop_speck(worn, dots_per_mm, rng)
    if wear.staple:
        _staple(worn, dots_per_mm, rng)
    if wear.lost_mark:
        _lose_mark(worn, template, wear.lost_mark, dots_per_mm, rng)
    return worn


def _other_side(
    image: GrayImage, strength: float, dots: float, rng: np.random.Generator
) -> GrayImage:
    """Return the light that the same form, filled on the back, lets through."""
    blurred = cv2.GaussianBlur(cv2.flip(image, 1), (0, 0), 0.25 * dots)
    dx, dy = rng.normal(0, 2 * dots, 2)
    matrix = np.array([[1, 0, dx], [0, 1, dy]])
    size = image.shape[::-1]
    moved = cv2.warpAffine(blurred, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.addWeighted(moved, strength, moved, 0, 255 * (1 - strength)), np.uint8)


def _stains(shape: tuple[int, ...], count: int, dots: float, rng: np.random.Generator) -> GrayImage:
    """Return the light under rings of cups and smudges of fingers, coarser than the page."""
    step = COARSE_MM * dots
    rows, columns = max(round(shape[0] / step), 1), max(round(shape[1] / step), 1)
    light = np.full((rows, columns), 255, np.uint8)
    for number in range(count):
        centre = (int(rng.integers(columns)), int(rng.integers(rows)))
        gray = int(rng.integers(195, 240))
        if number % 2:
            axes = (int(rng.integers(4, 16)), int(rng.integers(2, 8)))
            cv2.ellipse(light, centre, axes, float(rng.uniform(0, 180)), 0, 360, gray, -1)
        else:
            cv2.circle(light, centre, int(rng.integers(30, 42)), gray, 2)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), 1.0), np.uint8)


def _folds(shape: tuple[int, ...], count: int, dots: float, rng: np.random.Generator) -> GrayImage:
    """Return the light on a sheet folded across: a thin shadow along each fold."""
    light = np.full(shape, 255, np.uint8)
    height, width = shape
    for number in range(count):
        y = (number + 1) / (count + 1) * height + rng.normal(0, 4 * dots)
        ends = (0, round(y)), (width, round(y + rng.normal(0, 0.01 * width)))
        cv2.line(light, *ends, int(rng.integers(170, 215)), max(round(FOLD_MM * dots), 1))
    return np.asarray(cv2.GaussianBlur(light, (0, 0), 0.15 * dots), np.uint8)


def _drop_speck(image: GrayImage, dots: float, rng: np.random.Generator) -> None:
    height, width = image.shape
    x, y = int(rng.integers(width)), int(rng.integers(height))
    radius = rng.uniform(*SPECK_MM) * dots
    stretch = rng.uniform(0.5, 1.5)
    axes = (round(16 * radius * stretch), round(16 * radius / stretch))
    cv2.ellipse(
        image,
        (16 * x, 16 * y),
        axes,
        float(rng.uniform(0, 180)),
        0,
        360,
        int(rng.integers(40, 190)),
        -1,
        cv2.LINE_AA,
        4,
    )


def _staple(image: GrayImage, dots: float, rng: np.random.Generator) -> None:
    """Draw a staple askew in the upper left corner, and its shadow."""
    length, width = STAPLE_MM
    x, y = rng.uniform(8, 14, 2)
    angle = rng.uniform(0.4, 1.0)
    along = np.array([np.cos(angle), -np.sin(angle)]) * length / 2
    across = np.array([np.sin(angle), np.cos(angle)]) * width / 2
    outline = np.array([along + across, along - across, -along - across, across - along])
    for shift, gray in ((0.4, 200), (0.0, 70)):
        paint_polygon(image, (outline + np.array([x + shift, y + shift])) * dots, gray)


def _lose_mark(
    image: GrayImage,
    template: Template,
    how: Literal["covered", "torn"],
    dots: float,
    rng: np.random.Generator,
) -> None:
    """Hide one mark."""
    places, size = _marks(template)
    x, y = places[int(rng.integers(len(places)))]
    if how == "covered":
        radius = size * rng.uniform(0.9, 1.3)
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        round_about = np.column_stack([np.cos(angles), np.sin(angles)])
        centre = np.array([x, y]) + rng.normal(0, 0.1 * size, 2)
        paint_polygon(image, (centre + radius * round_about) * dots, int(rng.integers(60, 235)))
        return
    width, height = template.page.size
    corner = np.array([0 if x < width / 2 else width, 0 if y < height / 2 else height])
    leg = float(np.abs(corner - (x, y)).sum() + size) * rng.uniform(1.1, 1.4)
    paint_polygon(image, _tear(corner, leg, (width, height), rng) * dots, int(rng.choice(BEHIND)))


def _marks(template: Template) -> tuple[list[tuple[float, float]], float]:
    """Return the centres of a form's marks and their size, mm; of its corners if it has none."""
    register = template.registration
    if register.marks:
        return list(register.marks.at), register.marks.size
    if register.aruco:
        return list(register.aruco.at.values()), register.aruco.size
    width, height = template.page.size
    return [(x, y) for x in (5.0, width - 5) for y in (5.0, height - 5)], 5.0


def _tear(
    corner: Points, leg: float, size: tuple[float, float], rng: np.random.Generator
) -> Points:
    """Return the outline of a corner that was torn off, mm, (n, 2)."""
    inward = np.where(corner > 0, -1.0, 1.0)
    ends = np.array([[leg, 0], [0, leg]]) * inward
    steps = np.linspace(0, 1, TEAR_STEPS)[:, None]
    edge = ends[0] * (1 - steps) + ends[1] * steps
    edge[1:-1] += rng.normal(0, 0.02 * leg, (TEAR_STEPS - 2, 2))
    return np.asarray(np.vstack([corner, corner + edge]).clip(0, size), np.float64)
