"""Networks evaluated and calibrated from the command line."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formreader.digits.card import load_card
from formreader.evidence import EVIDENCE_NAME, load_evidence, save_evidence
from formreader.shipped import model_folders
from tests.handwriting import write_digits
from tests.standins import evidence

SHIPPED = model_folders()[1] / "formreader"


def save(path, digits, **changes):
    arrays = {"images": digits.images, "labels": digits.labels, "writers": digits.writers}
    np.savez(path, **{**arrays, **changes})
    return path


@pytest.fixture(scope="module")
def digits():
    """Some of them hard to read: they are labelled as another digit."""
    drawn = write_digits(writers=12, each=5)
    labels = drawn.labels.copy()
    labels[::40] = (labels[::40] + 1) % 10
    return replace(drawn, labels=labels)


@pytest.fixture
def own(tmp_path, digits):
    return save(tmp_path / "own.npz", digits)


@pytest.fixture
def model(tmp_path):
    return shutil.copytree(SHIPPED, tmp_path / "model", copy_function=shutil.copyfile)


def test_one_set_is_one_json_object(formreader, own, capsys):
    assert formreader("model", "evaluate", "--data", own, "--json") == 0

    printed = json.loads(capsys.readouterr().out)
    assert (printed["model"], printed["data"], printed["n"]) == ("formreader", "own", 600)
    assert 0.8 < printed["accuracy"] <= 1
    assert 0 < printed["loss"] < 1
    assert 0 <= printed["ece"] < 0.2
    assert "sets" not in printed


def test_several_sets_are_told_apart_and_counted_together(formreader, tmp_path, digits, capsys):
    (tmp_path / "other").mkdir()
    paths = [save(tmp_path / "own.npz", digits), save(tmp_path / "other" / "own.npz", digits)]

    formreader("model", "evaluate", SHIPPED, "--data", paths[0], "--data", paths[1], "--json")

    printed = json.loads(capsys.readouterr().out)
    assert [*printed["sets"]] == [path.as_posix() for path in paths]
    assert printed["n"] == 2 * printed["sets"][paths[0].as_posix()]["n"] == 1200


def test_text_has_every_table(formreader, own, capsys):
    formreader("model", "evaluate", "--data", own, "--data", own)

    text = capsys.readouterr().out
    for words in ("accuracy", "all ", "precision", "Confusions", "Reliability", "rejects", "worst"):
        assert words in text


def test_numbers_and_pictures_go_into_a_folder_beside_what_is_there(formreader, tmp_path, own):
    pytest.importorskip("seaborn", reason="pictures need the extra 'train'")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")

    assert formreader("model", "evaluate", "--data", own, "--out", "out/of/it") == 0
    assert formreader("model", "evaluate", "--data", own, "--out", "out") == 0

    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"notes.txt", "evaluation.json", "training.png", "mistakes.png"} <= names


def test_without_the_extra_only_pictures_cannot_be_had(
    formreader, tmp_path, own, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "seaborn", None)
    for name in [name for name in sys.modules if name.startswith("formreader.evaluation.")]:
        monkeypatch.delitem(sys.modules, name)

    assert formreader("model", "evaluate", "--data", own, "--out", "out") == 2
    assert "pip install 'formreader[train]'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert formreader("model", "evaluate", "--data", own, "-o", "out", "--no-pictures") == 0
    assert (tmp_path / "out" / "classes.csv").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": np.arange(5)}, "a label for each of its 600 images"),
        ({"images": np.zeros((600, 784))}, "but are float64 of shape (600, 784)"),
    ],
)
def test_digits_that_cannot_be_used_stop_it(formreader, digits, capsys, changes, words):
    path = save(Path("own.npz"), digits, **changes)

    assert formreader("model", "evaluate", "--data", path, "--no-pictures", "--out", "out") == 2
    assert words in capsys.readouterr().err
    assert not Path("out").exists()


def test_unknown_network_and_absent_digits_are_refused(formreader, own, capsys):
    assert formreader("model", "evaluate", "nobody", "--data", own) == 2
    assert "no model 'nobody'" in capsys.readouterr().err
    assert formreader("model", "evaluate", "--data", "gone.npz") == 2


def too_sure(model):
    card = load_card(model)
    sharp = card.model_copy(update={"temperature": 0.3})
    (model / "card.json").write_text(sharp.model_dump_json(), encoding="utf-8")
    return model


def test_calibrating_changes_the_card_in_its_place(formreader, model, own, capsys):
    before = load_card(too_sure(model))
    save_evidence(evidence(), model / EVIDENCE_NAME)

    assert formreader("model", "calibrate", model, "--data", own) == 0

    after = load_card(model)
    assert after.temperature > before.temperature
    assert (after.sha256, after.name) == (before.sha256, before.name)
    printed = capsys.readouterr().out
    assert "cross-validation over writers: those of each fifth of 12" in printed
    assert "every field goes to review" in printed
    assert not (model / EVIDENCE_NAME).exists()


def test_calibrating_into_a_new_folder_leaves_the_network_as_it_is(
    formreader, tmp_path, model, own, monkeypatch
):
    monkeypatch.setattr(sys.modules["formreader.cli.model.calibrate"], "FORMS", 8)
    before = (too_sure(model) / "card.json").read_bytes()
    command = ["model", "calibrate", model, "--data", own, "--promises", "--out", "better"]

    assert formreader(*command) == 0
    assert (model / "card.json").read_bytes() == before
    measured = load_evidence(tmp_path / "better" / EVIDENCE_NAME)
    assert len(measured.pages) == 8
    assert measured.right.mean() > 0.3
    assert formreader(*command) == 2  # it is there now


def test_calibrated_network_can_be_evaluated(formreader, model, own, capsys):
    formreader("model", "calibrate", too_sure(model), "--data", own, "--out", "better")
    capsys.readouterr()

    assert formreader("model", "evaluate", Path("better"), "--data", own, "--json") == 0
    assert json.loads(capsys.readouterr().out)["model"] == "better"


def test_shipped_network_and_few_digits_are_refused(formreader, tmp_path, model, digits, capsys):
    few = save(tmp_path / "few.npz", digits.take(np.arange(600) < 499))
    before = (model / "card.json").read_bytes()

    assert formreader("model", "calibrate", "formreader", "--data", few) == 2
    assert "comes with formreader" in capsys.readouterr().err
    assert formreader("model", "calibrate", model, "--data", few) == 2
    assert "there are 499" in capsys.readouterr().err
    assert (model / "card.json").read_bytes() == before


def test_shipped_network_does_on_mnist_what_its_card_says(formreader, data_folder, capsys):
    formreader("model", "evaluate", "--data", data_folder / "digits" / "mnist", "--json")

    printed = json.loads(capsys.readouterr().out)
    assert printed["accuracy"] == pytest.approx(load_card(SHIPPED).scores["mnist, test"].accuracy)
