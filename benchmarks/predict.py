"""What `formreader predict` makes of pictures of one digit, however they were taken.

Digits of MNIST's test set are drawn, photographed and spoilt in many ways, saved as files and
read as the command reads them; beside it stands what the network says of the same digits when it
is given them directly. Pictures that show no digit must be called so.

    python benchmarks/predict.py
    python benchmarks/predict.py --digits 2000 --kinds tight shadow --save-misreads misreads

The digits are looked for in $FORMREADER_DATA/digits/mnist, else in ../shared/data/digits/mnist.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from formreader.digit_sets import load_digits
from formreader.digit_sets.labelled import LabelledDigits
from formreader.digits.recogniser import Recogniser, load_recogniser
from formreader.images import CROSSED, DigitBatch, DigitImage, GrayImage
from formreader.pages import Page, read_page
from formreader.prediction import Prediction, predict_digit
from formreader.prediction_sheet import draw_prediction
from formreader.shipped import DEFAULT_MODEL, model_folders

HERE = Path(__file__).parent
DATA = Path(os.environ.get("FORMREADER_DATA", HERE.parent.parent / "shared" / "data"))
SHOWN = 40  # misreads on a sheet

Picture: TypeAlias = npt.NDArray[np.uint8]
"""As OpenCV writes it: grey, or blue, green, red and perhaps opacity."""

Draw: TypeAlias = Callable[[DigitImage, np.random.Generator], Picture]
Light: TypeAlias = npt.NDArray[np.float32]


# Pictures of a digit.


def as_it_is(digit: DigitImage, _: np.random.Generator) -> Picture:
    """MNIST's own picture: ink 255 on 0."""
    return digit


def dark_on_white(digit: DigitImage, _: np.random.Generator) -> Picture:
    """MNIST's picture with ink 0 on 255."""
    return 255 - digit


def tight(digit: DigitImage, _: np.random.Generator) -> Picture:
    """No paper around the ink."""
    return 255 - _cut(digit)


def tight_light(digit: DigitImage, _: np.random.Generator) -> Picture:
    """No paper around the ink, which is light."""
    return _cut(digit)


def large(digit: DigitImage, _: np.random.Generator) -> Picture:
    """Ten times as large, dark on light."""
    return 255 - _enlarged(digit, 10)


def large_light(digit: DigitImage, _: np.random.Generator) -> Picture:
    """Ten times as large, light on dark."""
    return _enlarged(digit, 10)


def large_tight(digit: DigitImage, _: np.random.Generator) -> Picture:
    """Ten times as large, no paper around the ink."""
    return 255 - _enlarged(_cut(digit), 10)


def half_size(digit: DigitImage, _: np.random.Generator) -> Picture:
    """14 x 14 pixels."""
    return np.asarray(cv2.resize(255 - digit, (14, 14), interpolation=cv2.INTER_AREA), np.uint8)


def tiny(digit: DigitImage, _: np.random.Generator) -> Picture:
    """8 x 8 pixels with a digit that fills them: much is lost."""
    side = _square(_cut(digit))
    return np.asarray(cv2.resize(255 - side, (8, 8), interpolation=cv2.INTER_AREA), np.uint8)


def margins(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Paper of 0 to 3 times the digit's size, another width on every side."""
    return 255 - _placed(_enlarged(_cut(digit), float(rng.uniform(1.5, 8))), rng)


def blurred(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Out of focus by up to a pixel of MNIST's."""
    return np.asarray(cv2.GaussianBlur(large(digit, rng), (0, 0), rng.uniform(3, 10)), np.uint8)


def jpeg(digit: DigitImage, _: np.random.Generator) -> Picture:
    """Saved as a poor JPEG at MNIST's own size."""
    return _as_jpeg(255 - digit, 50)


def large_jpeg(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Four times as large, a little noisy, saved as a poor JPEG."""
    return _as_jpeg(_noisy(255 - _enlarged(digit, 4), 6, rng), 30)


def uneven(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Light that falls off to one side, down to a third."""
    return _lit(margins(digit, rng), _gradient(0.33, rng), rng)


def shadow(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """The sharp shadow of a hand or a telephone across the digit."""
    return _lit(margins(digit, rng), _shadow(rng), rng)


def uneven_light_ink(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Chalk on a board, unevenly lit."""
    chalk = 50 + 170 / 255 * (255 - margins(digit, rng).astype(np.float32))
    return _lit(np.asarray(chalk, np.uint8), _gradient(0.4, rng), rng)


def coloured(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """A coloured pen on coloured paper."""
    share = (margins(digit, rng) / 255.0)[..., None]
    paper, pen = rng.uniform(150, 255, 3), rng.uniform(0, 90, 3)
    return np.round(share * paper + (1 - share) * pen).astype(np.uint8)


def pencil(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Faint strokes on grainy paper."""
    faint = 235 - (255 - margins(digit, rng).astype(np.float32)) * rng.uniform(0.2, 0.4)
    return _noisy(np.asarray(faint, np.uint8), 4, rng)


def specks(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Dust beside the digit, dark as the pen."""
    picture = 255 - np.pad(_enlarged(_cut(digit), 6), 60)
    height, width = picture.shape
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(4, width - 4)), int(rng.choice([30, height - 30]))
        cv2.circle(picture, at, int(rng.integers(1, 5)), 0, -1, cv2.LINE_AA)
    return picture


def ruled(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Paper with lines, paler than the pen."""
    picture = margins(digit, rng)
    return np.minimum(picture, _lines(picture.shape, rng, upright=False))


def squared(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Paper with squares, paler than the pen."""
    picture = margins(digit, rng)
    return np.minimum(picture, _lines(picture.shape, rng, upright=True))


def transparent(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Strokes on nothing, as drawing programs save them."""
    ink = _enlarged(digit, 5)
    return np.dstack([np.full((*ink.shape, 3), rng.integers(0, 100), np.uint8), ink])


def photo(digit: DigitImage, rng: np.random.Generator) -> Picture:
    """Twelve megapixels: uneven light, grain, a digit of an eighth of the height."""
    picture = np.full((3000, 4000), 255, np.uint8)
    ink = _enlarged(_cut(digit), 20)
    y, x = rng.integers(300, 2200), rng.integers(300, 3200)
    picture[y : y + ink.shape[0], x : x + ink.shape[1]] -= ink
    return _as_jpeg(_lit(picture, _gradient(0.5, rng), rng), 80)


KINDS: dict[str, Draw] = {
    draw.__name__.replace("_", "-"): draw
    for draw in (
        as_it_is, dark_on_white, tight, tight_light, large, large_light, large_tight, half_size,
        tiny, margins, blurred, jpeg, large_jpeg, uneven, shadow, uneven_light_ink, coloured,
        pencil, specks, ruled, squared, transparent, photo,
    )
}  # fmt: skip


# Pictures of no digit.


def blank(_: DigitImage, rng: np.random.Generator) -> Picture:
    """One level all over."""
    return np.full(rng.integers(8, 400, 2), rng.integers(0, 256), np.uint8)


def grain(_: DigitImage, rng: np.random.Generator) -> Picture:
    """Paper, noise and light, nothing else."""
    paper = np.full(rng.integers(20, 400, 2), rng.integers(60, 240), np.uint8)
    light = rng.choice([_gradient, lambda _least, rng: _shadow(rng)])(0.4, rng)
    return _noisy(_lit(paper, light, rng), float(rng.uniform(1, 12)), rng)


def snow(_: DigitImage, rng: np.random.Generator) -> Picture:
    """Noise from black to white, coarse or fine."""
    noise = rng.integers(0, 256, rng.integers(10, 120, 2)).astype(np.uint8)
    return _enlarged(noise, float(rng.uniform(1, 4)))


def ruled_only(_: DigitImage, rng: np.random.Generator) -> Picture:
    """Paper with lines or squares, and nothing on it."""
    return _lines(tuple(rng.integers(100, 400, 2)), rng, upright=bool(rng.integers(2)))


def scribble(_: DigitImage, rng: np.random.Generator) -> Picture:
    """A pen moved about at random."""
    points = rng.uniform(40, 260, (int(rng.integers(9, 24)), 1, 2)).astype(np.int32)
    picture = np.full((300, 300), 255, np.uint8)
    thickness = int(rng.integers(5, 14))
    return np.asarray(cv2.polylines(picture, [points], False, 20, thickness, cv2.LINE_AA))


def crossed(_: DigitImage, rng: np.random.Generator) -> Picture:
    """An X, as in a place that is not needed."""
    picture = np.full((300, 300), 255, np.uint8)
    (a, b, c, d), thickness = rng.uniform(50, 90, (4, 2)).astype(int), int(rng.integers(5, 14))
    cv2.line(picture, a, 300 - b, 20, thickness, cv2.LINE_AA)
    cv2.line(picture, (300 - c[0], c[1]), (d[0], 300 - d[1]), 20, thickness, cv2.LINE_AA)
    return picture


NO_DIGITS: dict[str, Draw] = {
    draw.__name__.replace("_", "-"): draw
    for draw in (blank, grain, snow, ruled_only, scribble, crossed)
}


def main() -> None:
    """Measure the kinds asked for and show them in two tables."""
    asked = _arguments()
    model = load_recogniser(asked.model, model_folders())
    digits = load_digits(DATA / "digits" / "mnist")
    chosen = np.random.default_rng(asked.seed).permutation(len(digits.labels))[: asked.digits]
    digits = digits.take(chosen)
    direct = model.look(digits.images).probabilities.argmax(axis=1)
    console = Console(width=120)
    if known := [name for name in KINDS if name in (asked.kinds or KINDS)]:
        table = Table("picture", "digits", "read %", "direct %", "cost", "no digit %")
        for name in known:
            table.add_row(name, *_measured(name, digits, direct, model, asked))
        console.print(table)
    if unknown := [name for name in NO_DIGITS if name in (asked.kinds or NO_DIGITS)]:
        table = Table("picture of no digit", "pictures", "called so %")
        for name in unknown:
            table.add_row(name, *_refused(name, digits.images, model, asked))
        console.print(table)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A picture, and what was made of it."""

    title: str
    picture: GrayImage
    prediction: Prediction


def _measured(
    name: str,
    digits: LabelledDigits,
    direct: npt.NDArray[np.intp],
    model: Recogniser,
    asked: argparse.Namespace,
) -> list[str]:
    labels = digits.labels.tolist()
    titles = [f"{index}: {label}" for index, label in enumerate(labels)]
    answers = _answers(titles, _read(KINDS[name], digits.images, asked.seed), model)
    said = [answer.prediction.digit for answer in answers]
    right = np.array([one == label for one, label in zip(said, labels, strict=True)])
    alone = direct == digits.labels
    _save(asked, name, [answers[index] for index in np.flatnonzero(alone & ~right)])
    count = len(labels)
    return [
        str(count),
        f"{100 * right.mean():.2f}",
        f"{100 * alone.mean():.2f}",
        f"{100 * (alone.mean() - right.mean()):+.2f}",
        f"{100 * said.count(None) / count:.2f}",
    ]


def _refused(
    name: str, images: DigitBatch, model: Recogniser, asked: argparse.Namespace
) -> list[str]:
    titles = list(map(str, range(len(images))))
    answers = _answers(titles, _read(NO_DIGITS[name], images, asked.seed), model)
    taken = [answer for answer in answers if not _is_refused(name, answer.prediction)]
    _save(asked, name, taken)
    return [str(len(answers)), f"{100 - 100 * len(taken) / len(answers):.2f}"]


def _is_refused(name: str, prediction: Prediction) -> bool:
    return prediction.seen_class == CROSSED if name == "crossed" else prediction.digit is None


def _answers(
    titles: Sequence[str], pictures: Iterator[GrayImage], model: Recogniser
) -> list[Answer]:
    return [
        Answer(title, picture, predict_digit(picture, model))
        for title, picture in zip(titles, pictures, strict=True)
    ]


def _save(asked: argparse.Namespace, name: str, misread: Sequence[Answer]) -> None:
    """Draw the first misreads on a sheet, if it is wanted."""
    if not asked.save_misreads or not misread:
        return
    drawings = [
        draw_prediction(each.title, each.picture, each.prediction) for each in misread[:SHOWN]
    ]
    asked.save_misreads.mkdir(parents=True, exist_ok=True)
    sheet = cv2.imencode(".png", np.vstack(drawings))[1]
    (asked.save_misreads / f"{name}.png").write_bytes(sheet.tobytes())


def _read(draw: Draw, images: DigitBatch, seed: int) -> Iterator[GrayImage]:
    """Draw pictures, save them and read them as the command does."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "picture.png")
        for index, image in enumerate(images):
            picture = draw(image, np.random.default_rng([seed, index]))
            path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
            page = read_page(path, path.name, 1)
            yield page.image if isinstance(page, Page) else np.zeros((8, 8), np.uint8)


def _cut(digit: DigitImage) -> Picture:
    x, y, width, height = cv2.boundingRect(digit)
    return digit[y : y + height, x : x + width]


def _square(ink: Picture) -> Picture:
    height, width = ink.shape
    square = np.zeros((max(ink.shape), max(ink.shape)), np.uint8)
    y, x = (len(square) - height) // 2, (len(square) - width) // 2
    square[y : y + height, x : x + width] = ink
    return square


def _enlarged(ink: Picture, times: float) -> Picture:
    size = round(ink.shape[1] * times), round(ink.shape[0] * times)
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _placed(ink: Picture, rng: np.random.Generator) -> Picture:
    """Put ink on paper, with up to three times its longer side on each side of it."""
    above, below, left, right = rng.integers(0, 3 * max(ink.shape) + 1, 4)
    return np.pad(ink, ((above, below), (left, right)))


def _lit(picture: Picture, light: Light, rng: np.random.Generator) -> Picture:
    size = picture.shape[1], picture.shape[0]
    lit = picture * cv2.resize(light, size, interpolation=cv2.INTER_LINEAR)
    return _noisy(np.asarray(lit, np.uint8), 3, rng)


def _gradient(least: float, rng: np.random.Generator) -> Light:
    """Return how light it is in each place, 1 in the lightest corner."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    slope = x * np.cos(angle) + y * np.sin(angle)
    light = (slope - slope.min()) / np.ptp(slope)
    return (least + (1 - least) * light).astype(np.float32)


def _shadow(rng: np.random.Generator) -> Light:
    """Return light with a half in shadow, its edge about 3 % of the picture wide."""
    angle, middle = rng.uniform(0, 2 * np.pi), rng.uniform(-0.5, 0.5)
    y, x = np.mgrid[-1:1:256j, -1:1:256j]
    across = np.clip((x * np.cos(angle) + y * np.sin(angle) - middle) / 0.06, 0, 1)
    least = rng.uniform(0.4, 0.7)
    return (least + (1 - least) * across).astype(np.float32)


def _lines(shape: tuple[int, ...], rng: np.random.Generator, *, upright: bool) -> Picture:
    """Return paper with lines, a seventh to a third of the shorter side apart."""
    paper = np.full(shape[:2], 255, np.uint8)
    apart = max(round(min(shape[:2]) * rng.uniform(0.14, 0.33)), 8)
    gray, width = int(rng.integers(140, 215)), max(1, round(apart / 40))
    for y in range(int(rng.integers(0, apart)), shape[0], apart):
        paper[y : y + width] = gray
    if upright:
        for x in range(int(rng.integers(0, apart)), shape[1], apart):
            paper[:, x : x + width] = gray
    return paper


def _noisy(picture: Picture, spread: float, rng: np.random.Generator) -> Picture:
    noise = rng.normal(0, spread, picture.shape)
    return np.clip(np.round(picture + noise), 0, 255).astype(np.uint8)


def _as_jpeg(picture: Picture, quality: int) -> Picture:
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.uint8)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = (*KINDS, *NO_DIGITS)
    parser.add_argument("--kinds", nargs="+", choices=names, metavar="KIND")
    parser.add_argument("--digits", type=int, default=500, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--save-misreads", type=Path, metavar="DIR")
    return parser.parse_args()


if __name__ == "__main__":
    main()
