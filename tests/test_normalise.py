"""Digit images are as MNIST's."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.normalise import normalise


def stroke(width: int, height: int) -> np.ndarray:
    return np.full((height, width), 200, np.uint8)


@given(st.integers(1, 90), st.integers(1, 90))
def test_ink_fits_in_20_by_20_keeping_its_aspect(width, height):
    digit = normalise(stroke(width, height))

    _, _, fitted_width, fitted_height = cv2.boundingRect(digit)
    assert digit.shape == (28, 28)
    assert max(fitted_width, fitted_height) == 20
    side = 20 / max(width, height)
    assert (fitted_width, fitted_height) == pytest.approx((width * side, height * side), abs=1)


@given(st.integers(0, 2**32 - 1))
def test_the_centre_of_mass_lies_where_mnist_has_it(seed):
    noise = np.random.default_rng(seed).integers(1, 256, (40, 30), np.uint8)

    moments = cv2.moments(normalise(noise))

    assert moments["m10"] / moments["m00"] == pytest.approx(14, abs=0.51)
    assert moments["m01"] / moments["m00"] == pytest.approx(14, abs=0.51)


@pytest.mark.parametrize("darkness", [30, 90, 255])
def test_a_pen_of_any_darkness_becomes_full_ink(darkness):
    assert normalise(np.full((40, 8), darkness, np.uint8)).max() == 255


def test_an_edge_keeps_its_grey():
    ink = stroke(20, 40)
    ink[:, :4] = 100

    digit = normalise(ink)

    assert sorted(np.unique(digit)) == pytest.approx([0, 255 / 2, 255], abs=1)


def test_bare_paper_is_no_digit():
    with pytest.raises(ValueError, match="expected some ink"):
        normalise(np.zeros((5, 5), np.uint8))
