"""Networks that each miss some writers show how such networks err on unseen ones."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from formreader.cli.model import app
from formreader.digits.card import load_card
from formreader.evidence import EVIDENCE_NAME, load_evidence
from tests.handwriting import write_digits

pytest.importorskip("tensorflow", reason="training needs the extra 'train'")

from formreader.training import cross_fit
from formreader.training.sets import parts_by_writer


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    drawn = write_digits(writers=24, each=1)
    path = tmp_path_factory.mktemp("digits") / "own.npz"
    np.savez(path, images=drawn.images, labels=drawn.labels, writers=drawn.writers)
    return path


@pytest.fixture(scope="module")
def trained(digits, tmp_path_factory):
    model = tmp_path_factory.mktemp("trained") / "model"
    options = ("--data", str(digits), "--test", str(digits), "--out", str(model))
    result = CliRunner().invoke(app, ["train", "formreader", *options, "--epochs", "1"])
    assert result.exit_code == 0, result.output
    return model


@pytest.fixture
def model(trained, tmp_path):
    return Path(shutil.copytree(trained, tmp_path / "model"))


def test_every_writer_is_tried_by_a_network_that_missed_him(
    formreader, model, digits, monkeypatch, capsys
):
    monkeypatch.setattr(cross_fit, "EPOCHS", 1)
    monkeypatch.setattr(cross_fit, "FORMS", 6)
    monkeypatch.setattr(cross_fit, "PAGES", 4)
    tried = []

    def try_on_forms(network, unseen, count, *others):
        tried.append((network.card.name, {*unseen.writers}, count))
        return real(network, unseen, count, *others)

    real = cross_fit.try_on_forms
    monkeypatch.setattr(cross_fit, "try_on_forms", try_on_forms)
    before = load_card(model)

    assert formreader("model", "calibrate", model, "--data", digits, "--cross-fit") == 0

    assert load_card(model) == before
    *others, (itself, held_out, pages) = tried
    assert [count for _, _, count in others] == [2, 2, 2]
    assert len({name for name, _, _ in others}) == 3
    assert sum(len(writers) for _, writers, _ in others) == 24
    assert (itself, pages) == ("model", 4)
    assert len(held_out) < 24
    found = load_evidence(model / EVIDENCE_NAME)
    assert len(found.pages) <= 4
    assert {writer.partition(" ")[0] for writer in found.writers} <= {"own"}
    assert not (model / "cross-fit").exists()
    assert "What may be accepted" in capsys.readouterr().out


def test_other_digits_than_it_was_trained_on_are_refused(formreader, model, digits, capsys):
    other = digits.with_name("other.npz")
    other.write_bytes(digits.read_bytes())

    assert formreader("model", "calibrate", model, "--data", other, "--cross-fit") == 2
    assert "was trained on own; give these sets by --data, not other" in capsys.readouterr().err


def test_parts_share_no_writer_and_lose_none():
    digits = write_digits(writers=10)

    parts = parts_by_writer(digits, 3, seed=1)

    writers = [set(part.writers.tolist()) for part in parts]
    assert sorted(map(len, writers)) == [3, 3, 4]
    assert len(set.union(*writers)) == 10
    assert sum(map(len, parts)) == len(digits)
