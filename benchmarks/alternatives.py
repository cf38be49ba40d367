"""Reading a page against what people would use instead: Tesseract, and the way of tutorials.

Draws forms of ten fields in sixty boxes. formreader gets the page and has to find the boxes by
itself. The others are told where every box is: they get each field cut out, upright, with the
lines of its boxes wiped away. Tesseract is called once for each field, with nothing but digits
allowed; the way of tutorials finds contours, fits each into 28 x 28 and asks Keras what it is, with
formreader's own network. A field is right if its digits are those that were written, in order.

    python benchmarks/alternatives.py
    python benchmarks/alternatives.py --pages 50 --digits mnist

Tesseract wants the program and `pip install pytesseract`, the other `pip install
'formreader[train]'`; what is not there is left out.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from machine import described
from rich.console import Console
from rich.table import Table

from formreader.decode import decode
from formreader.digits.recogniser import load_recogniser
from formreader.geometry import Transform, bounding_rect
from formreader.images import DIGIT_SIDE, DigitImage, GrayImage
from formreader.pages import Page
from formreader.reader import read_page
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.synth.bitmaps import load_hands
from formreader.synth.conditions import CONDITIONS
from formreader.synth.fill import FieldTruth
from formreader.synth.forms import DrawnForm, draw_forms
from formreader.synth.strokes import random_hand
from formreader.template import MM_PER_INCH
from formreader.template_file import load_template

FORM = Path(__file__).with_name("form.toml")
DPI = 300
DOTS_PER_MM = DPI / MM_PER_INCH
LINE_MM = 0.5  # on each side of a box, wiped away with its line
ONLY_DIGITS = "--psm 7 -c tessedit_char_whitelist=0123456789"
LEAST_HEIGHT = 15  # pixels of a digit; what is lower is a speck
NETWORK = "digits.keras"  # in the folder of a model
INK_SIDE = 20  # MNIST: ink fits in 20 x 20

Way: TypeAlias = Callable[[DrawnForm], list[str]]
"""Reads the digits of every field of a form, in the order of `DrawnForm.fields`."""


def main() -> None:
    """Draw, read in every way, and print a line for each."""
    asked = _arguments()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # Tesseract's threads only wait for each other
    cv2.setNumThreads(1)
    hands = load_hands(asked.digits) if asked.digits else random_hand
    drawn = draw_forms(load_template(FORM), hands, [CONDITIONS["clean"]], seed=1)
    forms = list(islice(drawn, asked.pages))
    ways = {"formreader, from the page": formreader_way(), **dict(other_ways())}
    found = {name: measure(way, forms) for name, way in ways.items()}
    ours, _ = next(iter(found.values()))
    table = Table("", "s of work a page", "times as long", "fields right", title=described())
    for name, (seconds, right) in found.items():
        table.add_row(name, f"{seconds:.3f}", f"{seconds / ours:.1f}", f"{right:.1%}")
    Console().print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--digits", type=Path, help="write with these, as `formreader synth`")
    return parser.parse_args()


def measure(way: Way, forms: Sequence[DrawnForm]) -> tuple[float, float]:
    """Return the seconds of work that a page takes, and the share of fields that are right."""
    way(forms[0])  # whatever is loaded at first
    started = worked()
    read = [way(form) for form in forms]
    seconds = (worked() - started) / len(forms)
    right = [
        text == digits_in(box.seen for box in field.boxes)
        for form, texts in zip(forms, read, strict=True)
        for field, text in zip(form.fields, texts, strict=True)
    ]
    return seconds, float(np.mean(right))


def worked() -> float:
    """Return the seconds of work of this process and those it started, whatever else goes on."""
    return sum(os.times()[:4])


def digits_in(characters: Iterable[str]) -> str:
    """Return the digits among characters."""
    return "".join(filter(str.isdigit, characters))


def formreader_way() -> Way:
    """Return the way of this program: from the page to what fields hold."""
    model = load_recogniser(DEFAULT_MODEL, model_folders())

    def read(form: DrawnForm) -> list[str]:
        template = form.template
        reading = read_page(Page("form", 1, form.image, DPI), [template], model)
        beliefs = (decode(each, template.field(each.name)) for each in reading.fields)
        texts = {belief.name: digits_in(belief.read) for belief in beliefs}
        return [texts[field.name] for field in form.fields]

    return read


def other_ways() -> Iterator[tuple[str, Way]]:
    """Yield the other ways, as far as they can be tried here."""
    for name, make in {
        "Tesseract, each field": tesseract_way,
        "contours and Keras, each digit": tutorial_way,
    }.items():
        try:
            yield name, make()
        except ImportError as error:
            print(f"left out: {name}: {error}")


def tesseract_way() -> Way:
    """Return the way of Tesseract.

    Raises:
        ImportError: if it is not there.
    """
    import pytesseract  # noqa: PLC0415 need not be there

    try:
        pytesseract.get_tesseract_version()
    except pytesseract.TesseractNotFoundError as error:
        raise ImportError("the program tesseract is not installed") from error

    def read(form: DrawnForm) -> list[str]:
        crops = (cut_field(form, field) for field in form.fields)
        return [digits_in(pytesseract.image_to_string(crop, config=ONLY_DIGITS)) for crop in crops]

    return read


def tutorial_way() -> Way:
    """Return the way of tutorials.

    Raises:
        ImportError: if TensorFlow is not there.
    """
    import keras  # noqa: PLC0415 takes seconds, and need not be there

    files = (folder / DEFAULT_MODEL / NETWORK for folder in model_folders())
    path = next(path for path in files if path.is_file())
    network = keras.models.load_model(path, compile=False)

    def digit_of(digit: DigitImage) -> str:
        said, _ = network.predict(digit[None], verbose=0)
        return str(np.argmax(said[0, :10]))

    def read(form: DrawnForm) -> list[str]:
        crops = (cut_field(form, field) for field in form.fields)
        return ["".join(map(digit_of, digits_by_contours(crop))) for crop in crops]

    return read


def cut_field(form: DrawnForm, field: FieldTruth) -> GrayImage:
    """Return a field upright, at 300 dpi, with the lines of its boxes wiped away."""
    around = bounding_rect(np.concatenate([box.area.corners for box in field.boxes]))
    from_page = Transform.shift(-around.x, -around.y).then(Transform.scaling(DOTS_PER_MM))
    size = round(around.width * DOTS_PER_MM), round(around.height * DOTS_PER_MM)
    to_crop = form.to_scan.inverse().then(from_page)
    crop = cv2.warpPerspective(form.image, to_crop.matrix, size)
    wiped = np.full_like(crop, int(np.median(crop)))
    for box in field.boxes:
        (left, top), _, (right, bottom), _ = from_page.apply(box.area.grown(-LINE_MM).corners)
        inside = np.s_[round(top) : round(bottom), round(left) : round(right)]
        wiped[inside] = crop[inside]
    return wiped


def digits_by_contours(crop: GrayImage) -> Iterator[DigitImage]:
    """Yield what may be digits, from left to right, as tutorials fit them for the network."""
    _, ink = cv2.threshold(crop, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for x, y, width, height in sorted(map(cv2.boundingRect, contours)):
        if height >= LEAST_HEIGHT:
            scale = INK_SIDE / max(width, height)
            size = max(1, round(width * scale)), max(1, round(height * scale))
            small = cv2.resize(
                ink[y : y + height, x : x + width], size, interpolation=cv2.INTER_AREA
            )
            top, left = (DIGIT_SIDE - size[1]) // 2, (DIGIT_SIDE - size[0]) // 2
            digit = np.zeros((DIGIT_SIDE, DIGIT_SIDE), np.uint8)
            digit[top : top + size[1], left : left + size[0]] = small
            yield digit


if __name__ == "__main__":
    main()
