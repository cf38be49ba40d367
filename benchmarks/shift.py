"""The shift alarm: batches like the evidence must not set it off, other pens and hands must.

Draws forms by writers of a set of digits that the network was not trained on: as they are, in each
condition, and with pens, slants and hands that the evidence does not have. Batches of several
sizes are put together from each, and those noticed are counted.

    python benchmarks/shift.py MNIST_FOLDER --other usps_test.npz
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from formreader.digit_sets import load_digits
from formreader.digit_sets.labelled import LabelledDigits
from formreader.digits.recogniser import LiteRTRecogniser, load_recogniser
from formreader.images import DIGIT_SIDE, DigitImage
from formreader.shift import Batch, SeenPages, find_shift
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.training.trial import answers, read_forms
from formreader.witness import Witness

SIZES = (10, 50, 200)  # pages
BATCHES = 100
MIDDLE = (DIGIT_SIDE - 1) / 2

Change = Callable[[DigitImage], DigitImage]


def main() -> None:
    """Draw pages of every kind, deal them into batches, count those noticed."""
    asked = _arguments()
    model = load_recogniser(asked.model, model_folders())
    digits, rng = load_digits(asked.data), np.random.default_rng(asked.seed)
    table = Table("pages", *(f"noticed of {BATCHES} batches of {size}" for size in SIZES))
    usual = _pages(model, digits, asked.pages, asked.seed)
    conditions = np.unique(usual.conditions)
    noticed = np.array([_noticed(usual, model, name, rng) for name in conditions])
    table.add_row("like the evidence, mean of conditions", *_cells(noticed.mean(axis=0)))
    worst = [
        f"{conditions[row]} {noticed[row, size]}" for size, row in enumerate(noticed.argmax(0))
    ]
    table.add_row("like the evidence, worst condition", *worst)
    for name, other in _others(digits, asked):
        pages = _pages(model, other, asked.shifted, asked.seed + 1)
        table.add_row(name, *_cells(np.array(_noticed(pages, model, None, rng))))
    Console().print(table)


def _others(
    digits: LabelledDigits, asked: argparse.Namespace
) -> Iterator[tuple[str, LabelledDigits]]:
    for name, change in CHANGES.items():
        yield name, replace(digits, images=np.stack(list(map(change, digits.images))))
    for path in asked.other:
        yield path.stem, load_digits(path)


def _pages(model: LiteRTRecogniser, digits: LabelledDigits, count: int, seed: int) -> SeenPages:
    witness = Witness(model.card.hand)
    for form, reading in track(read_forms(model, digits, count, seed), total=count):
        if reading:
            witness.add(reading, form.template, answers(form), form.writer, form.condition.name)
    return witness.evidence.pages


def _noticed(
    pages: SeenPages, model: LiteRTRecogniser, condition: str | None, rng: np.random.Generator
) -> list[int]:
    """Return how many batches of each size are noticed, of one condition or of all."""
    some = np.flatnonzero(pages.conditions == condition) if condition else np.arange(len(pages))
    return [
        sum(
            find_shift(_batch(pages, rng.choice(some, size)), model.evidence.pages) is not None
            for _ in range(BATCHES)
        )
        for size in SIZES
    ]


def _batch(pages: SeenPages, chosen: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Batch:
    batch = Batch()
    for page in chosen:
        batch.add(int(pages.boxes[page]), pages.traits[page])
    return batch


def _cells(counts: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    return [f"{count:.1f}" for count in counts]


def _warped(matrix: list[list[float]]) -> Change:
    """Return what puts digits through an affine map about their middle."""
    linear = np.array(matrix)
    shift = MIDDLE - linear @ (MIDDLE, MIDDLE)
    whole = np.column_stack([linear, shift])
    return lambda image: np.asarray(cv2.warpAffine(image, whole, image.shape), np.uint8)


CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
CHANGES: dict[str, Change] = {
    "felt pen": lambda image: np.asarray(cv2.dilate(image, CROSS), np.uint8),
    "worn pen": lambda image: np.maximum(cv2.erode(image, CROSS), image // 3 * 2),
    "slanted": _warped([[1, 0.5], [0, 1]]),
    "turned by 20 degrees": _warped([[0.94, 0.342], [-0.342, 0.94]]),
    "mirrored": lambda image: np.ascontiguousarray(image[:, ::-1]),
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="digits, as for `model evaluate --data`")
    parser.add_argument("--other", type=Path, action="append", default=[])
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--pages", type=int, default=3300)
    parser.add_argument("--shifted", type=int, default=330)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
