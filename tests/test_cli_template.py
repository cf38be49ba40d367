"""`formreader template`: what it prints, writes and refuses."""

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer

from formreader.cli.template import check, list_templates, show
from formreader.errors import InputError, SetupError
from formreader.shipped import template_folders
from formreader.synth.conditions import find_condition
from formreader.synth.forms import draw_forms
from formreader.synth.samples import write_samples
from formreader.synth.strokes import random_hand
from formreader.template_file import find_template, load_template


def drawn(template: str, folder: Path) -> Path:
    """Return a filled form, as a scanner would deliver it."""
    form = load_template(find_template(template, template_folders()))
    forms = draw_forms(form, random_hand, [find_condition("clean")], seed=3)
    (page,) = write_samples(folder, islice(forms, 1))
    return page


def test_lists_own_templates_and_what_is_wrong_with_them(tmp_path, monkeypatch, capsys):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "mine.toml").write_text("formreader = 1", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    list_templates()

    own, _, shipped = capsys.readouterr().out.partition("expense-claim")
    assert "mine    3 problems; see template check" in own
    assert "Expense claim" in shipped
    assert "12 fields, 72 boxes" in shipped


def test_a_shipped_template_of_the_same_name_is_not_listed_twice(tmp_path, monkeypatch, capsys):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "karvy-kyc.toml").touch()
    monkeypatch.chdir(tmp_path)

    list_templates()

    assert capsys.readouterr().out.count("karvy-kyc") == 1


def test_checks_names_files_and_folders(capsys):
    folder = template_folders()[-1]

    check(["expense-claim", str(folder / "karvy-kyc.toml"), str(folder)])

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(list(folder.glob("*.toml")))
    assert all(line.endswith(", no problems") for line in lines)


def test_says_all_that_is_wrong_with_all_files(tmp_path, capsys):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text("formreader = 2", encoding="utf-8")

    with pytest.raises(SetupError) as caught:
        check([str(tmp_path / "a.toml"), "expense-claim", str(tmp_path / "b.toml")])

    assert str(caught.value).count("write formreader = 1") == 2
    assert caught.value.exit_code == 2
    assert "expense-claim" in capsys.readouterr().out


def test_shows_the_empty_form(tmp_path, capsys):
    out = tmp_path / "é.png"

    show("expense-claim", out=out)

    picture = cv2.imdecode(np.fromfile(out, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture.shape == (3508, 2480)
    assert "the empty form, 12 fields, 72 boxes" in capsys.readouterr().out


def test_shows_what_is_read_in_each_field_and_how_far_off_it_lies(tmp_path, capsys):
    scan = drawn("expense-claim", tmp_path / "forms")

    show("expense-claim", scan, tmp_path / "overlay.png")

    header, *lines = capsys.readouterr().out.splitlines()
    assert " ".join(header.split()) == "field read value status right mm down mm lines seen"
    assert lines[0].startswith("claim_no")
    assert lines[-2].startswith("registered by marks, fit 1.00; the boxes lie 0.0")
    assert (tmp_path / "overlay.png").stat().st_size > 100_000


def test_another_form_is_set_aside(tmp_path, capsys):
    scan = drawn("expense-claim", tmp_path / "forms")

    with pytest.raises(typer.Exit) as caught:
        show("kpu-c1-2019", scan, tmp_path / "overlay.png")

    assert caught.value.exit_code == 3
    assert capsys.readouterr().err.startswith("set aside: not this form: ")


def test_a_page_that_is_not_there_is_named(tmp_path):
    scan = drawn("expense-claim", tmp_path / "forms")

    with pytest.raises(
        InputError, match=r"page 2 of .*\.png is unreadable: the file has no such page"
    ):
        show("expense-claim", scan, page=2)


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    scan = tmp_path / "notes.png"
    scan.write_text("no picture", encoding="utf-8")

    with pytest.raises(InputError, match=r"page 1 of .*notes\.png is unreadable: "):
        show("expense-claim", scan)


@pytest.mark.parametrize(
    ("out", "words"),
    [("form", "end it in .png"), ("form.xyz", "end it in .png"), ("no/form.png", "cannot be wri")],
)
def test_a_picture_that_cannot_be_written_is_a_clear_error(out, words, tmp_path):
    with pytest.raises(SetupError, match=words):
        show("expense-claim", out=tmp_path / out)
