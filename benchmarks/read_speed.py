"""What a whole read costs, against OpenCV's imread of the same files in the same run.

Draws forms of sixty boxes, filled, at 300 dpi, as JPEG with the grain of a scanner; then by turns
opens all of them with imread and reads all of them with a run on one core: files to tables,
only the start-up of the program left out. The best round of each counts, since other work on the
machine can only slow one down.

    python benchmarks/read_speed.py
    python benchmarks/read_speed.py --colour --pages 60
"""

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from formreader.batch import Settings, run_batch
from formreader.digits.recogniser import load_recogniser
from formreader.engines import EngineName, make_engine
from formreader.inputs import find_inputs
from formreader.recipe import Recipe, make_recipe
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template_file import load_template

FORM = Path(__file__).with_name("form.toml")
MOST = 2.2  # times imread: what a whole read may cost
ROUNDS = 7
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


def fresh_runs(pages: Path, recipe: Recipe, runs: Path) -> Iterator[Callable[[], object]]:
    """Yield complete runs over the pages, each into a folder of its own."""
    for number in range(ROUNDS):
        settings = Settings(
            out=runs / str(number),
            max_error=0.001,
            engine=make_engine(EngineName.LOCAL, 1),
            images=False,
        )
        yield lambda settings=settings: run_batch(
            find_inputs([str(pages)], None),
            recipe,
            settings,
            lambda _: None,
            lambda: datetime.now(UTC),
        )


def main() -> None:
    """Draw, time and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--colour", action="store_true", help="JPEG files of three channels")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with TemporaryDirectory() as folder, TemporaryDirectory() as runs:
        paths = draw_pages(Path(folder), options.pages, colour=options.colour)
        recipe = make_recipe([load_template(FORM)], load_recogniser(DEFAULT_MODEL, model_folders()))
        opening, reading = [], []
        for run in fresh_runs(Path(folder), recipe, Path(runs)):
            opening.append(
                ms_per_page(lambda: [cv2.imread(str(path)) for path in paths], len(paths))
            )
            reading.append(ms_per_page(run, len(paths)))
    print(f"imread alone   {min(opening):6.1f} ms a page")
    print(f"whole read     {min(reading):6.1f} ms a page, {1000 / min(reading):.0f} pages/s")
    print(f"ratio          {min(reading) / min(opening):6.2f}, at most {MOST}")


if __name__ == "__main__":
    main()
