"""What a whole read costs, against OpenCV's imread of the same files in the same run, by `-j`.

Draws forms of sixty boxes, filled, at 300 dpi, as JPEG with the grain of a scanner; then by turns
opens all of them with imread on one core, as it comes (in colour) and asked for grey, and reads all
of them with runs of one, two and more workers: files to tables. How long workers take to start is
told by runs of one page for each, and left out of the rest. The best round of each counts, since
other work on the machine can only slow one down.

    python benchmarks/read_speed.py
    python benchmarks/read_speed.py --colour --pages 60
"""

import argparse
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
from machine import described
from rich.console import Console
from rich.table import Table

from formreader.batch import Settings, run_batch
from formreader.digits.recogniser import load_recogniser
from formreader.engines import Engine
from formreader.inputs import find_inputs
from formreader.recipe import Recipe, make_recipe
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template_file import load_template
from formreader.workers import Workers, usual_limits

FORM = Path(__file__).with_name("form.toml")
ROUNDS = 5
SECONDS = 60.0  # that a page may take
JPEG_QUALITY = 85
OPENED = {"imread": cv2.IMREAD_COLOR, "imread, grey": cv2.IMREAD_GRAYSCALE}


def draw_pages(folder: Path, count: int, *, colour: bool) -> list[Path]:
    """Draw filled forms as JPEG files."""
    forms = draw_forms(load_template(FORM), random_hand, [CONDITIONS["clean"]], seed=1)
    paths = []
    for number, form in enumerate(islice(forms, count)):
        image = cv2.cvtColor(form.image, cv2.COLOR_GRAY2BGR) if colour else form.image
        paths.append(folder / f"{number:04}.jpg")
        cv2.imwrite(str(paths[-1]), image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return paths


def ms_per_page(work: Callable[[], object], pages: int) -> float:
    """Time a piece of work once."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000 / pages


def read_all(pages: Path, recipe: Recipe, engine: Engine, out: Path) -> None:
    """Carry out a complete run over the pages, into a folder of its own."""
    settings = Settings(out=out, max_error=0.001, engine=engine, images=False)
    run_batch(
        find_inputs([str(pages)], None),
        recipe,
        settings,
        lambda _: None,
        lambda: datetime.now(UTC),
    )


def ms_beyond_start(
    few: Path, pages: Path, recipe: Recipe, engine: Engine, out: Path
) -> tuple[float, float]:
    """Time a run over few pages and one over many.

    Returns:
        Milliseconds for each page that the second has more, and for the whole first.
    """
    start, whole = (
        ms_per_page(partial(read_all, some, recipe, engine, out / name), 1)
        for name, some in (("few", few), ("all", pages))
    )
    more = len(list(pages.iterdir())) - len(list(few.iterdir()))
    return (whole - start) / more, start


def main() -> None:
    """Draw, time and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--colour", action="store_true", help="JPEG files of three channels")
    parser.add_argument("-j", "--jobs", type=int, nargs="+", default=[1, 2], help="workers")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    recipe = make_recipe([load_template(FORM)], load_recogniser(DEFAULT_MODEL, model_folders()))
    with TemporaryDirectory() as folder, TemporaryDirectory() as runs:
        pages, few = Path(folder, "pages"), Path(folder, "few")
        for each in (pages, few):
            each.mkdir()
        paths = draw_pages(pages, options.pages, colour=options.colour)
        draw_pages(few, max(options.jobs), colour=options.colour)
        alone: dict[int, list[float]] = {flag: [] for flag in OPENED.values()}
        times: dict[int, list[tuple[float, float]]] = {jobs: [] for jobs in options.jobs}
        for number in range(ROUNDS):
            for flag, found in alone.items():
                opening = partial(open_all, paths, flag)
                found.append(ms_per_page(opening, len(paths)))
            for jobs, read in times.items():
                engine, out = Workers(jobs, usual_limits(SECONDS)), Path(runs, f"{jobs} {number}")
                read.append(ms_beyond_start(few, pages, recipe, engine, out))
    columns = ("start, s", "ms a page", "pages/s", *(f"times {name}" for name in OPENED))
    table = Table("", *columns, f"times -j {options.jobs[0]}", title=described())
    for name, flag in OPENED.items():
        ms = min(alone[flag])
        table.add_row(f"{name} alone", "", f"{ms:.1f}", f"{1000 / ms:.0f}")
    first = min(times[options.jobs[0]])[0]
    for jobs, read in times.items():
        ms, start = min(read)
        shares = [f"{ms / min(found):.2f}" for found in alone.values()]
        row = (f"{start / 1000:.1f}", f"{ms:.1f}", f"{1000 / ms:.0f}", *shares)
        table.add_row(f"-j {jobs}", *row, f"{first / ms:.2f}")
    Console(width=100).print(table)


def open_all(paths: Sequence[Path], flag: int) -> None:
    """Decode pictures, one after the other, as OpenCV's users do."""
    for path in paths:
        cv2.imread(str(path), flag)


if __name__ == "__main__":
    main()
