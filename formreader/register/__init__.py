"""Registration: lays a template over a scan, by whatever evidence the form offers.

Each method in `methods` offers mappings of the page onto the scan; `verdict` looks for the printed
boxes under each of them, corrects it by them, and believes it if enough of them are there.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from formreader.errors import AlignmentError
from formreader.geometry import Transform
from formreader.images import GrayImage, require_gray
from formreader.register.dropout import shows_only_writing
from formreader.register.lines import Lines, outlines
from formreader.register.methods import FEWEST_LINES, Attempt, Method, attempts
from formreader.register.pyramid import Pyramid, halve_down
from formreader.register.verdict import Candidate, best_of, is_convincing, judge
from formreader.template import Register, Template

LEAST_LINE = 12  # pixels; of a line cut out, digits may be as low
SMALLEST = 40  # pixels; 1 cm at 100 dpi, less than any form


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Where a template lies on a scan."""

    transform: Transform
    """Page mm to scan pixels, whose centres have whole coordinates."""
    method: Method
    """What led to it."""
    fit: float
    """Share of the outlines of rows of boxes that are seen where expected, 0 to 1."""
    printed: bool = True
    """False where the scan shows writing but no boxes, as a drop-out colour leaves it."""


def alignments(
    image: GrayImage, template: Template, *, dpi: float | None = None
) -> Iterator[Alignment]:
    """Yield where a template may lie on a scan; what is found there must tell which is right.

    A template with boxes in fixed places is laid upon them, which leaves one alignment.

    Args:
        image: the page, at 100 to 600 dpi, turned and askew as it may be.
        template: what it should be.
        dpi: what the file claims; it may be wrong.

    Raises:
        AlignmentError: if there is none.
    """
    if template.is_fixed:
        yield align(image, template, dpi=dpi)
        return
    scan = _prepared(image, LEAST_LINE if template.registration.whole else SMALLEST)
    found = False
    for attempt in attempts(scan, template, outlines(template), dpi):
        for transform in attempt.transforms:
            found = True
            yield Alignment(transform, attempt.method, fit=1.0)
        if attempt.proven:
            return
    if not found:
        raise AlignmentError(
            f"no sheet of the size of '{template.name}' was found; scan it whole, one to a picture"
        )


def align(image: GrayImage, template: Template, *, dpi: float | None = None) -> Alignment:
    """Find where a template lies on a scan or photo: within 0.3 mm as a rule, 1.5 mm at worst.

    Args:
        image: the page, at 100 to 600 dpi, turned and askew as it may be.
        template: what it should be.
        dpi: what the file claims; it may be wrong.

    Raises:
        AlignmentError: if the page is another form, or which way is up cannot be told.
    """
    scan, expected = _prepared(image, SMALLEST), outlines(template)
    seen: list[Candidate] = []
    best: Candidate | None = None
    attempt = Attempt("boxes")
    for attempt in attempts(scan, template, expected, dpi):
        seen += judge(scan, template, expected, attempt)
        best = best_of(seen, expected)
        if attempt.proven or (best and is_convincing(best)):
            break
    if best:
        return Alignment(best.sighting.transform, best.method, best.sighting.fit)
    if attempt.proven and len(attempt.transforms) == 1:
        (transform,) = attempt.transforms
        if shows_only_writing(scan, expected, transform):
            return Alignment(transform, attempt.method, seen[-1].sighting.fit, printed=False)
    raise AlignmentError(_refusal(seen, template, expected))


def _prepared(image: GrayImage, least: int) -> Pyramid:
    require_gray(image)
    height, width = image.shape
    if min(height, width) < least:
        raise AlignmentError(f"{width} x {height} pixels are no page; scan it at 100 dpi or more")
    return halve_down(image)


def _refusal(seen: list[Candidate], template: Template, expected: Lines) -> str:
    """Say what was missing and what to do."""
    form = f"'{template.name}'"
    ask = "is it that form, scanned whole and at 100 dpi or more?"
    add = "add marks, a picture or outline = true to the template"
    if not seen:
        if len(expected.points) < FEWEST_LINES and template.registration == Register():
            return f"{form} has too few boxes to be found by them alone; {add}"
        return f"nothing of {form} was found; {ask}"
    if any(candidate.is_enough for candidate in seen):
        return f"the boxes of {form} fit in several places, so which way is up is unsure; {add}"
    fit = max(candidate.sighting.fit for candidate in seen)
    return f"only {fit:.0%} of the outlines of boxes are where {form} has them; {ask}"
