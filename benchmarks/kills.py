"""Runs that are killed at random moments and started again: are their tables always the same?

Draws forms and copies of some, reads them once in peace, then again and again, each time into a
folder of its own: the run or one of its workers is killed (SIGKILL) at a random moment, and the
same command brings it to its end.

    python benchmarks/kills.py
    python benchmarks/kills.py --times 200 --seed 2
"""

import argparse
import random
import shutil
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import psutil
from rich.progress import track

from formreader.synth.conditions import find_condition
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template_file import load_template

FORM = Path(__file__).with_name("form.toml")
PAGES, COPIES = 60, 6
TABLES = ("fields.csv", "records.csv", "problems.csv")
WORKER = 0.3  # of the kills are of a worker


def main() -> None:
    """Draw, kill and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    with TemporaryDirectory() as folder:
        pages, runs = Path(folder, "pages"), Path(folder, "runs")
        draw_pages(pages)
        started = time.monotonic()
        start(pages, runs / "whole").wait()
        seconds = time.monotonic() - started
        expected = tables(runs / "whole")
        same = interrupted = 0
        for number in track(range(asked.times), "Killing"):
            out = runs / str(number)
            interrupted += kill(start(pages, out), rng.uniform(0, seconds), rng.random() < WORKER)
            start(pages, out).wait()
            same += tables(out) == expected
            shutil.rmtree(out)
    print(f"{same} of {asked.times} with the same tables; {interrupted} were killed at their work")


def draw_pages(folder: Path) -> None:
    """Draw filled forms as files, and copies of some under other names."""
    folder.mkdir()
    forms = draw_forms(load_template(FORM), random_hand, [find_condition("100-dpi")], seed=1)
    for number, form in enumerate(islice(forms, PAGES)):
        cv2.imwrite(str(folder / f"{number:03}.png"), form.image)
    for number in range(COPIES):
        shutil.copy(folder / f"{9 * number:03}.png", folder / f"copy-{number}.png")


def start(pages: Path, out: Path) -> "subprocess.Popen[bytes]":
    """Start a run with two workers."""
    command = ["read", str(pages), "-t", str(FORM), "-o", str(out), "-j", "2", "--no-images"]
    return subprocess.Popen(
        [sys.executable, "-m", "formreader", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill(run: "subprocess.Popen[bytes]", seconds: float, is_worker: bool) -> bool:
    """Kill a run, or one of its workers, after some seconds; tell whether it was still at work."""
    time.sleep(seconds)
    at_work = run.poll() is None
    workers = psutil.Process(run.pid).children(recursive=True) if at_work and is_worker else []
    if workers:
        random.Random(seconds).choice(workers).kill()
        run.wait()
    else:
        run.kill()
        run.wait()
    return at_work


def tables(out: Path) -> list[bytes]:
    """Return the tables of a run folder."""
    return [(out / name).read_bytes() for name in TABLES]


if __name__ == "__main__":
    main()
