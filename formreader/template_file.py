"""Template files: found by name or path, read from TOML, refused with every problem listed."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from formreader.errors import InputError, SetupError, TemplateError
from formreader.geometry import Rect
from formreader.roster import load_roster
from formreader.rules import Rule, RuleError, parse_rule
from formreader.template import (
    Aruco,
    Field,
    Group,
    Marks,
    PageSize,
    Part,
    Register,
    Template,
)
from formreader.template_problems import (
    Toml,
    circle_problems,
    field_problems,
    finding_problems,
    head_problems,
    name_problems,
    overlap_problems,
    register_problems,
    roster_problems,
    rule_problems,
    sentences,
    source_problems,
    unsized_problems,
)

FILE_NAME = "template.toml"  # in a folder of its own, where pictures and rosters lie beside it

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
        raw = tomllib.loads(source.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(path, [f"this is no TOML: {error}"]) from error
    problems: list[str] = []
    template = _build(raw, source, path.parent, problems)
    missing: list[str] = []
    blank = _blank(template, missing) if template else b""
    rosters = _rosters(template, missing) if template else {}
    if template and not alone:
        problems += missing
    if problems or template is None:
        raise TemplateError(path, problems)
    return replace(_in_mm(template), blank=blank, rosters=rosters)


def find_template(name: str, folders: tuple[Path, ...]) -> Path:
    """Return the file of a template given by name or path.

    Names are looked up in the folders in order. A folder that is no template's does not hide one
    of its name.

    Raises:
        SetupError: if there is none, with the names there are.
    """
    given = Path(name)
    if given.is_file() or (given / FILE_NAME).is_file():
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
    problems += head_problems(raw)
    register = _part(Register, raw.get("register", {}), "register", problems)
    sized = "page" in raw or not (register and register.whole)
    page = _part(PageSize, raw.get("page"), "page", problems) if sized else PageSize(size=(1, 1))
    fields = tuple(_fields(raw.get("fields"), problems))
    if not sized:
        problems += unsized_problems(fields)
        fields = tuple(field if field.from_ else _wholly(field) for field in fields)
    rules = tuple(_rules(raw.get("rules", []), problems))
    problems += name_problems(raw)
    sheet = Rect(0, 0, *page.size) if page else None
    for field in fields:
        problems += (f"field '{field.name}' {problem}" for problem in field_problems(field, sheet))
    problems += overlap_problems(fields)
    problems += source_problems(fields)
    if register and sheet:
        problems += register_problems(register, sheet)
        problems += finding_problems(register, fields)
    for rule in rules:
        problems += rule_problems(rule, raw, fields)
    problems += circle_problems(rules)
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
        sized=sized,
    )


def _wholly(field: Field) -> Field:
    """Give a field all of the page, whose size is not known yet."""
    return field.model_copy(update={"region": Rect(0, 0, 1, 1), "groups": ()})


def _blank(template: Template, problems: list[str]) -> bytes:
    """Read the picture of the empty form; one that cannot be read is empty, and a problem."""
    picture = template.registration.picture
    if not picture:
        return b""
    try:
        return (template.folder / picture).read_bytes()
    except OSError:
        problems.append(f"register: picture '{picture}' is not beside the template")
        return b""


def _rosters(template: Template, problems: list[str]) -> dict[str, frozenset[str]]:
    """Read the rosters of all fields; one that cannot be used is empty, and a problem."""
    rosters: dict[str, frozenset[str]] = {}
    for field in template.fields:
        if field.roster is None:
            continue
        name, _, column = field.roster.rpartition("#")
        try:
            rosters[field.name] = load_roster(template.folder / name, column)
        except InputError as error:
            rosters[field.name] = frozenset()
            problems.append(f"field '{field.name}': roster {error}")
        else:
            found = roster_problems(field, rosters[field.name])
            problems += (f"field '{field.name}': roster {name} {problem}" for problem in found)
    return rosters


def _part(kind: type[PartType], raw: object, where: str, problems: list[str]) -> PartType | None:
    """Build one part from its table; add what is wrong with it to the problems."""
    if not isinstance(raw, dict):
        problems.append(f"{where} {'is missing' if raw is None else 'must be a table'}")
        return None
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        problems += sentences(where, kind, raw, error)
        return None


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
            "drift": field.drift and field.drift * factor,
        }
    )
