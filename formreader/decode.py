"""From the probabilities of a field's boxes to its most likely value."""

import heapq
from collections.abc import Sequence
from typing import TypeAlias

from formreader.interpret import EMPTY, STRUCK, UNKNOWN, Meaning, interpret
from formreader.results import BoxReading, BoxState, Decision, FieldReading, Status
from formreader.template import Field, FieldType

CHARACTERS = "0123456789" + STRUCK + UNKNOWN
"""What `Decision.read` has for each class of a box with ink."""

STATE_SURE = 0.9999  # that an empty box is empty: of 35,000 digits drawn into boxes none was lost
SLIGHTEST = 1e-4  # a class less likely than this is no alternative worth a person's time
SPELLINGS = 32  # of a field are looked at: all there are while five boxes may be two things each
ALTERNATIVES = 3
NOTHING = 0.3  # share of what is no digit that is dirt or scribbled over: the box counts as empty
LEAST_GUESS = 0.02  # below it a value that can be right is no better a guess than one that cannot

Likelihood: TypeAlias = tuple[str, float]
"""A text and its probability, 0 to 1."""


def decode(reading: FieldReading, field: Field) -> Decision:
    """Return the value that the boxes of a field most likely spell.

    It is accepted, or blank, where nothing but its confidence can speak against it: how much is
    enough is no matter of one field. Where the likeliest value cannot be right, as 7X4 or the
    31st of April, the likeliest that can be is the guess for the person who looks.

    Raises:
        ValueError: if the reading has not as many boxes as the field.
    """
    if len(reading.boxes) != field.box_count:
        raise ValueError(f"expected {field.box_count} boxes, got {len(reading.boxes)}")
    spellings = likeliest_spellings([_characters(box, field) for box in reading.boxes])
    (likeliest, probability), *others = _values(spellings, field)
    possible = [(meaning.value, share) for meaning, share in others if meaning.possible]
    value, confidence = likeliest.value, probability
    if not likeliest.possible:
        guessed = possible and possible[0][1] >= LEAST_GUESS
        value, confidence = possible.pop(0) if guessed else (likeliest.value, 0.0)
    return Decision(
        name=field.name,
        value=value,
        status=_status(likeliest),
        confidence=confidence,
        read=spellings[0][0],
        reason=likeliest.reason,
        alternatives=tuple(possible[:ALTERNATIVES]),
    )


def likeliest_spellings(
    boxes: Sequence[Sequence[Likelihood]], count: int = SPELLINGS
) -> list[Likelihood]:
    """Return the most likely texts of one character per box, best first, at most `count`."""
    spellings: list[Likelihood] = [("", 1.0)]
    for characters in boxes:
        longer = ((text + more, p * q) for text, p in spellings for more, q in characters)
        spellings = heapq.nsmallest(count, longer, key=_likeliest_first)
    return spellings


def _likeliest_first(found: Likelihood) -> tuple[float, str]:
    """Order by probability, and what is equally likely by its text: the same on every machine."""
    text, probability = found
    return -probability, text


def _characters(box: BoxReading, field: Field) -> list[Likelihood]:
    """Return what a box may hold; in a checkbox any ink is a cross."""
    if box.state is BoxState.EMPTY:
        return [(EMPTY, STATE_SURE)]
    if field.type is FieldType.CHECKBOX:
        return [(STRUCK, STATE_SURE)]
    *written, no_digit = box.probabilities
    likely = [
        *zip(CHARACTERS, written, strict=False),
        (UNKNOWN, no_digit * (1 - NOTHING)),
        (EMPTY, no_digit * NOTHING),
    ]
    return [(character, p) for character, p in likely if p > SLIGHTEST]


def _values(spellings: Sequence[Likelihood], field: Field) -> list[tuple[Meaning, float]]:
    """Return what spellings mean, likeliest value first: several may spell one, as X12 and 012."""
    meanings: dict[str, Meaning] = {}
    shares: dict[str, float] = {}
    for spelling, probability in spellings:
        meaning = interpret(spelling, field)
        meanings.setdefault(meaning.value, meaning)
        shares[meaning.value] = min(1.0, shares.get(meaning.value, 0.0) + probability)
    ranked = sorted(shares.items(), key=_likeliest_first)
    return [(meanings[value], share) for value, share in ranked]


def _status(meaning: Meaning) -> Status:
    if meaning.reason:
        return Status.REVIEW
    return Status.ACCEPTED if meaning.value else Status.BLANK
