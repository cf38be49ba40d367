"""Digits drawn into boxes, scanned and read again: what the way through a page costs."""

from itertools import islice, product

import numpy as np
import pytest

from formreader.digits.recogniser import load_recogniser
from formreader.images import DigitImage
from formreader.pages import Page
from formreader.reader import prepare, reading_of
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.synth.bitmaps import load_hands
from formreader.synth.conditions import Condition
from formreader.synth.forms import DrawnForm, draw_forms
from formreader.synth.scanner import Scanner
from tests.small_forms import form, row

PAGES = 10  # of 40 digits, at each resolution
MOST = 0.003  # of the digits may be lost on their way through a page
ROWS = [row(str(y), boxes=10, region=[10, y, 80, 8]) for y in (13, 25, 37, 49)]
SCANS = [
    Condition("scan", capture=Scanner(dpi=(dpi, dpi), bilevel=bilevel))
    for dpi, bilevel in product((150, 200, 300), (False, True))
]


@pytest.fixture(scope="module")
def recogniser():
    return load_recogniser(DEFAULT_MODEL, model_folders())


@pytest.fixture(scope="module")
def pages(data_folder) -> list[DrawnForm]:
    """Return pages written with MNIST's test digits, a writer each."""
    hands = load_hands(data_folder / "digits" / "mnist")
    return list(islice(draw_forms(form(*ROWS), hands, SCANS, seed=1), PAGES * len(SCANS)))


def read(page: DrawnForm, recogniser) -> list[int]:
    """Return what is read in each box, -1 for none."""
    sheet = prepare(Page("drawn", 1, page.image, None), [page.template])
    reading = reading_of(sheet, recogniser.look(sheet.digits))
    boxes = [box for field in reading.fields for box in field.boxes]
    return [int(np.argmax(box.probabilities)) if box.probabilities else -1 for box in boxes]


def digits_of(page: DrawnForm) -> tuple[list[int], list[DigitImage]]:
    boxes = [box for field in page.fields for box in field.boxes]
    return [int(box.seen) for box in boxes], [box.digit for box in boxes]


def test_the_way_through_a_page_costs_hardly_a_digit(pages, recogniser):
    through, alone = [], []

    for page in pages:
        labels, images = digits_of(page)
        through += np.equal(read(page, recogniser), labels).tolist()
        alone += (recogniser.look(np.array(images)).probabilities.argmax(axis=1) == labels).tolist()

    assert np.mean(alone) - np.mean(through) <= MOST


def test_no_digit_is_taken_for_an_empty_box(pages, recogniser):
    assert all(-1 not in read(page, recogniser) for page in pages)
