"""Forms of a few fields on a small sheet, quick to draw."""

from pathlib import Path

from formreader.rules import parse_rule
from formreader.template import Field, PageSize, Register, Template

SIZE_MM = (110.0, 70.0)
MARKS = {"shape": "square", "size": 5, "at": [[8, 8], [102, 8], [102, 62], [8, 62]]}


def row(name: str = "number", type: str = "digits", **settings: object) -> Field:
    """Return a field of four boxes, 40 mm wide."""
    table = {"name": name, "type": type, "region": [30, 20, 40, 8], "boxes": 4}
    return Field.model_validate(table | settings)


def form(*fields: Field, rules: tuple[str, ...] = (), **register: object) -> Template:
    """Return a form; without fields it has one row of four digits."""
    return Template(
        name="small",
        title="Small",
        page=PageSize(size=SIZE_MM),
        registration=Register.model_validate(register or {"marks": MARKS}),
        fields=fields or (row(),),
        rules=tuple(map(parse_rule, rules)),
        folder=Path(),
        digest="",
    )
