"""Stand-ins for the network: they see what they are told to, at once."""

import os

import numpy as np

from formreader.digits.card import CLASS_NAMES, InputConvention, ModelCard
from formreader.digits.recogniser import Look
from formreader.evidence import Evidence
from formreader.images import CLASSES, DigitBatch, StripImage
from formreader.results import Texts


def card(sha256: str = "0" * 64) -> ModelCard:
    """Return the card of a network that does not tell how digits are written."""
    return ModelCard(
        name="stand-in",
        title="stand-in",
        file="none",
        sha256=sha256,
        classes=CLASS_NAMES,
        input=InputConvention(),
        temperature=1,
        trained_on=(),
        scores={},
        seed=1,
        created_by="tests",
    )


def evidence(fields=4000, confidence=0.98) -> Evidence:
    """Return fields that were all right, so sure, by as many writers: they show 1 in 1,000."""
    return Evidence(
        kinds=np.full(fields, "plain"),
        writers=np.arange(fields).astype(str),
        confidence=np.full(fields, confidence),
        right=np.ones(fields, np.bool_),
    )


class SeesSevens:
    """Calls whatever it is shown a 7."""

    def __init__(self, sha256: str = "0" * 64) -> None:
        self.card, self.evidence = card(sha256), evidence()
        self.shown = 0
        """How often it was asked: once a page."""
        self.seven = 1.0
        """How likely each is a 7; the rest goes to 1."""

    def look(self, digits: DigitBatch) -> Look:
        self.shown += 1
        each = self.seven * np.eye(CLASSES)[7] + (1 - self.seven) * np.eye(CLASSES)[1]
        sevens = np.tile(each.astype(np.float32), (len(digits), 1))
        return Look(sevens, np.zeros((len(digits), 0), np.int8))


class Stumbles(SeesSevens):
    """Breaks down on the pages of those numbers, counted as they come."""

    def __init__(self, *pages: int) -> None:
        super().__init__()
        self.pages = pages

    def look(self, digits: DigitBatch) -> Look:
        seen = super().look(digits)
        if self.shown in self.pages:
            raise ZeroDivisionError("no luck")
        return seen


class Kills(SeesSevens):
    """Ends the process that asks for so many digits at once."""

    def __init__(self, digits: int) -> None:
        super().__init__()
        self.digits = digits

    def look(self, digits: DigitBatch) -> Look:
        if len(digits) == self.digits:
            os._exit(9)
        return super().look(digits)


class AsksFor:
    """A policy that asks of every field for so much confidence, by the promise."""

    hand = None

    def __init__(self, least, max_error=0.001) -> None:
        self.least, self.max_error = least, max_error

    def least_confidence(self, field, _):
        return self.least(min(self.max_error, field.max_error or self.max_error))


class Spells:
    """Sees one text in every strip, and how sure it is of it."""

    def __init__(self, text: str, sure: float = 1.0) -> None:
        self.found = ((text, sure), ("9", 1 - sure)) if sure < 1 else ((text, sure),)
        self.strips: list[StripImage] = []
        """What it was shown."""

    def texts(self, strip: StripImage) -> Texts:
        self.strips.append(strip)
        return self.found
