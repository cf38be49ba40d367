"""Files are read once they have stopped growing."""

import csv
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from formreader.arrivals import Arrivals
from formreader.inputs import InputFile
from formreader.synth.conditions import find_condition
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template_file import load_template
from tests.test_batch import CLAIM


@pytest.fixture
def file(tmp_path) -> InputFile:
    path = tmp_path / "a.png"
    path.write_bytes(b"begun")
    return InputFile(path, "a.png")


@pytest.fixture
def drawn(tmp_path) -> Path:
    """A folder of a form and a white page."""
    folder = tmp_path / "drawn"
    folder.mkdir()
    forms = draw_forms(load_template(CLAIM), random_hand, [find_condition("100-dpi")], seed=1)
    form = Image.fromarray(next(iter(forms)).image)
    form.save(folder / "a.png")
    Image.new("L", form.size, 255).save(folder / "c.png")
    return folder


def grow(file: InputFile, seconds: float) -> None:
    """Add to a file, as of a time."""
    with file.path.open("ab") as stream:
        stream.write(b"more")
    os.utime(file.path, (seconds, seconds))


def test_a_file_is_taken_once_when_it_has_stopped_growing(file):
    arrivals = Arrivals(settle=5)
    taken = []
    for now in range(20):
        if now in {3, 6}:
            grow(file, now)
        taken += [now for _ in arrivals.take([file], now)]

    assert taken == [11]


def test_a_file_that_changes_later_is_taken_again(file):
    arrivals = Arrivals(settle=1)
    taken = []
    for now in range(10):
        if now == 5:
            grow(file, now)
        taken += [now for _ in arrivals.take([file], now)]

    assert taken == [1, 6]


def test_a_file_that_has_gone_is_not_taken(file):
    arrivals = Arrivals(settle=1)
    arrivals.take([file], 0)
    file.path.unlink()

    assert arrivals.take([file], 5) == []


def test_a_file_that_was_put_back_is_taken_again_after_longer_and_longer(file):
    arrivals, taken = Arrivals(settle=5), []
    for now in range(200):
        if whole := arrivals.take([file], now):
            taken.append(now)
            arrivals.put_back(whole, now)

    assert taken == [5, 40, 105]


def test_a_file_that_was_put_back_and_changes_waits_no_longer(file):
    arrivals = Arrivals(settle=1)
    arrivals.take([file], 0)
    arrivals.put_back(arrivals.take([file], 1), 1)
    grow(file, 2)

    assert [now for now in range(2, 6) if arrivals.take([file], now)] == [3]


def test_what_arrives_is_read_until_it_is_stopped(
    drawn,
    formreader,
    tmp_path,
    monkeypatch,
    capsys,
):
    folder = tmp_path / "scans"
    folder.mkdir()
    arriving = iter(["a.png", None, "c.png", None, None])

    def sleep(_: float) -> None:
        name = next(arriving, "end")
        if name == "end":
            raise KeyboardInterrupt
        if name:
            shutil.copy(drawn / name, folder / name)

    monkeypatch.setattr("formreader.cli.watch.time.sleep", sleep)
    out = tmp_path / "out"
    command = ["watch", str(folder), "-t", "expense-claim", "-o", str(out), "--settle", "0"]
    assert formreader(*command, "-j", "1") == 0

    said = capsys.readouterr()
    first, second = said.out.splitlines()
    assert "new: files 1, pages 1; in all 1 pages read, 0 set aside" in first
    assert "new: files 1, pages 1; in all 1 pages read, 1 set aside" in second
    assert "stopped; the same command goes on" in said.err
    with (out / "problems.csv").open(encoding="utf-8", newline="") as table:
        assert [row["file"] for row in csv.DictReader(table)] == ["c.png"]


def test_a_folder_that_goes_away_is_waited_for(formreader, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "share"
    folder.mkdir()
    looks = iter(range(3))

    def sleep(_: float) -> None:
        if next(looks, None) is None:
            raise KeyboardInterrupt
        Path(folder).rmdir() if folder.exists() else None

    monkeypatch.setattr("formreader.cli.watch.time.sleep", sleep)
    out = str(tmp_path / "out")
    assert formreader("watch", str(folder), "-t", "expense-claim", "-o", out) == 0

    assert capsys.readouterr().err.count("waiting for it to come back") == 1
