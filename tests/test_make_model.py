"""Making a model, small but whole."""

import csv

import numpy as np
import pytest
from typer.testing import CliRunner

from formreader.cli.model import app
from formreader.digits.card import load_card
from formreader.digits.recogniser import load_recogniser
from formreader.errors import SetupError
from tests.handwriting import write_digits

pytest.importorskip("tensorflow", reason="training needs the extra 'train'")


@pytest.fixture(scope="module")
def train(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training")
    digits = write_digits(writers=20, each=1)
    np.savez(folder / "own.npz", images=digits.images, labels=digits.labels, writers=digits.writers)

    def run(name, recipe="formreader", *options):
        command = ["train", recipe, "--data", str(folder / "own.npz"), "--epochs", "2", *options]
        command += ["--test", str(folder / "own.npz"), "--out", str(folder / name), "--seed", "5"]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        return folder / name

    return run


@pytest.fixture(scope="module")
def model(train):
    return train("first")


@pytest.fixture(scope="module")
def tutorial(train):
    return train("tutorial", "dropout", "--validation", "0.2", "--optimizer", "sgd")


def test_trained_model_can_be_loaded_and_run(model):
    recogniser = load_recogniser(str(model), ())

    assert recogniser.look(write_digits(writers=1).images).probabilities.shape == (10, 12)


def test_card_says_what_it_was_made_from_and_how_well_it_does(model):
    card = load_card(model)

    assert [source.name for source in card.trained_on] == ["own"]
    assert card.scores["own, test"].digits == 200
    assert card.created_by.endswith("--test own.npz --out models/first --seed 5 --epochs 2")


def test_networks_of_tutorials_call_everything_a_digit(tutorial):
    recogniser = load_recogniser(str(tutorial), ())

    probabilities = recogniser.look(np.zeros((3, 28, 28), np.uint8)).probabilities

    assert probabilities.shape == (3, 12)
    assert not probabilities[:, 10:].any()


def test_settings_that_were_chosen_are_on_the_card(tutorial):
    card = load_card(tutorial)

    assert (card.recipe, card.parameters, card.hand) == ("dropout", 412_778, None)
    assert card.created_by.endswith("--optimizer sgd --epochs 2 --validation 0.2")
    assert card.scores["digits, held out"].digits == 40


def test_log_has_a_row_for_each_epoch(model):
    with (model / "training.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert [row["number"] for row in rows] == ["1", "2"]
    assert all(0 <= float(row["accuracy"]) <= 1 for row in rows)


def test_same_command_gives_the_same_network(model, train):
    again = load_card(train("second"))

    assert again.sha256 == load_card(model).sha256


def test_unknown_recipe_is_refused(tmp_path):
    command = ["train", "quantum", "--data", str(tmp_path), "--out", str(tmp_path / "model")]

    with pytest.raises(SetupError, match="known recipes: deep, classic"):
        CliRunner().invoke(app, command, catch_exceptions=False)


def test_shipped_models_are_listed_with_their_scores():
    listed = CliRunner().invoke(app, ["list"])

    assert listed.exit_code == 0
    assert "formreader" in listed.stdout
