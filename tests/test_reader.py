"""One page, from picture to reading."""

import subprocess
import sys
from itertools import islice

import numpy as np
import pytest

from formreader.boxes.rows import find_rows
from formreader.errors import AlignmentError
from formreader.geometry import Transform, bounding_rect
from formreader.images import CLASSES
from formreader.pages import Page
from formreader.reader import prepare, read_page, reading_of
from formreader.synth.conditions import Condition
from formreader.synth.forms import DrawnForm, draw_forms
from formreader.synth.sheet import PrintStyle
from formreader.synth.strokes import random_hand
from tests.small_forms import form, row
from tests.standins import SeesSevens

ROWS = [row(str(y), type="integer", region=[14, y, 60, 8], boxes=8) for y in (13, 25, 37, 49)]
TEMPLATE = form(*ROWS)
CLEAN = Condition("clean")


def drawn(condition: Condition = CLEAN, seed: int = 1) -> DrawnForm:
    return next(draw_forms(TEMPLATE, random_hand, [condition], seed=seed))


def page(image: np.ndarray) -> Page:
    return Page("drawn.png", 1, image, None)


def test_a_box_is_empty_exactly_where_nothing_was_written():
    for seed in range(5):
        paper = drawn(seed=seed)

        sheet = prepare(page(paper.image), [TEMPLATE])

        written = [[box.seen != "_" for box in field.boxes] for field in paper.fields]
        assert [[cover > 0 for cover in row] for row in sheet.covers] == written


def test_fields_are_said_to_lie_where_they_are():
    paper = drawn()

    reading = read_page(page(paper.image), [TEMPLATE], SeesSevens())

    for field, expected in zip(reading.fields, ROWS, strict=True):
        region = bounding_rect(paper.to_scan.apply(expected.groups[0].region.corners))
        found = (field.area.x, field.area.y, field.area.right, field.area.bottom)
        assert found == pytest.approx((region.x, region.y, region.right, region.bottom), abs=4)


def test_each_page_goes_to_the_template_that_fits():
    other = form(*[row(str(x), region=[x, 20, 8, 30], boxes=1) for x in (20, 45, 70)])

    sheet = prepare(page(drawn().image), [other, TEMPLATE])

    assert sheet.template is TEMPLATE


def test_a_page_of_another_form_is_refused():
    other = form(*[row(str(x), region=[x, 20, 8, 30], boxes=1) for x in (20, 45, 70)])

    with pytest.raises(AlignmentError, match="not this form"):
        prepare(page(drawn().image), [other])


def test_a_page_that_is_upside_down_is_read_all_the_same():
    paper = drawn()

    turned = prepare(page(np.ascontiguousarray(paper.image[::-1, ::-1])), [TEMPLATE])

    upright = prepare(page(paper.image), [TEMPLATE]).covers
    for covers, again in zip(upright, turned.covers, strict=True):
        assert again == pytest.approx(covers, abs=0.01)


def test_probabilities_for_another_number_of_digits_are_a_bug():
    sheet = prepare(page(drawn().image), [TEMPLATE])

    with pytest.raises(ValueError, match="rows"):
        reading_of(sheet, np.zeros((1, CLASSES), np.float32))


@pytest.mark.parametrize("boxes", ["separate", "adjoining", "comb"])
def test_rows_are_found_though_registration_is_a_millimetre_off(boxes):
    condition = Condition("style", print=PrintStyle(boxes=boxes))
    paper = drawn(condition)
    off = Transform.shift(0.9, -0.7).then(paper.to_scan)

    found = find_rows(paper.image, TEMPLATE, off)

    for a_row in found.rows:
        offset = (a_row.lattice.dx_mm, a_row.lattice.dy_mm)
        assert offset == pytest.approx((-0.9, 0.7), abs=0.15)


def test_a_row_that_latches_on_to_other_lines_is_put_right_by_the_others():
    papers = islice(draw_forms(TEMPLATE, random_hand, [CLEAN], seed=3), 1)
    for paper in papers:
        x, y = np.rint(paper.to_scan.apply([(14, 23.2)])[0]).astype(int)
        paper.image[y : y + 4, x : x + 700] = 0

        found = find_rows(paper.image, TEMPLATE, paper.to_scan)

        assert max(abs(a_row.lattice.dy_mm) for a_row in found.rows) < 0.2


def test_reading_never_loads_tensorflow_or_pandas():
    heavy = "{'tensorflow', 'keras', 'pandas', 'matplotlib'}"
    loaded = "import sys, formreader.reader, formreader.batch"
    check = f"{loaded}; sys.exit(bool({heavy} & set(sys.modules)))"

    subprocess.run([sys.executable, "-c", check], check=True)
