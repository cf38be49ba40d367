"""Deal out values that no two forms of a run may have: each to the form that most likely has it."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from formreader.belief import Belief, Candidate

SHARED = 0.003  # how much likelier it is that two forms differ than that one repeats the other
FAINT = 1e-4  # a form is not dealt a value that is less likely on it than this
SURE = 1 - 1e-9  # no form is surer; what is left keeps logarithms finite


def allot(beliefs: Sequence[Belief]) -> list[Belief]:
    """Weigh what a field may hold on each form by what it holds on all the others.

    A value weighs as much less on a form as others are likely to have it, down to `SHARED`: of two
    forms that may both have it, the surer one does. One that is sure of it keeps it though another
    is too; that is for a person to see. Where several still want one value, all they may have is
    dealt out so that the whole is likeliest (the assignment problem).

    Args:
        beliefs: of one field on every form of the run, each of one value at least.
    """
    free = _free(beliefs)
    weighed = [_weighed(belief, free) for belief in beliefs]
    for forms in _rivals(weighed):
        for form, place in zip(forms, _deal([weighed[form] for form in forms]), strict=True):
            weighed[form] = _with_first(weighed[form], place)
    return weighed


def _free(beliefs: Sequence[Belief]) -> Mapping[str, float]:
    """Return the log of the probability that no form has it, for each value."""
    free: dict[str, float] = defaultdict(float)
    for belief in beliefs:
        for candidate in belief.candidates:
            free[candidate.value] += _log_without(candidate)
    return free


def _log_without(candidate: Candidate) -> float:
    return math.log1p(-min(candidate.probability, SURE))


def _weighed(belief: Belief, free: Mapping[str, float]) -> Belief:
    """Return a belief weighed by how likely it is that no other form has each value."""
    weights = [
        each.probability * max(SHARED, math.exp(free[each.value] - _log_without(each)))
        if each.possible and each.value
        else each.probability
        for each in belief.candidates
    ]
    total = sum(weights) + belief.rest
    candidates = sorted(
        (
            replace(each, probability=weight / total)
            for each, weight in zip(belief.candidates, weights, strict=True)
        ),
        key=lambda each: (-each.probability, each.value),
    )
    return replace(belief, candidates=tuple(candidates), rest=belief.rest / total)


def _rivals(beliefs: Sequence[Belief]) -> Iterator[list[int]]:
    """Yield forms that may have each other's values where two of them want the same one."""
    wanted = Counter(belief.likeliest.value for belief in beliefs)
    contested = {value for value, count in wanted.items() if count > 1 and value}
    if not contested:
        return
    claimants: dict[str, list[int]] = defaultdict(list)
    for form, belief in enumerate(beliefs):
        for value in _claims(belief):
            claimants[value].append(form)
    met: set[int] = set()
    for value in sorted(contested):
        forms: set[int] = set()
        waiting = list(claimants[value])
        while waiting:
            form = waiting.pop()
            if form not in forms | met:
                forms.add(form)
                waiting += (other for each in _claims(beliefs[form]) for other in claimants[each])
        met |= forms
        if forms:
            yield sorted(forms)


def _claims(belief: Belief) -> list[str]:
    """Return the values that a form may be dealt."""
    return [
        each.value
        for each in belief.candidates
        if each.possible and each.value and each.probability >= FAINT
    ]


def _deal(beliefs: Sequence[Belief]) -> list[int]:
    """Return the place of the value that each form is dealt among its candidates.

    Each form has a share of its own likeliest value too, at the cost of `SHARED`.
    """
    values = sorted({value for belief in beliefs for value in _claims(belief)})
    column = {value: index for index, value in enumerate(values)}
    costs = np.full((len(beliefs), len(values) + len(beliefs)), math.inf)
    for row, belief in enumerate(beliefs):
        costs[row, len(values) + row] = -math.log(belief.likeliest.probability * SHARED)
        for value in _claims(belief):
            (share,) = (each.probability for each in belief.candidates if each.value == value)
            costs[row, column[value]] = -math.log(share)
    _, chosen = linear_sum_assignment(costs)
    return [
        next((p for p, each in enumerate(belief.candidates) if column.get(each.value) == index), 0)
        for belief, index in zip(beliefs, chosen.tolist(), strict=True)
    ]


def _with_first(belief: Belief, place: int) -> Belief:
    """Return a belief with one of its values first."""
    candidates = list(belief.candidates)
    return replace(belief, candidates=(candidates.pop(place), *candidates))
