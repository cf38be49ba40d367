"""What can be wrong with a template, in words: where, what, and what would be right."""

import difflib
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from math import hypot
from typing import Any

from pydantic import ValidationError

from formreader import checks
from formreader.code_parts import PARTS
from formreader.geometry import Rect
from formreader.roster import some
from formreader.rules import Rule
from formreader.template import NUMERIC, Field, FieldType, Group, Part, Register

FORMAT_VERSION = 1
TOP_LEVEL = frozenset({"formreader", "name", "title", "page", "rules", "register", "fields"})
RESERVED_NAMES = frozenset({"file", "page", "template", "status"})  # columns of records.csv
LONGEST_CHECKED = 35  # digits; an IBAN has 34 characters
LONGEST_RUN = 20  # digits of a free run
CLOSE = 3.0  # mm, or so; marks nearer to each other are not told apart on a bad scan
LOCALE = r"[a-z]{2,3}(-[A-Z]{2})?"
OVERLAP = 0.5  # share of a row; neighbours share lines, and regions are drawn generously

A_NUMBER = "it must be a number"
A_WHOLE_NUMBER = "it must be a whole number"
TRUE_OR_FALSE = "it must be true or false"
REMEDIES = {
    "string_type": 'it must be a text in "quotes"',
    "tuple_type": "it must be a list in [brackets]",
    "dict_type": "it must be a table in {braces}",
    "model_type": "it must be a table in {braces}",
    "bool_type": TRUE_OR_FALSE,
    "bool_parsing": TRUE_OR_FALSE,
    "int_type": A_WHOLE_NUMBER,
    "int_parsing": A_WHOLE_NUMBER,
    "int_from_float": A_WHOLE_NUMBER,
    "float_type": A_NUMBER,
    "float_parsing": A_NUMBER,
    "decimal_type": A_NUMBER,
    "decimal_parsing": A_NUMBER,
    "enum": "it must be {expected}",
    "literal_error": "it must be {expected}",
    "string_pattern_mismatch": "write it as FIELD.PART, as in 'micr.serial'",
    "greater_than": "it must be above {gt}",
    "greater_than_equal": "it must be {ge} or more",
    "less_than": "it must be below {lt}",
    "less_than_equal": "it must be {le} or less",
    "too_short": "it needs {min_length} or more",
    "too_long": "it has room for {max_length}",
    "string_too_short": "it must not be empty",
}
"""What would be right, by pydantic's name of the error."""

Toml = Mapping[str, Any]  # Any: what a user wrote, before it is checked


def sentences(where: str, kind: type[Part], raw: Toml, error: ValidationError) -> Iterator[str]:
    """Say pydantic's errors about a table in words of the template."""
    errors = error.errors()
    holders = {e["loc"][:depth] for e in errors for depth in range(len(e["loc"]))}
    for details in errors:
        # Items with an error of their own are not counted, so that their list seems too short.
        if details["type"] != "too_short" or details["loc"] not in holders:
            yield f"{where}: {_sentence(kind, raw, details)}"


def head_problems(raw: Toml) -> Iterator[str]:
    """Yield what is wrong at the top of the file."""
    version = raw.get("formreader")
    if version != FORMAT_VERSION:
        got = "is missing" if version is None else f"is {version!r}"
        yield f"'formreader', the version of the format, {got}; write formreader = {FORMAT_VERSION}"
    name = raw.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[\w.-]+", name):
        yield "'name' must be a word of letters, digits, '-', '_' and '.', as in name = \"claim\""
    if not isinstance(raw.get("title", ""), str):
        yield f"'title' is {raw['title']!r}; {REMEDIES['string_type']}"
    for key in sorted(raw.keys() - TOP_LEVEL):
        yield f"'{key}' is not known at the top; {_known_instead(key, sorted(TOP_LEVEL))}"


def name_problems(raw: Toml) -> Iterator[str]:
    """Yield what is wrong with the names of fields as columns of a table."""
    for name, count in Counter(_raw_names(raw)).items():
        if count > 1:
            yield f"field '{name}' stands {count} times; each field needs a name of its own"
        if name in RESERVED_NAMES:
            yield f"field '{name}' has the name of a column of the results; choose another"


def register_problems(register: Register, sheet: Rect) -> Iterator[str]:
    """Yield marks that cannot be on the sheet."""
    marks = register.marks.at if register.marks else ()
    aruco = tuple(register.aruco.at.values()) if register.aruco else ()
    for x, y in (*marks, *aruco):
        if not sheet.contains(Rect(x, y, 0, 0)):
            yield f"register: a mark at [{x:g}, {y:g}] lies {_off(sheet)}"


def finding_problems(register: Register, fields: Iterable[Field]) -> Iterator[str]:
    """Yield that nothing tells where a form without fixed boxes is on a scan, or its upper edge."""
    fields = tuple(fields)
    if not fields or any(field.is_fixed for field in fields):
        return
    marks, others = register.marks, (register.aruco, register.picture, register.whole)
    is_upright = any(others) or (marks is not None and not _same_upside_down(marks.at))
    if not (marks or register.outline or any(others)):
        yield "register: nothing says how a scan is laid over the page; add outline = true or marks"
    elif not is_upright and all(
        field.drift is None and field.type is not FieldType.MICR for field in fields
    ):
        yield (
            "register: nothing tells which way is up; add an uneven mark or a picture, or give "
            "fields in printed boxes or frames a drift"
        )


def _same_upside_down(marks: Iterable[tuple[float, float]]) -> bool:
    """Tell whether marks look the same when the page is turned by half."""
    marks = tuple(marks)
    x, y = (min(side) + max(side) for side in zip(*marks, strict=True))
    return all(any(hypot(x - a - c, y - b - d) < CLOSE for c, d in marks) for a, b in marks)


def field_problems(field: Field, sheet: Rect | None) -> Iterator[str]:
    """Yield what is wrong although each setting is well formed; lengths are in the file's unit."""
    yield from _region_problems(field, sheet)
    if field.check is not None:
        yield from _check_problems(field, field.check)
    if field.pattern is not None:
        try:
            re.compile(field.pattern)
        except re.error as error:
            yield f"has a pattern that is no regular expression: {error}"
    if field.min is not None and field.max is not None and field.min > field.max:
        yield f"has min {field.min} above max {field.max}"
    if field.locale is not None and not re.fullmatch(LOCALE, field.locale):
        yield f"has locale = {field.locale!r}; write the language and the country, as in 'en-IN'"
    yield from _type_problems(field)


def unsized_problems(fields: Iterable[Field]) -> Iterator[str]:
    """Yield fields that have a place on a page of which the size is not said."""
    placed = (field for field in fields if not field.from_)
    for number, field in enumerate(placed, 1):
        if field.regions:
            yield f"field '{field.name}' has a region, but 'page' is missing, its size; add it"
        elif number > 1:
            yield f"field '{field.name}' takes up a whole picture, as one before it; leave it out"


def source_problems(fields: Iterable[Field]) -> Iterator[str]:
    """Yield parts of code lines that are none."""
    fields = tuple(fields)
    types = {field.name: field.type for field in fields}
    for field in fields:
        if not field.from_:
            continue
        where = f"field '{field.name}' has from = {field.from_!r}"
        if types.get(field.source, FieldType.MICR) is not FieldType.MICR:
            kind = types[field.source]
            yield f"{where}, but '{field.source}' is of type {kind}; name a code line"
        elif field.source not in types:
            yield f"{where}, but there is no field '{field.source}'; name one of type micr"
        if field.part not in PARTS:
            yield f"{where}; the parts of a code line are {', '.join(PARTS)}"


def roster_problems(field: Field, roster: Set[str]) -> Iterator[str]:
    """Yield which values of a roster cannot be written in the boxes of its field."""
    room = field.box_count or LONGEST_RUN
    wrong = sorted(value for value in roster if not value.isdecimal() or len(value) > room)
    if wrong:
        place = f"{room} boxes of digits" if field.groups else "digits"
        yield f"has {some(wrong)}, which cannot be written in {place}"
    spelt = sorted(value for value in roster if value != (value.lstrip("0") or "0"))
    if field.type is FieldType.INTEGER and spelt and not wrong:
        yield f"has {some(spelt)} with zeros before it, which integers drop; make it of type digits"


def overlap_problems(fields: Iterable[Field]) -> Iterator[str]:
    """Yield fields that lie on top of each other: one of them was copied and not moved."""
    rows = [(field.name, region) for field in fields for region in field.regions]
    for (name, row), (other, below) in itertools.combinations(rows, 2):
        if _shared(row, below) > OVERLAP * min(row.width * row.height, below.width * below.height):
            yield f"field '{other}' lies over field '{name}'; give each its own place"


def circle_problems(rules: Iterable[Rule]) -> Iterator[str]:
    """Yield rules that make a field the result of itself, over others or at once."""
    parts: dict[str, list[str]] = {}
    for rule in rules:
        if rule.result:
            parts.setdefault(rule.result, []).extend(rule.parts)
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as error:
        circle = " from ".join(f"'{name}'" for name in error.args[1][::-1])
        yield f"rules go in a circle: {circle}; leave one out, it says no more than the others"


def rule_problems(rule: Rule, raw: Toml, fields: Iterable[Field]) -> Iterator[str]:
    """Yield names in a rule that no sum can be made of."""
    if not rule.fields:
        yield f"rule {rule.text!r} names no field"
    names = _raw_names(raw)
    types = {field.name: field.type for field in fields}
    for name in rule.fields:
        if name not in names:
            yield f"rule {rule.text!r} names '{name}', which is no field of this template"
        elif name in types and types[name] not in NUMERIC:
            yield f"rule {rule.text!r} computes with '{name}', which is of type {types[name]}"


def _sentence(kind: type[Part], raw: Toml, details: Any) -> str:  # Any: pydantic's ErrorDetails
    place = _place(details["loc"], raw)
    match details["type"]:
        case "missing":
            return f"'{place}' is missing"
        case "extra_forbidden" if len(details["loc"]) == 1:
            return f"'{place}' is not known here; {_known_instead(place, _settings(kind))}"
        case "extra_forbidden":
            return f"'{place}' is not known here"
        case "value_error":
            words = str(details["ctx"]["error"])
            return f"'{place}': {words}" if place else words
        case problem:
            remedy = REMEDIES.get(problem, details["msg"])
            return f"'{place}' is {details['input']!r}; {_filled(remedy, details.get('ctx', {}))}"


def _filled(remedy: str, numbers: Mapping[str, object]) -> str:
    for name, value in numbers.items():
        remedy = remedy.replace(f"{{{name}}}", str(value))
    return remedy


def _place(keys: tuple[str | int, ...], raw: Toml) -> str:
    """Name a setting as its writer would: `boxes`, `groups number 2.boxes`."""
    if keys[:2] == ("groups", 0) and "groups" not in raw:
        keys = keys[2:]
    words = "".join(f" number {key + 1}" if isinstance(key, int) else f".{key}" for key in keys)
    return words.removeprefix(".").removesuffix(".[key]")


def _settings(kind: type[Part]) -> list[str]:
    names = [field.alias or name for name, field in kind.model_fields.items()]
    return [*names, "boxes"] if kind is Field else names


def _known_instead(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}"


def _raw_names(raw: Toml) -> list[str]:
    """Names of all fields, those with mistakes in them too."""
    fields = raw.get("fields")
    tables = fields if isinstance(fields, list) else []
    return [str(table["name"]) for table in tables if isinstance(table, dict) and "name" in table]


def _off(sheet: Rect) -> str:
    return f"past the edge of the page, {sheet.width:g} x {sheet.height:g}"


def _shared(one: Rect, other: Rect) -> float:
    """Return the area that two rectangles share."""
    width = min(one.right, other.right) - max(one.x, other.x)
    height = min(one.bottom, other.bottom) - max(one.y, other.y)
    return max(width, 0.0) * max(height, 0.0)


def _region_problems(field: Field, sheet: Rect | None) -> Iterator[str]:
    if field.from_ and field.regions:
        yield "has a place and from; a part of a code line has no place of its own, leave it out"
    elif not field.from_ and not field.regions:
        yield "has no place on the page; give region and boxes, or groups"
    if sheet and any(not sheet.contains(region) for region in field.regions):
        yield f"reaches {_off(sheet)}"
    if field.type is FieldType.CHECKBOX and field.box_count != 1:
        yield "is a checkbox, which has one box; give each a field of its own, with boxes = 1"
    if field.drift is not None and any(group.boxes == 1 for group in field.groups):
        yield "has drift and a single box, which looks like any frame; give it a row of boxes"
    if field.drift is not None and field.type is FieldType.MICR:
        yield "has drift; a code line is looked for in all of its region, so leave drift out"
    if field.drift is not None and any(field.drift >= each.width for each in field.regions):
        yield f"has drift {field.drift:g}, past its own width; give how far prints of it differ"
    for group in field.groups if field.pitch else ():
        yield from _pitch_problems(group, field.pitch or 0)


def _pitch_problems(group: Group, pitch: float) -> Iterator[str]:
    box_width = group.region.width - (group.boxes - 1) * pitch
    if box_width <= 0 or (group.boxes > 1 and box_width > 1.01 * pitch):
        even = group.region.width / group.boxes
        yield (
            f"has pitch {pitch:g}, at which {group.boxes} boxes do not fit a row "
            f"{group.region.width:g} wide; without gaps it is {even:g}"
        )


def _check_problems(field: Field, check: str) -> Iterator[str]:
    boxes = field.box_count or LONGEST_RUN
    is_shorter = (
        not field.groups or field.type is not FieldType.DIGITS or field.pattern or field.one_of
    )
    shortest = 1 if is_shorter else boxes
    try:
        if any(checks.can_have(check, count) for count in range(shortest, boxes + 1)):
            return
    except KeyError:
        known = ", ".join(checks.CHECKS)
        yield f"asks for check '{check}'; known checks: {known}, stdnum:MODULE"
        return
    lengths = [str(count) for count in range(2, LONGEST_CHECKED) if checks.can_have(check, count)]
    if lengths:
        yield f"asks for check '{check}' of {boxes} boxes; it is for {' or '.join(lengths)} digits"
    else:
        yield f"asks for check '{check}', which numbers of digits alone do not pass"


def _type_problems(field: Field) -> Iterator[str]:
    if not field.groups:
        yield from _run_problems(field)
    elif field.type is FieldType.MICR:
        yield "is a code line in boxes, which has none; leave boxes out"
    else:
        yield from _box_problems(field)
    if field.roster is not None and field.type not in (FieldType.DIGITS, FieldType.INTEGER):
        yield f"has a roster, which only digits and integers have; it is of type {field.type}"
    elif field.roster is not None and not re.fullmatch(r".+#.+", field.roster):
        yield f"has roster {field.roster!r}; write it as FILE.csv#COLUMN"
    if field.years[0] > field.years[1]:
        yield f"has years from {field.years[0]} to {field.years[1]}; give the first one first"
    if field.decimals and field.type is not FieldType.AMOUNT:
        yield f"has decimals, which only amounts have; it is of type {field.type}"
    elif field.groups and field.decimals and field.decimals >= field.box_count:
        yield f"has {field.decimals} decimals in {field.box_count} boxes; none is left before them"


def _box_problems(field: Field) -> Iterator[str]:
    """Yield what is wrong with the settings of a field in boxes."""
    letters = {FieldType.DATE: "DMY", FieldType.TIME: "HM"}.get(field.type)
    example = "DDMMYYYY" if field.type is FieldType.DATE else "HHMM"
    if letters and field.format is None:
        yield f"needs a format, as in format = {example!r}"
    elif letters and field.format is not None:
        yield from _format_problems(field, letters, example)
    elif field.format is not None:
        yield f"has a format, which only dates and times have; it is of type {field.type}"
    if field.order is not None:
        yield "has an order, which dates without boxes have; give a format instead"


def _run_problems(field: Field) -> Iterator[str]:
    """Yield what is wrong with the settings of a free run or a code line."""
    if field.from_ and field.type is not FieldType.DIGITS:
        yield f"is a part of a code line, which is digits; it is of type {field.type}"
    if field.type is FieldType.TIME:
        yield "is a time without boxes, which cannot be read; give its boxes"
    if field.format is not None:
        yield "has a format, which needs boxes; say in which order a date is: order = 'DMY'"
    if field.pitch is not None or field.guide is not None:
        yield "has pitch or guide, which need boxes; give boxes, or leave them out"
    if field.order is not None and field.type is not FieldType.DATE:
        yield f"has an order, which only dates have; it is of type {field.type}"


def _format_problems(field: Field, letters: str, example: str) -> Iterator[str]:
    """Yield what is wrong with a date's or time's format."""
    runs = [match[0] for match in re.finditer(r"(.)\1*", field.letters)]
    lengths = {"D": (2,), "M": (2,), "Y": (2, 4), "H": (2,)}
    if sorted(run[0] for run in runs) != sorted(letters) or any(
        len(run) not in lengths[run[0]] for run in runs
    ):
        yield f"has format {field.format!r}; write it like {example!r}"
    elif len(field.letters) != field.box_count:
        yield f"has format {field.format!r} for {field.box_count} boxes; each letter needs its box"
