"""What is seen of the printed boxes under a mapping: how many of their lines, and how far off."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from formreader.geometry import Transform
from formreader.register.lines import SAMPLES, Lines
from formreader.register.pyramid import Pyramid, View, look_up

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DOTS_PER_MM = 3.8  # a hairline of 0.15 mm still darkens its pixel by half; more only costs time
STEP_MM = 0.2
SIDE = 4  # steps; the paper beside a line is looked at 0.8 mm away, as lines are up to 0.7 mm thick
REACH = 8  # steps; lines are looked for up to 1.6 mm off
ACROSS = np.arange(-REACH - SIDE, REACH + SIDE + 1, dtype=np.float32) * np.float32(STEP_MM)
OFFSETS = np.arange(-REACH, REACH + 1) * STEP_MM
FAINTEST = 0.012  # darkness against the paper beside; pale, dotted boxes of real scans reach 0.02
GRAINS = 1.0  # of the paper's grain that a line must be darker
LINE_SHARE = 0.5  # of the samples of a piece; pale lines are broken, text is seldom so straight
RIM_SHARE = 0.8  # the same for the rim of a dark area, such as a black bar beside the boxes
GATES_MM = (1.6, 1.0, 0.6, 0.4)  # from fit to fit, lines farther off than this are left out
COMB_SHARE = 0.2  # with fewer upper lines than this in all rows, they are not printed: combs
WORTH_ANOTHER = 0.4  # with fewer lines seen, another look does not help
PROMISING = 0.6  # with more seen, another look may help though the last did not

# How far a mapping may be off before anything is seen, standard deviations in mm at the page's
# rim: two shifts, four terms of scale and shear, two of perspective. Holds back what few rows
# cannot determine.
LIKELY_MM = np.array([1.5, 1.5, 0.7, 0.7, 0.7, 0.7, 0.5, 0.5])


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """What was seen of the outlines of rows of boxes."""

    transform: Transform
    """The mapping, page mm to scan pixels, corrected by the lines seen."""
    fit: float
    """Share of the pieces of outlines that are seen where the corrected mapping has them."""
    rows: float
    """Share of the rows of which at least half of the pieces are seen."""
    strength: float
    """Mean share of each piece, seen or not, that shows its line."""
    clarity: float
    """The same of the lines seen: how unbroken they are."""


def sight(scan: Pyramid, outlines: Lines, transform: Transform) -> Sighting:
    """Look for every piece near its place, and correct the mapping by those that agree."""
    lines, rims = _look(scan, outlines, transform)
    terms, found = _terms(outlines), lines >= LINE_SHARE
    correction = _shift(found, outlines)
    for gate_mm in GATES_MM:
        correction = _fitted(correction, terms, np.where(found, lines, 0), gate_mm)
    near = np.abs(OFFSETS - (terms @ correction)[:, None]) <= GATES_MM[-1]
    best = np.where(near, lines, 0).max(axis=1, initial=0)
    rim = np.where(near & (rims >= RIM_SHARE), rims, 0).max(axis=1, initial=0)
    seen = np.maximum(best, rim) >= LINE_SHARE
    counted = _printed(seen, outlines.upper)
    return Sighting(
        transform=_as_transform(correction, outlines).then(transform),
        fit=_mean(seen[counted]),
        rows=_mean(np.bincount(outlines.row[counted], seen[counted] - 0.5).round(1) >= 0),
        strength=_mean(np.maximum(best, rim)[counted]),
        clarity=_mean(best[best >= LINE_SHARE]),
    )


def settle(scan: Pyramid, outlines: Lines, first: Sighting, looks: int) -> Sighting:
    """Look again under the corrected mapping, so many times at most: rough ones get better."""
    best = latest = first
    for _ in range(looks):
        if latest.fit < WORTH_ANOTHER:
            break
        before, latest = latest, sight(scan, outlines, latest.transform)
        best = latest if latest.fit >= best.fit else best
        if latest.fit <= before.fit and not PROMISING <= latest.fit < 1:
            break
    return best


def share_seen(scan: Pyramid, lines: Lines, transform: Transform) -> float:
    """Return the share of pieces that are seen under a mapping as it is; 0 if there are none."""
    shares, _ = _look(scan, lines, transform)
    return _mean((shares[:, abs(OFFSETS) <= GATES_MM[-1]] >= LINE_SHARE).any(axis=1))


def sample(view: View, transform: Transform, points: Floats) -> npt.NDArray[np.uint8]:
    """Return the grey values at points of the page in mm, (..., 2)."""
    matrix = transform.then(view.from_scan).matrix
    x, y, w = np.moveaxis(points @ matrix[:, :2].T + matrix[:, 2], -1, 0)
    return look_up(view.image, x / w, y / w)


def view_of(scan: Pyramid, lines: Lines, transform: Transform) -> View:
    """Return the view that is just fine enough for printed lines."""
    return scan.view(transform.scale_at(*lines.middle), DOTS_PER_MM)


def _look(scan: Pyramid, lines: Lines, transform: Transform) -> tuple[Floats, Floats]:
    """Return the shares of samples that show a line, and a dark area's rim, at each offset.

    Both are (pieces, offsets). Grey values count against the brightest paper of their piece, so
    that shadows do not matter.
    """
    if not len(lines.points):
        return np.zeros((0, len(OFFSETS))), np.zeros((0, len(OFFSETS)))
    view = view_of(scan, lines, transform)
    gray = _profiles(view, lines, transform)
    paper = gray.max(axis=2).mean(axis=1)
    faintest = np.maximum(FAINTEST * paper, GRAINS * view.grain).astype(np.int16)
    here = gray[..., SIDE:-SIDE] + faintest[:, None, None]
    dark_inside = gray[..., 2 * SIDE :] > here
    dark_both = dark_inside & (gray[..., : -2 * SIDE] > here)
    lines_seen, rims_seen = (np.count_nonzero(dark, axis=1) for dark in (dark_both, dark_inside))
    return lines_seen / SAMPLES, rims_seen / SAMPLES


def _profiles(view: View, lines: Lines, transform: Transform) -> npt.NDArray[np.int16]:
    """Return the grey values across each piece at each sample, (pieces, SAMPLES, ACROSS)."""
    matrix = transform.then(view.from_scan).matrix
    along = (lines.points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    across = (lines.inward @ matrix[:, :2].T).astype(np.float32)
    x, y, w = (along[:, :, i, None] + across[:, i, None, None] * ACROSS for i in range(3))
    return look_up(view.image, x / w, y / w).astype(np.int16)


def _terms(lines: Lines) -> Floats:
    """Return how far each piece moves along its inward normal per unit of each correction."""
    u, v = ((lines.points.mean(axis=1) - lines.middle) / lines.half_side).T
    nx, ny = lines.inward.T
    turn = nx * u + ny * v
    return np.column_stack([nx, ny, nx * u, nx * v, ny * u, ny * v, u * turn, v * turn])


def _shift(found: Flags, lines: Lines) -> Floats:
    """Return the correction by the one shift that brings most pieces upon lines."""
    correction = np.zeros(len(LIKELY_MM))
    for axis in (0, 1):
        normal = lines.inward[:, axis]
        votes = found[normal > 0].sum(axis=0) + found[normal < 0, ::-1].sum(axis=0)
        if votes.any():
            correction[axis] = OFFSETS[np.convolve(votes, np.ones(3), "same").argmax()]
    return correction


def _fitted(correction: Floats, terms: Floats, lines: Floats, gate_mm: float) -> Floats:
    """Fit the correction to the lines nearest to where it has the pieces so far."""
    expected = terms @ correction
    miss = np.abs(OFFSETS - expected[:, None])
    value = np.where(miss <= gate_mm, lines - miss / 5, 0)
    used = value.max(axis=1, initial=0) > 0
    best = OFFSETS[value[used].argmax(axis=1)]
    ridge = np.where(np.abs(OFFSETS - best[:, None]) <= 2 * STEP_MM, lines[used], 0)
    place = ridge @ OFFSETS / ridge.sum(axis=1)
    weight = 1 / ((gate_mm / 3) ** 2 + (place - expected[used]) ** 2)
    normal = terms[used].T * weight
    return np.linalg.solve(normal @ terms[used] + np.diag(LIKELY_MM**-2.0), normal @ place)


def _as_transform(correction: Floats, lines: Lines) -> Transform:
    """Write a correction, mm at the page's rim, as a mapping of the page onto itself."""
    x, y, xx, xy, yx, yy, px, py = correction / lines.half_side
    matrix = np.array([[1 + xx, xy, x], [yx, 1 + yy, y], [-px, -py, 1]])
    left, top = lines.middle
    unit = Transform.shift(-left, -top).then(Transform.scaling(1 / lines.half_side))
    return unit.then(Transform(matrix)).then(unit.inverse())


def _printed(seen: Flags, upper: Flags) -> Flags:
    """Tell which pieces count: not the upper ones where hardly any of them is printed."""
    return ~upper if _mean(seen[upper]) < COMB_SHARE else np.ones_like(upper)


def _mean(values: npt.ArrayLike) -> float:
    return float(np.asarray(values, np.float64).mean()) if np.size(values) else 0.0
