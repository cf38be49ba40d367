"""Printed lines are found where they are, whatever hides some of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.boxes.lattice import find_lattice
from tests.patches import DOTS, HEIGHT, MARGIN, WIDTH, box_lefts, draw_line, draw_row

CLOSE = 1.0  # pixels, 0.1 mm

shifts = st.tuples(st.integers(-15, 15), st.integers(-15, 15))


@given(shifts, st.integers(2, 8), st.sampled_from([0, 10, 18]))
def test_a_shifted_row_is_found_with_the_gap_between_its_boxes(shift, count, gap):
    patch = draw_row(count, gap=gap, shift=shift)

    lattice = find_lattice(patch, count)

    assert lattice.evidence == 1
    for box, left in zip(lattice.boxes, box_lefts(count, gap), strict=True):
        assert box.x == pytest.approx(left + shift[0], abs=CLOSE)
        assert box.right == pytest.approx(left + WIDTH + shift[0], abs=CLOSE)
        assert box.y == pytest.approx(MARGIN + shift[1], abs=CLOSE)
        assert box.bottom == pytest.approx(MARGIN + HEIGHT + shift[1], abs=CLOSE)


@pytest.mark.parametrize("darkness", [12, 30, 120, 255])
def test_lines_of_any_darkness_are_found(darkness):
    patch = draw_row(darkness=darkness, shift=(7, -9))

    lattice = find_lattice(patch, 4)

    assert (lattice.dx_mm, lattice.dy_mm) == pytest.approx((0.7, -0.9), abs=CLOSE / DOTS)


def test_a_comb_is_placed_by_its_ticks_and_base_line():
    patch = draw_row(comb=True, shift=(6, 8))

    lattice = find_lattice(patch, 4)

    assert (lattice.dx_mm, lattice.dy_mm) == pytest.approx((0.6, 0.8), abs=CLOSE / DOTS)
    assert lattice.upright_top == pytest.approx(MARGIN + HEIGHT + 8 - 24, abs=4)


def test_a_line_that_is_missing_is_filled_in_from_the_others():
    patch = draw_row(shift=(5, 0))
    x = MARGIN + 2 * WIDTH + 5
    patch.ink[:, x - 4 : x + 5] = 0

    lattice = find_lattice(patch, 4)

    assert lattice.boxes[2].x == pytest.approx(x, abs=CLOSE)
    assert [line.found for line in lattice.upright] == [True, True, False, True, True]


def test_a_line_seen_alone_does_not_make_all_boxes_one():
    patch = draw_row(2)
    for left in (MARGIN, MARGIN + 2 * WIDTH):
        patch.ink[MARGIN + 3 : MARGIN + HEIGHT - 3, left - 4 : left + 5] = 0

    lattice = find_lattice(patch, 2)

    assert [line.found for line in lattice.upright] == [False, True, False]
    assert [box.width for box in lattice.boxes] == pytest.approx([WIDTH, WIDTH], abs=CLOSE)


def test_lines_broken_by_thresholding_are_found():
    patch = draw_row(shift=(5, 5))
    patch.ink[:, ::3] = 0
    patch.ink[::3] = 0

    lattice = find_lattice(patch, 4)

    assert (lattice.dx_mm, lattice.dy_mm) == pytest.approx((0.5, 0.5), abs=CLOSE / DOTS)


def test_writing_does_not_move_a_pale_lattice():
    patch = draw_row(darkness=30)
    for left in box_lefts(4, 0):
        draw_line(patch.ink, (left + 10, MARGIN + 10), (left + 10, MARGIN + 70), 230, 6)

    lattice = find_lattice(patch, 4)

    assert (lattice.dx_mm, lattice.dy_mm) == pytest.approx((0, 0), abs=CLOSE / DOTS)


def test_bare_paper_gives_equal_boxes_where_the_template_has_them():
    patch = draw_row()
    patch.ink[:] = 0

    lattice = find_lattice(patch, 4)

    assert lattice.evidence == 0
    assert [box.x for box in lattice.boxes] == box_lefts(4, 0)


def test_the_pitch_a_template_gives_is_kept():
    patch = draw_row(gap=10)

    lattice = find_lattice(patch, 4, pitch_mm=6.0)

    lefts = [box.x for box in lattice.boxes]
    assert np.diff(lefts) == pytest.approx([60, 60, 60], abs=CLOSE)
