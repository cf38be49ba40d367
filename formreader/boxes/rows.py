"""Find all the rows of boxes of a page, and cut the strokes out of each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from formreader.boxes.guide import remove_guides
from formreader.boxes.lattice import Lattice, expected_lattice, find_lattice
from formreader.boxes.lines import remove_lines
from formreader.boxes.patch import Patch, cut_patch
from formreader.boxes.seek import BoxRow, seek_row
from formreader.boxes.strokes import pen_darkness, share_out
from formreader.geometry import Points, Rect, Transform
from formreader.images import GrayImage, InkImage
from formreader.template import Field, Group, Template

SEEN = 0.5  # evidence from which a row says where the page lies
ASTRAY_MM = 0.6  # a row this far from where the others put it latched on to other lines
MISPLACED_MM = 0.4  # of rows of the right form hardly any lies this far from its place
NEAR_MM = 0.5  # and is looked for again within this distance
ROUNDS = 6  # of weighting at most; the plane moves less than 0.02 mm after them
STILL_MM = 0.001  # a plane that moves less lies where it will
EXACT_MM = 0.1  # rows nearer than this to the plane weigh alike
LEAST_FOR_SLOPE = 4  # rows from which the stretch of the paper is told from its shift


@dataclass(frozen=True, eq=False)
class Row:
    """One group of boxes as it was found on a page."""

    field: Field
    group: Group
    patch: Patch
    lattice: Lattice

    @cached_property
    def outline(self) -> Points:
        """The corners of the row on the scan, (4, 2), clockwise from the top left."""
        first, last = self.lattice.boxes[0], self.lattice.boxes[-1]
        row = Rect(first.x, first.y, last.right - first.x, first.height)
        return self.patch.to_scan.apply(row.corners)

    @property
    def box_outlines(self) -> tuple[Points, ...]:
        """The corners of each box on the scan, (4, 2) each."""
        return tuple(self.patch.to_scan.apply(box.corners) for box in self.lattice.boxes)


@dataclass(frozen=True, slots=True, eq=False)
class FoundRows:
    """All rows of a page, in the order of the template."""

    rows: tuple[Row, ...]
    residual_mm: float
    """Root mean square distance of the rows seen from where the others put them."""
    evidence: float
    """Share of the printed lines that were seen, 0 to 1."""
    misplaced: float
    """Share of the rows that do not lie where the others expect them, 0 to 1."""


def find_rows(
    image: GrayImage, template: Template, transform: Transform, *, printed: bool = True
) -> FoundRows:
    """Find the boxes of every field.

    Rows see to each other: one that lies where the others do not expect it latched on to other
    lines, and is looked for again where they do. Rows that drift are looked for by themselves.

    Args:
        image: the page.
        template: in mm.
        transform: page mm to scan pixels, right within 2 mm.
        printed: False where a drop-out colour left nothing of the boxes: they are where the
            template has them.
    """
    places = [(field, group) for field in template.fields for group in field.groups]
    fixed = _find_fixed(
        [
            _find(image, field, group, transform, printed=printed)
            for field, group in places
            if field.is_fixed
        ],
        printed=printed,
    )
    drifting = (_seek(image, *place, transform) for place in places if not place[0].is_fixed)
    found = {True: iter(fixed.rows), False: drifting}
    rows = tuple(next(found[field.is_fixed]) for field, _ in places)
    return replace(fixed, rows=rows, evidence=_mean_evidence(rows) if printed else 0.0)


def cut_strokes(rows: Sequence[Row]) -> tuple[tuple[InkImage | None, ...], ...]:
    """Return for each row the strokes of each of its boxes, cut out tightly; None if empty.

    All rows of a page are cut together: they share a pen, and what is printed in their boxes.
    """
    pen = pen_darkness([(row.patch.ink, row.lattice) for row in rows])
    inks = remove_lines([(row.patch, row.lattice) for row in rows], pen)
    for kinds in _guided(rows):
        remove_guides([[(inks[index], rows[index].lattice) for index in kind] for kind in kinds])
    darkness = pen_darkness([(ink, row.lattice) for ink, row in zip(inks, rows, strict=True)])
    return tuple(
        share_out(
            ink,
            row.lattice,
            darkness,
            row.patch.dots_per_mm,
            guided=row.field.guide is not None,
        )
        for ink, row in zip(inks, rows, strict=True)
    )


def _find(
    image: GrayImage, field: Field, group: Group, transform: Transform, *, printed: bool
) -> Row:
    patch = cut_patch(image, transform, group.region)
    if printed:
        lattice = find_lattice(patch, group.boxes, pitch_mm=field.pitch)
    else:
        lattice = expected_lattice(patch, group.boxes, field.pitch)
    return Row(field, group, patch, lattice)


def _find_fixed(rows: list[Row], *, printed: bool) -> FoundRows:
    """Settle where rows are that lie where the template has them, by each other."""
    if not printed or not rows:
        return FoundRows(tuple(rows), residual_mm=0.0, evidence=0.0, misplaced=0.0)
    expected = _expected_offsets(rows)
    astray = list(map(_is_astray, rows, expected))
    if any(astray):
        rows = [
            _find_near(row, offset) if strayed else row
            for row, offset, strayed in zip(rows, expected, astray, strict=True)
        ]
        expected = _expected_offsets(rows)
    gaps = np.abs(_offsets(rows) - expected).max(axis=1)
    return FoundRows(
        rows=tuple(rows),
        residual_mm=_residual(rows, expected),
        misplaced=float(np.mean(gaps > MISPLACED_MM)),
        evidence=_mean_evidence(rows),
    )


def _mean_evidence(rows: Sequence[Row]) -> float:
    return float(np.mean([row.lattice.evidence for row in rows])) if rows else 0.0


def _seek(image: GrayImage, field: Field, group: Group, transform: Transform) -> Row:
    """Look for a row that lies elsewhere on every print; where it is not seen, expect it."""
    place = seek_row(image, transform, BoxRow(group.region, group.boxes, field.drift or 0))
    if place is None:
        patch = cut_patch(image, transform, group.region)
        return Row(field, group, patch, expected_lattice(patch, group.boxes, field.pitch))
    group = Group(region=place, boxes=group.boxes)
    patch = cut_patch(image, transform, place)
    return Row(field, group, patch, find_lattice(patch, group.boxes, pitch_mm=field.pitch))


def _find_near(row: Row, offset: npt.NDArray[np.float64]) -> Row:
    """Look for a row again, close to where it should be."""
    lattice = find_lattice(
        row.patch,
        row.group.boxes,
        pitch_mm=row.field.pitch,
        near_mm=(float(offset[0]), float(offset[1])),
        reach_mm=NEAR_MM,
    )
    return replace(row, lattice=lattice)


def _offsets(rows: Iterable[Row]) -> Points:
    """Return how far each row lies right of and below its place in the template, mm, (rows, 2)."""
    return np.array([(row.lattice.dx_mm, row.lattice.dy_mm) for row in rows])


def _expected_offsets(rows: Sequence[Row]) -> Points:
    """Return where, after all rows that were seen, each should lie, mm, (rows, 2).

    A plane is laid through the offsets so that the sum of distances is least, not of their
    squares: a row that latched on to other lines must not bend what it is judged by.
    """
    seen = np.array([row.lattice.evidence >= SEEN for row in rows])
    offsets = _offsets(rows)
    if seen.sum() < LEAST_FOR_SLOPE:
        middle = np.median(offsets[seen], axis=0) if seen.any() else np.zeros(2)
        return np.broadcast_to(middle, offsets.shape)
    regions = [row.group.region for row in rows]
    places = np.array([(1, region.x + region.width / 2, region.y) for region in regions])
    expected = np.broadcast_to(np.median(offsets[seen], axis=0), offsets.shape)
    for _ in range(ROUNDS):
        gaps = np.hypot(*(offsets - expected).T)
        weights = (seen / np.sqrt(np.maximum(gaps, EXACT_MM)))[:, None]
        slopes, *_ = np.linalg.lstsq(places * weights, offsets * weights, rcond=1e-3)
        before, expected = expected, places @ slopes
        if np.abs(expected - before).max() < STILL_MM:
            break
    return np.asarray(expected, np.float64)


def _is_astray(row: Row, offset: npt.NDArray[np.float64]) -> bool:
    found = np.array((row.lattice.dx_mm, row.lattice.dy_mm))
    return bool(np.abs(found - offset).max() > ASTRAY_MM) or row.lattice.evidence < SEEN


def _residual(rows: Sequence[Row], expected: Points) -> float:
    """Return the root mean square distance of found rows from their expected places, mm."""
    seen = np.array([row.lattice.evidence >= SEEN for row in rows])
    if not seen.any():
        return 0.0
    apart = (_offsets(rows) - expected)[seen]
    return float(np.sqrt((apart**2).sum(axis=1).mean()))


def _guided(rows: Sequence[Row]) -> list[list[list[int]]]:
    """Group the rows with the same guide in every box by the guide, and by the size of their boxes.

    Letters differ from box to box; that they are paler than the pen must do.
    """
    guides: dict[str, dict[tuple[int, int], list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, row in enumerate(rows):
        if row.field.guide not in (None, "letters"):
            width, height = row.group.region.width, row.group.region.height
            guides[row.field.guide][round(width / row.group.boxes), round(height)].append(index)
    return [list(sizes.values()) for sizes in guides.values()]
