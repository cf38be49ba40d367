"""Evidence from a run whose true values are known."""

import csv
import json
from pathlib import Path

import pytest
from PIL import Image

from formreader.digits.card import load_card
from formreader.evidence import EVIDENCE_NAME, load_evidence
from formreader.shipped import model_folders

SHIPPED = model_folders()[1] / "formreader"


@pytest.fixture
def run(formreader):
    """Four forms that were read, and what is written on them."""
    assert formreader("synth", "expense-claim", "-n", "4", "-o", "forms", "--seed", "3") == 0
    assert formreader("read", "forms/pages", "-t", "expense-claim", "-j", "1") == 0
    return Path("forms/truth.csv")


def calibrate(formreader, truth, *options):
    command = ["model", "calibrate", "--from", "formreader-out", "--truth", truth, "--out", "own"]
    return formreader(*command, *options)


def rewrite(truth, change):
    with truth.open(encoding="utf-8", newline="") as file:
        table = [change(row) for row in csv.DictReader(file)]
    with truth.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table[0])
        writer.writeheader()
        writer.writerows(table)


def test_own_pages_show_what_may_be_accepted(formreader, run, capsys):
    assert calibrate(formreader, run) == 0

    found = load_evidence(Path("own") / EVIDENCE_NAME)
    assert len(found.pages) == 4
    assert len(found) == len(run.read_text("utf-8").splitlines()) - 1
    assert found.right.mean() > 0.9
    assert set(found.pages.conditions) == {"verified"}
    assert load_card(Path("own")).created_by.endswith("; then measured on truth.csv")
    assert "on 4 pages" in capsys.readouterr().out


def test_the_calibrated_copy_reads_with_what_was_measured(formreader, run):
    calibrate(formreader, run)

    again = ("read", "forms/pages", "-t", "expense-claim", "--model", "own", "--max-error", "0.2")
    assert formreader(*again, "-j", "1") == 0

    summary = json.loads(Path("formreader-out/summary.json").read_text("utf-8"))
    assert summary["fields"]["accepted"] > 0
    assert summary["promise"]["void"] == {}


def test_what_was_measured_before_can_be_kept(formreader, run):
    before = len(load_evidence(SHIPPED / EVIDENCE_NAME))

    assert calibrate(formreader, run, "--add") == 0

    kept = load_evidence(Path("own") / EVIDENCE_NAME)
    assert len(kept) == before + len(run.read_text("utf-8").splitlines()) - 1


def test_a_form_is_by_one_writer_where_none_is_named(formreader, run):
    rewrite(run, lambda row: {name: row[name] for name in ("file", "field", "value")})

    calibrate(formreader, run)

    assert len(set(load_evidence(Path("own") / EVIDENCE_NAME).writers)) == 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda row: row | {"file": f"other {row['file']}"}, "has no answers for the pages of"),
        (lambda row: {"file": row["file"], "value": "1"}, "has no column field"),
    ],
)
def test_answers_that_cannot_be_used_are_refused(formreader, run, capsys, change, words):
    rewrite(run, change)

    assert calibrate(formreader, run) == 2
    assert words in capsys.readouterr().err
    assert not Path("own").exists()


def test_pages_of_one_file_must_be_told_apart(formreader, run, capsys):
    pages = [Image.open(path) for path in sorted(Path("forms/pages").glob("*.png"))]
    Path("fax").mkdir()
    pages[0].save("fax/fax.tif", save_all=True, append_images=pages[1:])
    formreader("read", "fax", "-t", "expense-claim", "-j", "1", "--fresh")
    rewrite(run, lambda row: {"file": "fax.tif", "field": row["field"], "value": row["value"]})
    lines = run.read_text("utf-8").splitlines(keepends=True)
    run.write_text("".join(lines[: 1 + (len(lines) - 1) // 4]), "utf-8")

    assert calibrate(formreader, run) == 2
    assert "give forms/truth.csv a column 'page'" in capsys.readouterr().err


def test_a_run_of_another_network_is_refused(formreader, run, capsys):
    calibrate(formreader, run)
    card = load_card(Path("own"))
    changed = card.model_copy(update={"temperature": 2 * card.temperature})
    Path("own/card.json").write_text(changed.model_dump_json(), "utf-8")

    command = ["model", "calibrate", "own", "--from", "formreader-out", "--truth", run]

    assert formreader(*command) == 2
    assert "and not by this 'own'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "give either --data, or --from with --truth"),
        (("--from", "."), "give either --data, or --from with --truth"),
        (("--from", ".", "--truth", "truth.csv", "--out", "own"), ". is no run folder"),
    ],
)
def test_half_a_command_is_refused(formreader, capsys, options, words):
    Path("truth.csv").write_text("file,field,value\na.png,b,1\n", "utf-8")

    assert formreader("model", "calibrate", *options) == 2
    assert words in capsys.readouterr().err
