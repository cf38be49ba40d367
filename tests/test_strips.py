"""Free runs are cut out as their ink alone, at one height."""

from time import perf_counter

import cv2
import numpy as np
import pytest

from formreader.strips import DIGIT, HEIGHT, WIDEST, cut_strip
from formreader.strips.darkness import find_ink
from formreader.strips.ruling import without_ruling

PAPER, PEN = 225, 50


def written(text: str = "25700", size: float = 2.0, height: int = 90) -> np.ndarray:
    """Return a picture of a line of digits about 22 * size pixels high."""
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 4)
    image = np.full((height, width + 60), PAPER, np.uint8)
    place = (30, height // 2 + round(11 * size))
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, PEN, 4, cv2.LINE_AA)
    return image


def ink_rows(strip: np.ndarray) -> int:
    (rows,) = np.nonzero((strip > 100).any(axis=1))
    return int(rows[-1] - rows[0] + 1)


@pytest.mark.parametrize(("size", "height"), [(1.0, 60), (2.0, 90), (4.0, 160)])
def test_digits_come_out_at_one_height(size, height):
    strip = cut_strip(written(size=size, height=height))

    assert strip is not None
    assert strip.shape[0] == HEIGHT
    assert ink_rows(strip) == pytest.approx(DIGIT, abs=2)


def test_bare_paper_gives_none():
    assert cut_strip(np.full((60, 300), PAPER, np.uint8)) is None


def test_the_line_written_on_and_a_frame_are_taken_away():
    plain = cut_strip(written())
    ruled = written()
    cv2.line(ruled, (0, 72), (ruled.shape[1], 72), 90, 2)
    cv2.rectangle(ruled, (3, 3), (ruled.shape[1] - 4, 86), 90, 2)

    strip = cut_strip(ruled)

    assert plain is not None
    assert strip is not None
    assert strip.shape == pytest.approx(plain.shape, abs=8)
    assert (strip > 100).mean() == pytest.approx((plain > 100).mean(), rel=0.15)


def test_a_line_that_parts_the_inside_of_a_frame_is_taken_away_and_a_1_stays():
    plain, parted = written("1250"), written("1250")
    cv2.line(parted, (14, 0), (14, parted.shape[0]), 90, 2)

    strips = [cut_strip(image, framed=True) for image in (plain, parted)]
    left = cut_strip(parted)

    assert strips[0] is not None
    assert strips[1] is not None
    assert left is not None
    assert strips[1].shape == pytest.approx(strips[0].shape, abs=2)
    assert left.shape[1] > strips[0].shape[1] + 4


def test_bars_that_run_into_each_other_are_no_ruling():
    joined = np.full((80, 130), PAPER, np.uint8)
    for left in (25, 62):
        cv2.line(joined, (left, 16), (left + 38, 16), PEN, 3, cv2.LINE_AA)
        cv2.line(joined, (left + 38, 16), (left + 14, 62), PEN, 3, cv2.LINE_AA)
    ink = find_ink(joined)

    assert without_ruling(ink).sum() == pytest.approx(ink.sum(), rel=0.02)


def test_fine_print_under_the_ink_is_taken_away():
    printed = written()
    columns = np.arange(printed.shape[1])
    waves = (18 * (np.sin(columns / 3) > 0.3)).astype(np.uint8)
    printed = np.minimum(printed, PAPER - waves[None])

    plain, strip = cut_strip(written()), cut_strip(printed)

    assert plain is not None
    assert strip is not None
    assert (strip > 100).mean() == pytest.approx((plain > 100).mean(), rel=0.1)


def test_a_tall_slash_and_a_tail_do_not_make_digits_small():
    image = written("25700", height=110)
    image = np.hstack([image, np.full((110, 110), PAPER, np.uint8)])
    start = image.shape[1] - 120
    cv2.line(image, (start, 105), (start + 20, 5), PEN, 4)
    cv2.line(image, (start + 25, 55), (start + 100, 50), PEN, 4)

    strip, plain = cut_strip(image), cut_strip(written("25700", height=110))

    assert strip is not None
    assert plain is not None
    digits = strip[:, : plain.shape[1] - 8]
    assert ink_rows(digits) == pytest.approx(DIGIT, abs=3)


def test_a_very_long_line_is_pressed_together():
    strip = cut_strip(written("1234567890" * 3))

    assert strip is not None
    assert strip.shape == (HEIGHT, WIDEST)


def test_colour_pictures_are_refused():
    with pytest.raises(ValueError, match="expected uint8 of shape"):
        cut_strip(np.zeros((30, 60, 3), np.uint8))


@pytest.mark.parametrize("size", [(5000, 12), (12, 5000), (3000, 3000), (14, 1)])
def test_a_picture_of_any_shape_is_cut_in_time(size):
    image = np.full(size, 230, np.uint8)
    image[size[0] // 3 : size[0] // 2, size[1] // 3 : size[1] // 2 + 1] = 40

    start = perf_counter()
    cut_strip(image)

    assert perf_counter() - start < 2


def test_ones_at_the_edges_are_no_frame():
    image = np.full((60, 200), 230, np.uint8)
    cv2.rectangle(image, (0, 4), (199, 5), 60, -1)
    for x in (6, 60, 110, 190):
        cv2.line(image, (x, 8), (x, 56), 40, 4)

    assert len(np.unique(cv2.connectedComponents(cut_strip(image), connectivity=8)[1])) == 1 + 4
