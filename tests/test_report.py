import base64
import re
from dataclasses import replace
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from formreader.excerpts import LARGEST, Excerpt, cut_picture
from formreader.geometry import Rect
from formreader.report import open_review
from formreader.results import DecidedField, Decision, Record, Status

UNSURE = Decision(
    "total", "127", Status.REVIEW, 0.71, "127", "unsure: it may be 121", (("121", 0.2), ("", 0.01))
)
GAP = Decision("net", "1?", Status.REVIEW, 0.0, "1_", "gap: box 2 of 2 is empty")
SURE = Decision("zip", "08540", Status.ACCEPTED, 1.0, "08540")
PAGE = np.full((400, 600), 200, np.uint8)


class Tags(HTMLParser):
    """Every start tag of a page with its attributes, and all text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def record(*decisions, file="scan.png"):
    fields = (DecidedField(file, 1, "claim", each, Rect(100, 50, 200, 40)) for each in decisions)
    return Record(file, 1, "claim", tuple(fields))


def review(out, *records, pictures=None, kept=None):
    with open_review(out, pictures, kept) as page:
        for each in records:
            page.add(each)
    return Tags((out / "review.html").read_text("utf-8"))


def never_asked(*_):
    raise AssertionError


def shown(page):
    data = base64.b64decode(page.all("img")[0]["src"].removeprefix("data:image/jpeg;base64,"))
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)


def test_a_run_without_doubt_leaves_nothing_to_review(tmp_path):
    page = review(tmp_path, record(SURE))

    assert page.all("article") == []
    assert "Nothing to review" in page.text


def test_only_fields_in_review_are_shown_grouped_by_page(tmp_path):
    page = review(tmp_path, record(UNSURE, SURE, GAP), record(GAP, file="b.png"))

    cards = [(card["data-field"], card["data-code"]) for card in page.all("article")]
    assert cards == [("total", "unsure"), ("net", "gap"), ("net", "gap")]
    assert [section["data-file"] for section in page.all("section")] == ["scan.png", "b.png"]
    assert "3 fields on 2 pages." in page.text


def test_a_field_shows_its_guess_reason_and_alternatives(tmp_path):
    text = review(tmp_path, record(UNSURE)).text

    for words in ("127", "unsure", "it may be 121", "71.0%", "20.0%", "blank 1.0%"):
        assert words in text


def test_every_page_is_decoded_once(tmp_path):
    asked = []

    def pictures(file, number):
        asked.append((file, number))
        return PAGE

    page = review(tmp_path, record(UNSURE, GAP), record(SURE, file="b.png"), pictures=pictures)

    assert asked == [("scan.png", 1)]
    alt = [image["alt"] for image in page.all("img")]
    assert alt == [f"{name} as written on page 1 of scan.png" for name in ("total", "net")]


def test_no_page_is_decoded_for_fields_that_were_cut_out_of_it_before(tmp_path):
    _, jpeg = cv2.imencode(".jpg", PAGE)
    kept = {"total": Excerpt(600, 400, jpeg.tobytes())}

    page = review(tmp_path, record(UNSURE), pictures=never_asked, kept=lambda *_: kept)

    assert shown(page).shape == PAGE.shape


def test_a_field_that_was_not_cut_out_before_is_cut_out_of_its_page(tmp_path):
    _, jpeg = cv2.imencode(".jpg", PAGE)
    kept = {"total": Excerpt(600, 400, jpeg.tobytes())}

    page = review(tmp_path, record(UNSURE, GAP), pictures=lambda *_: PAGE, kept=lambda *_: kept)

    assert [image["width"] for image in page.all("img")] == ["600", "248"]


def test_pictures_are_the_field_and_what_is_around_it(tmp_path):
    picture = shown(review(tmp_path, record(GAP), pictures=lambda *_: PAGE))

    assert picture.shape == (88, 248)
    assert picture[44, 124] == pytest.approx(200, abs=2)
    assert picture[5, 5] == pytest.approx(236, abs=2)


def test_a_field_is_shown_the_right_way_up(tmp_path):
    page = PAGE.copy()
    page[60:80, 110:120] = 0  # at the start of the field as it lies, at its end as it is read
    upside_down = replace(record(GAP), turned=2)

    picture = shown(review(tmp_path, upside_down, pictures=lambda *_: page))

    assert picture[44, -40] < 20
    assert picture[44, 40] > 190


def test_a_page_that_is_gone_does_not_hide_its_fields(tmp_path):
    page = review(tmp_path, record(GAP), pictures=lambda *_: None)

    assert page.all("img") == []
    assert "its page cannot be shown any more" in page.text


def test_the_page_needs_nothing_from_elsewhere(tmp_path):
    page = review(tmp_path, record(GAP), pictures=lambda *_: PAGE)

    links = [value for _, each in page.tags for name, value in each.items() if name in "href src"]
    assert all(link.startswith("data:") for link in links)
    assert not re.search(r"https?:|@import|url\(", (tmp_path / "review.html").read_text("utf-8"))


def test_names_cannot_break_out_of_the_page(tmp_path):
    file = '"><script>alert(1)</script>.png'
    page = review(tmp_path, record(GAP, file=file), pictures=lambda *_: PAGE)

    assert len(page.all("script")) == 1
    assert page.all("section")[0]["data-file"] == file


@pytest.mark.parametrize(
    ("area", "shape"),
    [
        (Rect(-50, -50, 100, 80), (78, 98)),
        (Rect(550, 380, 100, 40), (44, 74)),
        (Rect(-90, 10, 20, 20), (42, 0)),
    ],
)
def test_a_field_may_reach_off_its_page(area, shape):
    assert cut_picture(PAGE, area).shape == shape


def test_large_fields_are_shrunk_to_what_a_screen_shows():
    picture = cut_picture(np.zeros((3000, 4000), np.uint8), Rect(0, 0, 4000, 500))

    assert picture.shape[1] == LARGEST[0]
