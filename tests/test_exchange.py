"""Tables for other programs: no id loses a zero, no cell becomes a formula."""

import csv
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from formreader.errors import InputError
from formreader.exchange import (
    find_tables,
    write_csv,
    write_jsonl,
    write_parquet,
    write_xlsx,
)
from formreader.export import FIELD_COLUMNS
from formreader.template import FieldType

LONG = "12345678901234567890"
TYPES = {
    "id": FieldType.DIGITS,
    "total": FieldType.AMOUNT,
    "when": FieldType.DATE,
    "count": FieldType.INTEGER,
}
ROWS = [
    ["=1+1.png", "1", "claim", "accepted", "007", "1234.50", "2026-11-20", "12"],
    ['b;c,"d".pdf', "2", "claim", "review", LONG, "12?4.50", "?", LONG],
    ["@sum.png", "12", "claim", "review", "", "", "", "-5"],
]
HEADER = ["file", "page", "template", "status", *TYPES]
FIELD = dict.fromkeys(FIELD_COLUMNS, "1") | {
    "file": "a.png",
    "field": "total",
    "value": "1234.50",
    "confidence": "0.999000",
    "reason": "=cmd()",
}


@pytest.fixture
def out(tmp_path) -> Path:
    """A run folder with its tables alone."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name, header, rows in (
        ("records.csv", HEADER, ROWS),
        ("fields.csv", FIELD_COLUMNS, [FIELD.values()]),
        ("problems.csv", ["file", "page", "reason"], []),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    return folder


@pytest.fixture
def records(out):
    return find_tables(out, TYPES, "records")[0]


def read_csv(path: Path, **settings) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, **settings))


def test_csv_is_the_table_as_it_is(records, tmp_path):
    write_csv(records, tmp_path / "to.csv")

    assert (tmp_path / "to.csv").read_bytes() == records.path.read_bytes()


@pytest.mark.parametrize(
    ("locale", "separator", "amount"), [("de-DE", ";", "1234,50"), ("en-IN", ",", "1234.50")]
)
def test_csv_for_excel_fits_where_it_is_opened(locale, separator, amount, records, tmp_path):
    write_csv(records, tmp_path / "to.csv", locale)

    assert (tmp_path / "to.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    header, first, second, third = read_csv(tmp_path / "to.csv", delimiter=separator)
    assert header == HEADER
    assert first == ["'=1+1.png", *ROWS[0][1:5], amount, *ROWS[0][6:]]
    assert second[0] == ROWS[1][0]
    assert third[0] == "'@sum.png"
    assert third[-1] == "-5"


def test_no_header_is_a_formula(out, tmp_path):
    source = (out / "records.csv").read_text("utf-8").replace("count", "=1+1", 1)
    (out / "records.csv").write_text(source, "utf-8", newline="")
    (table,) = find_tables(out, TYPES, "records")
    write_xlsx([table], tmp_path / "to.xlsx")
    write_csv(table, tmp_path / "to.csv", "de-DE")

    assert load_workbook(tmp_path / "to.xlsx")["records"]["H1"].data_type == "s"
    assert read_csv(tmp_path / "to.csv", delimiter=";")[0][-1] == "'=1+1"


def test_confidence_has_the_decimal_mark_too(out, tmp_path):
    (fields,) = find_tables(out, TYPES, "fields")
    write_csv(fields, tmp_path / "to.csv", "de-DE")

    header, row = read_csv(tmp_path / "to.csv", delimiter=";")
    shown = dict(zip(header, row, strict=True))
    assert (shown["value"], shown["confidence"]) == ("1234,50", "0,999000")
    assert shown["reason"] == "'=cmd()"


def test_a_workbook_has_numbers_as_such_and_ids_as_text(out, tmp_path):
    write_xlsx(find_tables(out, TYPES), tmp_path / "to.xlsx")

    book = load_workbook(tmp_path / "to.xlsx")
    assert book.sheetnames == ["records", "fields", "problems"]
    rows = list(book["records"].iter_rows())
    values = [[cell.value for cell in row] for row in rows]
    assert values[0] == HEADER
    assert values[1] == ["=1+1.png", 1, "claim", "accepted", "007", 1234.5, rows[1][6].value, 12]
    assert rows[1][6].value.date() == date(2026, 11, 20)
    assert values[2][4:] == [LONG, "12?4.50", "?", LONG]
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert rows[1][4].number_format == "@"
    assert rows[1][5].number_format == "0.00"
    assert next(book["fields"].iter_rows(min_row=2))[4].value == 1234.5


def test_what_no_workbook_can_hold_is_replaced(out, tmp_path):
    with (out / "problems.csv").open("a", encoding="utf-8") as file:
        file.write("bell\x07.png,1,odd\r\n")
    write_xlsx(find_tables(out, TYPES, "problems"), tmp_path / "to.xlsx")

    book = load_workbook(tmp_path / "to.xlsx")
    assert book["problems"]["A2"].value == "bell\N{REPLACEMENT CHARACTER}.png"


def test_more_rows_than_a_sheet_can_hold_are_refused(out, tmp_path, monkeypatch):
    monkeypatch.setattr("formreader.exchange.MOST_ROWS", 2)

    with pytest.raises(InputError, match=r"export it to \.csv, \.jsonl or \.parquet"):
        write_xlsx(find_tables(out, TYPES), tmp_path / "to.xlsx")
    assert not (tmp_path / "to.xlsx").exists()


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_ids_survive_libreoffice(out, tmp_path):
    write_xlsx(find_tables(out, TYPES, "records"), tmp_path / "to.xlsx")
    convert = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'lo').as_uri()}"]
    for kind in ("ods", "csv"):
        source = tmp_path / ("to.xlsx" if kind == "ods" else "to.ods")
        subprocess.run(
            [*convert, "--convert-to", kind, "--outdir", tmp_path, source],
            check=True,
            capture_output=True,
        )

    back = read_csv(tmp_path / "to.csv")
    assert [row[4] for row in back[1:]] == ["007", LONG, ""]
    assert (back[1][0], float(back[1][5]), back[1][6]) == ("=1+1.png", 1234.5, "2026-11-20")


def test_lines_of_json_have_numbers_and_text(records, tmp_path):
    write_jsonl(records, tmp_path / "to.jsonl")

    lines = (tmp_path / "to.jsonl").read_text("utf-8").splitlines()
    first, second, third = map(json.loads, lines)
    assert first == dict(zip(HEADER, ["=1+1.png", 1, *ROWS[0][2:]], strict=True))
    assert second["id"] == LONG
    assert third["page"] == 12


def test_parquet_keeps_every_digit(records, tmp_path):
    pytest.importorskip("pyarrow")
    write_parquet(records, tmp_path / "to.parquet")

    table = pd.read_parquet(tmp_path / "to.parquet")
    assert table["id"].tolist() == ["007", LONG, ""]
    assert table["page"].tolist() == [1, 2, 12]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_many_rows_are_all_written_and_none_at_all_is_fine(ending, out, tmp_path, monkeypatch):
    monkeypatch.setattr("formreader.exchange.CHUNK", 2)
    to = tmp_path / f"to.{ending}"
    readers = {
        "csv": pd.read_csv,
        "jsonl": lambda path: pd.read_json(path, lines=True),
        "parquet": pd.read_parquet,
        "xlsx": pd.read_excel,
    }
    for name, count in (("records", 3), ("problems", 0)):
        (table,) = find_tables(out, TYPES, name)
        if ending == "xlsx":
            write_xlsx([table], to)
        else:
            {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}[ending](table, to)
        assert len(readers[ending](to)) == count


def test_a_table_that_is_not_there_is_named(out, tmp_path):
    with pytest.raises(InputError, match=r"no table 'records-x'.*it has records, fields, problems"):
        find_tables(out, TYPES, "records-x")
    with pytest.raises(InputError, match="holds no tables of a run"):
        find_tables(tmp_path, TYPES)
