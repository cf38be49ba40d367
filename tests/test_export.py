import csv
import json

import pytest

from formreader.export import Counts, open_tables, write_summary
from formreader.geometry import Rect
from formreader.results import DecidedField, Decision, Problem, Record, Status
from tests.builders import field, form

ZIP = Decision("zip", "08540", Status.ACCEPTED, 0.99999978, "08540")
NET = Decision("net", "1?", Status.REVIEW, 0.0, "1?", "no digit: box 2 of 2 holds, I see, a mess")


def record(*decisions, file="claims/Übertrag 1.png", template="claim"):
    area = Rect(10.4, 20.6, 300, 40)
    fields = (DecidedField(file, 1, template, decision, area) for decision in decisions)
    return Record(file, 1, template, tuple(fields))


def write(out, *results, templates=None):
    claim = form(field(name="zip"), field(name="net"), name="claim")
    with open_tables(out, templates or [claim]) as tables:
        for result in results:
            tables.add(result)
    return tables.counts


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_run_of_nothing_has_tables_with_headers_only(tmp_path):
    write(tmp_path)

    names = ["fields.csv", "problems.csv", "records.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert [len(rows(tmp_path / name)) for name in names] == [1, 1, 1]


def test_a_field_is_a_row_with_its_place_and_its_confidence_rounded_down(tmp_path):
    write(tmp_path, record(ZIP, NET))

    reason = '"no digit: box 2 of 2 holds, I see, a mess"'
    assert (tmp_path / "fields.csv").read_bytes().decode("utf-8").split("\r\n") == [
        "file,page,template,field,value,status,confidence,reason,read,x,y,width,height",
        "claims/Übertrag 1.png,1,claim,zip,08540,accepted,0.999999,,08540,10,21,300,40",
        f"claims/Übertrag 1.png,1,claim,net,1?,review,0.000000,{reason},1?,10,21,300,40",
        "",
    ]


def test_a_form_is_a_row_of_values(tmp_path):
    write(tmp_path, record(ZIP, NET), record(ZIP, file="short.png"))

    assert rows(tmp_path / "records.csv") == [
        ["file", "page", "template", "status", "zip", "net"],
        ["claims/Übertrag 1.png", "1", "claim", "review", "08540", "1?"],
        ["short.png", "1", "claim", "accepted", "08540", ""],
    ]


def test_each_of_several_templates_has_records_of_its_own(tmp_path):
    write(tmp_path, record(ZIP))
    forms = [form(field(name="zip"), name="claim"), form(field(name="net"), name="order")]

    write(tmp_path, record(ZIP), record(NET, template="order"), templates=forms)

    assert not (tmp_path / "records.csv").exists()
    assert rows(tmp_path / "records-claim.csv")[1][4:] == ["08540"]
    assert rows(tmp_path / "records-order.csv")[1][4:] == ["1?"]


def test_an_older_and_a_newer_template_of_one_name_share_a_table(tmp_path):
    forms = [form(field(name="zip"), name="claim"), form(field(name="net"), name="claim")]

    write(tmp_path, record(ZIP), record(NET), templates=forms)

    assert [row[4:] for row in rows(tmp_path / "records.csv")] == [
        ["zip", "net"],
        ["08540", ""],
        ["", "1?"],
    ]


def test_a_page_set_aside_is_a_row_of_problems(tmp_path):
    write(tmp_path, Problem("a.pdf", 3, "blank page: it is all white"))

    assert rows(tmp_path / "problems.csv")[1:] == [["a.pdf", "3", "blank page: it is all white"]]


def test_a_failure_leaves_the_earlier_tables_and_no_others(tmp_path):
    write(tmp_path, record(ZIP))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    with pytest.raises(KeyError):
        write(tmp_path, record(ZIP), record(ZIP, template="unknown"))

    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_name_that_is_no_unicode_does_not_stop_the_tables(tmp_path):
    write(tmp_path, Problem("caf\udce9.png", 1, "unreadable: it is empty"))

    assert rows(tmp_path / "problems.csv")[1][0] == "caf\\udce9.png"


def test_the_summary_counts_pages_and_fields(tmp_path):
    counts = write(tmp_path, record(ZIP, NET), Problem("b.png", 1, "blank page: it is white"))

    write_summary(tmp_path, counts, pages_in=2, details={"seconds": 1.5})

    assert json.loads((tmp_path / "summary.json").read_text("utf-8")) == {
        "pages": {"in": 2, "read": 1, "set_aside": 1},
        "fields": {"accepted": 1, "review": 1, "blank": 0, "verified": 0},
        "seconds": 1.5,
    }


def test_a_lost_page_is_no_summary(tmp_path):
    with pytest.raises(ValueError, match="expected 2 pages in the tables, got 1 read and 0 set"):
        write_summary(tmp_path, Counts(read=1), pages_in=2, details={})
