"""Pages a second of a whole read by kind of file, against OpenCV's imread alone in the same run.

Draws forms of sixty boxes, filled, at 300 dpi, and saves them in every kind; then by turns opens
all of a kind with imread on one core and reads all of them, files to tables, with one worker. What
imread cannot open is set against the picture that is stored in it. The start of workers, told by a
run of one page, is left out. The best round of each counts.

    python benchmarks/input_kinds.py
    python benchmarks/input_kinds.py --pages 100 --jobs 2
"""

import argparse
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
from decode import CASES, Case
from machine import described
from PIL import Image
from read_speed import FORM, OPENED, SECONDS, ms_beyond_start, ms_per_page, open_all
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
FEW = "few"  # the folder of the first page of each kind


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
    columns = ("imread, pages/s", "formreader, pages/s", "times as long", "times imread, grey")
    table = Table("", *columns, title=described())
    with TemporaryDirectory() as name:
        folder = Path(name)
        save_pages(folder, cases, asked.pages)
        for case in cases:
            rounds = [measure(folder, case, recipe, engine) for _ in range(ROUNDS)]
            alone, grey, ours = map(min, zip(*rounds, strict=True))
            ratios = (f"{ours / alone:.2f}", f"{ours / grey:.2f}")
            table.add_row(case.title, f"{1000 / alone:.0f}", f"{1000 / ours:.0f}", *ratios)
    Console(width=100).print(table)


def save_pages(folder: Path, cases: Sequence[Case], count: int) -> None:
    """Draw filled forms, and save each in every kind: a folder for each, by its file's name.

    The first of each kind is in a folder of its own, too.
    """
    forms = draw_forms(load_template(FORM), random_hand, [CONDITIONS["clean"]], seed=1)
    for number, form in enumerate(islice(forms, count)):
        for case in cases:
            page = Image.fromarray(form.image).convert(case.mode, dither=Image.Dither.NONE)
            for place in (folder, folder / FEW) if number == 0 else (folder,):
                (place / case.file).mkdir(parents=True, exist_ok=True)
                case.save(page, place / case.file / f"{number:04}{Path(case.file).suffix}")


def measure(folder: Path, case: Case, recipe: Recipe, engine: Engine) -> tuple[float, float, float]:
    """Return milliseconds a page of imread, as it comes and in grey, and of a complete run."""
    opened = sorted((folder / (case.against or case.file)).iterdir())
    alone, grey = (
        ms_per_page(partial(open_all, opened, flag), len(opened)) for flag in OPENED.values()
    )
    few, pages = folder / FEW / case.file, folder / case.file
    with TemporaryDirectory(dir=folder) as out:
        ours, _ = ms_beyond_start(few, pages, recipe, engine, Path(out))
    return alone, grey, ours


if __name__ == "__main__":
    main()
