"""What is to be trained, on what, and where the model goes."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from formreader.training.recipes import RECIPES, Recipe

SETTINGS = ("optimizer", "learning_rate", "epochs", "batch", "validation", "patience")
"""What of a recipe can be chosen otherwise."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a training depends on."""

    recipe: Recipe
    """With the settings chosen."""
    data: tuple[Path, ...]
    """Folders of MNIST's files, of pictures, or .npz files; none: MNIST as Keras fetches it."""
    tests: tuple[Path, ...]
    """Likewise, to score the finished model by and for nothing else."""
    out: Path
    """The model's folder; its name is the model's."""
    seed: int

    @property
    def command(self) -> str:
        """The command of this plan, files by their names alone: where they lie differs."""
        words = ["formreader", "model", "train", self.recipe.name]
        for path in self.data:
            words += ["--data", path.name]
        for path in self.tests:
            words += ["--test", path.name]
        words += ["--out", f"models/{self.out.name}", "--seed", str(self.seed)]
        usual = RECIPES[self.recipe.name]
        for setting in SETTINGS:
            chosen = getattr(self.recipe, setting)
            if chosen != getattr(usual, setting):
                words += [f"--{setting.replace('_', '-')}", str(chosen)]
        return shlex.join(words)
