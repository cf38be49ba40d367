"""Drawn forms: that their truth is true."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from formreader.geometry import bounding_rect
from formreader.interpret import interpret
from formreader.synth.camera import Camera
from formreader.synth.conditions import CONDITIONS, Condition
from formreader.synth.fill import Writing, fill_sheet
from formreader.synth.forms import DrawnForm, draw_form, draw_forms
from formreader.synth.rows import draw_row
from formreader.synth.scanner import Scanner
from formreader.synth.sheet import BLACK, PAPER, PrintStyle, print_sheet
from formreader.synth.strokes import random_hand
from formreader.synth.wear import Wear
from tests.small_forms import MARKS, form, row


def drawn(condition: Condition, seed: int = 0) -> DrawnForm:
    rng = np.random.default_rng(seed)
    return draw_form(form(), random_hand(rng), condition, rng)


def ink_in_boxes(form: DrawnForm) -> list[float]:
    """Return how much darker than paper the middle of each box is, on the average."""
    shares = []
    for box in form.fields[0].boxes:
        area = bounding_rect(form.to_scan.apply(box.area.grown(-1).corners))
        rows = slice(round(area.y), round(area.bottom))
        shares.append(PAPER - form.image[rows, round(area.x) : round(area.right)].mean())
    return shares


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_says_where_the_page_came_to_lie(name):
    condition = replace(CONDITIONS[name], wear=replace(CONDITIONS[name].wear, lost_mark=None))
    form = drawn(condition, seed=len(name))
    height, width = form.image.shape
    seen = 0

    for x, y in form.to_scan.apply(MARKS["at"]):
        reach = 3.6 * form.to_scan.scale_at(55, 35)
        if reach < x < width - reach and reach < y < height - reach:
            left, top = round(x - reach), round(y - reach)
            around = form.image[top : round(y + reach) + 1, left : round(x + reach) + 1]
            middle = np.ptp(around) / 2 + around.min()
            moments = cv2.moments((around < middle).astype(np.uint8))
            found = np.array([moments["m10"], moments["m01"]]) / moments["m00"] + (left, top)
            assert found == pytest.approx([x, y], abs=0.1 * reach / 3.6 + 0.25)
            seen += 1
    assert seen >= 1


def test_truth_spells_the_value_box_by_box():
    template = form(row(type="amount", decimals=2))
    sheet = print_sheet(template, PrintStyle(), 10.0, np.random.default_rng(0))

    for seed in range(20):
        rng = np.random.default_rng(seed)
        (field,) = fill_sheet(sheet, random_hand(rng), Writing(), rng).fields
        seen = "".join(box.seen for box in field.boxes)
        assert interpret(seen, template.fields[0]).value == field.value


def test_only_boxes_with_something_in_them_hold_ink():
    template = form(row(type="integer", one_of=["42"]))
    clean = Condition("clean", writing=Writing(straying=0.0))

    for seed in range(10):
        rng = np.random.default_rng(seed)
        page = draw_form(template, random_hand(rng), clean, rng)
        for box, ink in zip(page.fields[0].boxes, ink_in_boxes(page), strict=True):
            assert (ink > 5) == (box.seen != "_")


@pytest.mark.parametrize(("overrun_mm", "overruns"), [(0.0, False), (2.0, True)])
def test_strokes_stay_inside_their_box_unless_they_are_to_overrun(overrun_mm, overruns):
    template = form(*(row(str(y), boxes=8, region=[14, y, 80, 8]) for y in (16, 32, 48)))
    sheet = print_sheet(template, PrintStyle(), 10.0, np.random.default_rng(0))
    writing = Writing(height=(0.5, 0.6), straying=0.0, overrun_mm=overrun_mm)
    rng = np.random.default_rng(1)

    filled = fill_sheet(sheet, random_hand(rng), writing, rng)

    ink = sheet.image.astype(int) - filled.image
    for box in (box for field in filled.fields for box in field.boxes):
        x, y, right, bottom = np.rint(box.area.grown(0.15).corners[[0, 2]].ravel() * 10)
        ink[int(y) : int(bottom), int(x) : int(right)] = 0
    assert ink.any() == overruns


@pytest.mark.parametrize(
    ("capture", "size"),
    [
        (Scanner(dpi=(100, 100)), (433, 276)),
        (Scanner(dpi=(204, 98), doubled_rows=True), (883, 540)),
        (Scanner(dpi=(200, 200), turn=90), (551, 866)),
    ],
)
def test_scans_are_as_large_as_their_resolution_says(capture, size):
    assert drawn(Condition("odd", capture=capture)).image.shape[::-1] == size


def test_bilevel_scans_are_black_and_white():
    page = drawn(Condition("bilevel", capture=Scanner(bilevel=True)))

    assert set(np.unique(page.image)) == {0, 255}


def test_photos_show_the_desk_around_the_sheet():
    page = drawn(Condition("photo", capture=Camera()))

    corners = page.to_scan.apply([(0, 0), (110, 0), (110, 70), (0, 70)])

    assert (corners > 0).all()
    assert (corners < page.image.shape[::-1]).all()


@pytest.mark.parametrize("how", ["covered", "torn"])
def test_exactly_one_mark_is_lost(how):
    steady = Scanner(skew=0, noise=0)
    page = drawn(Condition("lost", wear=Wear(lost_mark=how), capture=steady))

    whole = 0
    for x, y in np.rint(page.to_scan.apply(MARKS["at"])).astype(int):
        whole += bool((page.image[y - 15 : y + 15, x - 15 : x + 15] == BLACK).all())
    assert whole == len(MARKS["at"]) - 1


def test_the_same_seed_draws_the_same_forms_however_many_are_taken():
    conditions = [CONDITIONS["photo"], CONDITIONS["fax"]]

    first, _, third = zip(
        range(3), draw_forms(form(), random_hand, conditions, seed=4), strict=False
    )
    again = next(draw_forms(form(), random_hand, conditions, seed=4))

    assert np.array_equal(first[1].image, again.image)
    assert third[1].condition.name == "photo"


def test_a_row_by_itself_is_a_form_like_any_other():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        page = draw_row(random_hand(rng), rng)
        height, width = page.image.shape

        (field,) = page.fields
        corners = np.concatenate([page.to_scan.apply(box.area.corners) for box in field.boxes])

        assert (corners > 0).all()
        assert (corners < (width, height)).all()
