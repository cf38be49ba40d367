"""What is written without boxes means: amounts and dates as people write them on cheques."""

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import replace
from typing import NamedTuple

from formreader.interpret import (
    UNKNOWN,
    Meaning,
    full_year,
    impossible_date,
    violations,
)
from formreader.template import Field, FieldType

CURRENCY = "$"
"""Stands for any sign or letters of a currency."""
MARKS = ".,/-" + CURRENCY
"""What a free run has between, before and behind its digits; "-" stands for "=" and "~" too."""

# fmt: off
DECIMAL_COMMA = frozenset(
    {
        "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr",
        "gl", "hr", "hu", "hy", "id", "is", "it", "ka", "kk", "lt", "lv", "mk", "nb", "nl",
        "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "uz",
        "vi",
    }
)
# fmt: on
"""Languages that write a comma before the cents, a point between thousands."""
POINT_AFTER_ALL = frozenset({"de-CH", "es-MX", "es-US", "fr-CH", "it-CH"})
"""Countries that speak one of them, and write a point before the cents."""

HUNDREDTHS = re.compile(r"^(?P<whole>.*?)-?(?P<cents>(?<!\?)(\d\d|[?-]{2,}))/100[-./]*$")
"""Cents over a hundred, as in 25 00/100, 25 no/100 and 25 xx/100."""
TAIL_OF_LETTERS = re.compile(r"[-./,]*\?[-./,?]*$")
LED_BY = "-.,"
GUARDS = "-.,/"  # written before and behind an amount so that nobody adds a digit
ODDLY_GROUPED = 0.06  # of amounts with points: of 49 on cheques 3
STROKES = {"/": "1", "1": "/"}
NO_DATE = 0.003  # of what stands where a date should be is digits and signs, and no date
STROKE = re.compile(r"/(?=.*\d)")
"""A slash before digits: behind them begins a tail."""
BY_THOUSANDS = r"\d{1,3}([.,]\d{3})+"
BY_LAKHS = r"\d{1,3}[.,]\d{3}|\d{1,2}([.,]\d{2})+[.,]\d{3}"
LAKHS = frozenset({"BD", "IN", "LK", "NP", "PK"})
"""Countries that part numbers by lakhs and crores."""


def interpret_run(seen: str, field: Field, roster: Set[str] | None = None) -> Meaning:
    """Return what a free run of characters means in a field.

    Args:
        seen: digits, `MARKS`, and "?" for anything else, without spaces.
        field: of the template; its type says what the characters spell.
        roster: the values that it may have; None where any will do.

    Raises:
        ValueError: if the field is of a type that is not written freely.
    """
    if field.type not in SPELLINGS:
        raise ValueError(f"expected a field written freely, got type {field.type}")
    if not seen.strip(MARKS):
        return _nothing(seen, field)
    meaning = SPELLINGS[field.type](seen, field)
    if UNKNOWN in meaning.value:
        known = sum(map(str.isdigit, seen))
        value = meaning.value if known >= seen.count(UNKNOWN) else UNKNOWN
        reason = meaning.reason or "no digit: letters or other signs are among the digits"
        return replace(meaning, value=value, reason=reason, possible=False)
    if violation := next(violations(meaning.value, field, roster), ""):
        return Meaning(meaning.value, violation, possible=False)
    return meaning


def _nothing(seen: str, field: Field) -> Meaning:
    """Return what it means that there are no digits; a sign alone may be a digit misread."""
    if seen.strip(CURRENCY):
        return Meaning("", "no digit: there are only dashes and points", possible=False)
    return Meaning("", "required: nothing is written in it" if field.required else "")


def _digits(seen: str, field: Field) -> Meaning:  # noqa: ARG001 all types are spelt alike
    written, reason = _without_strokes(seen)
    return Meaning(re.sub(f"[{re.escape(MARKS)}]", "", written), reason)


def _integer(seen: str, field: Field) -> Meaning:
    """Tell a number without decimals; signs that may say otherwise are for a person."""
    written, reason = _without_strokes(seen.lstrip(CURRENCY + LED_BY).rstrip(GUARDS))
    if seen.lstrip(CURRENCY).startswith("-"):
        reason = "signs: a dash before it may mean that it is below zero"
    elif not _is_number(written, field):
        reason = f"grouping: {written} has signs where none belong"
    return Meaning(_number(re.sub(f"[{re.escape(MARKS)}]", "", written)).value, reason)


def _without_strokes(written: str) -> tuple[str, str]:
    """Take slashes among digits for 1s, as many write them; return why that is in doubt."""
    told = STROKE.sub("1", written)
    return told, "" if told == written else "slash: it is taken for a 1"


def _amount(seen: str, field: Field) -> Meaning:
    """Tell an amount, whatever else, as asterisks, stands at its ends."""
    bare, doubt = _without_guards(seen)
    meaning = _bare_amount(bare, field)
    return replace(meaning, reason=meaning.reason or doubt)


def _without_guards(seen: str) -> tuple[str, str]:
    """Take letters and other signs from the ends of an amount; return why that is in doubt."""
    bare = seen.lstrip(CURRENCY + LED_BY + UNKNOWN) if UNKNOWN in seen else seen
    if not HUNDREDTHS.match(bare):
        bare = TAIL_OF_LETTERS.sub("", bare)
    taken = seen.count(UNKNOWN) - bare.count(UNKNOWN)
    if not taken or sum(map(str.isdigit, bare)) < taken:
        return seen, ""
    return bare, f"guards: of {seen} only {bare} is taken for the amount"


def _bare_amount(seen: str, field: Field) -> Meaning:
    """Part an amount into its whole units and its cents, by its last point or comma."""
    written = seen.lstrip(CURRENCY + LED_BY)
    led_by = seen[: len(seen) - len(written)]
    if over := HUNDREDTHS.match(written):
        whole, cents = over["whole"], over["cents"]
        if not cents.isdigit():
            cents = "00"
        return _joined(whole.rstrip(GUARDS), cents, field)
    tail = written[len(written.rstrip(GUARDS)) :]
    written = written.rstrip(GUARDS)
    if stray := set(written) & {"-", CURRENCY}:
        return _odd(written, f"signs: {' and '.join(sorted(stray))} among the digits")
    if led_by.endswith((".", ",")) and len(written) == field.decimals and written.isdigit():
        return replace(_joined("0", written, field), reason=f"point: only cents in {seen}")
    written, stroke = _without_strokes(written)
    whole, mark, last = _parted(written)
    if not mark or not _is_decimal(mark, last, whole, field):
        meaning, doubt = _joined(written, "", field), "" if mark or tail else _lost(written, field)
    else:
        meaning, doubt = _joined(whole, last, field), _disagreement(last, tail)
    return replace(meaning, reason=meaning.reason or stroke or doubt)


def _lost(digits: str, field: Field) -> str:
    """Return why an amount of bare digits is in doubt; where cents are usual, a point was lost."""
    cents = field.decimals
    if not cents or len(digits) <= cents or field.country in LAKHS:
        return ""
    return f"point: none was seen; it may be {digits[:-cents]}.{digits[-cents:]}"


def _disagreement(cents: str, tail: str) -> str:
    """Return why cents are in doubt where a tail says that there are none."""
    has_cents = "/" in tail and cents.strip("0")
    return f"tail: {tail} says that there are no cents, not {cents}" if has_cents else ""


def _parted(written: str) -> tuple[str, str, str]:
    """Part a number at its last point or comma."""
    at = max(written.rfind("."), written.rfind(","))
    return (written[:at], written[at], written[at + 1 :]) if at >= 0 else (written, "", "")


def _is_decimal(mark: str, last: str, whole: str, field: Field) -> bool:
    """Tell whether what follows the last mark are cents; a scan hardly tells points from commas."""
    if len(last) != 3:
        return len(last) < 3
    told = decimal_mark(field.locale)
    return field.decimals == 3 and mark == told and not re.search(rf"[{mark}]", whole)


def decimal_mark(locale: str | None) -> str | None:
    """Return what stands before cents in a country, as en-IN; None where it is not known."""
    if locale is None:
        return None
    if locale in POINT_AFTER_ALL:
        return "."
    return "," if locale.partition("-")[0] in DECIMAL_COMMA else "."


def _joined(whole: str, cents: str, field: Field) -> Meaning:
    """Put units and cents together, and doubt what is not grouped as numbers are."""
    if stray := set(whole) - {*"0123456789.,", UNKNOWN}:
        return _odd(whole + cents, f"signs: {' and '.join(sorted(stray))} among the digits")
    digits = re.sub("[.,]", "", whole)
    reason = ""
    if not _is_number(whole, field):
        reason = f"grouping: {whole} has points where none belong"
    if cents and len(cents) != field.decimals:
        return _odd(f"{digits}{cents}", f"cents: {cents} are not {field.decimals} decimals")
    decimals = f".{cents or '0' * field.decimals}" if field.decimals else ""
    value = f"{_number(digits).value}{decimals}"
    return Meaning(value, reason, usual=ODDLY_GROUPED if reason else 1.0)


def _is_number(whole: str, field: Field) -> bool:
    """Tell whether a number has no signs, or is parted as is usual where the form is from."""
    if not set(whole) & {*MARKS}:
        return True
    whole = whole.replace(UNKNOWN, "0")
    ways = [BY_LAKHS] if field.country in LAKHS else [BY_THOUSANDS]
    ways = ways if field.country else [BY_LAKHS, BY_THOUSANDS]
    return any(re.fullmatch(way, whole) for way in ways)


def _odd(written: str, reason: str) -> Meaning:
    """Return an amount whose digits are known and whose units are not."""
    return Meaning(re.sub(r"[^\d?]", "", written).lstrip("0") or "0", reason, possible=False)


def _number(digits: str) -> Meaning:
    return Meaning(digits.lstrip("0") or "0")


class _Order(NamedTuple):
    """The places of a date's parts."""

    day: int
    month: int
    year: int


ORDERS = {"DMY": _Order(0, 1, 2), "MDY": _Order(1, 0, 2), "YMD": _Order(2, 1, 0)}


def _date(seen: str, field: Field) -> Meaning:
    """Part a date at its signs, or by its length where it has none."""
    written = seen.strip(MARKS)
    meaning = _parted_date(written, field)
    if meaning.possible or UNKNOWN in written:
        return meaning
    others = {
        other.value: other
        for text in _with_another_stroke(written)
        for other in (_parted_date(text, field),)
        if other.possible
    }
    if len(others) != 1:
        return meaning
    (other,) = others.values()
    return replace(other, reason=f"slash: one of {written} is taken for a 1, or a 1 for one")


def _with_another_stroke(written: str) -> Iterator[str]:
    """Yield texts in which a slash between digits is a 1, or a 1 a slash: both are strokes."""
    for stroke in re.finditer(r"(?<=\d)[1/](?=\d)", written):
        yield written[: stroke.start()] + STROKES[stroke[0]] + written[stroke.end() :]


def _parted_date(written: str, field: Field) -> Meaning:
    order = ORDERS[field.order or "DMY"]
    parts = re.split(r"[-./,]+", written)
    if len(parts) == 1:
        parts = _parts_of(written, order)
    if len(parts) != 3:
        return _no_date(written, "has not three parts")
    day, month, year = parts[order.day], parts[order.month], parts[order.year]
    is_told = all(map(str.isdigit, parts)) and len(day) <= 2 and len(month) <= 2
    if not is_told or len(year) not in (2, 4):
        return _no_date(written, "cannot be told")
    whole_year, doubt = full_year(year, field.years)
    value = f"{whole_year}-{month.zfill(2)}-{day.zfill(2)}"
    impossible = impossible_date(int(whole_year), int(month), int(day), field.years)
    return Meaning(value, impossible or doubt, possible=not impossible)


def _no_date(written: str, why: str) -> Meaning:
    """Return what no date means: it was misread rather than written, unless it has letters."""
    usual = 1.0 if UNKNOWN in written else NO_DATE
    return Meaning(UNKNOWN, f"date: {written} {why}", possible=False, usual=usual)


def _parts_of(written: str, order: _Order) -> list[str]:
    """Part a date of six or eight digits."""
    if len(written) not in (6, 8):
        return [written]
    lengths = [2, 2, 2]
    lengths[order.year] = len(written) - 4
    first, second, _ = lengths
    return [written[:first], written[first : first + second], written[first + second :]]


def _code_line(seen: str, field: Field) -> Meaning:  # noqa: ARG001 all types are spelt alike
    return Meaning(seen)


SPELLINGS: dict[FieldType, Callable[[str, Field], Meaning]] = {
    FieldType.DIGITS: _digits,
    FieldType.INTEGER: _integer,
    FieldType.AMOUNT: _amount,
    FieldType.DATE: _date,
    FieldType.MICR: _code_line,
}
