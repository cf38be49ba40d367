"""A template is laid over a scan by whatever evidence the form offers, or the page is refused."""

from dataclasses import replace
from itertools import islice

import cv2
import numpy as np
import pytest

from formreader.errors import AlignmentError
from formreader.register import align
from formreader.synth.camera import Camera
from formreader.synth.conditions import Condition
from formreader.synth.forms import DrawnForm, draw_forms
from formreader.synth.scanner import Scanner
from formreader.synth.strokes import random_hand
from formreader.synth.wear import Wear
from formreader.template import Template
from tests.small_forms import form, row

NEAR_MM = 1.0  # what the search for boxes puts right with ease
MARKS = {"shape": "square", "size": 5, "at": [[8, 8], [102, 8], [102, 62], [8, 56]]}
ARUCO = {"size": 8, "at": {0: [8, 8], 1: [102, 8], 2: [102, 62]}}
ROWS = (
    row("a", region=[20, 14, 60, 8], boxes=8),
    row("b", region=[30, 27, 40, 8], boxes=5),
    row("c", region=[20, 44, 24, 8], boxes=3),
    row("d", region=[60, 44, 30, 8], boxes=4),
)
MARKED = form(*ROWS, marks=MARKS)
METHODS = {
    "marks": MARKED,
    "aruco": form(*ROWS, aruco=ARUCO),
    "boxes": form(*ROWS),
}
SCANS = {
    "100 dpi": Scanner(dpi=(100, 100)),
    "600 dpi": Scanner(dpi=(600, 600)),
    "turned by 90": Scanner(dpi=(200, 200), turn=90),
    "turned by 180": Scanner(dpi=(200, 200), turn=180),
    "turned by 270": Scanner(dpi=(200, 200), turn=270),
    "skewed": Scanner(dpi=(200, 200), skew=3),
    "printed small": Scanner(dpi=(200, 200), print_scale=0.97),
    "printed large": Scanner(dpi=(200, 200), print_scale=1.03),
    "shifted": Scanner(dpi=(200, 200), shift_mm=3),
    "bilevel": Scanner(dpi=(200, 200), bilevel=True),
    "photo": Camera(dpi=(150, 200)),
}


def drawn(template: Template, seed: int = 1, **steps: object) -> DrawnForm:
    papers = draw_forms(template, random_hand, [Condition("test", **steps)], seed=seed)
    return next(islice(papers, 1))


def farthest_mm(paper: DrawnForm, template: Template) -> float:
    """Return how far registration puts a corner of a row at most from where it is."""
    found = align(paper.image, template)
    corners = np.concatenate([region.corners for field in ROWS for region in field.regions])
    apart = found.transform.apply(corners) - paper.to_scan.apply(corners)
    scale = paper.to_scan.scale_at(*template.bounds.corners.mean(axis=0))
    return float(np.linalg.norm(apart, axis=1).max() / scale)


@pytest.mark.parametrize("scan", SCANS)
def test_marks_place_the_form_on_every_kind_of_scan(scan):
    assert farthest_mm(drawn(MARKED, capture=SCANS[scan]), MARKED) < NEAR_MM


@pytest.mark.parametrize("method", ["aruco", "boxes"])
@pytest.mark.parametrize("scan", ["turned by 180", "skewed", "printed small", "shifted"])
def test_other_evidence_places_it_as_well(method, scan):
    template = METHODS[method]

    assert farthest_mm(drawn(template, capture=SCANS[scan]), template) < NEAR_MM


@pytest.mark.parametrize("lost", ["covered", "torn"])
def test_one_lost_mark_does_not_matter(lost):
    for seed in range(4):
        paper = drawn(MARKED, seed, wear=Wear(lost_mark=lost), capture=Scanner(dpi=(200, 200)))

        assert farthest_mm(paper, MARKED) < NEAR_MM


def test_symmetric_marks_never_lead_to_a_form_upside_down():
    symmetric = form(*ROWS)

    for turn in (0, 180):
        paper = drawn(symmetric, capture=Scanner(dpi=(150, 150), turn=turn))

        assert farthest_mm(paper, symmetric) < NEAR_MM


def test_a_picture_of_the_empty_form_places_a_scan_of_it():
    rng = np.random.default_rng(1)
    sheet = drawn(MARKED, capture=Scanner(dpi=(150, 150))).image
    for x, y in rng.integers((40, 30), (560, 380), (30, 2)).tolist():
        cv2.putText(sheet, str(x), (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 0)
    blank = cv2.imencode(".png", sheet)[1].tobytes()
    template = replace(form(*ROWS, picture="blank.png"), blank=blank)

    found = align(np.ascontiguousarray(sheet[::-1, ::-1]), template)

    corner = found.transform.apply([(0, 0)])[0]
    assert corner == pytest.approx((sheet.shape[1], sheet.shape[0]), abs=8)


def test_a_whole_picture_is_the_page_edge_to_edge():
    whole = form(*ROWS, whole=True)
    paper = drawn(MARKED, capture=Scanner(dpi=(150, 150), shift_mm=0, skew=0))

    assert align(paper.image, whole).transform.apply([(110, 70)])[0] == pytest.approx(
        (paper.image.shape[1], paper.image.shape[0]), abs=8
    )


def test_another_form_with_the_same_marks_is_refused():
    rows = [row(str(y), region=[50, y, 12, 6], boxes=2) for y in (12, 20, 35, 50)]
    other = form(*rows, marks=MARKS)

    for seed in range(3):
        with pytest.raises(AlignmentError, match="not this form"):
            align(drawn(MARKED, seed, capture=Scanner(dpi=(150, 150))).image, other)


@pytest.mark.parametrize("kind", ["noise", "stripes", "letters"])
def test_what_is_no_form_at_all_is_refused(kind):
    rng = np.random.default_rng(1)
    page = np.full((700, 1100), 240, np.uint8)
    if kind == "noise":
        page = rng.integers(0, 256, page.shape, np.uint8)
    elif kind == "stripes":
        page[::40] = 0
    else:
        for y in range(30, 700, 30):
            cv2.putText(page, "all work and no play", (20, y), cv2.FONT_HERSHEY_COMPLEX, 1, 0)

    with pytest.raises(AlignmentError):
        align(page, MARKED)


@pytest.mark.parametrize("shape", [(1, 1), (38, 5), (9, 60), (2000, 3)])
def test_what_is_too_small_to_be_a_page_is_refused(shape):
    image = np.random.default_rng(1).integers(0, 255, shape, dtype=np.uint8)

    with pytest.raises(AlignmentError, match="no page"):
        align(image, MARKED)
