"""Fit parallel lines, at distances known or to be found, to the darkness along an axis."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

FINE_MM = 0.5  # how far a line may lie from where all of them together put it
LINE_MM = 0.9  # a line is narrower than this; a broader dark band is a bar or a shadow
PULL = 0.6  # darkness units per mm: between equals the nearer place wins
LEAST_SPAN = 0.3  # of the layout: lines closer together show where it is, not how wide
LEAST_CONTRAST = 4.0  # mean darkness of a line over its surroundings; grain reaches 2

Profile = npt.NDArray[np.float32]
"""Strength of something at each pixel along an axis, (n,)."""

Places = npt.NDArray[np.float64]
"""Coordinates of lines along an axis, patch pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Where to look for lines along an axis."""

    layouts: Places
    """Expected places of the lines, (layouts, lines), the likeliest layout first."""
    shifts: npt.NDArray[np.intp]
    """By how much all of them together may be shifted, pixels."""
    index: npt.NDArray[np.intp]
    """Of each line of each shifted layout in a profile with a 0 behind it."""


def prepare_search(layouts: Places, reach: int, size: int) -> Search:
    """Work out where to look the layouts up in profiles of a size, shifted by up to `reach`."""
    shifts = np.arange(-reach, reach + 1)
    places = np.rint(layouts[:, :, None] + shifts).astype(np.intp)
    return Search(layouts, shifts, _inside(places, size))


def ridges_of(profile: Profile, dots: float) -> Profile:
    """Keep what is narrow and dark, (n,): the profile above the darker of its two flanks."""
    line = profile.reshape(1, -1)
    opened = cv2.morphologyEx(line, cv2.MORPH_OPEN, np.ones((1, round(LINE_MM * dots)), np.uint8))
    return np.asarray(cv2.blur(line - opened, (3, 1)).ravel(), np.float32)


def fit_lines(ridges: Profile, search: Search, dots: float) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Place the lines of the layout that fits best.

    Args:
        ridges: strength of a line at each pixel, (n,).
        search: where to look.
        dots: pixels per mm.

    Returns:
        Their places, (lines,), and which of them were seen.
    """
    layouts, shifts = search.layouts, search.shifts
    ridges = np.append(ridges, np.float32(0))
    strength = np.add.reduce(ridges.take(search.index), axis=1) / layouts.shape[1]
    strength -= PULL / dots * np.abs(shifts)
    best, shift = divmod(int(strength.argmax()), len(shifts))
    expected = layouts[best] + shifts[shift]
    places, seen = _refine(ridges, expected, dots)
    if seen.all():
        return places, seen
    if not seen.any():
        return layouts[0], seen
    if np.ptp(expected[seen]) < LEAST_SPAN * np.ptp(expected):
        return np.where(seen, places, expected + (places - expected)[seen].mean()), seen
    slope, offset = _line_through(expected[seen], places[seen])
    return np.where(seen, places, slope * expected + offset), seen


def _inside(places: npt.NDArray[np.intp], size: int) -> npt.NDArray[np.intp]:
    """Return the index of each place; what lies outside has the index behind the last."""
    outside = (places < 0) | (places >= size)
    return np.where(outside, size, places)


def _refine(ridges: Profile, expected: Places, dots: float) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Return the centre of the strongest ridge near each place, and whether it is a line.

    Args:
        ridges: with a 0 behind them.
        expected: places.
        dots: pixels per mm.
    """
    size, reach, half = len(ridges) - 1, round(FINE_MM * dots), round(LINE_MM / 2 * dots)
    start = np.rint(expected).astype(np.intp)[:, None] - reach
    windows = ridges.take(_inside(start + np.arange(2 * reach + 1), size))
    peaks = start + windows.argmax(axis=1, keepdims=True)
    flanks = np.arange(-half, half + 1)
    weights = ridges.take(_inside(peaks + flanks, size)) + np.float32(1e-6)
    centres = peaks[:, 0] + weights @ flanks / np.add.reduce(weights, axis=1)
    seen = windows.max(axis=1) >= LEAST_CONTRAST
    return np.where(seen, centres, expected), seen


def _line_through(x: Places, y: Places) -> tuple[float, float]:
    """Return slope and offset of the least-squares line."""
    spread = x - x.mean()
    slope = float((spread * y).sum() / (spread * spread).sum())
    return slope, float(y.mean() - slope * x.mean())
