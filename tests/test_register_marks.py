"""Marks are found among all that is dark, and matched with the template's arrangement."""

import cv2
import numpy as np
import pytest

from formreader.geometry import Transform
from formreader.register.fitting import fit_points
from formreader.register.marks import (
    SIZES_ON_SCAN,
    agrees,
    find_spots,
    match_photo,
    match_scan,
)
from formreader.register.pyramid import halve_down
from formreader.template import Marks

AT = ((20.0, 20.0), (180.0, 20.0), (180.0, 130.0), (20.0, 115.0))
MARKS = Marks(size=6, at=AT)
SYMMETRIC = Marks(size=6, at=((20, 20), (180, 20), (180, 130), (20, 130)))
TO_SCAN = Transform.scaling(4).then(Transform.shift(30, 20))


def page(marks=MARKS, mapping=TO_SCAN):
    """Return a page with solid squares and some text, 850 x 640."""
    image = np.full((640, 850), 235, np.uint8)
    for line in range(120, 600, 60):
        cv2.putText(image, "some words to be left out", (180, line), 0, 1, 30, 2)
    for x, y in marks.at:
        corners = mapping.apply([(x - 3, y - 3), (x + 3, y - 3), (x + 3, y + 3), (x - 3, y + 3)])
        cv2.fillConvexPoly(image, np.rint(corners).astype(np.int32), 20)
    return image


def spots(image):
    return find_spots(halve_down(image), 6 * 4, SIZES_ON_SCAN)


def first(batches):
    return next(batches, [])


def off_mm(match, mapping=TO_SCAN):
    gaps = match.transform.apply(AT) - mapping.apply(AT)
    return float(np.linalg.norm(gaps, axis=1).max() / 4)


def test_only_marks_are_found_among_words():
    found = spots(page())

    assert sorted(map(tuple, found.centres.round(-1))) == sorted(
        map(tuple, TO_SCAN.apply(AT).round(-1))
    )


def test_squares_that_touch_at_a_corner_are_two():
    image = np.full((640, 850), 235, np.uint8)
    image[200:224, 300:324] = image[224:248, 324:348] = 20

    assert len(spots(image).centres) == 2


def test_marks_inside_a_dark_frame_are_found():
    image = page()
    image[:12] = image[-12:] = 30
    image[:, :12] = image[:, -12:] = 30

    assert len(spots(image).centres) == 4


@pytest.mark.parametrize("degrees", [0, 5, 90, 183, 268])
def test_marks_are_matched_in_every_turn(degrees):
    turn = Transform(np.vstack([cv2.getRotationMatrix2D((425, 320), degrees, 0.9), (0, 0, 1)]))
    mapping = TO_SCAN.then(turn)

    matches = first(match_scan(MARKS, spots(page(mapping=mapping))))

    assert [match.found for match in matches] == [4]
    assert off_mm(matches[0], mapping) < 0.4
    assert matches[0].is_overdetermined


def test_symmetric_marks_are_matched_in_both_turns():
    assert len(first(match_scan(SYMMETRIC, spots(page(SYMMETRIC))))) == 2


def test_two_marks_are_enough():
    image = page()
    image[:, 600:] = 235

    best = first(match_scan(MARKS, spots(image)))

    assert any(match.found == 2 and off_mm(match) < 1.5 for match in best)


def test_no_spots_match_nothing():
    bare = np.full((640, 850), 235, np.uint8)

    assert list(match_scan(MARKS, spots(bare))) == list(match_photo(MARKS, spots(bare))) == []


def test_marks_in_steep_perspective_are_matched_on_a_photo():
    slanted = Transform(np.array([[3.4, 0.5, 40], [-0.2, 3.9, 60], [-6e-4, 1e-3, 1.0]]))

    matches = first(match_photo(MARKS, spots(page(mapping=slanted))))

    assert min(off_mm(match, slanted) for match in matches) < 0.5


def test_a_mapping_agrees_where_most_marks_on_the_scan_are_there():
    seen, size = spots(page()), (850, 640)

    assert agrees(MARKS, seen, size, TO_SCAN)
    assert not agrees(MARKS, seen, size, Transform.shift(8, 0).then(TO_SCAN))
    assert agrees(MARKS, seen, size, Transform.shift(500, 0).then(TO_SCAN))


def test_points_are_fitted_by_the_simplest_mapping_that_explains_them():
    square = np.array([(0, 0), (100, 0), (100, 100), (0, 100.0)])
    slanted = Transform(np.array([[1, 0.1, 3], [0, 1.1, 5], [1e-3, 0, 1]]))

    assert not fit_points(square, TO_SCAN.apply(square)).matrix[2, :2].any()
    assert fit_points(square, slanted.apply(square)).apply(square) == pytest.approx(
        slanted.apply(square)
    )


def test_points_along_a_line_do_not_tell_of_shear():
    line = np.array([(0, 0), (100, 1), (200, 0), (300, 1.0)])

    (a, b), (c, d) = fit_points(line, TO_SCAN.apply(line).round()).matrix[:2, :2]

    assert (a, b) == pytest.approx((d, -c))
