"""Strings of digits written without boxes, put together from a set of single digits.

By one writer each, where the set names its writers. Of pairs whose digits touch, and of strings of
two to eight that touch or not, the share whose digits are all right: the set's pictures side by
side as they are; written as people do on bare paper, leaning, uneven, joined by strokes, zeros
small or run together; and so on paper as of cheques, ruled and with security print.

    python benchmarks/strings.py MNIST_FOLDER
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from formreader.decode import decode
from formreader.digit_sets import load_digits
from formreader.digit_sets.labelled import LabelledDigits
from formreader.geometry import Rect
from formreader.images import GrayImage
from formreader.results import FieldReading
from formreader.shipped import model_folders
from formreader.strips import cut_strip
from formreader.strips.card import LineKind
from formreader.strips.network import LineNetwork, load_line_networks
from formreader.synth.bitmaps import choose_hand
from formreader.synth.glyph import GLYPH_HEIGHT
from formreader.synth.line import WrittenLine, write_line
from formreader.synth.style import Style, choose_style
from formreader.template import Field
from formreader.training.lines.paper import scan_line

FIELD = Field.model_validate({"name": "string", "type": "digits", "region": [0, 0, 1, 1]})
TOUCHING = -0.03  # gap between digits, of their height
DIGIT = 50  # pixels on bare paper; 300 dpi and 4 mm


@dataclass(frozen=True, slots=True)
class Strings:
    """Strings of one kind."""

    name: str
    lengths: tuple[int, int]
    """Least and most digits."""
    touching: float
    """Share of those of which all digits touch."""
    paper: str
    written: Callable[[np.random.Generator], Style]
    scan: Callable[[WrittenLine, np.random.Generator], GrayImage]


def _side_by_side(rng: np.random.Generator) -> Style:
    """Leave digits as they are in the set."""
    return replace(
        choose_style(rng),
        slant=0.0,
        aspect=1.0,
        gap=float(rng.uniform(0, 0.2)),
        unevenness=0.02,
        climb=0.0,
        joins=0.0,
        loops=0.0,
        runs=0.0,
        zeros=1.0,
    )


def main() -> None:
    """Draw, read and count."""
    asked = _arguments()
    network = load_line_networks([LineKind.FREE_RUN], model_folders())[LineKind.FREE_RUN]
    digits = load_digits(asked.data)
    table = Table("strings", "paper", "count", "exact", "wrong of the surest 60%")
    for kind in KINDS:
        rng = np.random.default_rng(asked.seed)
        read = [_read(network, digits, kind, rng) for _ in range(asked.count)]
        surest_first = sorted(read, key=lambda each: each[0], reverse=True)
        right = np.array([exact for _, exact in surest_first])
        wrong = f"{1 - right[: round(0.6 * len(right))].mean():.2%}"
        table.add_row(kind.name, kind.paper, str(len(read)), f"{right.mean():.2%}", wrong)
    Console().print(table)


def _read(
    network: LineNetwork, digits: LabelledDigits, kind: Strings, rng: np.random.Generator
) -> tuple[float, bool]:
    """Draw and read a string; return how sure it is, and whether it is right."""
    least, most = kind.lengths
    text = "".join(map(str, rng.integers(0, 10, int(rng.integers(least, most + 1)))))
    style = kind.written(rng)
    if rng.random() < kind.touching:
        style = replace(style, gap=TOUCHING)
    strip = cut_strip(kind.scan(write_line(text, choose_hand(digits, rng), style, rng), rng))
    if strip is None:
        return 0.0, False
    texts = network.texts(strip)
    belief = decode(FieldReading("string", (), Rect(0, 0, 1, 1), texts), FIELD)
    return belief.likeliest.probability, belief.likeliest.value == text


def _bare(line: WrittenLine, rng: np.random.Generator) -> GrayImage:
    """Return a clean scan at 300 dpi."""
    scale = DIGIT / GLYPH_HEIGHT
    ink = cv2.resize(line.ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = cv2.copyMakeBorder(ink, 15, 15, 25, 25, cv2.BORDER_CONSTANT)
    light = 235 - ink * np.float32(170 / 255) + rng.normal(0, 2, ink.shape)
    return np.asarray(np.clip(light, 0, 255), np.uint8)


KINDS = tuple(
    Strings(name, lengths, touching, paper, written, scan)
    for name, lengths, touching in (("pairs", (2, 2), 1.0), ("2 to 8 digits", (2, 8), 0.5))
    for paper, written, scan in (
        ("bare, side by side", _side_by_side, _bare),
        ("bare", choose_style, _bare),
        ("as of cheques", choose_style, scan_line),
    )
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="digits, as for `model evaluate --data`")
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
