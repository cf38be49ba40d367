"""Pictures that a person should see, and what is said of them."""

import numpy as np
import pytest

from formreader.pages import Page
from formreader.reader import prepare
from formreader.shipped import template_folders
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import DrawnForm, draw_form
from formreader.synth.strokes import random_hand
from formreader.template_file import find_template, load_template

CHEQUE = load_template(find_template("cheque-in", template_folders()))


def drawn(condition: str = "clean") -> DrawnForm:
    rng = np.random.default_rng(3)
    return draw_form(CHEQUE, random_hand(rng), CONDITIONS[condition], rng)


def complaint(image: np.ndarray) -> str:
    return prepare(Page("cheque.png", 1, image, None), [CHEQUE]).complaint


@pytest.mark.parametrize("condition", ["clean", "100-dpi", "bilevel", "photo", "fax", "turned-90"])
def test_of_a_good_picture_nothing_is_said(condition):
    assert complaint(drawn(condition).image) == ""


def test_a_picture_may_be_too_dark():
    dark = (drawn().image * 0.2).astype(np.uint8)

    assert "it is too dark; give it more light" in complaint(dark)


def test_a_picture_may_be_too_pale():
    pale = (215 + drawn().image * 0.13).astype(np.uint8)

    assert "it is too pale; give it more contrast" in complaint(pale)


def test_a_picture_may_be_too_small():
    small = drawn("100-dpi").image
    step = np.round(np.arange(0, small.shape[0], 1.25)).astype(int)
    across = np.round(np.arange(0, small.shape[1], 1.25)).astype(int)

    assert "it is too small, 80 dots to the inch" in complaint(small[step][:, across])


def test_a_corner_may_be_folded():
    cheque = drawn()
    side = round(14 * cheque.to_scan.scale_at(100, 40))
    corner = np.add.outer(np.arange(side), np.arange(side)) < side
    cheque.image[:side, :side][corner] = 40

    assert "its upper left corner is folded or torn off" in complaint(cheque.image)


def test_a_field_may_be_cut_off():
    claim = load_template(find_template("expense-claim", template_folders()))
    rng = np.random.default_rng(3)
    paper = draw_form(claim, random_hand(rng), CONDITIONS["clean"], rng)
    field = max(claim.fields, key=lambda field: field.regions[0].right)
    ((edge, _),) = paper.to_scan.apply([(field.regions[0].right - 2, 0)])

    sheet = prepare(Page("claim.png", 1, paper.image[:, : int(edge)], None), [claim])

    assert f"it is cut off: '{field.name}' reaches past its edge" in sheet.complaint
