"""Think up what somebody may write on a form: values its template accepts, sums that add up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from formreader.code_parts import part_of
from formreader.errors import SetupError
from formreader.free_run import interpret_run
from formreader.interpret import EMPTY, STRUCK, UNUSED, interpret
from formreader.rules import Expression, Name, Rule, evaluate
from formreader.synth.runs import choose_day, label_of, spell_run
from formreader.template import NUMERIC, Field, FieldType, Template

ZERO = "0"

WITHOUT_BOXES = 6  # digits at most before the point, where no boxes limit them
BLANK_SHARE = 0.1  # of fields that need not be filled
CHECKED_SHARE = 0.4  # of checkboxes
YEARS = (1950, 2030)  # of dates, where the template allows them
SUM_ATTEMPTS = 60  # each with smaller numbers than the last, until all sums fit their boxes
ATTEMPTS = 20_000  # at a field with a check and a pattern: one in 97 and one in 100 do

Numbers: TypeAlias = dict[str, Decimal]
"""Values of the fields that rules can speak of, by name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in a field."""

    seen: str
    """One character per box: a digit, "_" nothing, "X" struck out; or the text of a free run."""
    value: str
    """Canonical, as the reader should find it; "" for a field left blank."""


def choose_entries(
    template: Template, unused: str, rng: np.random.Generator, *, slip: bool = False
) -> dict[str, Entry]:
    """Choose what to write in each field of a form, by the field's name.

    Rules that set one field equal to an expression of others hold; of other rules as many as
    chance grants.

    Args:
        template: the form.
        unused: what the writer puts into boxes a number does not need: "_" nothing, "X" a cross
            or a dash, "0".
        rng: chooses.
        slip: whether the writer gets one digit wrong of a result or of a checked number, if the
            form has any.

    Raises:
        SetupError: if nothing is found that satisfies a field's own settings.
    """
    numbers = _choose_numbers(template, rng)
    entries = {
        field.name: _entry(field, template, numbers.get(field.name), unused, rng)
        for field in template.fields
        if not field.from_
    }
    for field in template.fields:
        if field.from_:
            entries[field.name] = Entry("", part_of(entries[field.source].value, field.part))
    return entries | _slip(template, entries, rng) if slip else entries


def _slip(
    template: Template, entries: Mapping[str, Entry], rng: np.random.Generator
) -> dict[str, Entry]:
    """Return one entry with a wrong digit, of those that something could tell it by."""
    results = {rule.result for rule in template.rules}
    told = [
        field
        for field in template.fields
        if field.groups
        and (field.check or field.name in results)
        and entries[field.name].seen.strip(UNUSED)
    ]
    if not told:
        return {}
    field = told[int(rng.integers(len(told)))]
    seen = entries[field.name].seen
    places = [place for place, character in enumerate(seen) if character.isdigit()]
    place = places[int(rng.integers(len(places)))]
    wrong = str((int(seen[place]) + int(rng.integers(1, 10))) % 10)
    written = seen[:place] + wrong + seen[place + 1 :]
    return {field.name: Entry(written, interpret(written, field).value)}


def _choose_numbers(template: Template, rng: np.random.Generator) -> Numbers:
    """Choose the values of all integers and amounts."""
    fields = [field for field in template.fields if field.type in NUMERIC]
    for attempt in range(SUM_ATTEMPTS):
        share = 1 / (1 + attempt / 3)
        chosen = {field.name: _choose_number(field, template, share, rng) for field in fields}
        numbers = _add_up(template.rules, chosen)
        if all(_fits(numbers[field.name], field, template) for field in fields) and all(
            rule.holds(numbers) for rule in template.rules
        ):
            return numbers
    return chosen


def _choose_number(
    field: Field, template: Template, share: float, rng: np.random.Generator
) -> Decimal:
    """Choose a number of any length up to a share of the largest that fits."""
    if not field.required and rng.random() < BLANK_SHARE:
        return Decimal(0)
    for _ in range(ATTEMPTS):
        number = _draw_number(field, template, share, rng)
        if _fits(number, field, template):
            return number
    raise _nothing_found(field)


def _draw_number(
    field: Field, template: Template, share: float, rng: np.random.Generator
) -> Decimal:
    if listed := _listed(field, template):
        return Decimal(listed[int(rng.integers(len(listed)))])
    unit = Decimal(1).scaleb(-field.decimals)
    low, high = _bounds(field)
    first, last = int(low / unit), int(high / unit)
    last = max(int(last * share), first)
    length = int(rng.integers(1, len(str(last)) + 1, 2).max())  # short ones are rarer
    return int(rng.integers(first, max(min(last, 10**length - 1), first) + 1)) * unit


def _bounds(field: Field) -> tuple[Decimal, Decimal]:
    """Return the least and the largest number that can stand in a field."""
    room = field.box_count or WITHOUT_BOXES + field.decimals
    largest = Decimal(10**room - 1).scaleb(-field.decimals)
    low = Decimal(0) if field.min is None else max(field.min, Decimal(0))
    return low, largest if field.max is None else min(field.max, largest)


def _listed(field: Field, template: Template) -> Sequence[str]:
    """Return the values that a field may have; none where they are not listed."""
    return field.one_of or sorted(template.rosters.get(field.name, ()))


def _fits(number: Decimal, field: Field, template: Template) -> bool:
    """Tell whether the boxes can hold a number and the template accepts it."""
    low, high = _bounds(field)
    if not low <= number <= high or number != round(number, field.decimals):
        return False
    roster = template.rosters.get(field.name)
    if not field.groups:
        return interpret_run(f"{number:.{field.decimals}f}", field, roster).possible
    return interpret(_spell_number(field, number, ZERO), field, roster).possible


def _add_up(rules: tuple[Rule, ...], chosen: Mapping[str, Decimal]) -> Numbers:
    """Replace each number that a rule sets equal to others by what they come to."""
    numbers = dict(chosen)
    for _ in rules:  # a total may enter another one
        for rule in rules:
            for total, parts in _definitions(rule):
                numbers[total] = evaluate(parts, numbers)
    return numbers


def _definitions(rule: Rule) -> Iterator[tuple[str, Expression]]:
    """Yield the field that a rule defines and what it is equal to."""
    if rule.sign == "==" and isinstance(rule.right, Name):
        yield rule.right.field, rule.left
    elif rule.sign == "==" and isinstance(rule.left, Name):
        yield rule.left.field, rule.right


def _entry(
    field: Field, template: Template, number: Decimal | None, unused: str, rng: np.random.Generator
) -> Entry:
    """Spell what stands in a field; try again until the template accepts it."""
    roster = template.rosters.get(field.name)
    for _ in range(ATTEMPTS):
        if not field.groups:
            seen = _spell_without_boxes(field, template, number, rng)
        elif number is None:
            seen = _spell(field, template, EMPTY if unused == ZERO else unused, rng)
        else:
            seen = _spell_number(field, number, unused)
        if field.groups:
            meaning = interpret(seen, field, roster)
        else:
            meaning = interpret_run(label_of(seen), field, roster)
        if meaning.possible:
            return Entry(seen, meaning.value)
    raise _nothing_found(field)


def _nothing_found(field: Field) -> SetupError:
    return SetupError(
        f"found nothing to write into field '{field.name}' that its template accepts; "
        "list some values in its one_of"
    )


def _spell_without_boxes(
    field: Field, template: Template, number: Decimal | None, rng: np.random.Generator
) -> str:
    """Return what to write where there are no boxes; nothing where a field is left blank."""
    if not field.required and (number == 0 or (number is None and rng.random() < BLANK_SHARE)):
        return ""
    if number is None and (listed := _listed(field, template)):
        return listed[int(rng.integers(len(listed)))]
    return spell_run(field, number, rng)


def _spell_number(field: Field, number: Decimal, unused: str) -> str:
    """Return one character per box, the number at the right."""
    if number == 0 and not field.required:
        return (EMPTY if unused == ZERO else unused) * field.box_count
    written = str(int(number.scaleb(field.decimals))).zfill(field.decimals + 1)
    return written.rjust(field.box_count, unused)


def _spell(field: Field, template: Template, unused: str, rng: np.random.Generator) -> str:
    """Return one character per box of a field that is no number."""
    if field.type is FieldType.CHECKBOX:
        return STRUCK if rng.random() < CHECKED_SHARE else EMPTY
    if not field.required and rng.random() < BLANK_SHARE:
        return unused * field.box_count
    if field.type is FieldType.DATE:
        return _spell_date(field, rng)
    if field.type is FieldType.TIME:
        minutes = int(rng.integers(24 * 60))
        parts = {"H": f"{minutes // 60:02}", "M": f"{minutes % 60:02}"}
        return _by_format(field.letters, parts)
    if listed := _listed(field, template):
        return listed[int(rng.integers(len(listed)))].ljust(field.box_count, unused)
    return _spell_digits(field, rng).ljust(field.box_count, unused)


def _spell_date(field: Field, rng: np.random.Generator) -> str:
    day = choose_day(field, YEARS, rng)
    parts = {"D": f"{day.day:02}", "M": f"{day.month:02}", "Y": f"{day.year:04}"}
    return _by_format(field.letters, parts)


def _by_format(format: str, parts: Mapping[str, str]) -> str:
    """Replace each letter of a format by its digit; a year of two letters loses its century."""
    left = {letter: list(digits[-format.count(letter) :]) for letter, digits in parts.items()}
    return "".join(left[letter].pop(0) for letter in format)


def _spell_digits(field: Field, rng: np.random.Generator) -> str:
    # Only a pattern says that a number may be shorter than its row.
    shortest = field.box_count if field.pattern is None else 1
    length = int(rng.integers(shortest, field.box_count + 1))
    return "".join(str(digit) for digit in rng.integers(0, 10, length))
