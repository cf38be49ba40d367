"""Code lines are cut out level and at one height."""

import cv2
import numpy as np
import pytest

from formreader.geometry import Rect, Transform
from formreader.strips.code_line import CODE_HEIGHT, find_code_line, is_crossed, strip_of
from formreader.synth.e13b import DOTS_PER_MM, SHAPES, draw_code_line

TEXT = "U309086U 500211012T 426160U 31"
PAPER = Rect(0, 0, 180, 16)


def printed(text: str = TEXT, dpi: float = 200, slope: float = 0.0) -> tuple[np.ndarray, Transform]:
    """Return the lower edge of a cheque with a code line in its middle."""
    dots = dpi / 25.4
    line, scale = draw_code_line(text), dots / DOTS_PER_MM
    soft = cv2.GaussianBlur(line, (0, 0), 0.35 / scale)
    matrix = np.array([[scale, 0, 20 * dots], [slope * scale, scale, 6 * dots]])
    size = (round(PAPER.width * dots), round(PAPER.height * dots))
    ink = cv2.warpAffine(soft, matrix, size).astype(float) / 255
    return (230 - 200 * ink).astype(np.uint8), Transform.scaling(dots)


@pytest.mark.parametrize("dpi", [150, 200, 300, 600])
@pytest.mark.parametrize("slope", [-0.012, 0.0, 0.012])
def test_the_line_fills_its_strip(dpi, slope):
    line = find_code_line(*printed(dpi=dpi, slope=slope), PAPER)

    assert line is not None
    strip = strip_of(line)
    assert strip.shape[0] == CODE_HEIGHT
    assert strip.shape[1] == pytest.approx(610, rel=0.07)
    (rows,) = np.nonzero(strip.mean(axis=1) > 0.3 * strip.mean(axis=1).max())
    assert rows[-1] - rows[0] + 1 == pytest.approx(18, abs=2)


@pytest.mark.parametrize(
    ("stroke", "expected"),
    [
        ([(60, 1), (66, 14)], True),  # through the line
        ([(60, 1), (66, 8), (70, 1)], True),  # down into it, and up again
        ([(60, 7.5), (68, 7.5)], True),  # within it, through three characters
        ([(60, 5.3), (64, 9.6)], True),  # a slash hardly higher than it
        ([(111.5, 1), (113.5, 14)], True),  # through its last character
        ([(20.5, 1), (22.5, 14)], True),  # through its first
        ([(60, 1), (66, 4)], False),  # above it
        ([(60, 10.5), (80, 10.5)], False),  # a rule under it
        ([(8, 1), (8, 14)], False),  # the edge of the cheque before it
    ],
)
def test_strokes_through_a_line_are_noticed(stroke, expected):
    paper, to_scan = printed(dpi=300)
    points = np.rint(to_scan.apply(stroke)).astype(np.int32)
    cv2.polylines(paper, [points], False, 30, 4)

    line = find_code_line(paper, to_scan, PAPER)

    assert line is not None
    assert is_crossed(line) == expected


def test_other_print_is_no_code_line():
    paper, to_scan = printed(text=" ")
    cv2.putText(paper, "Please sign above this line", (150, 90), cv2.FONT_HERSHEY_TRIPLEX, 1, 30, 2)

    assert find_code_line(paper, to_scan, PAPER) is None


def test_bare_paper_has_none():
    assert find_code_line(*printed(text=" "), PAPER) is None


def test_every_character_is_nine_cells_high_and_seven_wide():
    assert len(SHAPES) == 14
    assert {(len(rows), *{len(row) for row in rows}) for rows in SHAPES.values()} == {(9, 7)}
