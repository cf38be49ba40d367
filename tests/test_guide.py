"""What is printed inside boxes goes, what is written stays."""

import numpy as np

from formreader.boxes.guide import remove_guides
from formreader.boxes.lattice import find_lattice
from tests.patches import MARGIN, box_lefts, draw_line, draw_row

PEN = 220


def test_a_pale_guide_goes_and_a_digit_over_it_stays():
    patch = draw_row(6)
    lattice = find_lattice(patch, 6)
    ink = np.zeros_like(patch.ink)
    for left in box_lefts(6, 0):
        draw_line(ink, (left + 15, MARGIN + 40), (left + 35, MARGIN + 40), 70)
    draw_line(ink, (MARGIN + 25, MARGIN + 15), (MARGIN + 25, MARGIN + 65), 220, 5)

    remove_guides([[(ink, lattice)]])

    assert ink[:, MARGIN + 60 :].max() == 0
    assert ink[MARGIN + 15 : MARGIN + 65, MARGIN + 25].min() == 220


def test_a_guide_goes_from_a_form_on_which_nothing_is_written():
    patch = draw_row(6)
    ink = np.zeros_like(patch.ink)
    for left in box_lefts(6, 0):
        draw_line(ink, (left + 15, MARGIN + 40), (left + 35, MARGIN + 40), 85)

    remove_guides([[(ink, find_lattice(patch, 6))]])

    assert ink.max() == 0


def test_what_most_boxes_have_in_one_place_is_no_guide_if_it_is_as_dark_as_the_pen():
    patch = draw_row(6)
    lattice = find_lattice(patch, 6)
    ink = np.zeros_like(patch.ink)
    for index, left in enumerate(box_lefts(6, 0)):
        draw_line(ink, (left + 25, MARGIN + 15), (left + 25, MARGIN + 65), PEN, 9)
        y = MARGIN + 15 + 9 * index
        draw_line(ink, (left + 5, y), (left + 15, y), PEN, 5)
    written = ink.copy()

    remove_guides([[(ink, lattice)]])

    assert np.array_equal(ink, written)


def test_what_few_boxes_have_in_one_place_is_no_guide_where_many_have_none():
    many, few = draw_row(12), draw_row(6)
    ink, written = np.zeros_like(many.ink), np.zeros_like(few.ink)
    draw_line(ink, (MARGIN + 25, MARGIN + 15), (MARGIN + 25, MARGIN + 65), PEN, 5)
    for left in box_lefts(6, 0):
        draw_line(written, (left + 25, MARGIN + 15), (left + 25, MARGIN + 65), PEN, 5)
    before = written.copy()

    remove_guides([[(written, find_lattice(few, 6))], [(ink, find_lattice(many, 12))]])

    assert np.array_equal(written, before)


def test_too_few_boxes_to_tell_print_from_pen_are_left_alone():
    patch = draw_row(2)
    lattice = find_lattice(patch, 2)
    ink = patch.ink.copy()

    remove_guides([[(ink, lattice)]])

    assert np.array_equal(ink, patch.ink)
