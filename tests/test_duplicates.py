"""Cheques that come twice are marked, all but the first."""

from formreader.decide import decide
from formreader.duplicates import find_duplicates
from formreader.geometry import Rect
from formreader.policy import AcceptAll
from formreader.results import FieldReading, PageReading, Status
from formreader.store import StoredPage
from formreader.template import Field
from tests.builders import form

CODE = "U309086U500211012T426160U31"
OTHER = "U309087U500211012T426160U31"
CHEQUE = form(
    Field.model_validate({"name": "amount", "type": "amount", "region": [0, 0, 9, 9]}),
    Field.model_validate({"name": "micr", "type": "micr", "region": [0, 10, 9, 9]}),
)
TEMPLATES = {"layout": CHEQUE}
AREA = Rect(0, 0, 9, 9)


def page(file: str, code: str = CODE, *, sure: float = 1.0) -> StoredPage:
    fields = (
        FieldReading("amount", (), AREA, (("12", 1.0),)),
        FieldReading("micr", (), AREA, ((code, sure),)),
    )
    reading = PageReading("form", 0.0, fields)
    return StoredPage(file, 1, reading, "layout")


def test_the_second_of_two_scans_of_a_cheque_names_the_first():
    pages = [page("a.png"), page("b.png", OTHER), page("c.png")]

    assert find_duplicates(pages, TEMPLATES) == {("c.png", 1): "duplicate: of a.png"}


def test_a_code_line_that_is_not_sure_or_has_no_serial_number_tells_nothing():
    unsure = [page("a.png", sure=0.5), page("b.png", sure=0.5)]
    without = [page("a.png", "500211012T31"), page("b.png", "500211012T31")]

    assert not find_duplicates(unsure, TEMPLATES)
    assert not find_duplicates(without, TEMPLATES)


def test_forms_without_a_code_line_may_be_alike():
    forms = {"layout": form(Field.model_validate({"name": "amount", "type": "amount",
                                                  "region": [0, 0, 9, 9]}))}  # fmt: skip

    assert not find_duplicates([page("a.png"), page("b.png")], forms)


def test_every_field_of_a_duplicate_goes_to_review():
    pages = [page("a.png"), page("b.png")]

    first, second = decide(lambda: pages, TEMPLATES, AcceptAll())

    assert {field.decision.status for field in first.fields} == {Status.ACCEPTED}
    assert {field.decision.reason for field in second.fields} == {"duplicate: of a.png"}
