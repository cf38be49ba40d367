"""Whether what is seen of the boxes under a mapping is enough to believe it."""

from dataclasses import dataclass

import numpy as np

from formreader.register.lines import Lines, separators
from formreader.register.methods import Attempt, Method
from formreader.register.pyramid import Pyramid
from formreader.register.sighting import Sighting, settle, share_seen, sight
from formreader.template import Template

# Shares of lines that must be seen: where print is broken or pale, right mappings show few of
# them (karvy-kyc: 0.76 at clarity 0.80), where it is crisp nearly all, while the boxes of other
# forms of one family agree with up to 0.67 at clarity 0.86.
WITH_BACKING = (0.1, 0.77)  # at clarity 0, and how much more at clarity 1
WITHOUT_BACKING = (-0.28, 1.18)
LEAST_CLARITY = 0.8
FOR_FEW = 3.0  # divided by their number: few lines are met by chance
WITHOUT_SEPARATORS = 0.1  # more is needed of outlines where lines between boxes do not help
SEPARATORS_PRINTED = 0.2  # below this share, lines between boxes are there by chance
GAPS_MM = (0.0, 0.6, 1.0, 1.5, 2.0, 3.0)  # tried between boxes where the template is silent
FALLEN_BACK = 0.05  # more is needed where what the form is meant to be found by was not found
POSSIBLE = 0.5  # below this share of outlines, lines between boxes need not be looked for
NEARLY_ALL = 0.95  # of the outlines: no other mapping will be better
MOST_ROWS = 0.7  # must show; some may be covered
CLEARLY = 0.1  # by so much of the outlines a mapping must be better than any to another place
ELSEWHERE_MM = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A mapping, corrected by the boxes seen under it, and what speaks for it."""

    method: Method
    sighting: Sighting
    surplus: float
    """Share of lines seen beyond what is needed; negative where that is too little."""

    @property
    def is_enough(self) -> bool:
        """Whether it could be believed if there were no other."""
        return self.surplus >= 0 and self.sighting.rows >= MOST_ROWS


def judge(scan: Pyramid, template: Template, outlines: Lines, attempt: Attempt) -> list[Candidate]:
    """Look for the boxes under each mapping of an attempt, and correct it by them."""
    found = []
    for transform in attempt.transforms:
        sighting = sight(scan, outlines, transform)
        if attempt.rough or sighting.fit < NEARLY_ALL:
            sighting = settle(scan, outlines, sighting)
        if attempt.backed:
            surplus = sighting.fit - _needed(WITH_BACKING, sighting.clarity, len(outlines.points))
        else:
            surplus = _surplus_alone(scan, template, outlines, sighting)
            surplus -= FALLEN_BACK if attempt.fallen_back else 0
        found.append(Candidate(attempt.method, sighting, surplus))
    return found


def best_of(found: list[Candidate], outlines: Lines) -> Candidate | None:
    """Return the best candidate; None if none is enough or one elsewhere is nearly as good."""
    enough = [candidate for candidate in found if candidate.is_enough]
    if not enough:
        return None
    best = max(enough, key=lambda candidate: candidate.sighting.fit)
    transform = best.sighting.transform
    places = transform.apply(outlines.corners)
    gate = ELSEWHERE_MM * transform.scale_at(*outlines.middle)
    for other in found:
        gap = np.linalg.norm(other.sighting.transform.apply(outlines.corners) - places, axis=1)
        if other.sighting.fit > best.sighting.fit - CLEARLY and gap.mean() > gate:
            return None
    return best


def is_convincing(candidate: Candidate) -> bool:
    """Tell whether as many lines are seen as their clarity allows, so that none can be better."""
    sighting = candidate.sighting
    return sighting.rows == 1 and sighting.fit >= min(NEARLY_ALL, sighting.clarity)


def _needed(share: tuple[float, float], clarity: float, lines: int) -> float:
    least, more = share
    return least + more * clarity + FOR_FEW / max(lines, 1)


def _surplus_alone(scan: Pyramid, template: Template, outlines: Lines, sighting: Sighting) -> float:
    """Judge a mapping that nothing but printed lines speak for, by those between boxes, too."""
    if sighting.fit < POSSIBLE:
        return sighting.fit - 1
    clarity, count = max(sighting.clarity, LEAST_CLARITY), len(outlines.points)
    by_outlines = sighting.fit - _needed(WITHOUT_BACKING, clarity, count) - WITHOUT_SEPARATORS
    between = [separators(template, gap_mm) for gap_mm in GAPS_MM]
    shares = [share_seen(scan, lines, sighting.transform) for lines in between]
    share, lines = max(zip(shares, between, strict=True), key=lambda pair: pair[0])
    if share < SEPARATORS_PRINTED:
        return by_outlines
    total = count + len(lines.points)
    both = (sighting.fit * count + share * len(lines.points)) / total
    return max(by_outlines, both - _needed(WITHOUT_BACKING, clarity, total))
