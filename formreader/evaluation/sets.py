"""Several sets of digits, evaluated each by itself and all together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from formreader.digit_sets.labelled import LabelledDigits, joined
from formreader.digits.recogniser import Recogniser
from formreader.evaluation.measures import Evaluation, evaluate
from formreader.images import Probabilities


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """Digits, what a network says of them and what that is worth."""

    digits: LabelledDigits
    probabilities: Probabilities
    evaluation: Evaluation


def evaluate_set(recogniser: Recogniser, digits: LabelledDigits) -> Evaluated:
    """Let a network read digits, and compare."""
    probabilities = recogniser.look(digits.images).probabilities
    return Evaluated(digits, probabilities, evaluate(probabilities, digits))


def together(sets: Sequence[Evaluated]) -> Evaluated:
    """Evaluate sets as one; writers are named after their set as well, if there are several."""
    if len(sets) == 1:
        return sets[0]
    name = " + ".join(each.digits.name for each in sets)
    digits = joined(name, [_writers_by_set(each.digits) for each in sets])
    probabilities = np.concatenate([each.probabilities for each in sets])
    return Evaluated(digits, probabilities, evaluate(probabilities, digits))


def _writers_by_set(digits: LabelledDigits) -> LabelledDigits:
    full = np.char.add(f"{digits.name} ", digits.writers)
    return replace(digits, writers=np.where(digits.writers == "", "", full))
