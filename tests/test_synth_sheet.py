"""Empty forms: what is printed where."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.geometry import Rect
from formreader.images import GrayImage
from formreader.synth.sheet import PAPER, PrintStyle, Sheet, field_boxes, print_sheet
from formreader.template import Template
from tests.small_forms import SIZE_MM, form, row

DOTS = 10.0


def printed(template: Template, **style: object) -> Sheet:
    return print_sheet(template, PrintStyle(**style), DOTS, np.random.default_rng(0))


def part(sheet: Sheet, area: Rect) -> GrayImage:
    """Return what lies within an area given in mm."""
    x, y, right, bottom = (round(DOTS * side) for side in (area.x, area.y, area.right, area.bottom))
    return sheet.image[y:bottom, x:right]


def test_separate_boxes_fill_their_region_with_equal_gaps():
    boxes = field_boxes(row(), PrintStyle(gap_mm=2))

    assert (boxes[0].x, boxes[-1].right) == (30, 70)
    assert [right.x - left.right for left, right in pairwise(boxes)] == [2] * 3


def test_the_pitch_of_the_template_decides_where_boxes_are():
    boxes = field_boxes(row(pitch=11), PrintStyle(boxes="adjoining"))

    assert [box.x for box in boxes] == [30, 41, 52, 63]
    assert boxes[0].width == 7


@pytest.mark.parametrize("boxes", ["separate", "adjoining", "comb"])
@pytest.mark.parametrize("gray", [25, 212])
def test_lines_are_as_dark_as_asked(boxes, gray):
    sheet = printed(form(), boxes=boxes, gray=gray)

    lower_line = part(sheet, Rect(31, 27.9, 3, 0.2))

    assert np.ptp(lower_line) == 0
    assert lower_line[0, 0] == gray


def test_a_comb_is_open_above():
    sheet = printed(form(), boxes="comb")

    assert (part(sheet, Rect(30.5, 19.5, 39, 4)) == PAPER).all()
    assert part(sheet, Rect(39.5, 26, 1, 1)).min() < PAPER


def test_a_checkbox_is_a_box_even_among_combs():
    sheet = printed(form(row(type="checkbox", boxes=1, region=[30, 20, 8, 8])), boxes="comb")

    assert (part(sheet, Rect(31, 19.9, 6, 0.2)) < PAPER).all()


def test_a_line_thinner_than_a_pixel_keeps_its_darkness():
    sheet = printed(form(), line_mm=0.05, gray=55)

    across = part(sheet, Rect(31, 27, 1, 2))[:, 0].astype(float)

    assert (PAPER - across).sum() == pytest.approx(0.5 * (PAPER - 55), abs=2)


def test_broken_lines_lose_about_the_share_asked():
    template = form(*(row(str(y), region=[30, y, 60, 6]) for y in range(16, 56, 8)))

    whole, broken = (
        (PAPER - printed(template, missing=share).image.astype(float)).sum() for share in (0, 1)
    )
    half = (PAPER - printed(template, missing=0.5).image.astype(float)).sum()

    assert (half - broken) / (whole - broken) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("guide", ["seven-segment", "dots", "letters"])
def test_guides_are_pale_and_inside_the_boxes(guide):
    sheet = printed(form(row(guide=guide)), guide_gray=180)

    inside = [part(sheet, box.grown(-0.5)) for box in field_boxes(row(), PrintStyle())]

    assert all(box.min() == 180 for box in inside)


def test_aruco_markers_are_found_where_the_template_has_them():
    aruco = {"dictionary": "4x4_50", "size": 10, "at": {0: [12, 12], 7: [98, 58]}}
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))

    corners, numbers, _ = detector.detectMarkers(printed(form(aruco=aruco)).image)

    centres = {
        int(number): marker.mean(axis=1)[0] / DOTS
        for number, marker in zip(numbers.ravel(), corners, strict=True)
    }
    assert centres[0] == pytest.approx([12, 12], abs=0.1)
    assert centres[7] == pytest.approx([98, 58], abs=0.1)


def test_a_disc_lies_where_the_template_has_it():
    sheet = printed(form(marks={"shape": "disc", "size": 6, "at": [[20, 50], [50, 50], [80, 50]]}))

    ink = PAPER - part(sheet, Rect(45, 45, 10, 10))
    moments = cv2.moments(ink)

    assert moments["m10"] / moments["m00"] == pytest.approx(49.5, abs=0.1)
    assert ink.sum() / ink.max() == pytest.approx(np.pi * 30**2, rel=0.05)


def test_a_form_with_a_picture_of_itself_is_that_picture(tmp_path: Path):
    picture = np.full((350, 550), 200, np.uint8)
    (tmp_path / "büro.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())

    sheet = printed(replace(form(picture="büro.png"), folder=tmp_path))

    assert sheet.image.shape == (SIZE_MM[1] * DOTS, SIZE_MM[0] * DOTS)
    assert (sheet.image == 200).all()
