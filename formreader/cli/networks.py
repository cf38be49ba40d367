"""Load the networks that templates need."""

from collections.abc import Sequence

from formreader.digits.recogniser import load_recogniser
from formreader.recipe import Recipe, lines_needed, make_recipe
from formreader.shipped import model_folders
from formreader.strips.network import load_line_networks
from formreader.template import Template


def recipe_for(forms: Sequence[Template], model: str) -> Recipe:
    """Return the recipe for forms: the digit network asked for, line networks as they need them.

    Raises:
        SetupError: if a network is missing or cannot be used.
    """
    digits = load_recogniser(model, model_folders())
    lines = load_line_networks(lines_needed(forms), model_folders())
    return make_recipe(forms, digits, lines)
