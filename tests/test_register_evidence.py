"""What little evidence still places a form, and what is refused for want of it."""

from dataclasses import replace
from itertools import islice

import cv2
import numpy as np
import pytest

from formreader.errors import AlignmentError, SetupError
from formreader.geometry import Transform
from formreader.register import align
from formreader.synth.camera import Camera
from formreader.synth.conditions import CONDITIONS, Condition
from formreader.synth.forms import draw_forms
from formreader.synth.scanner import Scanner
from formreader.synth.strokes import random_hand
from tests.lined_pages import ROWS, TO_SCAN, lined
from tests.small_forms import form, row

NEAR_MM = 1.0
UNEVEN = {"shape": "square", "size": 5, "at": [[8, 8], [102, 8], [102, 62], [8, 56]]}
ONE_ROW = row(region=[40, 15, 40, 8], boxes=8)
SCAN = Scanner(dpi=(200, 200))


def drawn(template, condition=None, **steps):
    condition = condition or Condition("test", **({"capture": SCAN} | steps))
    return next(islice(draw_forms(template, random_hand, [condition], seed=1), 1))


def farthest_mm(found, template, truth):
    corners = np.concatenate(
        [region.corners for field in template.fields for region in field.regions]
    )
    gaps = found.transform.apply(corners) - truth.apply(corners)
    return float(np.linalg.norm(gaps, axis=1).max() / truth.scale_at(55, 35))


@pytest.mark.parametrize("capture", [SCAN, replace(SCAN, turn=180), Camera(dpi=(150, 200))])
def test_the_outline_of_the_sheet_places_even_a_single_row(capture):
    template = form(ONE_ROW, outline=True)
    paper = drawn(template, capture=capture)

    found = align(paper.image, template)

    assert found.method == "outline"
    assert farthest_mm(found, template, paper.to_scan) < NEAR_MM


def test_a_single_row_with_nothing_else_is_not_guessed_at():
    alone = replace(form(ONE_ROW), registration=form(whole=False).registration)

    with pytest.raises(AlignmentError, match="too few boxes"):
        align(drawn(form(ONE_ROW)).image, alone)


def test_boxes_that_look_alike_upside_down_are_refused():
    rows = [row(str(y), region=[25, y, 60, 8], boxes=8) for y in (10, 31, 52)]
    symmetric = form(*rows, whole=False)

    with pytest.raises(AlignmentError, match="which way is up"):
        align(lined(symmetric), symmetric)


@pytest.mark.parametrize("step", [32, 40, 64])
def test_squared_paper_is_no_form(step):
    paper = np.full((560, 880), 240, np.uint8)
    paper[::step] = paper[:, ::step] = 90

    with pytest.raises(AlignmentError, match="not this form"):
        align(paper, form(*ROWS, whole=False))


def test_a_small_sheet_on_a_large_glass_is_found_by_its_resolution():
    template = form(*ROWS, whole=False)
    paper = drawn(template)
    glass = cv2.copyMakeBorder(paper.image, 80, 600, 150, 700, cv2.BORDER_CONSTANT, value=250)

    found = align(glass, template, dpi=200)

    assert farthest_mm(found, template, paper.to_scan.then(Transform.shift(150, 80))) < NEAR_MM


def test_marks_place_a_form_whose_boxes_a_drop_out_colour_took_away():
    template = form(*ROWS, marks=UNEVEN)
    paper = drawn(template, CONDITIONS["pale-bilevel"])

    found = align(paper.image, template)

    assert not found.printed
    assert farthest_mm(found, template, paper.to_scan) < NEAR_MM


def test_a_single_aruco_marker_is_enough():
    template = form(*ROWS, aruco={"size": 8, "at": {3: [98, 60]}})
    paper = drawn(template, capture=replace(SCAN, turn=90))

    found = align(paper.image, template)

    assert found.method == "aruco"
    assert farthest_mm(found, template, paper.to_scan) < NEAR_MM


def test_a_lying_resolution_does_not_matter_where_there_are_marks():
    template = form(*ROWS, marks=UNEVEN)
    paper = drawn(template)

    for dpi in (72, 150, 600):
        assert farthest_mm(align(paper.image, template, dpi=dpi), template, paper.to_scan) < NEAR_MM


def test_a_page_unlike_the_picture_of_the_form_is_refused():
    blank = cv2.imencode(".png", lined())[1].tobytes()
    template = replace(form(*ROWS, picture="blank.png"), blank=blank)

    with pytest.raises(AlignmentError, match="not this form"):
        align(np.full((560, 880), 240, np.uint8), template)


@pytest.mark.parametrize("blank", [b"", b"no picture"])
def test_a_picture_that_cannot_be_opened_stops_the_run(blank):
    template = replace(form(*ROWS, picture="blank.png"), blank=blank)

    with pytest.raises(SetupError, match="picture of the empty form cannot be opened"):
        align(lined(), template)


def test_what_was_printed_exactly_is_found_exactly():
    found = align(lined(), form(*ROWS, whole=False))

    assert found.fit == 1
    assert found.transform.apply([(55, 35)]) == pytest.approx(TO_SCAN.apply([(55, 35)]), abs=2)
