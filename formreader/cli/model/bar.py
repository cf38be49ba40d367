"""How far a training has come."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from formreader.training.progress import Epoch


class Bar:
    """A progress bar for each epoch, and a line of what it brought, on stderr."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("gathering digits", total=None)

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def stage(self, title: str, steps: int) -> None:
        """Begin something of that many steps."""
        self._progress.reset(self._task, description=title, total=steps)

    def step(self) -> None:
        """Count one of them as done."""
        self._progress.advance(self._task)

    def epoch(self, epoch: "Epoch") -> None:
        """Print what an epoch brought."""
        right = "" if epoch.accuracy is None else f", {epoch.accuracy:.2%} right"
        shown = f"epoch {epoch.number}: loss {epoch.loss:.4f}{right}"
        held_out = (
            f"; held out: loss {epoch.held_out_loss:.4f}, {epoch.held_out_accuracy:.2%} right"
            if epoch.held_out_loss is not None
            else ""
        )
        self._progress.console.print(f"{shown}{held_out}; {epoch.seconds:.0f} s")
