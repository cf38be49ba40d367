"""`formreader read`: what it says, what it writes, how it ends."""

import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from formreader.store import Store
from formreader.synth.conditions import find_condition
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template_file import load_template

CLAIM = Path(__file__).parents[1] / "templates" / "expense-claim.toml"
TABLES = ("fields.csv", "records.csv", "problems.csv")


@pytest.fixture(scope="module")
def scans(tmp_path_factory) -> Path:
    """A folder of two filled forms."""
    folder = tmp_path_factory.mktemp("scans")
    forms = draw_forms(load_template(CLAIM), random_hand, [find_condition("200-dpi")], seed=2)
    for number, form in enumerate(islice(forms, 2)):
        Image.fromarray(form.image).save(folder / f"{number}.png")
    return folder


def test_a_finished_run_says_what_came_of_it_and_where_it_is(formreader, scans, capsys):
    code = formreader("read", scans, "-t", "expense-claim")

    said = capsys.readouterr().out
    assert code == 0
    assert "read        2" in said
    assert all(Path("formreader-out", name).is_file() for name in TABLES)
    assert "formreader-out/fields.csv" in said


def test_a_form_that_nobody_filled_in_costs_no_other_its_rows(formreader, scans):
    formreader("template", "show", "expense-claim", "-o", "unfilled.png")

    code = formreader("read", scans, "unfilled.png", "-t", "expense-claim", "--no-images")

    assert code == 0
    files = {
        line.split(",")[0] for line in Path("formreader-out/records.csv").read_text("utf-8").split()
    }
    assert any(file.endswith("unfilled.png") for file in files)
    assert len(files) == 4  # the header, both filled forms and the empty one


def test_pages_set_aside_are_told_by_reason(formreader, scans, capsys):
    Path("empty.png").write_bytes(b"")

    code = formreader("read", scans, "empty.png", "-t", "expense-claim", "-j", "1")

    assert code == 3
    assert "unreadable" in capsys.readouterr().out
    assert "empty.png,1,unreadable: " in Path("formreader-out/problems.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere", "-t", "expense-claim"), "no such file or folder"),
        (("empty", "-t", "expense-claim"), "nothing to read"),
        (("{scans}", "-t", "expense-clam"), "no template 'expense-clam'"),
        (("{scans}", "-t", "broken.toml"), "not a valid template"),
        (("{scans}", "-t", "expense-claim", "--model", "none"), "no model 'none'"),
        (("{scans}", "-t", "expense-claim", "--engine", "spark"), "engine"),
        (("{scans}", "-t", "expense-claim", "-j", "0"), "-j"),
        (("{scans}",), "-t"),
        ((), "PATH"),
    ],
)
def test_a_wrong_set_up_ends_in_words_and_nothing_is_written(
    formreader, scans, capsys, arguments, words
):
    Path("empty").mkdir()
    Path("broken.toml").write_text("formreader = 1", encoding="utf-8")

    code = formreader("read", *(each.format(scans=scans) for each in arguments))

    said = capsys.readouterr().err
    assert code == 2
    assert words in said
    assert "Traceback" not in said
    assert not Path("formreader-out").exists()


def test_a_run_folder_in_use_is_refused(formreader, scans, capsys):
    with Store(Path("out")):
        code = formreader("read", scans, "-t", "expense-claim", "-o", "out")

    said = capsys.readouterr().err
    assert code == 2
    assert "another formreader is at work on out; wait for it, or give another folder" in said


def test_paths_come_from_standard_input(formreader, scans, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{scans / '0.png'}\n{scans / '1.png'}\n"))

    assert formreader("read", "-", "-t", "expense-claim", "--no-images") == 0


def test_a_promise_that_no_network_keeps_is_told(formreader, scans, capsys):
    formreader("read", scans, "-t", "expense-claim", "--max-error", "1e-9", "--limit", "1")

    assert (
        "fields of the kind 'plain' go to review: a promise of 1e-09 wants"
        in capsys.readouterr().err
    )


def test_a_full_disk_ends_in_words(formreader, scans, capsys, monkeypatch):
    def fill_up(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("formreader.cli.read.run_batch", fill_up)

    code = formreader("read", scans, "-t", "expense-claim")

    assert code == 1
    assert "error: formreader-out cannot be written: database or disk" in capsys.readouterr().err


def test_a_log_gets_plain_lines(formreader, scans, capsys, monkeypatch):
    monkeypatch.setattr("formreader.cli.progress.LINE_EVERY_S", 0)

    formreader("read", scans, "-t", "expense-claim", "-j", "1")

    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith("1 of 2 files, 1 pages, ") for line in lines)
    assert lines[-1].endswith("about 0 s left")


def test_a_terminal_gets_a_bar(formreader, scans, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # what rich takes for a terminal

    formreader("read", scans, "-t", "expense-claim")

    assert "2/2" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="an interrupt cannot be sent to one process there")
def test_an_interrupted_run_says_how_to_go_on(scans, tmp_path):
    for number in range(60):
        (tmp_path / f"{number}.png").write_bytes((scans / "0.png").read_bytes() + bytes([number]))
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # if ignored
        "from formreader.cli import main; main()"
    )
    command = (sys.executable, "-c", code, "read", tmp_path, "-t", CLAIM, "-j", "1")
    store = tmp_path / "out" / "run.sqlite"

    process = subprocess.Popen([*command, "-o", store.parent], stderr=subprocess.PIPE)
    while not store.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"run the same command again to go on" in said


def test_reading_loads_neither_tensorflow_nor_pandas_nor_fsspec(scans, tmp_path):
    code = (
        "import sys; from formreader.cli import main\n"
        "try: main()\n"
        "finally: sys.exit(str({'tensorflow', 'keras', 'pandas', 'fsspec'} & sys.modules.keys()))"
    )
    arguments = ("read", scans, "-t", CLAIM, "-o", tmp_path / "out", "--max-error", "0.05")

    process = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )

    assert process.stderr.strip() == "set()"
    assert (tmp_path / "out" / "fields.csv").is_file()
