"""Cheques: rows, frames and code lines that lie elsewhere on every print, on scans and photos."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.code_parts import usual_transit
from formreader.errors import AlignmentError
from formreader.geometry import Rect, Transform, bounding_rect
from formreader.pages import Page
from formreader.reader import CROSSED, ELSEWHERE, NO_CODE, NOT_WHOLE, prepare, read_page
from formreader.results import FieldReading, PageReading
from formreader.shipped import template_folders
from formreader.strips.card import LineKind
from formreader.strips.runs import find_runs
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import DrawnForm, draw_form
from formreader.synth.strokes import random_hand
from formreader.template import FieldType, Template
from formreader.template_file import find_template, load_template, parse_template
from tests.standins import SeesSevens, Spells

CHEQUE = load_template(find_template("cheque-in", template_folders()))
AMERICAN = load_template(find_template("cheque-us", template_folders()))
CODE = "U309086U500211012T426160U31"
LINES = {LineKind.FREE_RUN: Spells("$1,234/-"), LineKind.CODE_LINE: Spells(CODE)}
ANY_WAY = ("clean", "100-dpi", "600-dpi", "bilevel", "turned-90", "turned-180", "turned-270")
PHOTOS = ("photo", "photo-small", "skewed")


def drawn(condition: str = "clean", seed: int = 1, template: Template = CHEQUE) -> DrawnForm:
    rng = np.random.default_rng(seed)
    return draw_form(template, random_hand(rng), CONDITIONS[condition], rng)


def page(image: np.ndarray, dpi: float | None = None) -> Page:
    return Page("cheque.png", 1, image, dpi)


def fields_of(reading: PageReading) -> dict[str, FieldReading]:
    return {field.name: field for field in reading.fields}


@pytest.mark.parametrize("condition", [*ANY_WAY, *PHOTOS])
def test_everything_on_a_cheque_is_found_however_it_lies(condition):
    cheque = drawn(condition)

    sheet = prepare(page(cheque.image), [CHEQUE])

    (date,), (amount, code) = sheet.laid.found.rows, sheet.laid.runs
    expected = {field.name: field.regions for field in CHEQUE.fields}
    near = 0.9 * cheque.to_scan.scale_at(100, 46)
    for name, outline in (("date", date.outline), ("amount", amount.outline)):
        place = bounding_rect(cheque.to_scan.apply(expected[name][0].corners))
        found = bounding_rect(outline)
        assert (found.x, found.y) == pytest.approx((place.x, place.y), abs=near)
        assert (found.right, found.bottom) == pytest.approx((place.right, place.bottom), abs=near)
    assert amount.is_seen
    assert code.is_seen


def test_parts_of_the_code_line_become_fields():
    found = fields_of(read_page(page(drawn().image), [CHEQUE], SeesSevens(), LINES))

    assert found["micr"].texts == ((CODE, 1.0),)
    assert found["cheque_no"].texts == (("309086", 1.0),)
    assert found["account"].texts == (("426160", 1.0),)
    assert found["account"].area == found["micr"].area
    assert found["amount"].texts == (("$1,234/-", 1.0),)


def test_an_empty_amount_is_not_shown_to_the_network():
    cheque = drawn()
    amount = bounding_rect(cheque.to_scan.apply(CHEQUE.field("amount").regions[0].corners))
    inside = amount.grown(-6)
    rows, columns = (
        slice(int(inside.y), int(inside.bottom)),
        slice(int(inside.x), int(inside.right)),
    )
    part = cheque.image[rows, columns]
    noise = np.random.default_rng(1).normal(0, 3, part.shape)
    part[:] = np.clip(np.median(part) + noise, 0, 255).astype(np.uint8)

    found = fields_of(read_page(page(cheque.image), [CHEQUE], SeesSevens(), LINES))

    ((text, _),) = found["amount"].texts
    assert text == ""


@pytest.mark.parametrize("dpi", [300.0, None])
def test_a_cheque_on_a_white_glass_is_found_by_its_row_of_boxes(dpi):
    cheque = draw_form(CHEQUE, random_hand(np.random.default_rng(5)), CONDITIONS["clean"],
                       np.random.default_rng(5))  # fmt: skip
    glass = np.full((3508, 2480), 252, np.uint8)
    part = cheque.image[30:-30, 30:-30]
    glass[900 : 900 + part.shape[0], 60 : 60 + part.shape[1]] = part

    sheet = prepare(page(glass, dpi), [CHEQUE])

    assert sheet.laid.evidence == 1


@pytest.mark.parametrize("turn", [0, 1, 2])
def test_a_cheque_cut_off_at_its_sides_is_found_by_its_row_of_boxes(turn):
    cheque = drawn()
    cut = np.ascontiguousarray(np.rot90(cheque.image[:, 420:], turn))

    sheet = prepare(page(cut, 300), [CHEQUE])

    assert sheet.laid.evidence == 1


@pytest.mark.parametrize("join", [np.vstack, np.hstack])
def test_two_cheques_on_one_photo_are_refused(join):
    size = drawn("photo").image.shape[::-1]
    photos = [cv2.resize(drawn("photo", seed).image, size) for seed in (1, 2)]

    with pytest.raises(AlignmentError, match="on this picture twice"):
        prepare(page(join(photos)), [CHEQUE])


def cover(cheque: DrawnForm, name: str, share: float = 1.0) -> None:
    """Paint paper over a field, or over its left part, in place."""
    area = bounding_rect(cheque.to_scan.apply(CHEQUE.field(name).regions[0].corners)).grown(12)
    right = area.x + share * area.width
    rows, columns = slice(int(area.y), int(area.bottom)), slice(max(int(area.x), 0), int(right))
    part = cheque.image[rows, columns]
    noise = np.random.default_rng(1).normal(0, 3, part.shape)
    part[:] = np.clip(250 + noise, 0, 255).astype(np.uint8)


def test_what_has_no_code_line_may_be_no_cheque():
    cheque = drawn()
    cover(cheque, "micr")

    found = fields_of(read_page(page(cheque.image), [CHEQUE], SeesSevens(), LINES))

    assert {name for name, field in found.items() if field.doubt == NO_CODE} == {*found}


@pytest.mark.parametrize("code", ["309086U500211012T426160U31", "U309086U500211012T42616031", ""])
def test_of_a_code_line_that_is_not_whole_no_part_is_believed(code):
    lines = LINES | {LineKind.CODE_LINE: Spells(code)}

    found = fields_of(read_page(page(drawn().image), [CHEQUE], SeesSevens(), lines))

    assert {name for name, field in found.items() if field.doubt == NOT_WHOLE} == {*found}


def test_a_code_line_that_a_stroke_crosses_goes_to_review():
    cheque = drawn()
    region = CHEQUE.field("micr").region
    middle = region.x + region.width / 2
    stroke = [(middle, region.y - 3), (middle + 4, region.bottom)]
    points = np.rint(cheque.to_scan.apply(stroke)).astype(np.int32)
    cv2.polylines(cheque.image, [points], False, 30, 5)

    found = fields_of(read_page(page(cheque.image), [CHEQUE], SeesSevens(), LINES))

    crossed = {field.name for field in CHEQUE.fields if "micr" in {field.name, field.source}}
    assert {name for name, field in found.items() if field.doubt == CROSSED} == crossed


def test_a_cheque_goes_to_its_country_though_its_frame_is_not_seen():
    cheque = drawn()
    cover(cheque, "amount")

    assert prepare(page(cheque.image), [AMERICAN, CHEQUE]).template.name == "cheque-in"


def on_paper(image: np.ndarray) -> np.ndarray:
    """Return a scan of a cheque on a sheet of its own colour: its edge is not seen."""
    height, width = image.shape
    sheet = np.full((2 * height, width + height // 3), int(np.median(image)), np.uint8)
    sheet[height // 2 :][:height, height // 6 :][:, :width] = image
    return sheet


def cut_off(image: np.ndarray) -> np.ndarray:
    """Return a scan of the lower left part of a cheque."""
    height, width = image.shape
    return np.ascontiguousarray(image[round(0.12 * height) :, : round(0.84 * width)])


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("cut", [on_paper, cut_off])
def test_an_american_cheque_is_found_by_its_code_line_where_its_edge_is_not_seen(cut, turned):
    cheque = drawn(template=AMERICAN)
    height = cheque.image.shape[0]
    corner = (height // 6, height // 2) if cut is on_paper else (0, -round(0.12 * height))
    scan = cut(cheque.image)
    expected = {field.name: field.region for field in AMERICAN.fields}

    seen = np.ascontiguousarray(scan[::-1, ::-1]) if turned else scan
    for run in prepare(page(seen), [AMERICAN]).laid.runs:
        place = cheque.to_scan.apply(expected[run.field.name].corners) + corner
        found = np.subtract(scan.shape[::-1], run.outline) if turned else run.outline
        assert found == pytest.approx(place, abs=1.5 * cheque.to_scan.scale_at(80, 30))


def test_a_code_line_out_of_its_place_is_of_a_cheque_laid_wrongly():
    scan = drawn(template=AMERICAN).image
    height, width = scan.shape
    laid = Transform.from_quad(AMERICAN.bounds.corners, Rect(0, 0, width, height).corners)

    x, y = usual_transit(AMERICAN.page.size).mean(axis=0)
    smaller = Transform.shift(-x, -y).then(Transform.scaling(0.85)).then(Transform.shift(x, y))

    for wrongly in (Transform.shift(0, 0), Transform.shift(-10, 0), smaller):
        runs = find_runs(scan, AMERICAN, wrongly.then(laid))
        (seen,) = (run.is_seen for run in runs if run.field.type is FieldType.MICR)
        assert seen == np.array_equal(wrongly.matrix, np.eye(3))


def test_where_its_transit_number_is_not_seen_all_of_an_american_cheque_is_in_doubt():
    cheque = drawn(template=AMERICAN)
    digit = cheque.to_scan.apply(usual_transit(AMERICAN.page.size))[4]
    rows, columns = (slice(int(at) - 40, int(at) + 10) for at in digit[::-1])
    cheque.image[rows, columns][::2] = 250

    lines = LINES | {LineKind.CODE_LINE: Spells("T123456780T123456U1234")}
    found = fields_of(read_page(page(cheque.image), [AMERICAN], SeesSevens(), lines))

    assert {field.doubt for field in found.values()} == {ELSEWHERE}


def test_a_narrow_picture_is_no_cheque():
    for form in (AMERICAN, CHEQUE):
        with pytest.raises(AlignmentError):
            prepare(page(np.full((40, 4000), 200, np.uint8)), [form])


def paper(*texts: str) -> np.ndarray:
    """Return a sheet of a cheque's size with words on it, and no boxes."""
    image = np.full((724, 1590), 240, np.uint8)
    for number, text in enumerate(texts):
        place = (60, 120 + 150 * number)
        cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, 1.6, 60, 3)
    return image


def grainy(image: np.ndarray, grain: float) -> np.ndarray:
    """Return an image as a bad scanner shows it."""
    noise = np.random.default_rng(1).normal(0, grain, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "image",
    [
        paper("Pay to the order of my sister", "for deposit only", "A. Person"),
        np.full((2200, 1700), 240, np.uint8),
        np.vstack([drawn().image, drawn(seed=2).image]),
        grainy(np.full((1087, 2386), 235, np.uint8), 4),
        grainy(np.full((1087, 2386), 128, np.uint8), 60),
    ],
    ids=["the back", "a sheet of letter size", "two cheques on one scan", "grain", "snow"],
)
def test_what_is_no_front_of_one_cheque_is_refused(image):
    with pytest.raises(AlignmentError):
        prepare(page(image), [CHEQUE])


LINE = """
formreader = 1
name = "line"
[register]
whole = true
[[fields]]
name = "amount"
type = "digits"
"""


@pytest.mark.parametrize("size", [(60, 300), (200, 1200)])
def test_a_picture_may_be_a_page_of_its_own_size(size):
    line = parse_template(LINE.encode(), Path("line.toml"))
    image = np.full(size, 230, np.uint8)
    scale = size[0] / 60
    cv2.putText(image, "4711", (20, int(48 * scale)), cv2.FONT_HERSHEY_SIMPLEX, scale, 40, 3)
    reader = Spells("4711")

    reading = read_page(page(image), [line], SeesSevens(), {LineKind.FREE_RUN: reader})

    (amount,) = reading.fields
    assert amount.texts == (("4711", 1.0),)
    assert (amount.area.width, amount.area.height) == pytest.approx(size[::-1], abs=2)
    (strip,) = reader.strips
    assert (strip > 100).any(axis=1).sum() == pytest.approx(21, abs=3)
