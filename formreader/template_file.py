"""Template files: found by name or path, read from TOML, refused with every problem listed."""

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from formreader import checks
from formreader.errors import SetupError, TemplateError
from formreader.geometry import Rect
from formreader.rules import Rule, RuleError, parse_rule
from formreader.template import (
    Aruco,
    Field,
    FieldType,
    Group,
    Marks,
    PageSize,
    Part,
    Register,
    Template,
)

FORMAT_VERSION = 1
FILE_NAME = "template.toml"  # in a folder of its own, where pictures and rosters lie beside it
TOP_LEVEL = frozenset({"formreader", "name", "title", "page", "rules", "register", "fields"})
RESERVED_NAMES = frozenset({"file", "page", "template", "status"})  # columns of records.csv
NUMERIC = frozenset({FieldType.INTEGER, FieldType.AMOUNT})

Toml = Mapping[str, Any]  # Any: what a user wrote, before it is checked
PartType = TypeVar("PartType", bound=Part)


def load_template(path: Path) -> Template:
    """Read a template file, or the `template.toml` of a folder; lengths come back in mm.

    Raises:
        TemplateError: with all problems of the file, each with its field and the remedy.
    """
    path = path / FILE_NAME if path.is_dir() else path
    try:
        source = path.read_bytes()
    except OSError as error:
        raise TemplateError(path, [f"the file cannot be read: {error.strerror}"]) from error
    return parse_template(source, path)


def parse_template(source: bytes, path: Path, *, alone: bool = False) -> Template:
    """Make a template of the content of its file.

    Args:
        source: TOML in UTF-8.
        path: where the file lies, or once lay.
        alone: do without what the file names beside it; fit for deciding, not for reading.

    Raises:
        TemplateError: with all problems of the file, each with its field and the remedy.
    """
    try:
        raw = tomllib.loads(source.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(path, [f"this is no TOML: {error}"]) from error
    problems: list[str] = []
    template = _build(raw, source, path.parent, problems)
    if template and not alone:
        problems += _missing_files(template)
    if problems or template is None:
        raise TemplateError(path, problems)
    return _in_mm(template)


def find_template(name: str, folders: tuple[Path, ...]) -> Path:
    """Return the file of a template given by name or path.

    Names are looked up in the folders in order.

    Raises:
        SetupError: if there is none, with the names there are.
    """
    given = Path(name)
    if given.exists():
        return given
    names = template_files(folders)
    if name in names:
        return names[name]
    known = ", ".join(sorted(names)) or "none"
    raise SetupError(f"there is no template {name!r}; known templates: {known}, or give a path")


def template_files(folders: tuple[Path, ...]) -> dict[str, Path]:
    """Return the files of all templates in folders, by the name of the file or of its folder."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            found.setdefault(path.stem, path)
        for path in sorted(folder.glob(f"*/{FILE_NAME}")):
            found.setdefault(path.parent.name, path)
    return found


def _build(raw: Toml, source: bytes, folder: Path, problems: list[str]) -> Template | None:
    """Check each part by itself, so that one bad part does not hide the problems of another."""
    problems += _head_problems(raw)
    page = _part(PageSize, raw.get("page"), "page", problems)
    register = _part(Register, raw.get("register", {}), "register", problems)
    fields = tuple(_fields(raw.get("fields"), problems))
    rules = tuple(_rules(raw.get("rules", []), problems))
    problems += _name_problems(raw)
    for field in fields:
        found = _field_problems(field, Rect(0, 0, *page.size) if page else None)
        problems += (f"field '{field.name}' {problem}" for problem in found)
    for rule in rules:
        problems += _rule_problems(rule, raw, fields)
    if page is None or register is None:
        return None
    return Template(
        name=str(raw.get("name", "")),
        title=str(raw.get("title", "")),
        page=page,
        registration=register,
        fields=fields,
        rules=rules,
        folder=folder,
        digest=hashlib.sha256(source).hexdigest(),
        source=source,
    )


def _missing_files(template: Template) -> Iterator[str]:
    picture = template.registration.picture
    if picture and not (template.folder / picture).is_file():
        yield f"register: picture '{picture}' is not beside the template"


def _head_problems(raw: Toml) -> Iterator[str]:
    version = raw.get("formreader")
    if version != FORMAT_VERSION:
        got = "is missing" if version is None else f"is {version!r}"
        yield f"'formreader', the version of the format, {got}; write formreader = {FORMAT_VERSION}"
    name = raw.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[\w.-]+", name):
        yield "'name' must be a word of letters, digits, '-', '_' and '.', as in name = \"claim\""
    for key in sorted(raw.keys() - TOP_LEVEL):
        yield f"'{key}' is not known at the top; known: {', '.join(sorted(TOP_LEVEL))}"


def _part(kind: type[PartType], raw: object, where: str, problems: list[str]) -> PartType | None:
    """Build one part from its table; add what is wrong with it to the problems."""
    if not isinstance(raw, dict):
        problems.append(f"{where}: {'is missing' if raw is None else 'must be a table'}")
        return None
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        problems += (_sentence(where, kind, details) for details in error.errors())
        return None


def _sentence(where: str, kind: type[Part], details: Any) -> str:  # Any: pydantic's ErrorDetails
    """Say one of pydantic's errors in words of the template."""
    key = ".".join(str(part) for part in details["loc"])
    known = ", ".join(field.alias or name for name, field in kind.model_fields.items())
    match details["type"]:
        case "missing":
            return f"{where}: '{key}' is missing"
        case "extra_forbidden":
            return f"{where}: '{key}' is not known here; known: {known}"
        case "enum" | "literal_error":
            return (
                f"{where}: '{key}' is {details['input']!r}; it must be {details['ctx']['expected']}"
            )
        case "value_error":
            words = str(details["ctx"]["error"])
            return f"{where}: '{key}': {words}" if key else f"{where}: {words}"
        case _:
            return f"{where}: '{key}' is {details['input']!r}; {_lower_first(details['msg'])}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _fields(raw: object, problems: list[str]) -> Iterator[Field]:
    if not isinstance(raw, list) or not raw:
        problems.append("there are no fields; add at least one [[fields]] table")
        return
    for number, table in enumerate(raw, 1):
        name = table.get("name") if isinstance(table, dict) else None
        where = f"field '{name}'" if name else f"field number {number}"
        if field := _part(Field, table, where, problems):
            yield field


def _rules(raw: object, problems: list[str]) -> Iterator[Rule]:
    if not isinstance(raw, list) or not all(isinstance(text, str) for text in raw):
        problems.append('rules must be a list of texts, as in rules = ["total == net + tax"]')
        return
    for text in raw:
        try:
            yield parse_rule(text)
        except RuleError as error:
            problems.append(f"rule {text!r}: {error}")


def _raw_names(raw: Toml) -> list[str]:
    """Names of all fields, those with mistakes in them too."""
    fields = raw.get("fields")
    tables = fields if isinstance(fields, list) else []
    return [str(table["name"]) for table in tables if isinstance(table, dict) and "name" in table]


def _name_problems(raw: Toml) -> Iterator[str]:
    for name, count in Counter(_raw_names(raw)).items():
        if count > 1:
            yield f"field '{name}' stands {count} times; each field needs a name of its own"
        if name in RESERVED_NAMES:
            yield f"field '{name}' has the name of a column of the results; choose another"


def _field_problems(field: Field, page: Rect | None) -> Iterator[str]:
    """Yield what is wrong although each setting is well formed; lengths are in the file's unit."""
    yield from _region_problems(field, page)
    if field.check is not None:
        try:
            checks.find_check(field.check)
        except KeyError:
            known = ", ".join(checks.CHECKS)
            yield f"asks for check '{field.check}'; known checks: {known}, stdnum:MODULE"
    if field.pattern is not None:
        try:
            re.compile(field.pattern)
        except re.error as error:
            yield f"has a pattern that is no regular expression: {error}"
    if field.min is not None and field.max is not None and field.min > field.max:
        yield f"has min {field.min} above max {field.max}"
    yield from _type_problems(field)


def _region_problems(field: Field, page: Rect | None) -> Iterator[str]:
    if not field.groups:
        if field.region is None:
            yield "has no place on the page; give region and boxes, or groups"
        else:
            yield "is a free run of digits, which this version does not read yet; give its boxes"
    if page and any(not page.contains(region) for region in field.regions):
        yield f"reaches past the edge of the page, {page.width:g} x {page.height:g}"
    if field.type is FieldType.CHECKBOX and field.box_count > 1:
        yield "is a checkbox with several boxes; give each a field of its own"


def _type_problems(field: Field) -> Iterator[str]:
    if field.type is FieldType.MICR:
        yield "has type micr, which this version does not read yet"
    letters = {FieldType.DATE: "DMY", FieldType.TIME: "HM"}.get(field.type)
    example = "DDMMYYYY" if field.type is FieldType.DATE else "HHMM"
    if letters and field.format is None:
        yield f"needs a format, as in format = {example!r}"
    elif letters and field.format is not None:
        yield from _format_problems(field, field.format, letters, example)
    elif field.format is not None:
        yield f"has a format, which only dates and times have; it is of type {field.type}"
    if field.decimals and field.type is not FieldType.AMOUNT:
        yield f"has decimals, which only amounts have; it is of type {field.type}"


def _format_problems(field: Field, format: str, letters: str, example: str) -> Iterator[str]:
    """Yield what is wrong with a date's or time's format."""
    runs = [match[0] for match in re.finditer(r"(.)\1*", format)]
    lengths = {"D": (2,), "M": (2,), "Y": (2, 4), "H": (2,)}
    if sorted(run[0] for run in runs) != sorted(letters) or any(
        len(run) not in lengths[run[0]] for run in runs
    ):
        yield f"has format {format!r}; write it like {example!r}"
    elif len(format) != field.box_count:
        yield f"has format {format!r} for {field.box_count} boxes; each letter needs its box"


def _rule_problems(rule: Rule, raw: Toml, fields: tuple[Field, ...]) -> Iterator[str]:
    names = _raw_names(raw)
    types = {field.name: field.type for field in fields}
    for name in rule.fields:
        if name not in names:
            yield f"rule {rule.text!r} names '{name}', which is no field of this template"
        elif name in types and types[name] not in NUMERIC:
            yield f"rule {rule.text!r} computes with '{name}', which is of type {types[name]}"


def _in_mm(template: Template) -> Template:
    """Return the template with all its lengths in mm."""
    factor = template.page.mm_per_unit
    if factor == 1:
        return template
    width, height = template.page.size
    register = template.registration
    return replace(
        template,
        page=PageSize(size=(width * factor, height * factor)),
        registration=register.model_copy(
            update={
                "marks": register.marks and _marks_in_mm(register.marks, factor),
                "aruco": register.aruco and _aruco_in_mm(register.aruco, factor),
            }
        ),
        fields=tuple(_field_in_mm(field, factor) for field in template.fields),
    )


def _marks_in_mm(marks: Marks, factor: float) -> Marks:
    at = tuple((x * factor, y * factor) for x, y in marks.at)
    return marks.model_copy(update={"size": marks.size * factor, "at": at})


def _aruco_in_mm(aruco: Aruco, factor: float) -> Aruco:
    at = {number: (x * factor, y * factor) for number, (x, y) in aruco.at.items()}
    return aruco.model_copy(update={"size": aruco.size * factor, "at": at})


def _field_in_mm(field: Field, factor: float) -> Field:
    groups = tuple(
        Group(region=group.region.scaled(factor), boxes=group.boxes) for group in field.groups
    )
    return field.model_copy(
        update={
            "groups": groups,
            "region": field.region and field.region.scaled(factor),
            "pitch": field.pitch and field.pitch * factor,
        }
    )
