"""Printed boxes are looked for under a mapping, which is corrected by what is seen of them."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.geometry import Transform
from formreader.register.lines import Lines, outlines, separators
from formreader.register.pyramid import halve_down
from formreader.register.sighting import Sighting, settle, share_seen, sight
from tests.lined_pages import FORM, TO_SCAN, lined, moved
from tests.small_forms import form, row

NEAR_MM = 0.25  # a third of it is the rounding of drawn lines to whole pixels
OUTLINES = outlines(FORM)
PAGE = halve_down(lined())


def farthest_mm(sighting: Sighting, truth: Transform = TO_SCAN, lines: Lines = OUTLINES) -> float:
    gaps = sighting.transform.apply(lines.corners) - truth.apply(lines.corners)
    return float(np.linalg.norm(gaps, axis=1).max() / truth.scale_at(*lines.middle))


def test_boxes_in_their_place_are_all_seen():
    sighting = sight(PAGE, OUTLINES, TO_SCAN)

    assert sighting.fit == sighting.rows == 1
    assert farthest_mm(sighting) < NEAR_MM


@given(st.floats(-1.2, 1.2), st.floats(-1.2, 1.2))
def test_a_small_shift_is_corrected(dx, dy):
    sighting = sight(PAGE, OUTLINES, Transform.shift(dx, dy).then(TO_SCAN))

    assert sighting.fit > 0.95
    assert farthest_mm(sighting) < NEAR_MM


def test_a_stretched_and_slanted_page_is_corrected_look_by_look():
    bent = Transform(np.array([[1.01, 0.008, 0], [-0.01, 0.99, 5], [1e-5, 0, 1]]))
    page = halve_down(moved(lined(), bent))

    rough = sight(page, OUTLINES, TO_SCAN)
    settled = settle(page, OUTLINES, rough, looks=4)

    assert settled.fit > 0.95
    assert farthest_mm(settled, TO_SCAN.then(bent)) < NEAR_MM


@pytest.mark.parametrize("dx", [-15, 11, 40])
def test_boxes_elsewhere_are_not_taken_for_those_expected(dx):
    sighting = sight(PAGE, OUTLINES, Transform.shift(dx, dx / 3).then(TO_SCAN))

    assert sighting.fit < 0.5


def test_nothing_is_seen_on_bare_noisy_paper():
    noise = np.random.default_rng(1).normal(220, 12, (560, 880)).clip(0, 255).astype(np.uint8)

    assert sight(halve_down(noise), OUTLINES, TO_SCAN).fit < 0.2


def test_combs_are_judged_by_their_lower_lines_alone():
    sighting = sight(halve_down(lined(comb=True)), OUTLINES, TO_SCAN)

    assert sighting.fit > 0.95


def test_pale_lines_are_seen_as_well_as_black_ones():
    assert sight(halve_down(lined(gray=228)), OUTLINES, TO_SCAN).fit > 0.95


def test_a_black_bar_beside_the_boxes_hides_no_line():
    page = lined()
    cv2.rectangle(page, (0, 14 * 8), (20 * 8, 22 * 8), 0, cv2.FILLED)

    assert sight(halve_down(page), OUTLINES, TO_SCAN).fit > 0.95


def test_a_row_moved_along_by_a_box_shows_both_ends_missing():
    single = form(row(region=[30, 20, 40, 8], boxes=8))
    sighting = sight(
        halve_down(lined(single)), outlines(single), Transform.shift(5, 0).then(TO_SCAN)
    )

    assert sighting.fit < 0.8


def test_separators_are_seen_where_boxes_adjoin_and_not_where_they_stand_apart():
    apart = form(row(region=[20, 20, 54, 8], boxes=8, pitch=7))

    assert share_seen(PAGE, separators(FORM, gap_mm=0), TO_SCAN) == 1
    assert len(separators(apart, gap_mm=0).points) == 2 * 7
    assert share_seen(PAGE, separators(form(row(boxes=1)), gap_mm=0), TO_SCAN) == 0
