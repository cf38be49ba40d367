"""Finding the digit in a picture of one, whatever the picture is like."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from formreader.digit_sets import load_digits
from formreader.images import DIGIT_SIDE
from formreader.lone_digit import find_digit
from formreader.normalise import normalise
from tests.pictured import digit_ink, on_paper

NOISE = np.random.default_rng(1)
digits = pytest.mark.parametrize("digit", range(10))


def likeness(picture, ink) -> float:
    """How like the ink what is found in a picture is: 1 for the same, 0 for nothing in common.

    Centring rounds, so that one may lie a pixel off the other.
    """
    found, wanted = find_digit(picture), normalise(ink).ravel()
    if found is None:
        return 0.0
    shifted = (np.roll(found, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1))
    return max(np.corrcoef(each.ravel(), wanted)[0, 1] for each in shifted)


@digits
@pytest.mark.parametrize("margin", [4, 40, 360])
@pytest.mark.parametrize(("paper", "pen"), [(255, 0), (0, 255), (60, 210), (200, 150)])
def test_paper_may_be_wide_and_ink_dark_or_light(digit, margin, paper, pen):
    ink = digit_ink(digit)

    assert likeness(on_paper(ink, margin, paper, pen), ink) > 0.93


@digits
@pytest.mark.parametrize("pen", [0, 255])
def test_there_may_be_no_paper_around_it(digit, pen):
    ink = digit_ink(digit)

    assert likeness(on_paper(ink, 0, 255 - pen, pen), ink) > 0.85


@digits
def test_a_picture_in_mnists_manner_stays_as_it_is(digit):
    image = normalise(digit_ink(digit))

    assert np.abs(find_digit(image).astype(int) - image).max() < 64
    assert likeness(image, digit_ink(digit)) > 0.99


@digits
@pytest.mark.parametrize("height", [300, 2000])
def test_size_does_not_matter(digit, height):
    ink = digit_ink(digit, height=height)

    assert likeness(on_paper(ink, height // 2), digit_ink(digit)) > 0.93


@digits
def test_the_edge_of_a_shadow_is_no_stroke(digit):
    ink = digit_ink(digit)
    picture = on_paper(ink)
    y, x = np.indices(picture.shape)
    light = np.clip((x + y - sum(picture.shape) / 2) / 8, 0, 1) * 0.5 + 0.5

    assert likeness((picture * light).astype(np.uint8), ink) > 0.95


@digits
def test_light_may_fall_off_to_one_side(digit):
    ink = digit_ink(digit)
    picture = on_paper(ink)
    light = np.linspace(0.3, 1, picture.shape[1])

    assert likeness((picture * light).astype(np.uint8), ink) > 0.95


@digits
def test_paper_may_be_grainy(digit):
    ink = digit_ink(digit)
    picture = on_paper(ink, pen=120)
    grainy = np.clip(NOISE.normal(picture, 8), 0, 255).astype(np.uint8)

    assert likeness(grainy, ink) > 0.93


@digits
def test_dust_is_left_out(digit):
    ink = digit_ink(digit)
    picture = on_paper(ink)
    for place in ((20, 20), (30, picture.shape[0] - 25), (picture.shape[1] - 15, 90)):
        cv2.circle(picture, place, 3, 30, -1)

    assert likeness(picture, ink) > 0.97


@digits
@pytest.mark.parametrize("upright", [False, True])
def test_ruled_paper_is_paper(digit, upright):
    ink = digit_ink(digit)
    picture = on_paper(ink)
    lines = np.full_like(picture, 255)
    lines[10::40] = 170
    if upright:
        lines[:, 15::40] = 170

    assert likeness(np.minimum(picture, lines), ink) > 0.93


def test_a_bar_apart_from_its_5_belongs_to_it():
    whole, apart = (np.zeros((120, 80), np.uint8) for _ in range(2))
    for picture, start in ((whole, 22), (apart, 34)):
        cv2.polylines(
            picture, [np.array([(20, start), (20, 55), (65, 75), (15, 112)])], False, 255, 9
        )
        cv2.line(picture, (20, 12), (70, 12), 255, 9)

    assert likeness(on_paper(apart), apart) > 0.8


@pytest.mark.parametrize(
    "picture",
    [
        np.full((1, 1), 7),
        np.full((8, 8), 255),
        np.full((300, 200), 0),
        np.linspace(60, 250, 300)[None] * np.ones((200, 1)),
        np.where(np.indices((200, 300)).sum(axis=0) < 240, 120, 220),
        NOISE.normal(200, 10, (200, 300)),
        NOISE.normal(200, 3, (3000, 4000)),
    ],
    ids=["a pixel", "white", "black", "gradient", "shadow", "grain", "large"],
)
def test_bare_paper_holds_no_digit(picture):
    assert find_digit(np.clip(picture, 0, 255).astype(np.uint8)) is None


@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_any_picture_gives_a_digit_image_or_none(picture):
    found = find_digit(picture)

    assert found is None or found.shape == (DIGIT_SIDE, DIGIT_SIDE)


def test_a_colour_picture_is_refused_with_its_shape():
    with pytest.raises(ValueError, match=r"\(8, 8, 3\)"):
        find_digit(np.zeros((8, 8, 3), np.uint8))


def test_mnists_own_pictures_come_through_nearly_unchanged(data_folder):
    images = load_digits(data_folder / "digits" / "mnist").images[:300]
    differences = [np.abs(find_digit(image).astype(int) - image).mean() for image in images]

    assert np.median(differences) < 2
