"""By what a run is decided: the promise, and the evidence of how the network errs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from formreader.digits.card import Hand
from formreader.evidence import Evidence, Support, support
from formreader.shift import Shift
from formreader.strips.card import LineKind
from formreader.strips.network import kind_of_line
from formreader.template import Field, FieldType, Template

KINDS_OF_LINES = {LineKind.FREE_RUN: "free run", LineKind.CODE_LINE: "code line"}
HARDER = 2  # times as often as drawn lines real ones are wrong, as sure: of 307 amounts 2 %, not 1
STRICTER = 10  # times less doubt is let through on pages unlike those of the evidence


class Policy(Protocol):
    """Says what suffices for a value to go into the table by itself."""

    @property
    def hand(self) -> Hand | None:
        """How digits of one writer are read by each other; None: each by itself."""
        ...

    def least_confidence(self, field: Field, template: Template) -> float | None:
        """Return the least confidence that suffices for a field; None if none does."""
        ...


@dataclass(frozen=True, slots=True)
class AcceptAll:
    """Accepts what nothing but its confidence can speak against: to measure confidence by."""

    hand: Hand | None = None

    def least_confidence(self, field: Field, template: Template) -> float | None:  # noqa: ARG002
        """Return 0."""
        return 0.0


@dataclass(frozen=True, slots=True, eq=False)
class KeepPromise:
    """Accepts what keeps the promise, as far as the evidence shows."""

    max_error: float
    """At most this share of the accepted values is wrong, 0 to 1."""
    evidence: Evidence
    hand: Hand | None = None
    shifts: Mapping[str, Shift] = field(default_factory=dict)
    """By what forms are unlike those of the evidence, by the name of their template."""

    def least_confidence(self, field: Field, template: Template) -> float | None:
        """Return the least confidence that suffices for a field; None if none does.

        What is noticed of digits in boxes tells nothing of lines, which another network reads.
        """
        max_error = min(self.max_error, field.max_error or self.max_error)
        least = self.support(kind_of(field, template), max_error).least_confidence
        if least is None or not field.groups or template.name not in self.shifts:
            return least
        return 1 - (1 - least) / STRICTER

    def support(self, kind: str, max_error: float) -> Support:
        """Return what evidence there is for a promise of fields of one kind.

        Where there are too few fields of it, those of all kinds in boxes are taken together; of
        lines, which another network reads, these tell nothing. Lines were drawn, which real writing
        is harder than: half the promise must be shown of them.
        """
        if kind == KINDS_OF_LINES[LineKind.FREE_RUN]:
            max_error /= HARDER
        own = _support(self.evidence, (kind,), max_error)
        enough = own.least_confidence is not None or own.fields >= own.wanted
        lines = set(KINDS_OF_LINES.values())
        if enough or kind in lines:
            return own
        boxed = sorted(set(self.evidence.kinds.tolist()) - lines)
        return _support(self.evidence, tuple(boxed), max_error)

    def supports(self, templates: Iterable[Template]) -> dict[str, Support]:
        """Return what evidence there is for the promise of the run, by kind of the fields."""
        kinds = {kind_of(field, template) for template in templates for field in template.fields}
        return {kind: self.support(kind, self.max_error) for kind in sorted(kinds)}


@lru_cache  # 0.1 s, before reading and again for deciding
def _support(evidence: Evidence, kinds: tuple[str, ...], max_error: float) -> Support:
    """Return what the fields of some kinds show of a promise."""
    return support(evidence.of(kinds), max_error)


def kind_of(field: Field, template: Template) -> str:
    """Return what speaks for a field beside the network: fields of one kind err alike."""
    if not field.groups:
        return KINDS_OF_LINES[kind_of_line(field)]
    if field.type is FieldType.CHECKBOX:
        return "checkbox"
    in_rule = any(field.name in rule.fields for rule in template.rules)
    is_checked = field.check or field.roster or field.one_of or field.pattern
    return "checked" if in_rule or is_checked else "plain"
