"""What somebody may write where there are no boxes, and the code lines that banks print."""

from datetime import date
from decimal import Decimal

import numpy as np

from formreader.checks import find_check
from formreader.free_run import CURRENCY, decimal_mark
from formreader.template import Field, FieldType

YEARS = (1990, 2030)
LONGEST = 8  # digits of a number that is not listed
INDIA, CANADA = "en-IN", "en-CA"
MARKS = ("/", "/", "-", ".")
CURRENCIES = 0.5  # share of amounts with a currency sign, where the template names a currency


def spell_run(field: Field, number: Decimal | None, rng: np.random.Generator) -> str:
    """Return what to write into a field without boxes, as `write_line` takes it.

    Args:
        field: of the template.
        number: its value, if it is a number.
        rng: makes every choice.
    """
    if number is not None and field.type is FieldType.AMOUNT:
        return _spell_amount(field, number, rng)
    if number is not None:
        return str(int(number))
    if field.type is FieldType.DATE:
        return _spell_date(field, rng)
    if field.type is FieldType.MICR:
        return spell_code_line(field.locale, rng)
    return _digits(int(rng.integers(3, LONGEST + 1)), rng)


def label_of(text: str) -> str:
    """Return how a text is to be read: without spaces and printed lines, all dashes alike."""
    return text.replace("=", "-").replace(" ", "").replace("|", "")


def spell_code_line(locale: str | None, rng: np.random.Generator) -> str:
    """Make up a code line as a country has it; that of a personal American cheque else."""
    if locale == INDIA:
        serial, transit, account = (_digits(count, rng) for count in (6, 9, 6))
        return f"U{serial}U {transit}T {account}U {_digits(2, rng)}"
    if locale == CANADA:
        serial, branch, bank, account = (_digits(count, rng) for count in (3, 5, 3, 7))
        return f"U{serial}U T{branch}D{bank}T {account[:3]}D{account[3:6]}D{account[6]}U"
    account, serial = _digits(int(rng.integers(7, 13)), rng), _digits(4, rng)
    return f"T{_routing(rng)}T {account}U  {serial}"


def _routing(rng: np.random.Generator) -> str:
    """Return a number that the check of American banks accepts."""
    begun = _digits(8, rng)
    holds = find_check("aba")
    return next(number for number in (f"{begun}{last}" for last in range(10)) if holds(number))


def _digits(count: int, rng: np.random.Generator) -> str:
    return "".join(map(str, rng.integers(0, 10, count).tolist()))


def _spell_amount(field: Field, number: Decimal, rng: np.random.Generator) -> str:
    units, _, cents = f"{number:.{field.decimals}f}".partition(".")
    point = decimal_mark(field.locale) or "."
    group = "," if point == "." else "."
    whole = _grouped(units, 2 if field.locale == INDIA else 3, group)
    sign = CURRENCY if field.currency and rng.random() < CURRENCIES else ""
    if not int(cents or 0):
        tails = ["/-", "/-", "/=", "-", ""] if field.locale == INDIA else ["", "-", "/-"]
        tails += [f"{point}{cents}", f" {cents}/100"] if cents else []
        return sign + whole + str(rng.choice(tails))
    over = len(cents) == 2 and rng.random() < 0.2
    return f"{sign}{whole} {cents}/100" if over else f"{sign}{whole}{point}{cents}"


def _grouped(digits: str, size: int, mark: str) -> str:
    """Return a number in groups: the last of three digits, the others of `size`."""
    head, text = digits[:-3], digits[-3:]
    while head:
        head, part = head[:-size], head[-size:]
        text = part + mark + text
    return text


def choose_day(field: Field, years: tuple[int, int], rng: np.random.Generator) -> date:
    """Choose a day that a field may have: of its own years, and of some usual ones if it can be.

    Args:
        field: a date of the template.
        years: the first and the last that are usual.
        rng: chooses.
    """
    first, last = max(field.years[0], years[0]), min(field.years[1], years[1])
    first, last = (first, last) if first <= last else field.years
    start, end = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
    return date.fromordinal(int(rng.integers(start, end + 1)))


def _spell_date(field: Field, rng: np.random.Generator) -> str:
    day = choose_day(field, YEARS, rng)
    parts = {"D": str(day.day), "M": str(day.month), "Y": str(day.year)}
    if rng.random() < 0.5:
        parts |= {"D": f"{day.day:02}", "M": f"{day.month:02}"}
    return str(rng.choice(MARKS)).join(parts[letter] for letter in field.order or "DMY")
