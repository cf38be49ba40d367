import numpy as np
import pytest

from formreader.hand import by_one_hand, weighed_by_hand
from formreader.images import CLASSES, STYLE_SIZE
from formreader.results import BoxReading, BoxState, PageReading
from tests.builders import seen

USUAL = np.eye(10, STYLE_SIZE) * 0.6
LEFT, RIGHT = np.eye(STYLE_SIZE)[20], np.eye(STYLE_SIZE)[21]


def styled(digit, manner):
    """Return the style of a digit in a writer's manner."""
    style = 0.6 * np.eye(STYLE_SIZE)[digit] + 0.8 * manner
    return np.rint(127 * style).astype(np.int8)


def said(shares):
    row = np.full(CLASSES, 1e-6, np.float32)
    row[list(shares)] = list(shares.values())
    return row / row.sum()


def test_a_doubtful_digit_is_what_the_writer_makes_so():
    probabilities = np.array([said({1: 1.0}), said({7: 1.0}), said({1: 0.5, 7: 0.5})])
    styles = np.array([styled(1, LEFT), styled(7, RIGHT), styled(7, RIGHT)])

    weighed = weighed_by_hand(probabilities, styles, USUAL, 5.0)

    assert weighed[2, 7] > 0.7
    assert weighed.sum(axis=1) == pytest.approx(1)


def test_nothing_is_told_by_what_is_like_the_usual():
    probabilities = np.array([said({1: 1.0}), said({1: 0.5, 7: 0.5})])
    usual = np.rint(127 * USUAL[[1, 7]]).astype(np.int8)

    weighed = weighed_by_hand(probabilities, usual, USUAL, 5.0)

    assert weighed[1] == pytest.approx(probabilities[1], abs=0.01)


def test_the_order_of_the_digits_does_not_matter():
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(CLASSES) * 0.1, 30).astype(np.float32)
    styles = rng.integers(-60, 60, (30, STYLE_SIZE)).astype(np.int8)
    order = rng.permutation(30)

    weighed = weighed_by_hand(probabilities, styles, USUAL, 5.0)
    shuffled = weighed_by_hand(probabilities[order], styles[order], USUAL, 5.0)

    assert shuffled == pytest.approx(weighed[order], abs=1e-5)


def test_readings_without_styles_stay_as_they_are():
    reading = PageReading("form", 0.1, (seen("12_4"),))

    assert by_one_hand(reading, USUAL.tolist(), 5.0) is reading


def test_a_page_is_weighed_box_by_box():
    looks = zip(
        [said({1: 1.0}), said({7: 1.0}), said({1: 0.5, 7: 0.5})],
        [styled(1, LEFT), styled(7, RIGHT), styled(7, RIGHT)],
        strict=True,
    )
    inks = [BoxReading(BoxState.INK, tuple(p.tolist()), 0.1, s.tobytes()) for p, s in looks]
    boxes = (inks[0], BoxReading(BoxState.EMPTY), *inks[1:])
    field = seen("____")

    page = by_one_hand(
        PageReading("form", 0.1, (type(field)(field.name, boxes, field.area),)), USUAL.tolist(), 5.0
    )

    assert page.fields[0].boxes[1] == BoxReading(BoxState.EMPTY)
    assert page.fields[0].boxes[3].probabilities[7] > 0.7
