"""Folders of drawn forms."""

from itertools import islice

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from formreader.cli import command_line
from formreader.errors import InputError, SetupError
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import draw_forms
from formreader.synth.samples import write_samples
from formreader.synth.strokes import random_hand
from tests.small_forms import form


def write(folder, *names):
    conditions = [CONDITIONS[name] for name in names]
    forms = islice(draw_forms(form(), random_hand, conditions, seed=1), len(names))
    return list(write_samples(folder, forms))


def test_the_truth_names_every_field_of_every_page(tmp_path):
    paths = write(tmp_path, "clean", "photo", "fax")

    truth = pd.read_csv(tmp_path / "truth.csv", dtype=str)

    assert truth["file"].tolist() == [path.name for path in paths]
    assert truth["condition"].tolist() == ["clean", "photo", "fax"]
    assert truth["value"].str.fullmatch(r"\d{4}").all()


@pytest.mark.parametrize(
    ("name", "mode", "dpi"),
    [
        ("clean", "L", (300, 300)),
        ("jpeg", "L", (300, 300)),
        ("fax", "1", (204, 196)),
        ("fax-coarse", "1", (204, 196)),
        ("photo", "L", None),
    ],
)
def test_pictures_are_stored_as_their_device_would(tmp_path, name, mode, dpi):
    (path,) = write(tmp_path, name)

    with Image.open(path) as picture:
        assert picture.mode == mode
        stored = picture.info.get("dpi")
    assert (stored and tuple(np.rint(stored))) == dpi


def test_pages_of_an_earlier_run_are_not_mixed_with_new_ones(tmp_path):
    write(tmp_path, "clean")

    with pytest.raises(InputError, match="holds pages already"):
        write(tmp_path, "clean")


def run(*arguments):
    command_line().main(["synth", *map(str, arguments)], standalone_mode=False)


def test_the_command_draws_as_many_as_asked(tmp_path):
    run("expense-claim", "-n", 2, "-o", tmp_path, "--condition", "100-dpi")

    assert len(list((tmp_path / "pages").iterdir())) == 2


def test_the_command_knows_which_conditions_there_are(tmp_path):
    with pytest.raises(SetupError, match="known conditions: clean, 100-dpi"):
        run("expense-claim", "-o", tmp_path, "--condition", "upside-down")
