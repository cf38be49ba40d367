"""What training tells of itself while it goes on."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Epoch:
    """How training stood after all digits had been shown once more."""

    number: int
    """From 1."""
    loss: float
    """Mean over the digits as they were shown, by the network as it was then."""
    accuracy: float
    """Likewise, 0 to 1."""
    held_out_loss: float | None
    """Of the digits held out; None if there are none."""
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
