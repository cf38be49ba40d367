"""Templates: where the fields of a form are, and what may be written in them."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic import Field as Setting

from formreader.geometry import Rect
from formreader.rules import Rule

MM_PER_INCH = 25.4
LONG_SIDE_MM = (
    297.0  # a page in px without dpi counts as A4: limits in mm then mean the same share of it
)

PICTURE_DOTS_PER_MM = (
    200 / MM_PER_INCH
)  # of a picture that is a page of its own size, none is known


class FieldType(StrEnum):
    """What a field holds, and so how its boxes become a value."""

    DIGITS = "digits"
    INTEGER = "integer"
    AMOUNT = "amount"
    DATE = "date"
    TIME = "time"
    CHECKBOX = "checkbox"
    MICR = "micr"


NUMERIC = frozenset({FieldType.INTEGER, FieldType.AMOUNT})
"""Types that rules compute with."""


def _rect(value: object) -> object:
    """Turn TOML's [x, y, width, height] into a rectangle."""
    if isinstance(value, Rect):
        return value
    if isinstance(value, list) and len(value) == 4 and all(_is_number(part) for part in value):
        if value[2] <= 0 or value[3] <= 0:
            raise ValueError("width and height must be above 0")
        return Rect(*map(float, value))
    raise ValueError("write it as [x, y, width, height]")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


Region = Annotated[Rect, BeforeValidator(_rect)]
Point = tuple[float, float]
Positive = Annotated[float, Setting(gt=0)]


class Part(BaseModel):
    """A table of the TOML file: frozen, and strict about names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class PageSize(Part):
    """The sheet. After loading its size is in mm, whatever the file said."""

    size: tuple[Positive, Positive]
    """Width, height."""
    unit: Literal["mm", "in", "px"] = "mm"
    dpi: Positive | None = None
    """With unit = "px": pixels to the inch of the picture the template was measured on."""

    @property
    def mm_per_unit(self) -> float:
        """How many mm one unit of the file covers."""
        if self.unit == "mm":
            return 1.0
        if self.unit == "in":
            return MM_PER_INCH
        return MM_PER_INCH / self.dpi if self.dpi else LONG_SIDE_MM / max(self.size)


class Marks(Part):
    """Solid marks printed for registration, all of one shape and size."""

    shape: Literal["square", "disc"] = "square"
    size: Positive
    """Side or diameter, mm."""
    at: Annotated[tuple[Point, ...], Setting(min_length=3)]
    """Centres, mm."""


class Aruco(Part):
    """ArUco markers printed for registration."""

    dictionary: Literal["4x4_50", "4x4_100", "5x5_50", "5x5_100", "6x6_50", "6x6_250"] = "4x4_50"
    size: Positive
    """Side of the black square, mm."""
    at: Annotated[dict[int, Point], Setting(min_length=1)]
    """Centre of each marker, mm, by its id."""


class Register(Part):
    """How a scan is laid over the page: any of these, the best is used."""

    marks: Marks | None = None
    aruco: Aruco | None = None
    picture: str | None = None
    """File name of the empty form, beside the template."""
    outline: bool = False
    whole: bool = False


class Group(Part):
    """One row of boxes of a field."""

    region: Region
    """The whole row, mm: left edge of its first box to right edge of its last."""
    boxes: Annotated[int, Setting(ge=1, le=64)]


class Field(Part):
    """One thing to read."""

    name: Annotated[str, Setting(min_length=1)]
    type: FieldType
    groups: tuple[Group, ...] = ()
    """The rows of boxes, in reading order; `region` and `boxes` in the file are short for one."""
    region: Region | None = None
    """Where a free run of digits is written; None for a field in boxes."""
    required: bool = True
    format: str | None = None
    """Of dates and times: what each box holds, as in DDMMYYYY; what is printed between boxes may
    stand between the letters, as in YYYY-MM-DD."""
    years: tuple[int, int] = (1900, 2099)
    decimals: Annotated[int, Setting(ge=0, le=6)] = 0
    check: str | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    pattern: str | None = None
    """Regular expression the whole value must match."""
    one_of: tuple[str, ...] | None = None
    pitch: Positive | None = None
    """Distance between the left edges of two boxes, mm; None: found on the page."""
    drift: Positive | None = None
    """How far each edge of the printed boxes, or of the frame around a free run, may lie from its
    region on other prints of the form, mm; None: where registration has it."""
    guide: Literal["seven-segment", "dots", "letters"] | None = None
    """What is printed pale inside each box; None: nothing."""
    max_error: Annotated[float, Setting(gt=0, lt=1)] | None = None
    review: Literal["always"] | None = None
    roster: str | None = None
    """FILE.csv#COLUMN, the values it may have; the file lies beside the template."""
    unique: bool = False
    currency: str | None = None
    locale: str | None = None
    """Language and country, as in en-IN: where amounts have points and where commas."""
    order: Literal["DMY", "MDY", "YMD"] | None = None
    """Of a date's parts, where it has no boxes; None: day, month, year."""
    from_: Annotated[str | None, Setting(alias="from", pattern=r"^.+\.\w+$")] = None
    """FIELD.PART of a code line that it is a part of; it has no place of its own."""

    @model_validator(mode="before")
    @classmethod
    def _gather_groups(cls, raw: Any) -> Any:  # Any: a TOML table before it is checked
        """Write `region` and `boxes` out as the one group they are short for."""
        if not isinstance(raw, dict) or "boxes" not in raw:
            return raw
        if "groups" in raw:
            raise ValueError("give either groups, or region and boxes")
        if "region" not in raw:
            raise ValueError("boxes needs a region = [x, y, width, height] around them")
        rest = {key: value for key, value in raw.items() if key not in ("region", "boxes")}
        return {**rest, "groups": [{"region": raw["region"], "boxes": raw["boxes"]}]}

    @property
    def box_count(self) -> int:
        """How many boxes the field has in all its groups."""
        return sum(group.boxes for group in self.groups)

    @property
    def is_fixed(self) -> bool:
        """Whether its boxes lie where the template has them, and so tell where the page is."""
        return bool(self.groups) and self.drift is None

    @property
    def country(self) -> str:
        """Two capitals, as IN; "" if its locale names none."""
        return (self.locale or "").partition("-")[2]

    @property
    def source(self) -> str:
        """The name of the code line that the field is a part of; "" if it is none."""
        return (self.from_ or "").rpartition(".")[0]

    @property
    def part(self) -> str:
        """Which part of the code line it is; "" if it is none."""
        return (self.from_ or "").rpartition(".")[2]

    @property
    def letters(self) -> str:
        """The letter of its format for each box; "" where it has no format."""
        return "".join(filter(str.isalpha, self.format or ""))

    @property
    def regions(self) -> tuple[Rect, ...]:
        """Every region of the page that belongs to the field, mm."""
        return tuple(group.region for group in self.groups) + (
            (self.region,) if self.region else ()
        )


@dataclass(frozen=True, slots=True)
class Template:
    """One form: its page, its fields and what must hold between them. Lengths are in mm."""

    name: str
    title: str
    page: PageSize
    registration: Register
    """How a scan is laid over the page; `[register]` in the file."""
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]
    folder: Path
    """Where the file lies: what it names (`picture`, rosters) is looked for there."""
    digest: str
    """SHA-256 of the file, hexadecimal: the version of the template."""
    source: bytes = b""
    """The file itself, for a run to keep; empty for a template that came from none."""
    blank: bytes = dataclasses.field(default=b"", repr=False)
    """The empty form that registration names, a picture file; empty where it names none."""
    rosters: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    """The values that fields with a roster may have, by the field's name."""
    sized: bool = True
    """False where every picture is a page of its own size, which its fields take up wholly."""

    @property
    def is_fixed(self) -> bool:
        """Whether there are boxes by whose place a page can be laid under the template."""
        return any(field.is_fixed for field in self.fields)

    @property
    def bounds(self) -> Rect:
        """The sheet, mm, its upper left corner at 0, 0."""
        width, height = self.page.size
        return Rect(0, 0, width, height)

    def on_picture(self, width: int, height: int) -> "Template":
        """Return the template for a page that is a whole picture of so many pixels."""
        if self.sized:
            return self
        size = (width / PICTURE_DOTS_PER_MM, height / PICTURE_DOTS_PER_MM)
        whole = Rect(0, 0, *size)
        return dataclasses.replace(
            self,
            page=PageSize(size=size),
            fields=tuple(
                field if field.from_ else field.model_copy(update={"region": whole})
                for field in self.fields
            ),
            sized=True,
        )

    def field(self, name: str) -> Field:
        """Return the field of that name.

        Raises:
            KeyError: if there is none.
        """
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)
