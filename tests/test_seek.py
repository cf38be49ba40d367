"""Printed boxes and frames that lie elsewhere on every print are found."""

import cv2
import numpy as np
import pytest

from formreader.boxes.seek import BoxRow, seek_frame, seek_row
from formreader.geometry import Rect, Transform

ROW = Rect(60, 10, 40, 6)
FRAME = Rect(50, 30, 50, 9)
DRIFT = 7.0
PLACES = [(0, 0, 0), (6, -5, 0), (-5, 5, 3), (2, 2, -3)]
"""How far a row lies from its place, and how much wider it is, mm."""


def page(dpi: float = 200) -> tuple[np.ndarray, Transform]:
    """Return an empty page of 120 x 60 mm, and where it is on the scan."""
    dots = dpi / 25.4
    return np.full((round(60 * dots), round(120 * dots)), 235, np.uint8), Transform.scaling(dots)


def draw_boxes(image: np.ndarray, to_scan: Transform, row: Rect, count: int) -> None:
    for box in row.split_columns(count):
        corners = np.rint(to_scan.apply(box.corners)).astype(np.int32)
        cv2.polylines(image, [corners], True, 60, 2)


def assert_near(found: Rect | None, expected: Rect) -> None:
    assert found is not None
    assert (found.x, found.right) == pytest.approx((expected.x, expected.right), abs=0.7)
    assert (found.y, found.bottom) == pytest.approx((expected.y, expected.bottom), abs=0.4)


@pytest.mark.parametrize(("dx", "dy", "wider"), PLACES)
@pytest.mark.parametrize("dpi", [100, 300])
def test_a_row_is_found_wherever_it_drifted(dx, dy, wider, dpi):
    image, to_scan = page(dpi)
    row = Rect(ROW.x + dx - wider / 2, ROW.y + dy, ROW.width + wider, ROW.height)
    draw_boxes(image, to_scan, row, 8)

    assert_near(seek_row(image, to_scan, BoxRow(ROW, 8, DRIFT)), row)


def test_writing_over_a_row_does_not_hide_it():
    image, to_scan = page()
    draw_boxes(image, to_scan, ROW, 8)
    start, _, end, _ = np.rint(to_scan.apply(ROW.corners)).astype(int)
    for step in range(8):
        place = (int(start[0] + (end[0] - start[0]) * step / 8) + 6, int(end[1]) - 4)
        cv2.putText(image, "8", place, cv2.FONT_HERSHEY_SIMPLEX, 1.2, 40, 3)

    assert_near(seek_row(image, to_scan, BoxRow(ROW, 8, DRIFT)), ROW)


def test_a_row_with_another_number_of_boxes_is_none():
    image, to_scan = page()
    draw_boxes(image, to_scan, ROW, 5)

    assert seek_row(image, to_scan, BoxRow(ROW, 8, DRIFT)) is None


@pytest.mark.parametrize("seek", [lambda *on: seek_row(*on, BoxRow(ROW, 8, DRIFT)),
                                  lambda *on: seek_frame(*on, ROW, DRIFT)])  # fmt: skip
def test_on_bare_paper_nothing_is_found(seek):
    assert seek(*page()) is None


@pytest.mark.parametrize(("dx", "dy", "wider"), PLACES)
def test_a_frame_is_found_wherever_it_drifted(dx, dy, wider):
    image, to_scan = page()
    frame = Rect(FRAME.x + dx - wider / 2, FRAME.y + dy, FRAME.width + wider, FRAME.height)
    draw_boxes(image, to_scan, frame, 1)

    assert_near(seek_frame(image, to_scan, FRAME, DRIFT), frame)


def test_a_frame_with_a_compartment_is_taken_whole():
    image, to_scan = page()
    draw_boxes(image, to_scan, FRAME, 1)
    draw_boxes(image, to_scan, Rect(FRAME.x, FRAME.y, 10, FRAME.height), 1)

    assert_near(seek_frame(image, to_scan, FRAME, DRIFT), FRAME)


def test_a_line_to_write_on_is_no_frame():
    image, to_scan = page()
    left, right = to_scan.apply([(FRAME.x, FRAME.bottom), (FRAME.right, FRAME.bottom)])
    cv2.line(image, np.rint(left).astype(int), np.rint(right).astype(int), 60, 2)

    assert seek_frame(image, to_scan, FRAME, DRIFT) is None
