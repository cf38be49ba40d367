"""What each stage of reading a page costs, on one core: ms, and as a share of the whole.

Draws forms of sixty boxes, filled, at 300 dpi, as JPEG, and reads all of them in this process,
round after round, with a stopwatch around the function of every stage. A stage that calls another
is not charged for it. The best round of each counts, since other work on the machine can only slow
one down.

    python benchmarks/stages.py
    python benchmarks/stages.py --pages 100 --colour
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import cv2
from machine import described
from read_speed import FORM, draw_pages
from rich.console import Console
from rich.table import Table

from formreader.digits.recogniser import load_recogniser
from formreader.file_reader import FileReader, FileTask
from formreader.recipe import make_recipe
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.template_file import load_template
from formreader.workers import keep_freed_memory

ROUNDS = 5
STAGES = {
    "open the file, decode": "file_reader.count_pages file_reader.read_pages",
    "lay the form on the page": "lay.alignments",
    "cut rows of boxes out": "boxes.rows.cut_patch",
    "find the boxes in them": "boxes.rows.find_lattice",
    "settle rows by each other": "lay.find_rows",
    "take printed lines away": "boxes.rows.remove_lines",
    "tell the pen": "boxes.rows.pen_darkness",
    "give strokes to boxes": "boxes.rows.share_out",
    "normalise to 28 x 28": "reader.normalise",
    "judge the picture": "reader.complaint",
    "classify": "digits.recogniser.LiteRTRecogniser.look",
    "put the reading together": "reader.reading_of file_reader.pack",
    "cut fields in doubt out": "file_reader.doubtful_excerpts",
    "all else": "file_reader.FileReader.__call__",
}
"""What each stage does, and where its functions are called from."""


class Stopwatch:
    """Charges seconds to stages; one stage's time stops while another's runs."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def charging(self, stage: str) -> Iterator[None]:
        """Charge what passes to a stage."""
        self._switch()
        self._running.append(stage)
        try:
            yield
        finally:
            self._switch()
            self._running.pop()

    def _switch(self) -> None:
        now = time.perf_counter()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now

    def around(self, stage: str, work: Callable[..., object]) -> Callable[..., object]:
        """Return a function, charged to a stage; of a generator, each step."""

        def charged(*args: object, **settings: object) -> object:
            with self.charging(stage):
                done = work(*args, **settings)
            return self._steps(stage, done) if isinstance(done, Iterator) else done

        return charged

    def _steps(self, stage: str, steps: Iterator[object]) -> Iterator[object]:
        nothing = object()
        while True:
            with self.charging(stage):
                step = next(steps, nothing)
            if step is nothing:
                return
            yield step


@contextmanager
def watched(stopwatch: Stopwatch) -> Iterator[None]:
    """Put a stopwatch around the functions of all stages."""
    patches = []
    for stage, names in STAGES.items():
        for name in names.split():
            place, _, function = name.rpartition(".")
            module, _, owner = place.rpartition(".")
            try:
                holder = import_module(f"formreader.{place}")
            except ModuleNotFoundError:  # a method
                holder = getattr(import_module(f"formreader.{module}"), owner)
            work = stopwatch.around(stage, getattr(holder, function))
            patches.append(patch.object(holder, function, work))
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def main() -> None:
    """Draw, time and print a line for each stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--colour", action="store_true", help="JPEG files of three channels")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    keep_freed_memory()  # as workers do
    recipe = make_recipe([load_template(FORM)], load_recogniser(DEFAULT_MODEL, model_folders()))
    reader = FileReader(recipe, cuts=True)
    rounds: list[dict[str, float]] = []
    with TemporaryDirectory() as folder:
        tasks = [
            FileTask(path, path.name, path.name)
            for path in draw_pages(Path(folder), asked.pages, colour=asked.colour)
        ]
        for _ in range(ROUNDS):
            stopwatch = Stopwatch()
            with watched(stopwatch):
                for task in tasks:
                    for _ in reader(task):
                        pass
            rounds.append(stopwatch.seconds)
    best = min(rounds, key=lambda seconds: sum(seconds.values()))
    whole = sum(best.values())
    table = Table("stage", "ms a page", "share", title=described())
    for stage, seconds in (*((each, best[each]) for each in STAGES), ("the whole", whole)):
        table.add_row(stage, f"{seconds * 1000 / asked.pages:.1f}", f"{seconds / whole:.0%}")
    Console().print(table)


if __name__ == "__main__":
    main()
