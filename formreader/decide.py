"""What becomes of every field of a run: into the table by itself, or to a person."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from formreader.decode import decode
from formreader.interpret import UNKNOWN
from formreader.results import (
    DecidedField,
    Decision,
    FieldReading,
    PageReading,
    Problem,
    Record,
    Status,
)
from formreader.rules import Expression, Name, Number, Operation, Rule
from formreader.store import StoredPage
from formreader.template import Field, Template

UNSURE = "unsure"  # the one reason that a smaller promise would make go away
OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class Acceptance:
    """From what confidence on a value goes into the table by itself."""

    max_error: float
    """The promise: at most this share of the accepted values is wrong, 0 to 1."""
    least_confidence: Callable[[float], float | None]
    """Gives the least confidence that keeps a promise, or None if none does: a model's card."""

    def accepts(self, confidence: float, field: Field) -> bool:
        """Tell whether a value is sure enough for a field, which may ask more than the run."""
        least = self.least_confidence(min(self.max_error, field.max_error or self.max_error))
        return least is not None and confidence >= least


def decide(
    pages: Iterable[StoredPage], templates: Mapping[str, Template], acceptance: Acceptance
) -> Iterator[Record | Problem]:
    """Yield what becomes of every page, in the order they come.

    Args:
        pages: the run as it was read.
        templates: by the digest of their layout.
        acceptance: what makes a value sure enough.
    """
    for page in pages:
        if page.layout is None or isinstance(page.outcome, str):
            yield Problem(page.file, page.page, str(page.outcome))
        else:
            template = templates[page.layout]
            yield decide_page(page.file, page.page, page.outcome, template, acceptance)


def decide_page(
    file: str, page: int, reading: PageReading, template: Template, acceptance: Acceptance
) -> Record:
    """Return the record of one form: values, and which of them a person must see."""
    decisions = {
        field.name: _decide_field(field, template.field(field.name), acceptance)
        for field in reading.fields
    }
    for rule in template.rules:
        decisions |= _broken_by(rule, decisions)
    fields = (
        DecidedField(file, page, template.name, decisions[field.name], field.area)
        for field in reading.fields
    )
    return Record(file, page, template.name, tuple(fields), reading.turned)


def _decide_field(reading: FieldReading, field: Field, acceptance: Acceptance) -> Decision:
    decision = decode(reading, field)
    if decision.status is Status.REVIEW:
        return decision
    if not acceptance.accepts(decision.confidence, field):
        return _to_review(decision, f"{UNSURE}: {_doubt(decision)}")
    if field.review == "always":
        return _to_review(decision, "always: the template wants a person to see it")
    return decision


def _to_review(decision: Decision, reason: str) -> Decision:
    return replace(decision, status=Status.REVIEW, reason=reason)


def _doubt(decision: Decision) -> str:
    """Say what else the value may be."""
    if not decision.alternatives:
        return "it is hard to read"
    value, _ = decision.alternatives[0]
    return f"it may be {value}" if value else "it may be blank"


def _broken_by(rule: Rule, decisions: Mapping[str, Decision]) -> dict[str, Decision]:
    """Return new decisions for the fields of a rule that does not hold.

    An empty number counts as 0. Nobody can tell whether a rule holds while a digit is unknown.
    """
    values = {name: decisions[name].value for name in rule.fields}
    if any(UNKNOWN in value for value in values.values()):
        return {}
    numbers = {name: Decimal(value or 0) for name, value in values.items()}
    if rule.holds(numbers):
        return {}
    left, right = _spell(rule.left, numbers), _spell(rule.right, numbers)
    reason = f"rule: {rule.text} does not hold ({left} {OPPOSITES[rule.sign]} {right})"
    return {
        name: _to_review(decisions[name], reason)
        for name in rule.fields
        if decisions[name].status is not Status.REVIEW or decisions[name].code == UNSURE
    }


def _spell(expression: Expression, numbers: Mapping[str, Decimal]) -> str:
    """Write an expression with numbers for names."""
    if isinstance(expression, Number):
        return str(expression.value)
    if isinstance(expression, Name):
        return str(numbers[expression.field])
    left, right = _spell(expression.left, numbers), _spell(expression.right, numbers)
    if isinstance(expression.left, Operation) and expression.sign == "*" != expression.left.sign:
        left = f"({left})"
    if isinstance(expression.right, Operation):
        right = f"({right})"
    return f"{left} {expression.sign} {right}"
