"""Rules between fields, as in "net + tax == total": parsed here, never run as code."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?![\w.])|(?P<name>[^\W\d][\w.]*)|'(?P<quoted>[^']+)'"
    r"|(?P<sign>==|!=|<=|>=|[-+*<>(),]))"
)
COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


class RuleError(ValueError):
    """A rule cannot be understood; the text says where it stops making sense."""


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    """The value of a field."""

    field: str


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions under one of + - *."""

    sign: str
    left: "Expression"
    right: "Expression"


Expression: TypeAlias = Number | Name | Operation


@dataclass(frozen=True, slots=True)
class Rule:
    """Two expressions that must compare as the sign says."""

    text: str
    """As the template has it."""
    sign: str
    left: Expression
    right: Expression

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields it speaks of, each once, in order."""
        return tuple(dict.fromkeys((*_names(self.left), *_names(self.right))))

    @property
    def result(self) -> str | None:
        """The field that the others make, as `total` in "net + tax == total"; None without one."""
        sides = (self.left, self.right) if self.sign == "==" else ()
        return next((side.field for side in sides if isinstance(side, Name)), None)

    @property
    def parts(self) -> tuple[str, ...]:
        """The fields that make the result, which is among them only if it makes itself."""
        other = self.right if isinstance(self.left, Name) else self.left
        return tuple(dict.fromkeys(_names(other))) if self.result else self.fields

    def contradiction(self, values: Mapping[str, Decimal]) -> str:
        """Write the rule with numbers for names and the sign that would be true of them.

        Raises:
            KeyError: if a field the rule speaks of has no value.
        """
        return f"{_spell(self.left, values)} {OPPOSITES[self.sign]} {_spell(self.right, values)}"

    def holds(self, values: Mapping[str, Decimal]) -> bool:
        """Tell whether values satisfy the rule.

        Raises:
            KeyError: if a field the rule speaks of has no value.
        """
        left, right = evaluate(self.left, values), evaluate(self.right, values)
        return COMPARISONS[self.sign](left, right)


def coefficients(expression: Expression) -> dict[str, Decimal] | None:
    """Return by how much each field counts in a sum, and under "" what is added to it.

    Returns None where fields are multiplied with each other.
    """
    if isinstance(expression, Number):
        return {"": expression.value}
    if isinstance(expression, Name):
        return {expression.field: Decimal(1)}
    left, right = coefficients(expression.left), coefficients(expression.right)
    if left is None or right is None:
        return None
    if expression.sign == "*":
        return _product_of(left, right)
    sign = OPERATIONS[expression.sign](Decimal(0), Decimal(1))
    return {
        name: left.get(name, Decimal(0)) + sign * right.get(name, Decimal(0))
        for name in (*left, *right)
    }


def _product_of(one: dict[str, Decimal], other: dict[str, Decimal]) -> dict[str, Decimal] | None:
    if one.keys() != {""}:
        one, other = other, one
    return {name: one[""] * each for name, each in other.items()} if one.keys() == {""} else None


def parse_rule(text: str) -> Rule:
    """Parse one comparison of sums, differences and products of fields and numbers.

    Names that are no plain words stand in single quotes; `sum(a, b, c)` is short for a + b + c.

    Raises:
        RuleError: if the text is not such a comparison.
    """
    tokens = _Tokens(text)
    left = _sum(tokens)
    sign = tokens.take()
    if sign not in COMPARISONS:
        raise RuleError(f"expected one of {' '.join(COMPARISONS)}, got {sign or 'the end'}")
    right = _sum(tokens)
    if rest := tokens.take():
        raise RuleError(f"{rest} is too much: a rule is one comparison")
    return Rule(text, sign, left, right)


def evaluate(expression: Expression, values: Mapping[str, Decimal]) -> Decimal:
    """Compute one side of a rule.

    Raises:
        KeyError: if a field it speaks of has no value.
    """
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Name):
        return values[expression.field]
    left, right = evaluate(expression.left, values), evaluate(expression.right, values)
    return OPERATIONS[expression.sign](left, right)


class _Tokens:
    """The words of a rule, taken one by one."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_scan(text))

    def peek(self) -> str:
        return self._tokens[0][1] if self._tokens and self._tokens[0][0] == "sign" else ""

    def take_any(self) -> tuple[str, str]:
        return self._tokens.pop(0) if self._tokens else ("end", "")

    def take(self) -> str:
        return self.take_any()[1]

    def expect(self, sign: str) -> None:
        if (got := self.take()) != sign:
            raise RuleError(f"expected {sign}, got {got or 'the end'}")


def _scan(text: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of every token."""
    position = 0
    while text[position:].strip():
        if text[position:].lstrip().startswith("/"):
            raise RuleError("there is no division in rules; multiply instead, as in a == b * c")
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise RuleError(f"{text[position:].strip()!r} makes no sense here")
        yield match.lastgroup, match[match.lastgroup]
        position = match.end()


def _sum(tokens: _Tokens) -> Expression:
    left = _product(tokens)
    while tokens.peek() in ("+", "-"):
        left = Operation(tokens.take(), left, _product(tokens))
    return left


def _product(tokens: _Tokens) -> Expression:
    left = _term(tokens)
    while tokens.peek() == "*":
        left = Operation(tokens.take(), left, _term(tokens))
    return left


def _term(tokens: _Tokens) -> Expression:
    kind, text = tokens.take_any()
    if kind == "number":
        return Number(Decimal(text))
    if kind == "name" and text == "sum" and tokens.peek() == "(":
        return _sum_of_list(tokens)
    if kind in ("name", "quoted"):
        return Name(text)
    if text == "(":
        inner = _sum(tokens)
        tokens.expect(")")
        return inner
    raise RuleError(f"expected a field or a number, got {text or 'the end'}")


def _sum_of_list(tokens: _Tokens) -> Expression:
    tokens.expect("(")
    total = _sum(tokens)
    while tokens.peek() == ",":
        tokens.take()
        total = Operation("+", total, _sum(tokens))
    tokens.expect(")")
    return total


def _names(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Name):
        yield expression.field
    elif isinstance(expression, Operation):
        yield from _names(expression.left)
        yield from _names(expression.right)


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
