"""The networks are those their sources describe."""

import pytest

from formreader.errors import SetupError

keras = pytest.importorskip("keras", reason="training needs the extra 'train'")

from formreader.training.fetch import fetch_mnist  # noqa: E402
from formreader.training.recipes import RECIPES  # noqa: E402

PARAMETERS = {  # counted by hand from the descriptions
    "deep": 904_522,
    "classic": 225_034,
    "lenet5": 61_706,
    "custom": 271_210,
    "dropout": 412_778,
    "formreader": 393_644,
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_the_layers_of_its_source(name):
    assert RECIPES[name].build().count_params() == PARAMETERS[name]


def test_without_digits_and_without_a_network_the_remedy_is_named(monkeypatch):
    def refuse():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", refuse)

    with pytest.raises(SetupError, match=r"give --data a folder with MNIST's four files"):
        fetch_mnist("train")
