"""What characters in boxes mean: the value they spell in a field, and what speaks against it."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from decimal import Decimal

from formreader.checks import find_check
from formreader.template import NUMERIC, Field, FieldType

EMPTY = "_"
STRUCK = "X"
UNKNOWN = "?"
UNUSED = EMPTY + STRUCK
"""What writers leave in boxes they do not need; never a digit."""
NO_DIGIT = re.compile(f"[{re.escape(UNUSED + UNKNOWN)}]")
AS_KNOWN = str.maketrans(dict.fromkeys(UNUSED, UNKNOWN))

LATEST_CENTURY = 69  # POSIX: of 1969 and 2069 the first is meant, of 1968 and 2068 the second


@dataclass(frozen=True, slots=True)
class Meaning:
    """The value that characters spell in a field."""

    value: str
    """Canonical; "" where nothing is written, "?" where a digit is unknown."""
    reason: str = ""
    """Why a person must look at it: a short code, a colon and words; "" if nobody must."""
    possible: bool = True
    """Whether the value can be right as it stands: it is complete and breaks no constraint."""
    usual: float = 1.0
    """How often somebody means it who might have written so, by how often what is usual."""


def interpret(seen: str, field: Field, roster: Set[str] | None = None) -> Meaning:
    """Return what characters mean in a field.

    No digit ever moves to the place of a box without one: numbers skip unused boxes before their
    first digit only, `digits` cut them off behind their last only. `seen` has one character per
    box: a digit, "_" empty, "X" struck out, "?" anything else. A roster has the values that the
    field may have.

    Raises:
        ValueError: if the field is of a type that is not written in boxes.
    """
    if field.type is FieldType.CHECKBOX:
        return Meaning("0" if seen == EMPTY else "1")
    if field.type not in SPELLINGS:
        raise ValueError(f"expected a field in boxes, got type {field.type}")
    if not seen.strip(UNUSED):
        return Meaning("", "required: nothing is written in it" if field.required else "")
    meaning = SPELLINGS[field.type](seen, field)
    if UNKNOWN in meaning.value:
        return Meaning(meaning.value, meaning.reason, possible=False)
    if violation := next(violations(meaning.value, field, roster), ""):
        return Meaning(meaning.value, violation, possible=False)
    return meaning


def _digits(seen: str, field: Field) -> Meaning:
    """Keep every place; an identifier may be shorter than its row if the template knows how long.

    Without a pattern or a list to match, a blank behind the last digit may be a digit too faint.
    """
    written = seen.rstrip(UNUSED)
    reason = _unknown_box(seen, 0, len(written))
    unused = len(seen) - len(written)
    if not reason and unused and not (field.pattern or field.one_of or field.roster):
        reason = f"blank: {unused} of {len(seen)} boxes {'is' if unused == 1 else 'are'} empty"
    return Meaning(_known(written), reason)


def _integer(seen: str, field: Field) -> Meaning:  # noqa: ARG001 all types are spelt alike
    return _number(seen, len(seen))


def _amount(seen: str, field: Field) -> Meaning:
    whole_boxes = max(0, len(seen) - field.decimals)
    if field.decimals and not seen[whole_boxes:].strip(UNUSED):
        whole = _number(seen, whole_boxes)
        reason = whole.reason or "cents: nothing is written in their boxes"
        return Meaning(f"{whole.value}.{'0' * field.decimals}", reason)
    all_cents = _number(seen, len(seen))
    digits = all_cents.value.zfill(field.decimals + 1)
    parts = digits[: len(digits) - field.decimals], digits[len(digits) - field.decimals :]
    return Meaning(".".join(filter(None, parts)), all_cents.reason)


def _date(seen: str, field: Field) -> Meaning:
    parts = _parts(seen, field.letters)
    reason = _unknown_box(seen, 0, len(seen))
    year, doubt = full_year(parts["Y"], field.years)
    value = f"{year}-{parts['M']}-{parts['D']}"
    if UNKNOWN in value:
        return Meaning(value, reason)
    impossible = impossible_date(int(year), int(parts["M"]), int(parts["D"]), field.years)
    return Meaning(value, impossible or reason or doubt, possible=not impossible)


def _time(seen: str, field: Field) -> Meaning:
    parts = _parts(seen, field.letters)
    reason = _unknown_box(seen, 0, len(seen))
    value = f"{parts['H']}:{parts['M']}"
    if UNKNOWN in value:
        return Meaning(value, reason)
    impossible = ""
    if int(parts["H"]) > 23:
        impossible = f"time: there is no hour {parts['H']}"
    elif int(parts["M"]) > 59:
        impossible = f"time: there is no minute {parts['M']}"
    return Meaning(value, impossible or reason, possible=not impossible)


SPELLINGS: dict[FieldType, Callable[[str, Field], Meaning]] = {
    FieldType.DIGITS: _digits,
    FieldType.INTEGER: _integer,
    FieldType.AMOUNT: _amount,
    FieldType.DATE: _date,
    FieldType.TIME: _time,
}


def _number(seen: str, end: int) -> Meaning:
    """Return the number in the boxes before `end`, those not needed before it skipped."""
    start = len(seen) - len(seen.lstrip(UNUSED))
    value = _known(seen[start:end]).lstrip("0") or "0"
    return Meaning(value, _unknown_box(seen, start, end))


def _known(written: str) -> str:
    """Put "?" where a box within the value holds no digit."""
    return written.translate(AS_KNOWN)


def _unknown_box(seen: str, start: int, end: int) -> str:
    """Return the reason which names the first box from start to end without a digit, or ""."""
    found = NO_DIGIT.search(seen, start, end)
    if found is None:
        return ""
    box = f"box {found.start() + 1} of {len(seen)}"
    if found[0] == UNKNOWN:
        return f"no digit: {box} holds something else"
    return f"gap: {box} is {'empty' if found[0] == EMPTY else 'struck out'}"


def _parts(seen: str, format: str) -> dict[str, str]:
    """Gather the characters of each letter of a format.

    A day, month or hour of one digit with nothing before it is guessed to begin with 0.
    """
    parts: dict[str, str] = {}
    for character, letter in zip(seen, format, strict=True):
        parts[letter] = parts.get(letter, "") + character
    for letter, part in parts.items():
        if len(part) == 2 and part[0] in UNUSED and part[1].isdigit() and letter != "Y":
            parts[letter] = "0" + part[1]
    return {letter: _known(part) for letter, part in parts.items()}


def full_year(written: str, years: tuple[int, int]) -> tuple[str, str]:
    """Return a year in four digits, and a reason to doubt its century or ""."""
    if len(written) == 4:
        return written, ""
    if UNKNOWN in written:
        return UNKNOWN * 2 + written, ""
    first, last = years
    earliest = first + (int(written) - first) % 100
    fitting = [str(year) for year in range(earliest, last + 1, 100)]
    if len(fitting) == 1:
        return fitting[0], ""
    guess = ("19" if int(written) >= LATEST_CENTURY else "20") + written
    if not fitting:
        return guess, ""
    return guess, f"century: {written} may be {' or '.join(fitting)}; the template can say `years`"


def impossible_date(year: int, month: int, day: int, years: tuple[int, int]) -> str:
    """Return the reason why a date cannot be, or ""."""
    first, last = years
    if not 1 <= month <= 12:
        return f"date: there is no month {month:02}"
    if not 1 <= day <= monthrange(year, month)[1]:
        return f"date: there is no day {day:02} in {year:04}-{month:02}"
    if not first <= year <= last:
        return f"date: the year {year:04} is not from {first} to {last}"
    return ""


def violations(value: str, field: Field, roster: Set[str] | None) -> Iterator[str]:
    """Yield the reason of every constraint that a complete value breaks."""
    if field.check is not None and not find_check(field.check)(value):
        yield f"checksum: the {field.check} digit does not fit"
    if field.pattern is not None and not re.fullmatch(field.pattern, value):
        yield f"pattern: it does not match {field.pattern}"
    if field.one_of is not None and value not in field.one_of:
        yield "one_of: it is none of the values the template lists"
    if roster is not None and value not in roster:
        yield f"roster: it is not in {field.roster}"
    if field.type in NUMERIC and field.min is not None and Decimal(value) < field.min:
        yield f"min: it is below {field.min}"
    if field.type in NUMERIC and field.max is not None and Decimal(value) > field.max:
        yield f"max: it is above {field.max}"
