"""What a whole read costs, against OpenCV's imread of the same files in the same run, by `-j`.

Draws forms of sixty boxes, filled, at 300 dpi, as JPEG with the grain of a scanner; then by turns
opens all of them with imread on one core and reads all of them with runs of one, two and more
workers: files to tables. How long workers take to start is told by runs of one page for each, and
left out of the rest. The best round of each counts, since other work on the machine can only slow
one down.

    python benchmarks/read_speed.py
    python benchmarks/read_speed.py --colour --pages 60
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
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
        more = len(paths) - max(options.jobs)
        alone: list[float] = []
        times: dict[int, list[tuple[float, float]]] = {jobs: [] for jobs in options.jobs}
        for number in range(ROUNDS):
            alone.append(ms_per_page(lambda: [cv2.imread(str(path)) for path in paths], len(paths)))
            for jobs, found in times.items():
                engine = Workers(jobs, usual_limits(SECONDS))
                start, whole = (
                    ms_per_page(partial(read_all, some, recipe, engine, out), 1)
                    for some in (few, pages)
                    for out in (Path(runs, f"{some.name} {jobs} {number}"),)
                )
                found.append(((whole - start) / more, start))
    table = Table("", "start, s", "ms a page", "pages/s", "times imread", "times -j 1")
    table.add_row("imread alone", "", f"{min(alone):.1f}", f"{1000 / min(alone):.0f}", "1.00", "")
    first = min(times[options.jobs[0]])[0]
    for jobs, found in times.items():
        ms, start = min(found)
        shares = (f"{ms / min(alone):.2f}", f"{first / ms:.2f}")
        table.add_row(f"-j {jobs}", f"{start / 1000:.1f}", f"{ms:.1f}", f"{1000 / ms:.0f}", *shares)
    Console().print(table)


if __name__ == "__main__":
    main()
