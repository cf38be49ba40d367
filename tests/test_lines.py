"""Printed lines go, strokes stay."""

from dataclasses import replace

import pytest

from formreader.boxes.lattice import find_lattice
from formreader.boxes.lines import remove_lines
from formreader.images import InkImage
from tests.patches import HEIGHT, MARGIN, WIDTH, draw_line, draw_row

FAINT = 60  # darkness that no threshold for strokes reaches under a black pen
BOTTOM = MARGIN + HEIGHT
BETWEEN = MARGIN + WIDTH  # x of the line between the first two boxes


def cleaned(patch, pen: float = 0) -> InkImage:
    (ink,) = remove_lines([(patch, find_lattice(patch, 4))], pen)
    return ink


@pytest.mark.parametrize("gap", [0, 10])
@pytest.mark.parametrize("darkness", [30, 220])
@pytest.mark.parametrize("comb", [False, True])
def test_nothing_is_left_of_an_empty_row(gap, darkness, comb):
    patch = draw_row(gap=gap, darkness=darkness, comb=comb)

    assert cleaned(patch).max() < FAINT


def test_a_stroke_across_a_line_stays_whole():
    patch = draw_row()
    draw_line(patch.ink, (BETWEEN - 20, 60), (BETWEEN + 20, 80), 220, 5)

    ink = cleaned(patch)

    assert ink[70, BETWEEN - 4 : BETWEEN + 5].min() > 150


def test_a_stroke_that_ends_at_a_line_keeps_its_length():
    patch = draw_row()
    draw_line(patch.ink, (55, 50), (55, BOTTOM), 220, 5)

    ink = cleaned(patch)

    assert ink[: BOTTOM + 1, 55].nonzero()[0].max() >= BOTTOM - 3


def test_a_stroke_along_a_line_stays():
    patch = draw_row()
    draw_line(patch.ink, (BETWEEN + 1, 50), (BETWEEN + 1, 80), 220, 9)

    ink = cleaned(patch)

    assert ink[55:75, BETWEEN + 1].min() > 150
    assert ink[98:105, BETWEEN + 1].max() < FAINT


def test_a_pencil_along_a_black_line_stays_as_pale_as_it_is():
    patch = draw_row()
    beside = patch.ink[50:80, BETWEEN + 3 : BETWEEN + 6]
    beside[:] = 100

    ink = cleaned(patch, pen=100)

    assert ink[55:75, BETWEEN + 3 : BETWEEN + 6].min() > 80
    assert ink[55:75, BETWEEN - 1 : BETWEEN + 6].max() < 120


@pytest.mark.parametrize(("step", "stays"), [(1.0, False), (0.0, True)])
def test_a_pixel_more_is_a_stroke_unless_the_scan_is_black_and_white(step, stays):
    patch = replace(draw_row(), step=step)
    patch.ink[50:80, BETWEEN + 3] = 150

    ink = cleaned(patch)

    assert (ink[55:75, BETWEEN].min() > FAINT) == stays


def test_lines_at_the_edge_of_the_patch_stay():
    patch = draw_row()
    lattice = find_lattice(patch, 4)
    at_the_edge = tuple(replace(line, position=1.0) for line in lattice.upright)

    (ink,) = remove_lines([(patch, replace(lattice, upright=at_the_edge))])

    assert ink[60:90, BETWEEN].min() > FAINT


def test_a_pen_on_a_pale_line_loses_nothing():
    patch = draw_row(darkness=40)
    patch.ink[BOTTOM, MARGIN + 10 : MARGIN + 40] = 230

    ink = cleaned(patch)

    assert ink[BOTTOM, MARGIN + 10 : MARGIN + 40].min() == 230
