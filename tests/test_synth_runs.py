"""What is made up for fields without boxes means what it should."""

from dataclasses import replace
from decimal import Decimal

import cv2
import numpy as np
import pytest

from formreader.checks import find_check
from formreader.code_parts import part_of
from formreader.free_run import interpret_run
from formreader.synth.e13b import SHAPES, SPACE, draw_code_line
from formreader.synth.glyph import GLYPH_HEIGHT
from formreader.synth.line import struck_out, write_line
from formreader.synth.pen import INKED
from formreader.synth.runs import label_of, spell_code_line, spell_run
from formreader.synth.strokes import random_hand
from formreader.synth.style import choose_style
from formreader.synth.zeros import joined_zeros
from formreader.template import Field

AMOUNTS = ("0.00", "7.00", "80.05", "1234.50", "123456.00", "12345678.90")


def field(type: str, **settings: object) -> Field:
    return Field.model_validate({"name": "a", "type": type, "region": [0, 0, 9, 9]} | settings)


@pytest.mark.parametrize("locale", [None, "en-IN", "en-US", "de-DE", "de-CH", "es-CL"])
@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_is_written_as_its_country_does_and_read_back(locale, amount):
    rng = np.random.default_rng(1)
    form = field("amount", decimals=2, currency="$", locale=locale)

    written = {spell_run(form, Decimal(amount), rng) for _ in range(60)}

    assert len(written) > 1
    assert {interpret_run(label_of(text), form).value for text in written} == {amount}


@pytest.mark.parametrize("order", ["DMY", "MDY", "YMD"])
def test_a_date_is_written_in_its_order_and_read_back(order):
    rng = np.random.default_rng(1)
    form = field("date", order=order)

    for _ in range(60):
        assert interpret_run(label_of(spell_run(form, None, rng)), form).possible


def test_code_lines_have_the_parts_of_their_country():
    rng = np.random.default_rng(1)

    american, indian = (label_of(spell_code_line(locale, rng)) for locale in ("en-US", "en-IN"))

    assert find_check("aba")(part_of(american, "transit"))
    assert len(part_of(indian, "serial")) == len(part_of(indian, "account")) == 6


def test_a_code_line_is_drawn_cell_by_cell():
    for character, cells in SHAPES.items():
        ink = draw_code_line(character)
        expected = np.array([[cell == "#" for cell in row] for row in cells])
        assert ((ink[4::8, 4::8] > 0) == expected).all()
    assert not draw_code_line(SPACE).any()


@pytest.mark.parametrize("text", ["25", "$1,23,456/-", "= 22.000 .-", "12/25/2019", "?? |3"])
def test_a_line_is_written_whatever_is_in_it(text):
    rng = np.random.default_rng(2)

    line = write_line(text, random_hand(rng), choose_style(rng), rng)

    assert line.ink.shape[0] > GLYPH_HEIGHT / 2
    assert line.ink[:, :2].any()
    assert line.ink[:, -2:].any()


@pytest.mark.parametrize("count", [2, 3, 5])
def test_zeros_in_one_stroke_are_one_piece_as_long_as_there_are_many(count):
    rng = np.random.default_rng(2)

    for _ in range(20):
        ink = joined_zeros(count, replace(choose_style(rng), zeros=1.0), rng)
        pieces, _ = cv2.connectedComponents((ink > INKED).astype(np.uint8))
        assert pieces == 2
        assert 0.7 * GLYPH_HEIGHT < ink.shape[0] < 2 * GLYPH_HEIGHT
        assert ink.shape[1] > 0.2 * count * GLYPH_HEIGHT


def test_a_line_of_nothing_cannot_be_written():
    rng = np.random.default_rng(2)

    with pytest.raises(ValueError, match="expected a text to write"):
        write_line(" ", random_hand(rng), choose_style(rng), rng)


def test_what_is_struck_out_has_more_ink():
    rng = np.random.default_rng(2)
    line = write_line("2570", random_hand(rng), choose_style(rng), rng)

    assert (struck_out(line, rng).ink > line.ink).any()
