"""What line network is to be trained, on what, and where it goes."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from formreader.training.lines.kinds import RECIPES, LineRecipe


@dataclass(frozen=True, slots=True)
class LinePlan:
    """All that the training of a line network depends on."""

    recipe: LineRecipe
    """With the settings chosen."""
    data: tuple[Path, ...]
    """Digits that lines are written with: folders of MNIST's files, of pictures, or .npz files."""
    out: Path
    """The network's folder; its name is the network's."""
    seed: int
    start: Path | None = None
    """Folder of a network that was trained before, to begin with what it knows."""

    @property
    def command(self) -> str:
        """The command of this plan, files by their names alone: where they lie differs."""
        words = ["formreader", "model", "lines", self.recipe.kind]
        for path in self.data:
            words += ["--data", path.name]
        words += ["--out", f"models/lines/{self.out.name}", "--seed", str(self.seed)]
        if self.start is not None:
            words += ["--start", f"models/lines/{self.start.name}"]
        course, usual = self.recipe.course, RECIPES[self.recipe.kind].course
        if course.lines != usual.lines:
            words += ["--lines", str(course.lines)]
        if course.epochs != usual.epochs:
            words += ["--epochs", str(course.epochs)]
        return shlex.join(words)
