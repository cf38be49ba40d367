"""What is no digit, and how much of it a network takes for one.

Draws blanks, crosses, scribbles, letters and noise in ways that training does not use: letters in
the fonts that come with Matplotlib, pens that move along smooth curves, noise of other kinds. Each
is given to the network as it is and, normalised, as reading would.

    python benchmarks/junk.py
    python benchmarks/junk.py --model models/formreader --save-sheet junk.png
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

from formreader.digits.recogniser import load_recogniser
from formreader.images import CROSSED, DIGIT_SIDE
from formreader.normalise import normalise
from formreader.shipped import DEFAULT_MODEL, model_folders

Picture = npt.NDArray[np.uint8]

SIDE = 112  # pixels of a drawing before it is normalised
SURE = 0.99
LETTERS = "ACEFHKMNPRTUVWXYacdefhkmnprtuvwx"  # those that people do not take for digits
FONTS = sorted(
    path
    for path in (Path(matplotlib.get_data_path()) / "fonts" / "ttf").glob("*.ttf")
    if path.stem.startswith(("DejaVu", "STIXGeneral", "cmr", "cmtt")) and "Display" not in path.stem
)
SHOWN = 20  # of each kind on the sheet


def main() -> None:
    """Draw junk of every kind and count what is taken for a digit."""
    asked = _arguments()
    model = load_recogniser(asked.model, model_folders())
    rng = np.random.default_rng(asked.seed)
    table = Table("junk", "pictures", f"digit at >= {SURE}", "digit at >= 0.5", "most often")
    total, sheet = np.zeros(3, int), []
    for name, draw in KINDS.items():
        pictures = np.stack([draw(rng) for _ in range(asked.count)])
        probabilities = model.look(pictures).probabilities[:, :CROSSED]
        sure = probabilities.max(axis=1)
        taken = probabilities.argmax(axis=1)[sure >= SURE]
        counts = np.array([asked.count, (sure >= SURE).sum(), (sure >= 0.5).sum()])
        total += counts
        table.add_row(name, *_cells(counts), str(np.bincount(taken).argmax()) if len(taken) else "")
        worst = pictures[np.argsort(-sure, kind="stable")[:SHOWN]]
        sheet.append(np.hstack(list(worst)))
    table.add_row("all", *_cells(total), "")
    Console().print(table)
    if asked.save_sheet:
        cv2.imwrite(str(asked.save_sheet), np.vstack(sheet))


def _cells(counts: npt.NDArray[np.int_]) -> tuple[str, ...]:
    n, sure, likely = counts.tolist()
    return str(n), f"{sure / n:.2%}", f"{likely / n:.2%}"


def _blank(rng: np.random.Generator) -> Picture:
    """Nothing, or next to nothing."""
    picture = np.full((DIGIT_SIDE, DIGIT_SIDE), rng.integers(0, 2) * rng.integers(0, 12), np.uint8)
    return picture if rng.random() < 0.9 else np.full_like(picture, 255)


def _cross(rng: np.random.Generator) -> Picture:
    """An X, a plus, a dash or a star."""
    angles = {
        0: (0.25, 0.75),
        1: (0.0, 0.5),
        2: (0.0,),
        3: (0.0, 1 / 3, 2 / 3),
    }[int(rng.integers(4))]
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    for angle in angles:
        turned = np.pi * angle + rng.normal(0, 0.08)
        reach = rng.uniform(0.3, 0.45) * SIDE * np.array([np.cos(turned), np.sin(turned)])
        middle = SIDE / 2 + rng.normal(0, 2, 2)
        ends = np.round([middle - reach, middle + reach]).astype(int).tolist()
        cv2.line(canvas, tuple(ends[0]), tuple(ends[1]), 255, int(rng.integers(3, 14)), cv2.LINE_AA)
    return normalise(_tight(canvas))


def _scribble(rng: np.random.Generator) -> Picture:
    """A pen moved to and fro along a smooth curve."""
    steps = int(rng.integers(120, 500))
    way = np.cumsum(rng.normal(0, 1, (steps, 2)), axis=0)
    speed = cv2.GaussianBlur(way.astype(np.float32), (1, 0), 0.1, sigmaY=rng.uniform(2, 5))
    speed -= cv2.GaussianBlur(way.astype(np.float32), (1, 0), 0.1, sigmaY=40)
    span = speed.max(axis=0) - speed.min(axis=0)
    points = (speed - speed.min(axis=0)) / span * 0.8 * SIDE + 0.1 * SIDE
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    path = np.round(points).astype(np.int32)
    cv2.polylines(canvas, [path], False, 255, int(rng.integers(2, 7)), cv2.LINE_AA)
    return normalise(_tight(canvas))


def _letter(rng: np.random.Generator) -> Picture:
    """A letter in one of Matplotlib's fonts, sheared a little."""
    font = ImageFont.truetype(FONTS[rng.integers(len(FONTS))], int(0.7 * SIDE))
    letter = LETTERS[rng.integers(len(LETTERS))]
    canvas = Image.new("L", (2 * SIDE, 2 * SIDE))
    ImageDraw.Draw(canvas).text((SIDE / 2, SIDE / 2), letter, fill=255, font=font)
    shear = np.array([[1, rng.normal(0, 0.15), 0], [rng.normal(0, 0.05), 1, 0]])
    drawn = cv2.warpAffine(np.asarray(canvas), shear, (2 * SIDE, 2 * SIDE))
    return normalise(_tight(np.asarray(drawn, np.uint8)))


def _noise(rng: np.random.Generator) -> Picture:
    """Grain of any size and density, or rings."""
    grain = rng.normal(0, 1, (DIGIT_SIDE, DIGIT_SIDE)).astype(np.float32)
    match rng.integers(4):
        case 0:
            field = 0.5 + 0.3 * grain
        case 1:
            side = int(rng.integers(3, 14))
            field = cv2.resize(rng.random((side, side), np.float32), (DIGIT_SIDE, DIGIT_SIDE))
        case 2:
            field = (rng.random((DIGIT_SIDE, DIGIT_SIDE)) < rng.uniform(0.02, 0.5)).astype(float)
        case _:
            y, x = np.mgrid[:DIGIT_SIDE, :DIGIT_SIDE]
            field = np.sin(x * rng.uniform(0.2, 2) + y * rng.uniform(-2, 2) + rng.uniform(0, 6))
    return np.asarray(np.clip(255 * field, 0, 255), np.uint8)


def _tight(canvas: Picture) -> Picture:
    x, y, width, height = cv2.boundingRect(canvas)
    return canvas[y : y + height, x : x + width]


KINDS: dict[str, Callable[[np.random.Generator], Picture]] = {
    "blank": _blank,
    "cross": _cross,
    "scribble": _scribble,
    "letter": _letter,
    "noise": _noise,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--count", type=int, default=2000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-sheet", type=Path, metavar="PNG", help="the surest of each kind")
    return parser.parse_args()


if __name__ == "__main__":
    main()
