"""Networks side by side, and the same network in other numbers."""

import csv

import numpy as np
import pytest
from typer.testing import CliRunner

from formreader.cli.model import app
from formreader.digits.card import load_card
from formreader.digits.recogniser import load_recogniser
from formreader.errors import ModelError, SetupError
from tests.handwriting import write_digits

pytest.importorskip("tensorflow", reason="training needs the extra 'train'")


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / "own.npz"
    drawn = write_digits(writers=20)
    np.savez(path, images=drawn.images, labels=drawn.labels, writers=drawn.writers)
    return path


@pytest.fixture(scope="module")
def compared(digits, tmp_path_factory):
    out = tmp_path_factory.mktemp("comparison")
    options = ["--data", str(digits), "--test", str(digits), "--seeds", "2", "--out", str(out)]
    result = CliRunner().invoke(
        app, ["compare", "--train", "lenet5", "--train", "classic", *options]
    )
    assert result.exit_code == 0, result.output
    return out


def test_a_recipe_is_a_line_with_the_mean_of_its_networks(compared):
    with (compared / "comparison.csv").open(encoding="utf-8", newline="") as file:
        (classic, lenet) = csv.DictReader(file)

    assert (lenet["recipe"], lenet["networks"], lenet["parameters"]) == ("lenet5", "2", "61706")
    assert float(lenet["least"]) <= float(lenet["accuracy"]) <= float(lenet["most"])
    assert classic["recipe"] == "classic"


def test_the_table_for_people_shows_what_sources_state(compared):
    table = (compared / "comparison.md").read_text("utf-8")

    assert "stated %" in table
    assert "| classic" in table


def test_networks_that_are_there_are_not_trained_again(compared, digits):
    before = load_card(compared / "lenet5-1")
    options = ["--data", str(digits), "--test", str(digits), "--out", str(compared)]

    result = CliRunner().invoke(app, ["compare", "--train", "lenet5", *options])

    assert result.exit_code == 0
    assert "epoch" not in result.stderr
    assert load_card(compared / "lenet5-1") == before


def test_nothing_to_compare_is_refused(digits):
    with pytest.raises(SetupError, match="name models"):
        CliRunner().invoke(app, ["compare", "--test", str(digits)], catch_exceptions=False)


@pytest.mark.parametrize("numbers", ["float", "dynamic", "int8"])
def test_exports_read_alike_and_are_models_of_their_own(compared, digits, tmp_path, numbers):
    command = ["export", str(compared / "classic-1"), "--to", numbers, "--out", str(tmp_path / "x")]

    result = CliRunner().invoke(app, [*command, "--drawn", "1000", "--data", str(digits)])

    assert result.exit_code == 0, result.output
    images = write_digits(writers=3).images
    mine = load_recogniser(str(tmp_path / "x"), ()).look(images).probabilities.argmax(axis=1)
    original = (
        load_recogniser(str(compared / "classic-1"), ()).look(images).probabilities.argmax(axis=1)
    )
    assert (mine == original).mean() > 0.9
    assert "read alike" in result.stdout


def test_a_model_without_the_network_it_was_made_from_cannot_be_exported(compared, tmp_path):
    for name in ("card.json", "digits.tflite"):
        (tmp_path / name).write_bytes((compared / "classic-1" / name).read_bytes())

    with pytest.raises(ModelError, match=r"has no digits\.keras"):
        CliRunner().invoke(
            app, ["export", str(tmp_path), "--out", str(tmp_path / "x")], catch_exceptions=False
        )
    assert not (tmp_path / "x").exists()
