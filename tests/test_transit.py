"""The transit number of American code lines is found, and nothing else is taken for it."""

import numpy as np
import pytest

from formreader.strips.code_line import find_code_line
from formreader.strips.transit import find_transit
from tests.test_code_line import PAPER, printed

LEFT, PITCH, FEET, WIDTH = 20.0, 3.175, 8.97, 2.31  # mm, of what `printed` prints


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("T011000015T 123456789012U 1234", 1),
        ("T011000015T 123456789T  1234", 1),
        ("U123456789U T011000015T 12345678U", 13),
    ],
    ids=["personal", "an account of nine digits", "of a business"],
)
@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_the_number_is_found_where_it_is(text, first, dpi):
    line = find_code_line(*printed(text, dpi), PAPER)

    assert line is not None
    found = find_transit(line)
    x = LEFT + WIDTH + PITCH * np.arange(first, first + 9)
    assert found == pytest.approx(np.column_stack([x, np.full(9, FEET)]), abs=0.6)


@pytest.mark.parametrize(
    "text",
    [
        "U309086U 500211012T 426160U 31",
        "U123U T12345D678T 123D456D7U",
        "T01100001T 123456789012U 1234",
        "U123456789U 123456789U 123456",
        "T01100001T T123456789T 12345678",
        "123456789012345678901234567",
    ],
    ids=["Indian", "Canadian", "eight digits", "no transit symbols", "one broken", "no symbols"],
)
def test_what_is_no_transit_number_is_not_taken_for_one(text):
    line = find_code_line(*printed(text, 300), PAPER)

    assert line is not None
    assert find_transit(line) is None
