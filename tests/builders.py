"""Stand-ins for what many tests need: fields, and readings of known certainty."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from formreader.decode import CHARACTERS
from formreader.geometry import Rect
from formreader.results import BoxReading, BoxState, FieldReading
from formreader.rules import parse_rule
from formreader.template import Field, PageSize, Register, Template


def field(type: str = "digits", boxes: int = 4, name: str = "number", **settings: object) -> Field:
    """Return a field of one row of boxes."""
    table = {"name": name, "type": type, "region": [10, 10, 40, 8], "boxes": boxes}
    return Field.model_validate(table | settings)


def form(*fields: Field, rules: Sequence[str] = (), name: str = "form") -> Template:
    """Return an A4 form."""
    page, parsed = PageSize(size=(210, 297)), tuple(map(parse_rule, rules))
    return Template(name, "", page, Register(), fields, parsed, Path(), digest="")


def box(characters: Mapping[str, float]) -> BoxReading:
    """Return a box that holds each character with a probability; none is an empty box."""
    shares = tuple(characters.get(one, 0.0) for one in CHARACTERS) if characters else ()
    return BoxReading(BoxState.INK if characters else BoxState.EMPTY, shares)


def seen(text: str, doubts: Mapping[int, Mapping[str, float]] | None = None) -> FieldReading:
    """Return a reading sure of each character, "_" for an empty box, but for some boxes."""
    sure = [{} if one == "_" else {one: 1.0} for one in text]
    boxes = [(doubts or {}).get(index, characters) for index, characters in enumerate(sure)]
    return FieldReading("number", tuple(map(box, boxes)), Rect(100, 200, 300, 60))
