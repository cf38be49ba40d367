"""Sheets are found on their desk, laid flat and levelled, and searched for their boxes."""

import cv2
import numpy as np
import pytest

from formreader.geometry import Rect, Transform
from formreader.register.dropout import shows_only_writing
from formreader.register.flat import flatten
from formreader.register.lines import outlines
from formreader.register.outline import find_sheets
from formreader.register.printed import search
from formreader.register.pyramid import halve_down
from tests.lined_pages import DOTS_PER_MM, FORM, TO_SCAN, lined, moved

SIZE_MM = FORM.page.size
OUTLINES = outlines(FORM)
CORNERS = Rect(-0.5, -0.5, SIZE_MM[0] * DOTS_PER_MM, SIZE_MM[1] * DOTS_PER_MM).corners
SHEET = np.array([(150, 90), (760, 140), (730, 520), (110, 480.0)])


def on_desk(paper, desk):
    """Return a photo of bare paper of one brightness on a desk of another."""
    photo = np.full((600, 860), desk, np.uint8)
    cv2.fillConvexPoly(photo, SHEET.astype(np.int32), paper)
    noise = np.random.default_rng(1).normal(0, 4, photo.shape)
    return (photo + noise).clip(0, 255).astype(np.uint8)


def turned(degrees):
    middle = tuple(CORNERS.mean(axis=0))
    return Transform(np.vstack([cv2.getRotationMatrix2D(middle, degrees, 1), (0, 0, 1)]))


@pytest.mark.parametrize(("paper", "desk"), [(230, 60), (230, 190), (150, 250)])
def test_a_sheet_is_found_on_a_dark_a_light_and_a_white_desk(paper, desk):
    sheets = find_sheets(halve_down(on_desk(paper, desk)))

    assert np.abs(sheets[0] - SHEET).max() < 4


def test_no_sheet_is_found_where_there_is_none():
    assert find_sheets(halve_down(np.full((600, 860), 200, np.uint8))) == []


@pytest.mark.parametrize("degrees", [-7, -0.6, 0, 3])
def test_lines_of_a_flat_page_are_level(degrees):
    page = halve_down(moved(lined(), turned(degrees)))

    flat = flatten(page, CORNERS, SIZE_MM)

    start, end = flat.to_scan.then(turned(degrees).inverse()).apply([(0, 0), (100, 0)])
    dx, dy = end - start
    assert abs(np.degrees(np.arctan2(dy, dx))) < 0.3


@pytest.mark.parametrize("degrees", [0, 4, 180])
def test_the_arrangement_of_boxes_is_found_however_the_page_lies(degrees):
    page = halve_down(moved(lined(), turned(degrees)))
    truth = TO_SCAN.then(turned(degrees))

    best, *_ = search(flatten(page, CORNERS, SIZE_MM), OUTLINES, (0.97, 1.0, 1.03))

    gaps = best.apply(OUTLINES.corners) - truth.apply(OUTLINES.corners)
    assert np.linalg.norm(gaps, axis=1).max() < 2 * DOTS_PER_MM


def test_an_empty_page_offers_no_arrangement():
    bare = halve_down(np.full((560, 880), 240, np.uint8))

    assert search(flatten(bare, CORNERS, SIZE_MM), OUTLINES, (1.0,)) == []


def written(page):
    """Put a stroke into each box."""
    for field in FORM.fields:
        for box in field.groups[0].region.split_columns(field.groups[0].boxes):
            top, bottom = TO_SCAN.apply([(box.x + 2, box.y + 2), (box.right - 2, box.bottom - 2)])
            cv2.line(page, tuple(map(int, top)), tuple(map(int, bottom)), 60, 5)
    return page


def test_writing_without_boxes_is_what_a_drop_out_colour_leaves():
    page = written(np.full((560, 880), 240, np.uint8))

    assert shows_only_writing(halve_down(page), OUTLINES, TO_SCAN)


def test_neither_an_empty_page_nor_a_printed_one_looks_so():
    empty = np.full((560, 880), 240, np.uint8)
    printed = written(empty.copy())
    for y in range(10, 560, 40):
        cv2.putText(printed, "words between the boxes, line after line", (20, y), 0, 1, 20, 2)

    assert not shows_only_writing(halve_down(empty), OUTLINES, TO_SCAN)
    assert not shows_only_writing(halve_down(printed), OUTLINES, TO_SCAN)
