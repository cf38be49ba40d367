"""What a run of very many small files costs beside reading them, and whether its memory grows.

Draws some slips of three fields and makes of each many pictures, whose grain makes each another
file; then reads them all, files to tables. The time beside reading is the work of the run's own
process, while its workers read and before and after; its memory is looked at all the time, and by
how much it grows is told from page 1,000 to the last table.

    python benchmarks/many_files.py
    python benchmarks/many_files.py --files 5000 --profile
    python benchmarks/many_files.py --slip-each 10
"""

import argparse
import cProfile
import pstats
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import cv2
import numpy as np
import psutil
from machine import described
from rich.progress import track

from formreader.batch import Settings, run_batch
from formreader.digits.recogniser import load_recogniser
from formreader.inputs import find_inputs
from formreader.intake import Tally
from formreader.recipe import make_recipe
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template_file import load_template
from formreader.workers import Workers, usual_limits

FORM = Path(__file__).with_name("slip.toml")
DRAWN = 200  # slips; all others are one of these with another grain
GRAIN, PAPER = 3, 245  # gray levels
QUALITY = 85  # of JPEG, as of scanners
FOLDER = 1000  # files of each
WARM = 1000  # pages after which a run has all that it needs
LOOK = 2.0  # seconds between two looks at the memory
SECONDS = 60.0  # that a page may take
MB = 1e6
SHOWN = 45  # functions of a profile


def main() -> None:
    """Draw, read and print."""
    asked = _arguments()
    with TemporaryDirectory() as folder:
        pages = Path(folder, "pages")
        draw_pages(pages, asked.files, asked.slip_each)
        meter, profile = Meter(), cProfile.Profile()
        with watched_memory(meter), profile if asked.profile else nullcontext():
            read_all(pages, Path(folder, "out"), asked, meter)
    report(meter, asked.files)
    if asked.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(SHOWN)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--slip-each", type=int, default=1, help="10: nine of ten are blank")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="workers")
    parser.add_argument("--no-images", action="store_true", help="no pictures in review.html")
    parser.add_argument("--profile", action="store_true", help="what the run's own process is at")
    return parser.parse_args()


def draw_pages(folder: Path, count: int, slip_each: int) -> None:
    """Draw filled slips, and blank ones between them, as JPEG files, no two of the same bytes."""
    rng = np.random.default_rng(1)
    forms = draw_forms(load_template(FORM), random_hand, [CONDITIONS["100-dpi"]], seed=1)
    drawn = [form.image for form in islice(forms, DRAWN)]
    blank = np.full_like(drawn[0], PAPER)
    for number in track(range(count), "Drawing"):
        place = folder / f"{number // FOLDER:03}"
        place.mkdir(parents=True, exist_ok=True)
        slip = drawn[number // slip_each % DRAWN] if number % slip_each == 0 else blank
        grain = rng.integers(-GRAIN, GRAIN, slip.shape, np.int16, endpoint=True)
        image = np.clip(slip + grain, 0, 255).astype(np.uint8)
        cv2.imwrite(str(place / f"{number:06}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


class Moment(NamedTuple):
    """What the run's own process has taken so far."""

    wall: float
    """Seconds by the clock."""
    cpu: float
    """Seconds of work."""
    memory: int
    """Bytes that it holds."""


@dataclass(slots=True)
class Meter:
    """What is seen of a run on its way."""

    moments: dict[str, Moment] = field(default_factory=dict)
    """By the name of what had just been done."""
    most: int = 0
    """Bytes of its own process at any time since it was warm."""
    workers: int = 0
    """Bytes of the largest worker at any time."""
    looking: float = 0.0
    """Seconds of work that went into looking."""

    def pass_by(self, name: str) -> None:
        """Take note of what has just been done."""
        cpu = time.process_time() - self.looking
        self.moments[name] = Moment(time.monotonic(), cpu, _size(psutil.Process()))

    def __call__(self, tally: Tally) -> None:
        """Take note of how far reading has come."""
        if tally.pages >= WARM and "warm" not in self.moments:
            self.pass_by("warm")
        if tally.files_done == tally.files:
            self.pass_by("read")

    def look(self) -> None:
        """Look at the memory of all processes."""
        own = psutil.Process()
        if "warm" in self.moments:
            self.most = max(self.most, _size(own))
        self.workers = max([self.workers, *map(_size, own.children(recursive=True))])
        self.looking = time.thread_time()


def _size(process: psutil.Process) -> int:
    with suppress(psutil.Error):  # it has just ended
        return int(process.memory_info().rss)
    return 0


@contextmanager
def watched_memory(meter: Meter) -> Iterator[None]:
    """Look at the memory again and again."""
    done = threading.Event()

    def look_again() -> None:
        while not done.wait(LOOK):
            meter.look()

    watcher = threading.Thread(target=look_again)
    watcher.start()
    yield
    done.set()
    watcher.join()


def read_all(pages: Path, out: Path, asked: argparse.Namespace, meter: Meter) -> None:
    """Carry out a complete run."""
    recipe = make_recipe([load_template(FORM)], load_recogniser(DEFAULT_MODEL, model_folders()))
    engine = Workers(asked.jobs, usual_limits(SECONDS))
    settings = Settings(out=out, max_error=0.001, engine=engine, images=not asked.no_images)
    meter.pass_by("began")
    inputs = find_inputs([str(pages)], None)
    meter.pass_by("listed")
    finished = run_batch(inputs, recipe, settings, meter, lambda: datetime.now(UTC))
    meter.pass_by("ended")
    fields = ", ".join(f"{count:,} {name}" for name, count in finished.counts.fields.items())
    print(described())
    print(f"{finished.counts.read:,} pages read, {finished.counts.set_aside:,} set aside; {fields}")


def report(meter: Meter, files: int) -> None:
    """Print what the run has cost beside the work of its workers."""
    began, listed, read, ended = (
        meter.moments[name] for name in ("began", "listed", "read", "ended")
    )
    parts = {
        "to list the files": listed.cpu - began.cpu,
        "while workers read: hashing, dealing, storing": read.cpu - listed.cpu,
        "to decide and write all tables": ended.cpu - read.cpu,
    }
    parts["in all, beside reading"] = sum(parts.values())
    parts["the whole run, by the clock"] = ended.wall - began.wall
    for title, seconds in parts.items():
        print(f"{title:<48}{1000 * seconds / files:>8.3f} ms a page")
    warm = meter.moments["warm"].memory
    grown = max(meter.most, ended.memory) - warm
    print(f"{'memory of the run after 1,000 pages':<48}{warm / MB:>8.1f} MB")
    print(f"{'growth of it from there to the last table':<48}{grown / MB:>8.1f} MB")
    print(f"{'memory of the largest worker':<48}{meter.workers / MB:>8.1f} MB")


if __name__ == "__main__":
    main()
