"""The tables of a run in the formats of other programs: spreadsheets, JSON lines, Parquet.

They are made from the CSV files of the run folder, some ten thousand rows at a time. Values stand
as they are, but where a program would otherwise change them or take them for a formula.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

import pandas as pd

from formreader.errors import InputError
from formreader.export import FIELDS_CSV
from formreader.files import replacing, replacing_path
from formreader.free_run import decimal_mark
from formreader.template import FieldType

CHUNK = 20_000  # rows in memory at once
MOST_ROWS = 1_048_575  # of a sheet, below its header
MOST_DIGITS = 15  # of a number in a spreadsheet; it makes zeros of further ones
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with these a spreadsheet takes a cell for one
FIRST_YEAR = 1900  # that spreadsheets know
WIDEST = 50  # characters of a column of a sheet
NO_TABLE = "there is no table {name!r} in {out}; it has {names}"

Types = Mapping[str, FieldType]
"""What each field holds, by its name."""


class Kind(StrEnum):
    """A format, by the ending of its files."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a run folder."""

    path: Path
    """Its CSV file."""
    types: Types = field(default_factory=dict)
    """Of the fields that it has rows or columns for."""

    @property
    def name(self) -> str:
        """As it is asked for: that of the file, without its ending."""
        return self.path.stem

    @property
    def numbers(self) -> dict[str, type]:
        """Columns that hold numbers and nothing else, and of which type."""
        if self.path.name == FIELDS_CSV:
            return {"page": int, "confidence": float} | dict.fromkeys(
                ("x", "y", "width", "height"), int
            )
        return {"page": int}

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield its rows as text, some at a time; once at least, that the columns are known."""
        yield from pd.read_csv(
            self.path, dtype=str, keep_default_na=False, chunksize=CHUNK, encoding="utf-8"
        )

    def type_of(self, column: str, row: Mapping[str, str]) -> FieldType | None:
        """Return what a cell holds; None where that is no value of a field."""
        if self.path.name == FIELDS_CSV:
            return self.types.get(row["field"]) if column == "value" else None
        return self.types.get(column)


def find_tables(out: Path, types: Types, name: str | None = None) -> list[Table]:
    """Return the tables of a run folder, records first, or the one of a name.

    Raises:
        InputError: if the folder has none, or none of this name.
    """
    paths = [*sorted(out.glob("records*.csv")), out / FIELDS_CSV, out / "problems.csv"]
    tables = [Table(path, types) for path in paths if path.is_file()]
    if not tables:
        raise InputError(f"{out} holds no tables of a run; make them with `formreader read`")
    if name is None:
        return tables
    chosen = [table for table in tables if table.name == name]
    if not chosen:
        names = ", ".join(table.name for table in tables)
        raise InputError(NO_TABLE.format(name=name, out=out, names=names))
    return chosen


def write_csv(table: Table, path: Path, locale: str | None = None) -> None:
    """Write a table as CSV; for a locale as Excel opens it there, with no cell as a formula.

    Args:
        table: to be written.
        path: of the file.
        locale: a language and country, as de-DE; None: as data entry programs take it.

    Raises:
        SetupError: if the file cannot be written.
    """
    comma = locale is not None and decimal_mark(locale.replace("_", "-")) == ","
    with replacing(path) as file:
        file.write("\N{BOM}" if locale else "")
        for number, frame in enumerate(table.frames()):
            shown = frame if locale is None else _for_excel(table, frame, comma=comma)
            shown.to_csv(
                file,
                sep=";" if comma else ",",
                index=False,
                header=_header(frame, locale) if number == 0 else False,
                lineterminator="\r\n",
                # Told another separator, Excel would find a formula behind one in a file's name.
                quoting=csv.QUOTE_MINIMAL if locale is None else csv.QUOTE_ALL,
            )


def write_jsonl(table: Table, path: Path) -> None:
    """Write a table as a line of JSON for each row.

    Raises:
        SetupError: if the file cannot be written.
    """
    with replacing(path) as file:
        for frame in table.frames():
            if len(frame):
                typed = frame.astype(table.numbers)
                typed.to_json(file, orient="records", lines=True, force_ascii=False)


def write_parquet(table: Table, path: Path) -> None:
    """Write a table as Parquet: numbers as such, values as text.

    Raises:
        SetupError: if the file cannot be written.
        ModuleNotFoundError: if pyarrow is not installed.
    """
    import pyarrow as pa  # noqa: PLC0415  170 MB that few need
    import pyarrow.parquet as pq  # noqa: PLC0415

    with replacing_path(path) as partial:
        writer: pq.ParquetWriter | None = None
        for frame in table.frames():
            numbers = {name: {int: pa.int64(), float: pa.float64()}[kind]
                       for name, kind in table.numbers.items()}  # fmt: skip
            schema = pa.schema([(name, numbers.get(name, pa.string())) for name in frame.columns])
            writer = writer or pq.ParquetWriter(partial, schema)
            writer.write_table(pa.Table.from_pandas(frame.astype(table.numbers), schema))
        if writer is not None:
            writer.close()


def write_xlsx(tables: Sequence[Table], path: Path) -> None:
    """Write tables as sheets of a workbook: amounts and dates as such, ids as text.

    Raises:
        InputError: if one has more rows than a sheet can have.
        SetupError: if the file cannot be written.
    """
    from openpyxl import Workbook  # noqa: PLC0415  0.2 s

    for table in tables:
        if sum(map(len, table.frames())) > MOST_ROWS:
            raise InputError(
                f"{table.path.name} has more than {MOST_ROWS:,} rows, which no sheet can hold; "
                "export it to .csv, .jsonl or .parquet"
            )
    book = Workbook(write_only=True)
    for table in tables:
        _fill_sheet(book.create_sheet(table.name[:31]), table)
    with replacing_path(path) as partial:
        book.save(partial)


def _header(frame: pd.DataFrame, locale: str | None) -> list[str]:
    return [column if locale is None else _harmless(column) for column in map(str, frame.columns)]


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    return cast("list[dict[str, str]]", frame.to_dict("records"))


def _for_excel(table: Table, frame: pd.DataFrame, *, comma: bool) -> pd.DataFrame:
    """Return rows in which nothing is a formula, and numbers have the decimal mark asked for."""
    shown = frame.copy()
    for column in frame.columns:
        if comma and table.numbers.get(column) is float:
            shown[column] = frame[column].str.replace(".", ",", regex=False)
            continue
        if comma:
            is_amount = [table.type_of(column, row) is FieldType.AMOUNT for row in _rows(frame)]
            shown[column] = frame[column].where(
                ~pd.Series(is_amount, frame.index, dtype=bool),
                frame[column].str.replace(".", ",", regex=False),
            )
        shown[column] = shown[column].map(_harmless)
    return shown


def _harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; negative numbers are none."""
    is_formula = text.startswith(FORMULA) and not NUMBER.fullmatch(text.replace(",", "."))
    return f"'{text}" if is_formula else text


def _fill_sheet(sheet: Any, table: Table) -> None:  # Any: openpyxl has no types
    """Write a table into an empty sheet, below a header that stays in sight."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    def cell(value: object, number_format: str) -> Any:
        if isinstance(value, str):
            value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
        made = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            made.data_type = "s"  # else what begins with = would be a formula
        made.number_format = number_format
        return made

    sheet.freeze_panes = "A2"
    for part, frame in enumerate(table.frames()):
        if part == 0:
            for number, column in enumerate(frame.columns, start=1):
                longest = frame[column].str.len().max() if len(frame) else 0
                width = min(max(len(column), int(longest)) + 2, WIDEST)
                sheet.column_dimensions[get_column_letter(number)].width = width
            sheet.append([cell(column, "@") for column in frame.columns])
        for row in _rows(frame):
            sheet.append([cell(*_typed(table, str(column), row)) for column in frame.columns])


def _typed(table: Table, column: str, row: Mapping[str, str]) -> tuple[object, str]:
    """Return what a cell of a sheet holds, and how it is shown; text where it is not known."""
    text = row[column]
    if column in table.numbers:
        return table.numbers[column](text), "General"
    kind = table.type_of(column, row)
    if kind is FieldType.DATE:
        try:
            told = date.fromisoformat(text)
        except ValueError:
            return text, "@"
        return (told, "yyyy-mm-dd") if told.year >= FIRST_YEAR else (text, "@")
    is_number = kind in {FieldType.AMOUNT, FieldType.INTEGER} and NUMBER.fullmatch(text)
    if is_number and sum(map(str.isdigit, text)) <= MOST_DIGITS:
        decimals = len(text.partition(".")[2])
        return float(text) if decimals else int(text), f"0.{'0' * decimals}" if decimals else "0"
    return text, "@"
