"""The simplest mapping that explains where points of the page were seen."""

import cv2
import numpy as np

from formreader.geometry import Points, Transform

NARROW = 0.15  # width to length of an area: less tells nothing about scale and shear across
EXPLAINED_MM = 0.4  # root mean square; flat scans stay below, so more is perspective


def fit_points(page_mm: Points, scan_px: Points) -> Transform:
    """Fit a mapping to two or more pairs of points, (n, 2) each.

    Two points, or more along one line, give a similarity, three an affine
    mapping, more a perspective one, but only where an affine one does not
    explain them: what is left free is extrapolated badly.
    """
    if len(page_mm) == 2 or _is_narrow(page_mm):
        return fit_similarity(page_mm, scan_px)
    affine = _affine(page_mm, scan_px)
    if len(page_mm) == 3 or spread_mm(affine, page_mm, scan_px) <= EXPLAINED_MM:
        return affine
    return fit_perspective(page_mm, scan_px)


def fit_perspective(page_mm: Points, scan_px: Points) -> Transform:
    """Fit a mapping of a page seen at an angle, to four or more pairs of points."""
    matrix, _ = cv2.findHomography(page_mm, scan_px)
    return (
        _affine(page_mm, scan_px) if matrix is None else Transform(np.asarray(matrix, np.float64))
    )


def fit_similarity(page_mm: Points, scan_px: Points) -> Transform:
    """Fit a mapping that only turns, scales and shifts: all that points close together can tell."""
    page, scan = page_mm @ (1, 1j), scan_px @ (1, 1j)
    off_page, off_scan = page - page.mean(), scan - scan.mean()
    turn = (off_scan * off_page.conj()).sum() / (abs(off_page) ** 2).sum()
    shift = scan.mean() - turn * page.mean()
    a, b = turn.real, turn.imag
    return Transform(np.array([[a, -b, shift.real], [b, a, shift.imag], [0, 0, 1]]))


def spread_mm(transform: Transform, page_mm: Points, scan_px: Points) -> float:
    """Return how far, root mean square, points of the page were seen from where they map to."""
    gaps = transform.apply(page_mm) - scan_px
    return float(np.sqrt((gaps**2).sum(axis=1).mean())) / transform.scale_at(*page_mm.mean(axis=0))


def _is_narrow(points: Points) -> bool:
    """Tell whether points lie nearly along one line."""
    across, along = np.linalg.eigvalsh(np.cov(points.T))
    return bool(across < NARROW**2 * along)


def _affine(page_mm: Points, scan_px: Points) -> Transform:
    terms = np.column_stack([page_mm, np.ones(len(page_mm))])
    solution = np.linalg.lstsq(terms, scan_px, rcond=None)[0]
    return Transform(np.vstack([solution.T, (0, 0, 1)]))
