"""What was read, and what was made of it: the nouns between reading and the tables."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from formreader.geometry import Rect
from formreader.images import CLASSES

Likelihood: TypeAlias = tuple[str, float]
"""A text and its probability, 0 to 1."""

Texts: TypeAlias = tuple[Likelihood, ...]
"""What may be written somewhere, the likeliest first."""


class BoxState(StrEnum):
    """What the picture of a box holds, before any network looks at it."""

    EMPTY = "empty"
    INK = "ink"


@dataclass(frozen=True, slots=True)
class BoxReading:
    """What one box holds."""

    state: BoxState
    probabilities: tuple[float, ...] = ()
    """Of the classes of `images.Probabilities`; empty for an empty box."""
    cover: float | None = None
    """Share of the box that strokes cover, 0 to 1; None where that was not measured."""
    style: bytes = b""
    """How it is written: a row of `images.Styles`; empty where that is not known."""

    def __post_init__(self) -> None:
        expected = CLASSES if self.state is BoxState.INK else 0
        if len(self.probabilities) != expected:
            raise ValueError(f"expected {expected} probabilities, got {len(self.probabilities)}")


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One field as the machine saw it, nothing decided."""

    name: str
    boxes: tuple[BoxReading, ...]
    """In reading order, over all groups; none of a free run."""
    area: Rect
    """Around the field, whole pixels of the page as a viewer shows it."""
    texts: Texts = ()
    """What a free run may spell; none of a field in boxes."""
    doubt: str = ""
    """Why a person must see it whatever was read, as a reason; "" if nobody must."""


@dataclass(frozen=True, slots=True)
class PageReading:
    """Everything read on one page."""

    template: str
    residual_mm: float
    """How far, root mean square, printed boxes lie from where registration expects them."""
    fields: tuple[FieldReading, ...]
    turned: int = 0
    """By how many quarter turns, clockwise, the form lies on the page as a viewer shows it."""
    doubt: str = ""
    """Why a person must see all of it whatever was read, as a reason; "" if nobody must."""


class Status(StrEnum):
    """What became of a field."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    BLANK = "blank"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Decision:
    """The value made of a field's reading, and whether it may go into the table by itself."""

    name: str
    value: str
    """Canonical, as fields.csv has it: "?" where a digit is unknown, "" for a blank field."""
    status: Status
    confidence: float
    """Probability that `value` is right, 0 to 1."""
    read: str
    """One character per box: digit, "_" empty, "X" crossed out, "?" not a digit."""
    reason: str = ""
    """A short code, a colon and words; never empty for a field in review."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """Other values and their probabilities, best first."""

    @property
    def code(self) -> str:
        """The reason without its words, "" for none."""
        return self.reason.partition(":")[0]


@dataclass(frozen=True, slots=True)
class DecidedField:
    """One row of fields.csv."""

    file: str
    page: int
    template: str
    decision: Decision
    area: Rect


@dataclass(frozen=True, slots=True)
class Record:
    """All fields of one form: one row of records.csv."""

    file: str
    page: int
    template: str
    fields: tuple[DecidedField, ...]
    """In the order of the template."""
    turned: int = 0
    """By how many quarter turns, clockwise, the form lies on the page as a viewer shows it."""

    @property
    def status(self) -> Status:
        """What became of the form: a person must see it, has seen it, or need not."""
        statuses = {field.decision.status for field in self.fields}
        if Status.REVIEW in statuses:
            return Status.REVIEW
        return Status.VERIFIED if Status.VERIFIED in statuses else Status.ACCEPTED


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of problems.csv: a page that was set aside."""

    file: str
    page: int
    reason: str
