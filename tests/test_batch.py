"""Runs: nothing is lost, nothing is read twice, and the tables are always the same."""

import csv
import errno
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from formreader.batch import Finished, Settings, run_batch
from formreader.engines import run_serially
from formreader.errors import SetupError
from formreader.inputs import find_inputs
from formreader.intake import Tally
from formreader.pages import read_pages
from formreader.reader import prepare
from formreader.recipe import Model, make_recipe
from formreader.shift import SeenPages
from formreader.store import Store
from formreader.synth.conditions import find_condition
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template import Template
from formreader.template_file import load_template, parse_template
from formreader.workers import Limits, Workers
from tests.standins import Kills, SeesSevens, Stumbles, evidence

CLAIM = Path(__file__).parents[1] / "templates" / "expense-claim.toml"
TABLES = ("fields.csv", "records.csv", "problems.csv")


def workers(count: int) -> Workers:
    return Workers(count, Limits(seconds=60, memory=2 << 30))


@pytest.fixture(scope="session")
def claim() -> Template:
    return load_template(CLAIM)


@pytest.fixture(scope="session")
def drawn(claim, tmp_path_factory) -> Path:
    """A folder of a form, a fax of three and a white page."""
    folder = tmp_path_factory.mktemp("drawn")
    forms = draw_forms(claim, random_hand, [find_condition("100-dpi")], seed=1)
    first, *others = (Image.fromarray(form.image) for form in islice(forms, 4))
    first.save(folder / "a.png")
    others[0].save(folder / "b.tif", save_all=True, append_images=others[1:])
    Image.new("L", first.size, 255).save(folder / "c.png")
    return folder


@pytest.fixture
def scans(drawn, tmp_path) -> Path:
    return shutil.copytree(drawn, tmp_path / "scans")


@pytest.fixture
def read(scans, claim, tmp_path):
    """Read the scans; what a test does not name is as usual."""

    def read(
        *paths: Path,
        model: Model | None = None,
        template: Template = claim,
        out: str = "out",
        watch=lambda _: None,
        **settings,
    ) -> Finished:
        chosen = {"max_error": 0.001, "engine": run_serially, "images": False} | settings
        return run_batch(
            find_inputs([str(path) for path in paths or [scans]], sys.stdin),
            make_recipe([template], model or SeesSevens()),
            Settings(out=tmp_path / out, **chosen),
            watch,
            lambda: datetime.now(UTC),
        )

    return read


def tables(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in TABLES]


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pages(folder: Path) -> list[tuple[str, str]]:
    return [(row["file"], row["page"]) for row in rows(folder, "records.csv")]


def stop_after(number: int):
    def watch(tally: Tally) -> None:
        if tally.pages_new == number:
            raise KeyboardInterrupt

    return watch


def test_every_page_is_in_a_table_and_counted(read, tmp_path):
    read()

    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert pages(tmp_path / "out") == [
        ("a.png", "1"),
        ("b.tif", "1"),
        ("b.tif", "2"),
        ("b.tif", "3"),
    ]
    assert [row["file"] for row in rows(tmp_path / "out", "problems.csv")] == ["c.png"]
    assert summary["pages"] == {"in": 5, "read": 4, "set_aside": 1}
    assert sum(summary["fields"].values()) == len(rows(tmp_path / "out", "fields.csv"))


def test_the_same_run_again_reads_nothing(read, tmp_path):
    read()
    before = tables(tmp_path / "out")
    model = SeesSevens()

    again = read(model=model)

    assert (again.tally.pages_known, again.tally.pages_new, model.shown) == (5, 0, 0)
    assert tables(tmp_path / "out") == before


@pytest.mark.parametrize("number", range(1, 5))
def test_a_run_that_was_interrupted_goes_on(read, tmp_path, number):
    read(out="whole")
    with pytest.raises(KeyboardInterrupt):
        read(watch=stop_after(number))

    rest = read()

    assert rest.tally.pages_new == 5 - number
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


def test_a_run_that_was_killed_goes_on(read, scans, tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from tests import test_batch as t\n"
        "from formreader.batch import *\n"
        "scans, out = map(Path, sys.argv[1:])\n"
        "run_batch(t.find_inputs([str(scans)], sys.stdin),"
        " t.make_recipe([t.load_template(t.CLAIM)], t.SeesSevens()),"
        " Settings(out=out, max_error=0.001, engine=t.workers(2)),"
        " lambda tally: tally.pages_new < 3 or os._exit(9), lambda: t.datetime.now(t.UTC))"
    )
    read(out="whole")
    process = subprocess.run([sys.executable, "-c", code, scans, tmp_path / "out"], check=False)

    rest = read()

    assert process.returncode == 9
    assert rest.tally.pages_known <= 3  # but for what was read in the last tenth of a second
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


@pytest.mark.parametrize("count", [1, 2, 5])
def test_many_workers_write_what_one_writes(read, tmp_path, count):
    read(out="one")
    read(out="many", engine=workers(count))

    assert tables(tmp_path / "many") == tables(tmp_path / "one")


def digits_on(scans: Path, claim: Template, page: int) -> int:
    """Return how many digits there are on a page of the fax, more or fewer than on any other."""
    found = [
        len(prepare(each, [claim]).digits)
        for path in (scans / "a.png", scans / "b.tif")
        for each in read_pages(path, path.name)
    ]
    assert found.count(found[page]) == 1
    return found[page]


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_that_kills_its_process_is_set_aside_alone(page, read, scans, claim, tmp_path):
    model = Kills(digits_on(scans, claim, page))

    first = read(engine=workers(2), model=model)
    again = read(engine=workers(1), model=model)

    assert (first.counts.read, first.counts.set_aside, first.tally.files_done) == (3, 2, 3)
    problem = rows(tmp_path / "out", "problems.csv")[0]
    assert (problem["file"], problem["page"]) == ("b.tif", str(page))
    assert problem["reason"] == "crash: the process that read it died (exit code 9)"
    assert (again.tally.pages_new, again.tally.pages) == (1, 5)


def test_a_file_that_fails_as_a_whole_has_one_row_however_it_was_interrupted(read, scans, tmp_path):
    (scans / "broken.pdf").write_bytes(b"%PDF-1.4 cut off")
    (scans / "empty.png").touch()
    read(out="whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "run.sqlite")) as run, run:
        run.execute("DELETE FROM contents")  # as if it was killed before each file was closed

    again = read()

    assert (again.tally.pages_new, again.tally.pages) == (0, 7)
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


@pytest.fixture
def fax(drawn, tmp_path) -> Path:
    """A folder of one fax of eleven pages, no two of them alike, some of them blank."""
    folder = tmp_path / "fax"
    folder.mkdir()
    pictures = [
        Image.fromarray(page.image)
        for name in ("a.png", "b.tif")
        for page in read_pages(drawn / name, name)
    ]
    many = [pictures[number % 4] for number in range(11)]
    many[5] = Image.new("L", many[0].size, 255)
    many[0].save(folder / "fax.tif", save_all=True, append_images=many[1:])
    return folder


@pytest.mark.parametrize("engine", [run_serially, workers(3)], ids=["serial", "three"])
def test_a_large_file_is_read_in_parts(engine, fax, read, tmp_path, monkeypatch):
    read(fax, out="whole")
    monkeypatch.setattr("formreader.intake.PART", 2)

    finished = read(fax, engine=engine)

    assert (finished.tally.pages, finished.tally.files_done) == (11, 1)
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")
    assert read(fax, engine=engine).tally.pages_new == 0


@pytest.mark.parametrize("known", [{2}, {1, 2, 3, 4}, {3, 4, 5, 6, 7, 8}, {9, 10, 11}])
def test_of_a_file_read_in_parts_the_rest_is_read_later(known, fax, read, tmp_path, monkeypatch):
    monkeypatch.setattr("formreader.intake.PART", 2)
    read(fax, out="whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "run.sqlite")) as run, run:
        marks = ", ".join(map(str, known))
        run.execute(f"DELETE FROM pages WHERE page NOT IN ({marks})")
        run.execute("DELETE FROM contents")

    finished = read(fax, engine=workers(3))

    assert (finished.tally.pages_new, finished.tally.pages) == (11 - len(known), 11)
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


def test_a_page_that_kills_its_process_costs_its_part_nothing_else(
    fax, read, scans, *, claim, tmp_path, monkeypatch
):
    monkeypatch.setattr("formreader.intake.PART", 4)

    finished = read(fax, engine=workers(2), model=Kills(digits_on(scans, claim, 2)))

    lost = [row["page"] for row in rows(tmp_path / "out", "problems.csv")]
    assert lost == ["3", "6", "7", "11"]  # the sixth is blank
    assert (finished.tally.pages, finished.counts.read) == (11, 7)


def test_a_file_of_one_page_that_kills_its_process_is_set_aside(read, scans, claim, tmp_path):
    finished = read(engine=workers(2), model=Kills(digits_on(scans, claim, 0)))

    assert (finished.counts.read, finished.counts.set_aside) == (3, 2)
    assert pages(tmp_path / "out") == [("b.tif", "1"), ("b.tif", "2"), ("b.tif", "3")]


@pytest.mark.parametrize("engine", [run_serially, workers(3)], ids=["serial", "three"])
def test_copies_are_read_once_and_each_has_its_rows(engine, read, scans, tmp_path):
    copies = [shutil.copy(scans / "b.tif", scans / f"b{number}.tif") for number in range(8)]
    model = SeesSevens()

    finished = read(engine=engine, model=model)

    assert (finished.tally.pages_new, finished.tally.pages) == (5, 5 + 3 * len(copies))
    assert finished.tally.files_done == finished.tally.files == 11
    assert finished.counts.read == 4 + 3 * len(copies)
    reasons = {
        (row["file"], row["page"]): row["reason"]
        for row in rows(tmp_path / "out", "fields.csv")
        if "duplicate" in row["reason"]
    }
    assert len(reasons) == 3 * len(copies)
    assert reasons["b7.tif", "1"] == "duplicate: of b.tif"
    assert reasons["b0.tif", "3"] == "duplicate: of b.tif, page 3"


def test_copies_of_what_kills_processes_are_set_aside_with_it(read, scans, claim, tmp_path):
    for number in range(3):
        shutil.copy(scans / "a.png", scans / f"a{number}.png")

    finished = read(engine=workers(2), model=Kills(digits_on(scans, claim, 0)))

    assert (finished.counts.read, finished.counts.set_aside) == (3, 5)
    reasons = {row["reason"] for row in rows(tmp_path / "out", "problems.csv")}
    assert len(reasons) == 2


def test_a_limit_takes_the_first_pages_and_a_later_run_the_rest(read, tmp_path):
    read(out="whole")

    tried = read(limit=3)
    again = read(limit=3)
    assert pages(tmp_path / "out") == [("a.png", "1"), ("b.tif", "1"), ("b.tif", "2")]
    rest = read(engine=workers(3))

    assert [run.tally.pages_new for run in (tried, again, rest)] == [3, 0, 2]
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


def test_a_new_check_is_applied_without_reading_again(read, claim, tmp_path):
    source = CLAIM.read_bytes()
    laxer = parse_template(source.replace(b'check = "luhn"', b""), CLAIM)
    read()

    again = read(template=laxer)

    assert again.tally.pages_new == 0
    assert rows(tmp_path / "out", "fields.csv")[0]["status"] == "accepted"


def test_a_field_that_moved_is_read_again(read, tmp_path):
    source = CLAIM.read_bytes()
    moved = parse_template(source.replace(b"[60, 40, 54, 8]", b"[60, 40.1, 54, 8]"), CLAIM)
    read()

    assert read(template=moved).tally.pages_new == 5


def test_another_network_reads_again(read):
    read()

    assert read(model=SeesSevens("1" * 64)).tally.pages_new == 5


def test_only_a_file_that_changed_is_read_again(read, scans, tmp_path):
    read()
    shutil.copy(scans / "a.png", scans / "c.png")

    again = read()

    assert again.tally.pages_new == 0  # its content is known as that of a.png
    assert rows(tmp_path / "out", "problems.csv") == []
    assert pages(tmp_path / "out")[-1] == ("c.png", "1")


def test_rows_of_a_file_that_has_gone_stay(read, scans, tmp_path):
    read()
    before = tables(tmp_path / "out")
    (scans / "b.tif").unlink()

    read()

    assert tables(tmp_path / "out") == before


def test_rows_of_another_template_stay_as_that_template_had_them(read, scans, tmp_path):
    other = CLAIM.read_bytes().replace(b'"expense-claim"', b'"other"', 1)
    read(scans / "a.png")

    read(scans / "b.tif", template=parse_template(other, CLAIM))

    names = {row["template"] for row in rows(tmp_path / "out", "fields.csv")}
    assert names == {"expense-claim", "other"}
    assert (tmp_path / "out" / "records-other.csv").is_file()


def test_fresh_begins_anew_and_keeps_the_old_run_aside(read, scans, tmp_path):
    read()
    (scans / "b.tif").unlink()

    anew = read(fresh=True)

    assert anew.tally.pages_new == 2
    assert pages(tmp_path / "out") == [("a.png", "1")]
    assert anew.aside.is_file()


def test_a_file_that_cannot_be_opened_is_set_aside_until_it_can(read, scans, tmp_path):
    link = scans / "d.png"
    link.symlink_to(scans / "nowhere.png")

    read()
    assert rows(tmp_path / "out", "problems.csv")[-1]["reason"].startswith("unreadable: ")
    shutil.copy(scans / "a.png", scans / "nowhere.png")
    read(scans / "d.png")

    assert ("d.png", "1") in pages(tmp_path / "out")


def remove_after(number: int, path: Path):
    """Return what removes a file or folder when so many pages are read."""

    def watch(tally: Tally) -> None:
        if tally.pages_new == number and path.exists():
            shutil.move(path, path.with_name("elsewhere"))

    return watch


@pytest.mark.parametrize("engine", [run_serially, workers(2)], ids=["serial", "two"])
def test_files_that_go_away_meanwhile_are_set_aside_until_they_are_back(
    engine, read, scans, tmp_path
):
    for number in range(9):
        shutil.copy(scans / "c.png", scans / f"d{number}.png")
        with (scans / f"d{number}.png").open("ab") as file:
            file.write(bytes([number]))
    read(out="whole")

    gone = read(engine=engine, watch=remove_after(2, scans))
    problems = rows(tmp_path / "out", "problems.csv")
    (tmp_path / "elsewhere").rename(scans)
    back = read(engine=engine)

    assert gone.tally.files_done == gone.tally.files == 12
    assert problems[-1] == {"file": "d8.png", "page": "1", "reason": "unreadable: the file is gone"}
    assert back.tally.pages_new > 0
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


def test_a_file_that_is_gone_when_its_turn_comes_is_tried_again(read, tmp_path, monkeypatch):
    def gone(path: Path, file: str, first: int):
        if file == "b.tif" and first == 1:
            yield from islice(read_pages(path, file, first), 1)
            first = 2
        yield from read_pages(path.with_name("gone") if file == "b.tif" else path, file, first)

    monkeypatch.setattr("formreader.file_reader.read_pages", gone)
    first = read()
    monkeypatch.undo()
    read(out="whole")
    assert (first.counts.read, first.counts.set_aside) == (2, 2)
    assert rows(tmp_path / "out", "problems.csv")[0] == {
        "file": "b.tif",
        "page": "2",
        "reason": "unreadable: the file is gone",
    }

    again = read()

    assert again.tally.pages_new == 2
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


def test_files_that_came_meanwhile_are_read_by_the_next_run(read, scans, tmp_path):
    def add(_: Tally) -> None:
        shutil.copy(scans / "c.png", scans / "d.png")

    first = read(watch=add)
    Path(scans, "e.png").touch()
    second = read()

    assert (first.tally.files, second.tally.files) == (3, 5)
    assert second.tally.pages_new == 1  # of e.png: d.png is as c.png
    assert [row["file"] for row in rows(tmp_path / "out", "problems.csv")] == [
        "c.png",
        "d.png",
        "e.png",
    ]


def test_the_order_in_which_files_are_named_changes_nothing(read, scans, tmp_path, monkeypatch):
    names = ["b.tif", "c.png", "a.png"]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{scans / name}\n" for name in names)))

    read()
    read(*(scans / name for name in names), out="named")
    read(Path("-"), out="listed")

    for out in ("named", "listed"):
        assert tables(tmp_path / out) == tables(tmp_path / "out")


def test_a_bug_sets_one_page_aside_and_the_next_run_tries_it_again(read, tmp_path):
    read(out="whole")

    first = read(model=Stumbles(3))
    (reason,) = [reason for reason in first.problems if reason.startswith("bug")]
    second = read()

    assert reason.startswith("bug: ZeroDivisionError in standins.py:")
    assert reason.endswith(": no luck")
    assert (first.counts.set_aside, second.tally.pages_new) == (2, 1)
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


def test_a_bug_in_opening_files_is_the_problem_of_the_next_page(read, tmp_path, monkeypatch):
    def break_off(path: Path, file: str, first: int):
        yield from islice(read_pages(path, file, first), 1)
        raise ZeroDivisionError

    monkeypatch.setattr("formreader.file_reader.read_pages", break_off)
    broken = read(out="broken")
    monkeypatch.undo()
    mended = read(out="broken")
    read(out="whole")

    assert (broken.counts.read, broken.counts.set_aside, broken.tally.pages) == (2, 4, 6)
    assert mended.counts.set_aside == 1
    assert tables(tmp_path / "broken") == tables(tmp_path / "whole")


def test_pages_that_a_disk_failed_on_are_tried_again(read, tmp_path, monkeypatch):
    def fail(path: Path, first: int = 1):
        raise OSError(errno.EIO, "Input/output error")
        yield

    read(out="whole")
    monkeypatch.setattr("formreader.pages.pictures.scans", fail)
    monkeypatch.setattr("formreader.pages.tiff._read", lambda _: next(fail(Path())))
    failed = read()
    monkeypatch.undo()

    again = read()

    assert failed.problems == {"unreadable: it cannot be opened: Input/output error": 3}
    assert again.tally.pages_new == 5
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


def test_a_page_that_got_lost_is_noticed(read, monkeypatch):
    def skip_one(path: Path, file: str, first: int):
        yield from islice(read_pages(path, file, first), 1, None)

    monkeypatch.setattr("formreader.file_reader.read_pages", skip_one)

    with pytest.raises(ValueError, match=r"expected pages 1 to 3 of b\.tif, got \[2, 3\]"):
        read()


def test_two_documents_of_one_name_are_not_mixed_up(read, scans, tmp_path):
    other = tmp_path / "tuesday" / "a.png"
    other.parent.mkdir()
    shutil.copy(scans / "c.png", other)
    read()

    with pytest.raises(SetupError, match=r"a\.png is"):
        read(other.parent)


def test_a_folder_that_was_moved_goes_on(read, scans, tmp_path):
    read()
    moved = scans.rename(tmp_path / "moved")

    assert read(moved).tally.pages_new == 0


def test_pages_unlike_those_of_the_evidence_void_the_promise(read, tmp_path):
    usual = SeesSevens()
    seen = SeenPages(np.full(40, "clean"), np.full(40, 30), np.full((40, 3), 0.01))
    usual.evidence = replace(evidence(), pages=seen)
    doubts = SeesSevens()
    doubts.evidence = usual.evidence
    doubts.seven = 0.999

    as_usual, shifted = read(model=usual), read(model=doubts, out="shifted")

    assert not as_usual.shifts
    assert shifted.shifts["expense-claim"].trait == "doubt"
    void = json.loads((tmp_path / "shifted" / "summary.json").read_text("utf-8"))["promise"]["void"]
    assert void["expense-claim"].startswith("promise void: its digits are harder to read (doubt ")
    assert accepted(tmp_path / "out") > accepted(tmp_path / "shifted")


def accepted(folder: Path) -> int:
    return sum(row["status"] == "accepted" for row in rows(folder, "fields.csv"))


def test_two_different_templates_of_one_name_are_refused(claim):
    with pytest.raises(SetupError, match="two different templates"):
        make_recipe([claim, replace(claim, digest="other")], SeesSevens())


def unsure() -> SeesSevens:
    """Return a network that leaves every digit in doubt."""
    model = SeesSevens()
    model.seven = 0.9
    return model


def never_read(*_: object):
    raise AssertionError("a page was read again")


def test_the_review_needs_no_page_that_was_read_by_this_run(read, tmp_path, monkeypatch):
    read(model=unsure(), out="decoded")
    read(model=unsure(), out="decoded", images=True)
    monkeypatch.setattr("formreader.batch.read_page", never_read)

    read(model=unsure(), images=True, engine=workers(2))

    kept, decoded = ((tmp_path / out / "review.html").read_bytes() for out in ("out", "decoded"))
    assert kept == decoded
    assert b"<img" in kept


def test_without_images_none_are_kept(read, tmp_path):
    read(model=unsure())

    with Store(tmp_path / "out") as store:
        assert not any(store.excerpts(page.file, page.page) for page in store.pages())
