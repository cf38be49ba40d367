"""Evidence gathered from pages whose answers are known."""

import numpy as np
import pytest

from formreader.digits.card import Hand
from formreader.geometry import Rect
from formreader.images import STYLE_SIZE
from formreader.results import FieldReading, PageReading
from formreader.template import Field
from formreader.traits import inks_of, traits_of
from formreader.witness import Witness
from tests.builders import field, form, seen

FORM = form(field(name="a"), field("amount", 6, "b", decimals=2), field("checkbox", 1, "c"))
NO_STYLES = np.empty((10, 0))


def page(a="1234", doubts=None):
    fields = (("a", seen(a, doubts or {})), ("b", seen("__1250")), ("c", seen("X")))
    return PageReading("form", 0.1, tuple(renamed(reading, name) for name, reading in fields))


def renamed(reading, name):
    return type(reading)(name, reading.boxes, reading.area)


def test_fields_are_compared_with_what_is_written():
    witness = Witness(None)

    witness.add(page(), FORM, {"a": "1239", "b": "12.5", "c": "1"}, "anna", "clean")

    found = witness.evidence
    assert found.right.tolist() == [False, True, True]
    assert found.kinds.tolist() == ["plain", "plain", "checkbox"]
    assert set(found.writers) == {"anna"}
    assert found.confidence.min() > 0.99


def test_what_would_be_looked_at_however_sure_it_is_supports_nothing():
    witness = Witness(None)

    witness.add(page("12_4"), FORM, {"a": "1234"}, "anna", "clean")

    assert witness.evidence.confidence.tolist() == [0]


def test_fields_without_an_answer_do_not_count():
    witness = Witness(None)

    witness.add(page(), FORM, {"b": "12.50"}, "anna", "clean")

    assert len(witness.evidence) == 1


def test_nothing_seen_is_no_evidence():
    assert len(Witness(Hand(usual=((0.0,) * STYLE_SIZE,) * 10, strength=1)).evidence) == 0


def test_doubt_and_what_is_no_digit_are_noticed_of_a_page():
    doubtful = {0: {"1": 0.75, "7": 0.25}, 3: {"4": 0.5, "?": 0.5}}

    boxes, (doubt, oddness, no_digit) = traits_of(inks_of(page("1234", doubtful)), FORM, NO_STYLES)

    assert boxes == 8  # neither empty boxes nor ticks count
    assert doubt == pytest.approx((0.5 + 0.5**0.5) / 8, abs=0.001)
    assert no_digit == pytest.approx(0.5 / 8, abs=0.001)
    assert oddness == 0


def test_crossed_boxes_are_the_forms_doing():
    assert traits_of(inks_of(page("12XX")), FORM, NO_STYLES)[0] == 6


def test_a_form_that_nobody_filled_in_tells_nothing():
    empty = PageReading("form", 0.1, (renamed(seen("____"), "a"), renamed(seen("______"), "b")))

    boxes, traits = traits_of(inks_of(empty), FORM, NO_STYLES)

    assert boxes == 0
    assert not traits.any()


def test_pages_without_boxes_have_no_traits_and_are_evidence_all_the_same():
    line = form(Field.model_validate({"name": "line", "type": "digits", "region": [0, 0, 9, 9]}))
    read = FieldReading("line", (), Rect(0, 0, 9, 9), (("4711", 0.99), ("4771", 0.01)))
    reading = PageReading("form", 0.0, (read,))
    witness = Witness(None)

    witness.add(reading, line, {"line": "4711"}, "me", "clean")

    assert traits_of(inks_of(reading), line, NO_STYLES)[0] == 0
    assert witness.evidence.kinds.tolist() == ["free run"]
    assert witness.evidence.right.all()
    assert len(witness.evidence.pages) == 0
