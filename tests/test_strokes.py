"""Every stroke goes to the box it was meant for."""

import numpy as np

from formreader.boxes.lattice import find_lattice
from formreader.boxes.strokes import share_out
from formreader.images import InkImage
from tests.patches import DOTS, HEIGHT, MARGIN, WIDTH, draw_line, draw_row

PEN = 220.0
MIDDLE = MARGIN + HEIGHT // 2


def shared(
    *strokes: tuple[tuple[int, int], tuple[int, int]], width: int = 5
) -> tuple[InkImage | None, ...]:
    """Share strokes out among four adjoining boxes whose lines are gone."""
    patch = draw_row()
    ink = np.zeros_like(patch.ink)
    for start, end in strokes:
        draw_line(ink, start, end, round(PEN), width)
    return share_out(ink, find_lattice(patch, 4), PEN, DOTS)


def in_box(index: int, x: int, y: int) -> tuple[int, int]:
    """Return a place by its distance from the upper left corner of a box."""
    return MARGIN + index * WIDTH + x, MARGIN + y


def test_empty_boxes_stay_empty_and_keep_their_place():
    found = shared((in_box(1, 25, 15), in_box(1, 25, 65)))

    assert [ink is not None for ink in found] == [False, True, False, False]


def test_a_stroke_that_runs_into_the_neighbour_belongs_where_most_of_it_is():
    found = shared((in_box(1, 10, 20), in_box(1, 58, 25)))

    assert [ink is not None for ink in found] == [False, True, False, False]
    assert found[1].shape[1] >= 48


def test_touching_digits_are_parted_at_the_line_between_them():
    found = shared(
        (in_box(0, 25, 15), in_box(0, 25, 65)),
        (in_box(0, 25, 40), in_box(1, 25, 40)),
        (in_box(1, 25, 15), in_box(1, 25, 65)),
    )

    assert [ink is not None for ink in found] == [True, True, False, False]
    assert abs(found[0].shape[1] - found[1].shape[1]) <= 4


def test_touching_digits_that_both_stray_are_parted_between_them():
    first = [(in_box(1, 30 + x, 20), in_box(1, 30 + x, 50)) for x in (0, 14)]
    second = [(in_box(1, 30 + x, 20), in_box(1, 30 + x, 50)) for x in (22, 36)]
    bars = [(in_box(1, 30, y), in_box(1, 66, y)) for y in (20,)]

    found = shared(*first, *second, *bars)

    assert [ink is not None for ink in found] == [False, True, True, False]
    assert abs(found[1].shape[1] - found[2].shape[1]) <= 6


def test_a_digit_of_which_the_bar_alone_is_outside_stays_whole():
    bar = in_box(2, 5, -10), in_box(2, 40, -10)
    stem = in_box(2, 40, -10), in_box(2, 36, 28)

    found = shared(bar, stem)

    assert found[2].shape[1] >= 38
    assert found[2].shape[0] >= 38


def test_a_piece_of_line_beside_a_digit_is_left_out():
    digit = [(in_box(1, x, 20), in_box(1, x, 60)) for x in (15, 30)]

    found = shared(*digit, (in_box(2, 0, 20), in_box(2, 0, 60)))

    assert found[1].shape[1] <= 24


def test_strokes_follow_beyond_the_upper_and_lower_line():
    found = shared((in_box(2, 25, -15), in_box(2, 25, HEIGHT + 15)))

    assert found[2].shape[0] >= HEIGHT + 28


def test_specks_are_dropped_and_detached_strokes_kept():
    found = shared(
        (in_box(0, 20, 20), in_box(0, 20, 60)),
        (in_box(0, 26, 14), in_box(0, 42, 14)),
        (in_box(3, 25, 40), in_box(3, 25, 40)),
    )

    assert found[0].shape[1] >= 24
    assert found[3] is None


def test_writing_of_the_row_above_is_left_out():
    found = shared((in_box(1, 10, -28), in_box(1, 40, -18)))

    assert [ink is not None for ink in found] == [False] * 4


def test_what_is_left_of_a_line_is_no_stroke():
    beside_upright = in_box(1, 2, 8), in_box(1, 2, 20)
    below_level = in_box(2, 5, 2), in_box(2, 40, 2)

    found = shared(beside_upright, below_level, width=3)

    assert [ink is not None for ink in found] == [False] * 4


def test_a_line_that_a_stain_thickens_for_a_while_is_no_one():
    found = shared((in_box(1, 2, 20), in_box(1, 2, 20 + round(0.38 * WIDTH))), width=3)

    assert [ink is not None for ink in found] == [False] * 4


def test_a_one_beside_the_line_is_a_stroke():
    found = shared((in_box(1, 5, 15), in_box(1, 5, 65)))

    assert found[1] is not None
