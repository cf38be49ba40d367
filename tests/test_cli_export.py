"""`formreader export` as its users call it."""

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from formreader.store import Store, StoredTemplate
from tests.test_batch import CLAIM


@pytest.fixture
def out(tmp_path) -> Path:
    """A run folder of one claim, whose tables are there."""
    folder = tmp_path / "out"
    with Store(folder) as store:
        store.put_template("layout", StoredTemplate(CLAIM.parent, CLAIM.read_bytes()))
    for name in ("records", "fields", "problems"):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["file", "page", "claim_no"], ["a.png", "1", "007"]])
    return folder


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_workbook_has_every_table(out, formreader, tmp_path, capsys):
    assert formreader("export", str(out), "--to", str(tmp_path / "all.xlsx")) == 0

    assert "records, fields, problems:" in capsys.readouterr().out
    book = load_workbook(tmp_path / "all.xlsx")
    assert [sheet["C2"].value for sheet in book] == ["007"] * 3


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_other_formats_have_the_records(ending, out, formreader, tmp_path, capsys):
    to = tmp_path / f"all.{ending}"

    assert formreader("export", str(out), "--to", str(to)) == 0
    assert capsys.readouterr().out.startswith("records:")
    assert b"007" in to.read_bytes()


def test_excel_takes_the_locale_of_the_system_or_another(out, formreader, tmp_path):
    for locale, mark in ((), None), (("--locale", "de-DE"), b";"), (("--locale", "en-GB"), b","):
        to = tmp_path / "all.csv"
        assert formreader("export", str(out), "--to", str(to), "--excel", *locale) == 0
        if mark:
            assert b'"file"' + mark + b'"page"' in to.read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", "all.doc"], "give a file that ends in .csv, .xlsx, .jsonl or .parquet"),
        (["--to", "all.xlsx", "--excel"], "a workbook needs neither"),
        (["--to", "all.csv", "--locale", "de-DE"], "--locale goes with --excel"),
        (["--to", "all.csv", "--table", "more"], "it has records, fields, problems"),
    ],
)
def test_wrong_usage_is_told_with_the_remedy(options, said, out, formreader, capsys):
    assert formreader("export", str(out), *options) == 2
    assert said in words(capsys.readouterr().err)


def test_of_several_tables_of_records_one_must_be_named(out, formreader, tmp_path, capsys):
    (out / "records.csv").rename(out / "records-claim.csv")
    (out / "records-other.csv").write_bytes((out / "records-claim.csv").read_bytes())
    to = ("--to", str(tmp_path / "all.csv"))

    assert formreader("export", str(out), *to) == 2
    assert "name one by --table: records-claim, records-other" in words(capsys.readouterr().err)
    assert formreader("export", str(out), *to, "--table", "records-other") == 0


def test_a_folder_without_a_run_is_refused(tmp_path, formreader, capsys):
    assert formreader("export", str(tmp_path), "--to", "all.csv") == 2
    assert "it has no run.sqlite" in words(capsys.readouterr().err)
