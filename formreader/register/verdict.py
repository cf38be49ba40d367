"""Whether what is seen of the boxes under a mapping is enough to believe it."""

from dataclasses import dataclass

import numpy as np

from formreader.register.fitting import fit_similarity
from formreader.register.flat import Flat
from formreader.register.lines import Lines, separators
from formreader.register.methods import Attempt, Method
from formreader.register.pyramid import Pyramid
from formreader.register.sighting import Sighting, settle, share_seen, sight
from formreader.template import Template

BACKED = (
    0.64  # strength needed; other forms of one family reach 0.58, a third of all lines broken 0.69
)

# Share of lines needed at clarity 0, and how much more at clarity 1: where print is pale, right
# mappings show few (karvy-kyc: 0.76 at clarity 0.80), where it is crisp nearly all, while on a
# sheet of squared paper wrong ones show 0.85 at clarity 0.87.
UNBACKED = (-0.26, 1.18)
LEAST_CLARITY = 0.8
FOR_FEW = 1.5  # divided by their number: few lines are met by chance
MOST_NEEDED = 0.93  # something is always covered or crossed
WITHOUT_SEPARATORS = 0.1  # more is needed of outlines where lines between boxes do not help
SEPARATORS_PRINTED = 0.2  # below this share, lines between boxes are there by chance
GAPS_MM = (0.0, 0.6, 1.0, 1.5, 2.0, 3.0)  # tried between boxes where the template is silent
FALLEN_BACK = 0.05  # more is needed where what the form is meant to be found by was not found
LOOKS = 6  # more, under a rough mapping; of those that are off by 2 mm, 95 in 100 get right in 4
SURE = 0.99  # of the outlines: another look would not change the mapping
POSSIBLE = 0.5  # below this share of outlines, lines between boxes need not be looked for
NEARLY_ALL = 0.95  # of the outlines: no other mapping will be better
FLAT_MM = 0.5  # rows are seldom farther than this from where an even sheet has them; wrong ones are
MOST_ROWS = 0.8  # must show: a few may be covered; where more are missing, the mapping is bent
CLEARLY = 0.08  # so much stronger a mapping must be than any to another place
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
        if attempt.rough or sighting.fit < SURE:
            sighting = settle(scan, outlines, sighting, LOOKS if attempt.rough else 1)
        if attempt.backed:
            surplus = sighting.strength - BACKED
        else:
            extra = FALLEN_BACK if attempt.fallen_back else 0.0
            surplus = _surplus_alone(scan, template, outlines, sighting, extra)
            if attempt.flat and _bend_mm(sighting, outlines, attempt.flat) > FLAT_MM:
                surplus = min(surplus, sighting.fit - NEARLY_ALL - FOR_FEW / len(outlines.points))
        found.append(Candidate(attempt.method, sighting, surplus))
    return found


def best_of(found: list[Candidate], outlines: Lines) -> Candidate | None:
    """Return the best candidate; None if none is enough or one elsewhere is nearly as good."""
    enough = [candidate for candidate in found if candidate.is_enough]
    if not enough:
        return None
    best = max(enough, key=lambda candidate: candidate.sighting.strength)
    transform = best.sighting.transform
    places = transform.apply(outlines.corners)
    gate = ELSEWHERE_MM * transform.scale_at(*outlines.middle)
    for other in found:
        gap = np.linalg.norm(other.sighting.transform.apply(outlines.corners) - places, axis=1)
        near = other.sighting.strength > best.sighting.strength - CLEARLY
        if near and gap.mean() > gate:
            return None
    return best


def is_convincing(candidate: Candidate) -> bool:
    """Tell whether as many lines are seen as their clarity allows, so that none can be better."""
    sighting = candidate.sighting
    return sighting.rows == 1 and sighting.fit >= min(NEARLY_ALL, sighting.clarity)


def _surplus_alone(
    scan: Pyramid, template: Template, outlines: Lines, sighting: Sighting, extra: float
) -> float:
    """Judge a mapping that nothing but printed lines speak for, by those between boxes, too."""
    if sighting.fit < POSSIBLE:
        return sighting.fit - 1
    count = len(outlines.points)
    alone = sighting.fit - _needed(sighting.clarity, count, extra + WITHOUT_SEPARATORS)
    between = [separators(template, gap_mm) for gap_mm in GAPS_MM]
    shares = [share_seen(scan, lines, sighting.transform) for lines in between]
    share, lines = max(zip(shares, between, strict=True), key=lambda pair: pair[0])
    if share < SEPARATORS_PRINTED:
        return alone
    total = count + len(lines.points)
    both = (sighting.fit * count + share * len(lines.points)) / total
    return max(alone, both - _needed(sighting.clarity, total, extra))


def _needed(clarity: float, lines: int, extra: float) -> float:
    least, more = UNBACKED
    share = least + more * max(clarity, LEAST_CLARITY) + extra
    return min(MOST_NEEDED, share) + FOR_FEW / lines


def _bend_mm(sighting: Sighting, outlines: Lines, flat: Flat) -> float:
    """Return how far the rows lie from where turning and scaling a flat page would put them."""
    places = sighting.transform.then(flat.to_scan.inverse()).apply(outlines.corners)
    even = fit_similarity(outlines.corners, places)
    gaps = np.linalg.norm(even.apply(outlines.corners) - places, axis=1)
    return float(gaps.max()) / even.scale_at(*outlines.middle)
