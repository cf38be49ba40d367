"""How much memory a scanned PDF of many pages takes, of all processes of a run together.

Draws filled forms of sixty boxes at 300 dpi, saves them over and over as the pages of one PDF, as
scanners do, and reads it as a user would; the memory of the run and all that it started is summed
up twenty times a second. Memory that processes share counts for each of them.

    python benchmarks/large_file.py
    python benchmarks/large_file.py --pages 2000 --jobs 4
"""

import argparse
import subprocess
import sys
import time
from contextlib import suppress
from itertools import chain, islice, repeat
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from machine import described
from PIL import Image

from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template_file import load_template

FORM = Path(__file__).with_name("form.toml")
DRAWN = 10  # forms, which come again and again
DPI, JPEG_QUALITY = 300, 85
LOOK = 0.05  # seconds
MB = 1e6


def main() -> None:
    """Draw, read and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("-j", "--jobs", type=int, default=2, help="workers")
    asked = parser.parse_args()
    with TemporaryDirectory() as name:
        file = Path(name, "scan.pdf")
        save_pdf(file, asked.pages)
        size, started = file.stat().st_size, time.monotonic()
        most = read(file, asked.jobs)
        seconds = time.monotonic() - started
    print(described())
    print(f"{asked.pages:,} pages in a file of {size / MB:,.0f} MB, read with -j {asked.jobs}")
    print(f"{'most memory of all processes together':<40}{most / MB:>8.0f} MB")
    print(f"{'pages a second, from start to end':<40}{asked.pages / seconds:>8.1f}")


def save_pdf(file: Path, pages: int) -> None:
    """Draw forms and save them as so many pages."""
    forms = draw_forms(load_template(FORM), random_hand, [CONDITIONS["clean"]], seed=1)
    drawn = [Image.fromarray(form.image) for form in islice(forms, min(DRAWN, pages))]
    first, *others = islice(chain.from_iterable(repeat(drawn)), pages)
    first.save(file, save_all=True, append_images=others, resolution=DPI, quality=JPEG_QUALITY)


def read(file: Path, jobs: int) -> int:
    """Read a file by a run of its own; return the most memory it took, bytes."""
    command = ["read", str(file), "-t", str(FORM), "-o", str(file.with_name("out"))]
    run = subprocess.Popen(
        [sys.executable, "-m", "formreader", *command, "-j", str(jobs), "--no-images"],
        stderr=subprocess.DEVNULL,
    )
    most = 0
    while run.poll() is None:
        most = max(most, memory_of(psutil.Process(run.pid)))
        time.sleep(LOOK)
    return most


def memory_of(process: psutil.Process) -> int:
    """Return the memory of a process and all that it started, bytes."""
    total = 0
    with suppress(psutil.Error):  # it has just ended
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    return total


if __name__ == "__main__":
    main()
