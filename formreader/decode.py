"""From the probabilities of a field's boxes to the values it may hold."""

from collections.abc import Callable, Iterator, Set
from itertools import islice
from math import prod

import numpy as np

from formreader.belief import Belief, Candidate
from formreader.free_run import interpret_run
from formreader.interpret import EMPTY, STRUCK, UNKNOWN, Meaning, interpret
from formreader.results import BoxReading, BoxState, FieldReading, Likelihood
from formreader.spelling import spellings
from formreader.template import Field, FieldType

CHARACTERS = "0123456789" + STRUCK + UNKNOWN
"""What `Decision.read` has for each class of a box with ink."""

STATE_SURE = 0.9999  # that an empty box is empty: of 35,000 digits drawn into boxes none was lost
SLIGHTEST = 1e-6  # a class less likely than this is not looked at; it still counts as doubt
NOTHING = 0.3  # share of what is no digit that is dirt or scribbled over: the box counts as empty
REFUSED = 0.003  # how much likelier a value fits its constraints than any one that does not:
# people write a wrong check digit in one field of some hundred, and the network may be blind
TICKED = ((0.0, 0.03, 0.3, 0.45), (0.5, 1.0, 1.0, 0.3))  # share of a checkbox that is covered, and
# how likely it is a tick then: drawn ones cover 0.07 to 0.20; less may be dirt, more is blackened
FAINT = 1e-4  # spellings that weigh less than this against the best are not looked at
DOUBTED = 0.998  # below it a field may go to review: a promise of 0.1 % wants 0.997 of plain ones
MOST = 1000  # nor are more than so many, which take 10 ms


def decode(reading: FieldReading, field: Field, roster: Set[str] | None = None) -> Belief:
    """Return the values that a field's boxes or its free run may spell, each as likely as it is.

    A value that breaks a constraint of its field weighs `REFUSED` of what it would: a doubtful
    digit is settled by its check, but a sure one is doubted, not changed. What was not looked at
    counts as refused as often as what was.

    Args:
        reading: of the field.
        field: of the template.
        roster: the values it may have; None where any will do.

    Raises:
        ValueError: if the reading has not as many boxes as the field.
    """
    if len(reading.boxes) != field.box_count:
        raise ValueError(f"expected {field.box_count} boxes, got {len(reading.boxes)}")
    meaning_of = interpret if field.groups else interpret_run
    found = _Found(lambda text: meaning_of(text, field, roster))
    for text, probability in islice(_texts(reading, field), MOST):
        if probability < FAINT * found.most:
            break
        found.add(text, probability)
    return found.belief(reading.name)


def is_in_doubt(reading: FieldReading, field: Field, roster: Set[str] | None = None) -> bool:
    """Tell whether a field is likely to go to review, by what is likeliest in it alone: 0.02 ms."""
    if reading.doubt or field.review == "always":
        return True
    text, probability = _likeliest(reading, field)
    meaning_of = interpret if field.groups else interpret_run
    return probability < DOUBTED or bool(meaning_of(text, field, roster).reason)


def _likeliest(reading: FieldReading, field: Field) -> Likelihood:
    """Return the likeliest text of a field, without looking at any other of boxes with digits."""
    if not field.groups or field.type is FieldType.CHECKBOX:
        return next(_texts(reading, field))
    boxes = [box.probabilities or (STATE_SURE,) for box in reading.boxes]
    most = [max(probabilities) for probabilities in boxes]
    characters = (
        CHARACTERS[probabilities.index(likeliest)] if len(probabilities) > 1 else EMPTY
        for probabilities, likeliest in zip(boxes, most, strict=True)
    )
    return "".join(characters), prod(most)


def _texts(reading: FieldReading, field: Field) -> Iterator[Likelihood]:
    """Yield what is written in a field, the likeliest first."""
    if not field.groups:
        return iter(reading.texts or ((UNKNOWN, 1.0),))
    return spellings([_characters(box, field) for box in reading.boxes])


def _characters(box: BoxReading, field: Field) -> list[Likelihood]:
    """Return what a box may hold; in a checkbox that is ticked, or a tick taken back."""
    if box.state is BoxState.EMPTY:
        return [(EMPTY, STATE_SURE)]
    if field.type is FieldType.CHECKBOX:
        ticked = STATE_SURE * (1.0 if box.cover is None else float(np.interp(box.cover, *TICKED)))
        return [(STRUCK, ticked), (EMPTY, 1 - ticked)]
    *written, no_digit = box.probabilities
    likely = [each for each in zip(CHARACTERS, written, strict=False) if each[1] > SLIGHTEST]
    if no_digit * (1 - NOTHING) > SLIGHTEST:
        likely.append((UNKNOWN, no_digit * (1 - NOTHING)))
    if no_digit * NOTHING > SLIGHTEST:
        likely.append((EMPTY, no_digit * NOTHING))
    return likely


class _Found:
    """The values found so far, and what they weigh."""

    def __init__(self, interpret: Callable[[str], Meaning]) -> None:
        self.most = 0.0
        """What the heaviest value weighs."""
        self._interpret = interpret
        self._read = ""
        self._seen = 0.0
        self._meanings: dict[str, Meaning] = {}
        self._weights: dict[str, float] = {}

    def add(self, text: str, probability: float) -> None:
        """Add a spelling, the likeliest first; several may spell one value, as X12 and 012."""
        meaning = self._interpret(text)
        value = meaning.value
        self._read = self._read or text
        self._seen += probability
        self._meanings.setdefault(value, meaning)
        weight = self._weights.get(value, 0.0) + probability * _factor(meaning)
        self._weights[value] = weight
        self.most = max(self.most, weight)

    def belief(self, name: str) -> Belief:
        """Return the values with their probabilities."""
        rest = max(0.0, 1 - self._seen) * self._share_kept()
        total = sum(self._weights.values()) + rest
        ranked = sorted(self._weights, key=lambda value: (-self._weights[value], value))
        candidates = (
            Candidate(value, self._weights[value] / total, meaning.reason, meaning.possible)
            for value in ranked
            for meaning in (self._meanings[value],)
        )
        return Belief(
            name, self._read, tuple(candidates), rest / total, self._settled_by(ranked[0])
        )

    def _settled_by(self, heaviest: str) -> str:
        """Return which constraint speaks against the likeliest spelling, if another value won."""
        read = self._interpret(self._read)
        if read.value == heaviest or _factor(read) == 1:
            return ""
        return f"{read.reason}: {read.value} was read"

    def _share_kept(self) -> float:
        """Return by how much constraints made the other values lighter, on the mean."""
        heaviest = max(self._weights, key=self._weights.__getitem__)
        others = self._seen - self.most / _factor(self._meanings[heaviest])
        weigh = sum(self._weights.values()) - self.most
        return min(1.0, weigh / others) if others > 0 else 1.0


def _factor(meaning: Meaning) -> float:
    """Return what a value weighs against one that is as likely and breaks no constraint.

    Whether a value would break one is not known while a digit of it is unknown.
    """
    return meaning.usual if meaning.possible or UNKNOWN in meaning.value else REFUSED
