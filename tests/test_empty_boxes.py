"""How far a box said to be empty can be trusted: what `decode.STATE_SURE` claims."""

import gzip

import cv2
import numpy as np
import pytest

from formreader.boxes.rows import cut_strokes, find_rows
from formreader.decode import STATE_SURE
from formreader.geometry import Transform
from tests.builders import field, form

ROWS, COLUMNS, WIDTH, HEIGHT = 18, 20, 5, 8  # mm; adjoining boxes, the hardest
TOP, LEFT, PITCH = 20, 20, 14  # mm
FORM = form(
    *(
        field(
            boxes=COLUMNS,
            name=f"row {row}",
            region=[LEFT, TOP + PITCH * row, COLUMNS * WIDTH, HEIGHT],
        )
        for row in range(ROWS)
    )
)


@pytest.fixture(scope="module")
def digits(data_folder):
    """Digits of many hands, cut out tightly."""
    path = data_folder / "digits" / "mnist" / "train-images-idx3-ubyte.gz"
    images = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16)
    sample = images.reshape(-1, 28, 28)[::50]
    return [image[np.ix_((image > 40).any(1), (image > 40).any(0))] for image in sample]


def draw(digits, dots_per_mm, darkness, random):
    """Fill two boxes of three; return the page and which boxes hold a digit."""
    page = np.full((round(297 * dots_per_mm), round(210 * dots_per_mm)), 250, np.uint8)
    filled = random.random((ROWS, COLUMNS)) < 2 / 3
    for (row, column), holds_digit in np.ndenumerate(filled):
        x, y = LEFT + column * WIDTH, TOP + row * PITCH
        corners = np.round(np.array([x, y, x + WIDTH, y + HEIGHT]) * dots_per_mm).astype(int)
        cv2.rectangle(page, corners[:2].tolist(), corners[2:].tolist(), 60, 2)
        if holds_digit:
            digit = digits[random.integers(len(digits))]
            height = random.uniform(3.5, 6) * dots_per_mm
            width = min(digit.shape[1] * height / digit.shape[0], 4.2 * dots_per_mm)
            ink = cv2.resize(digit, (max(2, round(width)), round(height)))
            left, top = (corners[:2] + corners[2:] - ink.shape[::-1]) // 2 + random.integers(
                -3, 4, 2
            )
            paper = page[top : top + ink.shape[0], left : left + ink.shape[1]]
            np.minimum(paper, 250 - (ink * darkness).astype(np.uint8), out=paper)
    return page, filled


@pytest.mark.parametrize(
    ("dpi", "darkness"), [(300, 0.9), (200, 0.9), (200, 0.45), (150, 0.8)], ids=str
)
def test_no_digit_is_taken_for_an_empty_box(digits, dpi, darkness):
    random = np.random.default_rng(dpi)
    page, filled = draw(digits, dpi / 25.4, darkness, random)

    rows = cut_strokes(find_rows(page, FORM, Transform.scaling(dpi / 25.4)).rows)

    called_empty = np.array([[ink is None for ink in row] for row in rows])
    assert (called_empty & filled).sum() / filled.sum() <= 1 - STATE_SURE
    assert (called_empty | filled).mean() > 0.99
