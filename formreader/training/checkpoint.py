"""Keep a training that is not finished, so that it can go on after an interruption."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt

from formreader.errors import SetupError
from formreader.files import make_folder, replace_bytes
from formreader.training.plan import Plan
from formreader.training.progress import Epoch

Weights: TypeAlias = list[npt.NDArray[np.generic]]
"""The values of a network's or an optimizer's variables, in their order."""

UNFINISHED_NAME = "unfinished.npz"  # in the folder of the model to be
PARTS = ("best", "network", "optimizer")


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """All that going on after an epoch takes."""

    log: tuple[Epoch, ...]
    best: Weights
    """Of the network, after the best epoch so far."""
    network: Weights
    optimizer: Weights
    rng: Mapping[str, Any]  # Any: what NumPy's generators make of it
    """The state of the generator of random choices."""


class CheckpointFile:
    """Where a checkpoint is kept; one file, replaced whole."""

    def __init__(self, path: Path, plan: str) -> None:
        """Remember the file.

        Args:
            path: the file; its folder need not be there yet.
            plan: what is trained and how, in words: another plan's checkpoint is refused.
        """
        self._path, self._plan = path, plan

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace what was kept before."""
        arrays = {
            f"{part}{index:03}": value
            for part in PARTS
            for index, value in enumerate(getattr(checkpoint, part))
        }
        about = {
            "plan": self._plan,
            "log": [asdict(epoch) for epoch in checkpoint.log],
            "rng": dict(checkpoint.rng),
        }
        make_folder(self._path.parent)
        archive = io.BytesIO()
        np.savez(archive, about=np.array(json.dumps(about)), **arrays)
        replace_bytes(self._path, archive.getvalue())

    def load(self) -> Checkpoint | None:
        """Return what was kept; None if nothing was.

        Raises:
            SetupError: if it is damaged, or is of another plan.
        """
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                about = json.loads(str(archive["about"]))
                parts = {
                    part: [archive[name] for name in sorted(archive) if name.startswith(part)]
                    for part in PARTS
                }
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise SetupError(
                f"{self._path.as_posix()} is damaged; remove it to begin anew"
            ) from error
        if about["plan"] != self._plan:
            raise SetupError(
                f"{self._path.as_posix()} belongs to another training, begun by\n"
                f"  {about['plan']}\nfinish that one by its own command, or remove the file"
            )
        log = tuple(Epoch(**epoch) for epoch in about["log"])
        return Checkpoint(log=log, rng=about["rng"], **parts)

    def remove(self) -> None:
        """Keep nothing any more: the training is finished."""
        self._path.unlink(missing_ok=True)


def unfinished_training(plan: Plan) -> CheckpointFile:
    """Return where the training of a plan is kept while it lasts."""
    return CheckpointFile(plan.out / UNFINISHED_NAME, plan.command)


def values_of(variables: Sequence[keras.Variable]) -> Weights:
    """Return the values of a network's or an optimizer's variables."""
    return [variable.numpy() for variable in variables]


def restore(variables: Sequence[keras.Variable], values: Weights) -> None:
    """Give variables the values they had, in their order."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
