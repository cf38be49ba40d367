"""What is to be trained, on what, and where the model goes."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from formreader.training.networks import Recipe


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a training depends on."""

    recipe: Recipe
    data: tuple[Path, ...]
    """Folders of MNIST's files or .npz files; some of their writers are held out."""
    tests: tuple[Path, ...]
    """Likewise, to score the finished model by and for nothing else."""
    out: Path
    """The model's folder; its name is the model's."""
    seed: int
    epochs: int
    """How often all digits are shown."""

    @property
    def command(self) -> str:
        """The command of this plan, files by their names alone: where they lie differs."""
        words = ["formreader", "model", "train", self.recipe.name]
        for path in self.data:
            words += ["--data", path.name]
        for path in self.tests:
            words += ["--test", path.name]
        words += ["--out", f"models/{self.out.name}"]
        words += ["--seed", str(self.seed), "--epochs", str(self.epochs)]
        return shlex.join(words)
