"""Pages a second of a whole read by kind of file, against OpenCV's imread alone in the same run.

Draws forms of sixty boxes, filled, at 300 dpi, and saves them in every kind; then by turns opens
all of a kind with imread on one core and reads all of them, files to tables, with one worker. What
imread cannot open is set against the picture that is stored in it. The best round of each counts.

    python benchmarks/input_kinds.py
    python benchmarks/input_kinds.py --pages 100 --jobs 2
"""

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
from decode import CASES, Case
from PIL import Image
from read_speed import FORM, SECONDS, ms_per_page, read_all
from rich.console import Console
from rich.table import Table

from formreader.digits.recogniser import load_recogniser
from formreader.engines import Engine
from formreader.recipe import Recipe, make_recipe
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template_file import load_template
from formreader.workers import Workers, usual_limits

KINDS = ("grey.jpg", "colour.jpg", "grey.png", "g4.tif", "jpeg.pdf", "g4.pdf")
ROUNDS = 3


def main() -> None:
    """Draw, time and print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("-j", "--jobs", type=int, default=1, help="workers")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    recipe = make_recipe([load_template(FORM)], load_recogniser(DEFAULT_MODEL, model_folders()))
    engine = Workers(asked.jobs, usual_limits(SECONDS))
    cases = [case for case in CASES if case.file in KINDS]
    table = Table("", "imread, pages/s", "formreader, pages/s", "times as long")
    with TemporaryDirectory() as name:
        folder = Path(name)
        save_pages(folder, cases, asked.pages)
        for case in cases:
            rounds = [measure(folder, case, recipe, engine) for _ in range(ROUNDS)]
            alone, ours = map(min, zip(*rounds, strict=True))
            row = (f"{1000 / alone:.0f}", f"{1000 / ours:.0f}", f"{ours / alone:.2f}")
            table.add_row(case.title, *row)
    Console().print(table)


def save_pages(folder: Path, cases: Sequence[Case], count: int) -> None:
    """Draw filled forms, and save each in every kind: a folder for each, by its file's name."""
    forms = draw_forms(load_template(FORM), random_hand, [CONDITIONS["clean"]], seed=1)
    for case in cases:
        (folder / case.file).mkdir()
    for number, form in enumerate(islice(forms, count)):
        for case in cases:
            page = Image.fromarray(form.image).convert(case.mode, dither=Image.Dither.NONE)
            case.save(page, folder / case.file / f"{number:04}{Path(case.file).suffix}")


def measure(folder: Path, case: Case, recipe: Recipe, engine: Engine) -> tuple[float, float]:
    """Return milliseconds a page of imread, and of a complete run into a folder of its own."""
    opened = sorted((folder / (case.against or case.file)).iterdir())
    with TemporaryDirectory(dir=folder) as out:
        return (
            ms_per_page(lambda: [cv2.imread(str(path), 0) for path in opened], len(opened)),
            ms_per_page(
                lambda: read_all(folder / case.file, recipe, engine, Path(out)), len(opened)
            ),
        )


if __name__ == "__main__":
    main()
