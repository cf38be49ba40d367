"""Lay a template over a page, and find what is printed there: which form it is, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile

import cv2
import numpy as np

from formreader.boxes.rows import FoundRows, find_rows
from formreader.errors import AlignmentError
from formreader.images import GrayImage
from formreader.pages import Page
from formreader.register import Alignment, alignments
from formreader.strips.runs import Run, find_runs
from formreader.template import Template

MOST_ASKEW_MM = 0.7  # residual above which boxes of 5 mm would lose parts of digits
LEAST_EVIDENCE = 0.7  # share of printed lines seen; combs show 0.87 of a whole box's
MOST_MISPLACED = 0.2  # share of rows; on the most bent photo 0.08, on another form 0.25 and more
MOST_BESIDE = 0.6  # share of a picture that a sheet takes up beside which there may be another
LEAST_SEEN = 0.5  # share of what drifts; on another form or side there is none


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A template as it lies on a page, and what was found under it."""

    template: Template
    alignment: Alignment
    found: FoundRows
    """Its rows of boxes."""
    runs: tuple[Run, ...]
    """Its fields without boxes, in the order of the template."""

    @property
    def evidence(self) -> float:
        """Which share of what is printed was seen, 0 to 1; 1 where nothing need be."""
        if self.template.is_fixed:
            return self.found.evidence
        return float(np.mean(self.sought)) if self.sought else 1.0

    @property
    def sought(self) -> list[bool]:
        """Whether each row of boxes and each frame or code line was seen, where all may drift."""
        rows = [row.lattice.evidence >= LEAST_EVIDENCE for row in self.found.rows]
        return rows + [run.is_seen for run in self.runs if run.is_seen is not None]

    @property
    def missing(self) -> frozenset[str]:
        """The names of fields that drift, and of code lines, of which too little was seen."""
        rows = (row for row in self.found.rows if row.field.drift is not None)
        unseen = {row.field.name for row in rows if row.lattice.evidence < LEAST_EVIDENCE}
        unseen |= {run.field.name for run in self.runs if run.is_seen is False}
        return frozenset(unseen)


def lay(page: Page, templates: Sequence[Template]) -> Laid:
    """Lay each template over a page; return the one that fits.

    Raises:
        AlignmentError: if the page is none of these forms, or lies too far askew.
    """
    fits: list[Laid] = []
    refusals: list[AlignmentError] = []
    for template in templates:
        try:
            laid = lay_best(page, template)
            _require_fit(laid)
        except AlignmentError as error:
            refusals.append(error)
        else:
            fits.append(laid)
    if not fits:
        raise refusals[0] if len(refusals) == 1 else AlignmentError(_none_fits(templates))
    return max(fits, key=_how_surely)


def _how_surely(laid: Laid) -> tuple[bool, int, float]:
    """Return how much speaks for a template: boxes in their places, then all else that is seen.

    What asks for nothing printed fits any page.
    """
    fixed = laid.template.is_fixed
    return fixed, 0 if fixed else sum(laid.sought), laid.evidence


def lay_best(page: Page, template: Template) -> Laid:
    """Lay a template over a page as well as it can be, however badly it fits.

    Raises:
        AlignmentError: if there is nothing to lay it upon, or it lies there twice.
    """
    height, width = page.image.shape
    form = template.on_picture(width, height)
    places: list[Laid] = []
    tried = alignments(page.image, form, dpi=page.dpi)
    for alignment in tried:
        places.append(_laid(page.image, form, alignment))
        if places[-1].evidence == 1:
            break
    best = max(places, key=lambda laid: laid.evidence)
    if not form.is_fixed and _share_of(page.image, best) < MOST_BESIDE:
        _require_one(page.image, best, places, tried)
    return best


def _laid(image: GrayImage, form: Template, alignment: Alignment) -> Laid:
    found = find_rows(image, form, alignment.transform, printed=alignment.printed)
    return Laid(form, alignment, found, find_runs(image, form, alignment.transform))


def _share_of(image: GrayImage, laid: Laid) -> float:
    """Return the share of a picture that a sheet takes up."""
    corners = laid.alignment.transform.apply(laid.template.bounds.corners)
    return cv2.contourArea(corners.astype(np.float32)) / image.size


def _require_one(
    image: GrayImage, best: Laid, others: list[Laid], tried: Iterator[Alignment]
) -> None:
    """Refuse a picture on which the form lies once more, beside where it was found."""
    sheets = takewhile(lambda alignment: alignment.method == best.alignment.method, tried)
    for other in chain(others, (_laid(image, best.template, alignment) for alignment in sheets)):
        if other.evidence >= LEAST_SEEN and not _overlap(best, other):
            raise AlignmentError(
                f"'{best.template.name}' is on this picture twice; scan them one by one"
            )


def _overlap(one: Laid, other: Laid) -> bool:
    """Tell whether the middle of one place lies in another."""
    quad = one.alignment.transform.apply(one.template.bounds.corners).astype(np.float32)
    x, y = other.alignment.transform.apply(other.template.bounds.corners).mean(axis=0)
    return cv2.pointPolygonTest(quad, (float(x), float(y)), False) >= 0


def _require_fit(laid: Laid) -> None:
    if not laid.template.is_fixed:
        _require_seen(laid)
    elif laid.alignment.printed:
        _require_rows(laid.found)


def _require_seen(laid: Laid) -> None:
    if laid.evidence < LEAST_SEEN:
        raise AlignmentError(
            f"the printed boxes, frames and code line of '{laid.template.name}' are not there; "
            "is this the front of it, whole and one to a picture?"
        )


def _require_rows(found: FoundRows) -> None:
    if found.evidence < LEAST_EVIDENCE:
        raise AlignmentError(
            f"only {found.evidence:.0%} of the printed lines of its boxes are there; "
            "is this page the same form as the template?"
        )
    if found.misplaced > MOST_MISPLACED:
        raise AlignmentError(
            f"{found.misplaced:.0%} of its rows of boxes are not where the template has them; "
            "is this page the same form, or another edition of it?"
        )
    if found.residual_mm > MOST_ASKEW_MM:
        raise AlignmentError(
            f"its boxes lie {found.residual_mm:.1f} mm from where they belong, at most "
            f"{MOST_ASKEW_MM} mm can be read; scan the page flat and whole"
        )


def _none_fits(templates: Sequence[Template]) -> str:
    names = ", ".join(template.name for template in templates)
    return f"it fits none of the templates {names}"
