"""What reading one cheque of 2100 x 960 pixels takes on one core, its file decoded already.

python benchmarks/cheque_time.py
"""

import argparse
from collections import defaultdict
from time import perf_counter

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from formreader.cli.networks import recipe_for
from formreader.pages import Page
from formreader.reader import prepare, read_runs, reading_of
from formreader.shipped import DEFAULT_MODEL, template_folders
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import draw_form
from formreader.synth.strokes import random_hand
from formreader.template_file import find_template, load_template

SIZE = (2100, 960)


def main() -> None:
    """Draw cheques, read them, and tell where the time goes."""
    asked = _arguments()
    cv2.setNumThreads(1)
    form = load_template(find_template(asked.template, template_folders()))
    recipe = recipe_for([form], DEFAULT_MODEL)
    spent: dict[str, list[float]] = defaultdict(list)
    for number in range(asked.count):
        rng = np.random.default_rng(number)
        drawn = draw_form(form, random_hand(rng), CONDITIONS["clean"], rng)
        image = np.asarray(cv2.resize(drawn.image, SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        start = perf_counter()
        sheet = prepare(Page("drawn", 1, image, None), [form])
        prepared = perf_counter()
        look = recipe.model.look(sheet.digits)
        looked = perf_counter()
        texts = read_runs(sheet, recipe.lines)
        read = perf_counter()
        reading_of(sheet, look, texts)
        spent["finding and cutting"].append(prepared - start)
        spent["digits in boxes"].append(looked - prepared)
        spent["free runs and code line"].append(read - looked)
        spent["all"].append(perf_counter() - start)
    table = Table("", "median ms", "slowest tenth ms")
    for name, seconds in spent.items():
        times = 1000 * np.array(seconds)
        table.add_row(name, f"{np.median(times):.1f}", f"{np.quantile(times, 0.9):.1f}")
    Console().print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--template", default="cheque-in")
    parser.add_argument("--count", type=int, default=30)
    return parser.parse_args()


if __name__ == "__main__":
    main()
