"""Whole amounts and ZIP codes by one writer each, put together from a set of single digits.

In the manner of MDW (arXiv 2512.00676): amounts of one to five digits before the point and two
after it, ZIP codes of five, every digit of one by the same person. Nothing is in it but the
network, what the digits of one hand tell of each other, and the decoding: no page, no box.

    python benchmarks/amounts.py MNIST_FOLDER
"""

import argparse
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from formreader.decode import decode
from formreader.digit_sets import load_digits
from formreader.digits.recogniser import Look, load_recogniser
from formreader.geometry import Rect
from formreader.hand import by_one_hand
from formreader.results import BoxReading, BoxState, FieldReading, PageReading
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.template import Field

WIDTH = 7  # boxes of an amount, two of them for what is behind the point
ACCEPTED = 0.95

Place = tuple[str, list[int]]
"""A value, and which digits of the set write it."""


def main() -> None:
    """Put fields together, decode them, and count those that are not exact."""
    asked = _arguments()
    model = load_recogniser(asked.model, model_folders())
    digits = load_digits(asked.data)
    look, hand = model.look(digits.images), model.card.hand
    rng = np.random.default_rng(asked.seed)
    by_writer = _by_writer(digits.labels, digits.writers)
    table = Table("kind", "fields", "wrong", f"wrong of the surest {ACCEPTED:.0%}", "ms a field")
    for name, (field, draw) in KINDS.items():
        sure, right, seconds = [], [], 0.0
        while len(right) < asked.count:
            value = draw(rng)
            own = by_writer[str(rng.choice([*by_writer]))]
            if any(digit not in own for digit in value):
                continue
            chosen = [int(rng.choice(own[digit])) for digit in value]
            page = _page(Look(look.probabilities[chosen], look.styles[chosen]), field)
            start = perf_counter()
            if hand:
                page = by_one_hand(page, hand.usual, hand.strength)
            belief = decode(page.fields[0], field)
            seconds += perf_counter() - start
            sure.append(belief.likeliest.probability)
            right.append(belief.likeliest.value == _spelt(value, field))
        table.add_row(
            name, *_cells(np.array(sure), np.array(right)), f"{1000 * seconds / len(right):.2f}"
        )
    Console().print(table)


def _by_writer(
    labels: npt.NDArray[np.uint8], writers: npt.NDArray[np.str_]
) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, (label, writer) in enumerate(zip(labels.tolist(), writers.tolist(), strict=True)):
        found[writer][str(label)].append(index)
    return found


def _page(look: Look, field: Field) -> PageReading:
    """Return a page with one field, its digits at the right."""
    said = zip(look.probabilities.tolist(), look.styles, strict=True)
    boxes = [
        *[BoxReading(BoxState.EMPTY)] * (field.box_count - len(look)),
        *(BoxReading(BoxState.INK, tuple(row), None, style.tobytes()) for row, style in said),
    ]
    return PageReading("", 0.0, (FieldReading(field.name, tuple(boxes), Rect(0, 0, 1, 1)),))


def _spelt(value: str, field: Field) -> str:
    return value if not field.decimals else f"{value[:-2]}.{value[-2:]}"


def _cells(sure: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    order = np.argsort(-sure, kind="stable")
    surest = right[order][: round(ACCEPTED * len(right))]
    return str(len(right)), f"{1 - right.mean():.2%}", f"{1 - surest.mean():.3%}"


def _amount(rng: np.random.Generator) -> str:
    before = int(rng.integers(1, 6))
    first = rng.integers(1 if before > 1 else 0, 10)
    return "".join(map(str, [first, *rng.integers(0, 10, before + 1)]))


def _zip_code(rng: np.random.Generator) -> str:
    return "".join(map(str, rng.integers(0, 10, 5)))


def _field(type: str, boxes: int, **settings: object) -> Field:
    table = {"name": type, "type": type, "region": [0, 0, 10, 10], "boxes": boxes}
    return Field.model_validate(table | settings)


KINDS: dict[str, tuple[Field, Callable[[np.random.Generator], str]]] = {
    "amounts": (_field("amount", WIDTH, decimals=2), _amount),
    "ZIP codes": (_field("digits", 5), _zip_code),
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="digits, as for `model evaluate --data`")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
