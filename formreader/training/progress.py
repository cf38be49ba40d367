"""What training tells of itself while it goes on."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Protocol

from formreader.files import replacing

LOG_NAME = "training.csv"


@dataclass(frozen=True, slots=True)
class Epoch:
    """How training stood after all digits, or lines, had been shown once more."""

    number: int
    """From 1."""
    loss: float
    """Mean over them as they were shown, by the network as it was then."""
    accuracy: float | None
    """Likewise, 0 to 1; None where it is not counted."""
    held_out_loss: float | None
    """Of those held out; None if there are none."""
    held_out_accuracy: float | None
    seconds: float


class Progress(Protocol):
    """Is told how far the making of a model has come."""

    def stage(self, title: str, steps: int) -> None:
        """Begin something of that many steps."""
        ...

    def step(self) -> None:
        """Count one of them as done."""
        ...

    def epoch(self, epoch: Epoch) -> None:
        """Take note that all digits have been shown once more."""
        ...


def write_log(folder: Path, log: Sequence[Epoch]) -> None:
    """Write what training told of itself beside the network.

    Raises:
        SetupError: if it cannot be written.
    """
    with replacing(folder / LOG_NAME) as file:
        table = csv.DictWriter(file, [field.name for field in fields(Epoch)], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(epoch) for epoch in log)
