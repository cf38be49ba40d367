"""The picture that shows where a template's boxes are on a scan."""

import numpy as np
import pytest

from formreader.boxes.rows import FoundRows, find_rows
from formreader.geometry import Transform
from formreader.images import GrayImage
from formreader.lay import Laid
from formreader.overlay import COLORS, EXPECTED, LEAST_SIDE, Color, ColorImage, draw_overlay
from formreader.register import Alignment
from formreader.results import Decision, Status
from formreader.synth.sheet import PrintStyle, print_sheet
from tests.builders import field, form

DOTS = 6.0  # per mm
FORM = form(field(region=[40, 100, 40, 8], boxes=4, pitch=10.5))
TO_SCAN = Transform.scaling(DOTS).then(Transform.shift(-0.5, -0.5))


@pytest.fixture(scope="module")
def scan() -> GrayImage:
    return print_sheet(FORM, PrintStyle(), DOTS, np.random.default_rng(0)).image


@pytest.fixture(scope="module")
def laid(scan: GrayImage) -> Laid:
    return Laid(FORM, Alignment(TO_SCAN, "marks", 1.0), find_rows(scan, FORM, TO_SCAN), ())


def bare(to_scan: Transform = TO_SCAN) -> Laid:
    """Return the template laid on a page of which nothing was found."""
    nothing = FoundRows((), residual_mm=0, evidence=0, misplaced=0)
    return Laid(FORM, Alignment(to_scan, "marks", 1.0), nothing, ())


def decided(status: Status, read: str = "1_X?") -> dict[str, Decision]:
    return {"number": Decision("number", "1", status, 0.9, read)}


def painted(picture: ColorImage, color: Color) -> np.ndarray:
    """Return where, below the legend, a picture has a color: x and y of its pixels."""
    legend = 100
    y, x = np.nonzero((picture[legend:] == color).all(axis=2))
    return np.column_stack([x, y + legend])


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.REVIEW, Status.BLANK])
def test_boxes_are_drawn_where_they_were_found(status, scan, laid):
    picture = draw_overlay(scan, laid, decided(status, "____"))

    enlarged = picture.shape[1] / scan.shape[1]
    legend = picture.shape[0] - scan.shape[0] * enlarged
    x, y = painted(picture, COLORS[status]).T / (enlarged * DOTS)
    assert (x.min(), x.max()) == pytest.approx((40, 80), abs=0.5)
    assert y.max() - legend / (enlarged * DOTS) == pytest.approx(108, abs=0.5)


def test_what_a_person_must_see_stands_out_by_more_than_its_color(scan, laid):
    accepted = draw_overlay(scan, laid, decided(Status.ACCEPTED))
    review = draw_overlay(scan, laid, decided(Status.REVIEW))

    pixels = len(painted(accepted, COLORS[Status.ACCEPTED]))
    assert len(painted(review, COLORS[Status.REVIEW])) > 1.4 * pixels


def test_what_was_read_stands_above_its_boxes(scan, laid):
    blank = draw_overlay(scan, laid, decided(Status.ACCEPTED, "    "))
    read = draw_overlay(scan, laid, decided(Status.ACCEPTED, "8888"))

    assert painted(read, COLORS[Status.ACCEPTED])[:, 1].min() < (
        painted(blank, COLORS[Status.ACCEPTED])[:, 1].min() - 10
    )


def test_a_field_that_was_not_read_wants_a_person(scan, laid):
    picture = draw_overlay(scan, laid, {})

    assert len(painted(picture, COLORS[Status.REVIEW]))
    assert not len(painted(picture, COLORS[Status.ACCEPTED]))


def test_places_in_the_template_are_drawn_without_rows_found(scan):
    x, _ = painted(draw_overlay(scan, bare(), {}), EXPECTED).T

    assert x.max() == pytest.approx(80 * DOTS * 2, abs=8)


def test_small_scans_are_enlarged(scan):
    picture = draw_overlay(scan, bare(), {})

    assert max(scan.shape) < LEAST_SIDE <= picture.shape[0]


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_form_that_lies_turned_comes_out_upright(turns, scan):
    height, width = scan.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)]) - 0.5
    turned = np.rot90(scan, -turns)
    around = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * turned.shape[::-1] - 0.5
    to_turned = TO_SCAN.then(Transform.from_quad(corners, np.roll(around, -turns, axis=0)))

    upright = draw_overlay(scan, bare(), {})
    picture = draw_overlay(turned, bare(to_turned), {})

    assert picture.shape == upright.shape
    assert np.abs(picture.astype(int) - upright).mean() < 0.5
