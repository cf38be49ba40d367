"""Reading template files: what they mean, and what is said of those that are wrong."""

import re
from pathlib import Path

import pytest

from formreader.errors import SetupError, TemplateError
from formreader.geometry import Rect
from formreader.template import Template
from formreader.template_file import find_template, load_template, parse_template, template_files

HEAD = 'formreader = 1\nname = "form"\npage = { size = [210, 297] }\n'
FIELD = '[[fields]]\nname = "a"\ntype = "integer"\nregion = [10, 10, 30, 8]\nboxes = 3\n'
DATE = FIELD.replace("integer", "date").replace("boxes = 3", "boxes = 8")
RUN = FIELD.replace("boxes", "#")
CODE = RUN.replace("integer", "micr")
PART = '[[fields]]\nname = "b"\ntype = "digits"\nfrom = "a.serial"\n'
WHOLE = HEAD.replace("page", "#") + "[register]\nwhole = true\n"

OUTLINE = "[register]\noutline = true\n"
SYMMETRIC = "[register]\nmarks = { size = 5, at = [[9, 9], [201, 9], [9, 288], [201, 288]] }\n"

WRONG = {
    "": "'formreader', the version of the format, is missing; write formreader = 1",
    "a = = 1": "this is no TOML: Invalid value (at line 1, column 5)",
    HEAD: "there are no fields; add at least one [[fields]] table",
    HEAD + "fields = [1]": "field number 1 must be a table",
    HEAD.replace("= 1", "= 2") + FIELD: "is 2; write formreader = 1",
    HEAD.replace('"form"', '"my form"') + FIELD: "'name' must be a word",
    "titel = 1\n" + HEAD + FIELD: "'titel' is not known at the top; did you mean 'title'?",
    "title = 1\n" + HEAD + FIELD: "'title' is 1; it must be a text in \"quotes\"",
    HEAD.replace("210, 297", "210") + FIELD: "page: 'size number 2' is missing",
    HEAD.replace("210", "0") + FIELD: "page: 'size number 1' is 0; it must be above 0",
    HEAD.replace("] }", '], unit = "cm" }') + FIELD: "'unit' is 'cm'; it must be 'mm', 'in' or",
    HEAD.replace("page", "#") + FIELD: "page is missing",
    HEAD + FIELD.replace("integer", "float"): "field 'a': 'type' is 'float'; it must be 'digits',",
    HEAD + FIELD.replace('name = "a"', ""): "field number 1: 'name' is missing",
    HEAD + FIELD.replace('"a"', '"page"'): "field 'page' has the name of a column of the results",
    HEAD + FIELD.replace("boxes", "boxs"): "field 'a': 'boxs' is not known here; did you mean 'bo",
    HEAD + FIELD.replace("= 3", "= 0"): "field 'a': 'boxes' is 0; it must be 1 or more",
    HEAD + FIELD.replace(", 8]", "]"): "field 'a': 'region': write it as [x, y, width, height]",
    HEAD + FIELD.replace(", 8]", ", 0]"): "'region': width and height must be above 0",
    HEAD + FIELD.replace("[10,", "[190,"): "field 'a' reaches past the edge of the page, 210 x 297",
    HEAD + FIELD.replace("region", "#"): "boxes needs a region = [x, y, width, height] around them",
    HEAD
    + RUN.replace("integer", "time"): "is a time without boxes, which cannot be read; give its",
    HEAD + RUN + 'format = "DMY"': "has a format, which needs boxes; say in which order a date is",
    HEAD + RUN + "pitch = 5": "has pitch or guide, which need boxes; give boxes, or leave them out",
    HEAD + RUN + 'order = "DMY"': "has an order, which only dates have; it is of type integer",
    HEAD + DATE + 'order = "DMY"\nformat = "DDMMYYYY"': "an order, which dates without boxes have",
    HEAD + RUN + 'order = "MYD"': "'order' is 'MYD'; it must be 'DMY', 'MDY' or 'YMD'",
    HEAD
    + FIELD.replace("= 3", "= 1")
    + "drift = 5": "has drift and a single box, which looks like",
    HEAD + RUN.replace("integer", "micr") + "drift = 5": "has drift; a code line is looked for in",
    HEAD
    + CODE
    + PART.replace("digits", "integer"): "is a part of a code line, which is digits; it",
    HEAD + CODE + PART + "region = [10, 50, 30, 8]": "has a place and from; a part of a code line",
    HEAD + CODE + PART.replace("serial", "bank"): "from = 'a.bank'; the parts of a code line are",
    HEAD + CODE + PART.replace("a.serial", "serial"): "write it as FIELD.PART, as in 'micr.serial'",
    HEAD
    + PART: "field 'b' has from = 'a.serial', but there is no field 'a'; name one of type micr",
    HEAD + RUN + PART: "from = 'a.serial', but 'a' is of type integer; name a code line",
    WHOLE + RUN: "field 'a' has a region, but 'page' is missing, its size; add it",
    WHOLE
    + RUN.replace("region", "#")
    + PART.replace("from", "#"): "'b' takes up a whole picture, as",
    HEAD + RUN: "register: nothing says how a scan is laid over the page; add outline = true or",
    HEAD + RUN + OUTLINE: "register: nothing tells which way is up; add an uneven mark or a pic",
    HEAD + RUN + SYMMETRIC: "register: nothing tells which way is up; add an uneven mark or a pic",
    HEAD + FIELD + "drift = 30": "has drift 30, past its own width; give how far prints of it di",
    HEAD + RUN + 'locale = "german"': "has locale = 'german'; write the language and the country",
    HEAD + FIELD + "groups = []": "give either groups, or region and boxes",
    HEAD + FIELD.replace("region", "#").replace("boxes", "#"): "has no place on the page",
    HEAD + FIELD + "pitch = 20": "has pitch 20, at which 3 boxes do not fit a row 30 wide",
    HEAD + FIELD + "pitch = 2": "without gaps it is 10",
    HEAD + FIELD + 'guide = "eights"': "'guide' is 'eights'; it must be 'seven-segment', 'dots' or",
    HEAD + FIELD + 'check = "luna"': "asks for check 'luna'; known checks: luhn, aba",
    HEAD + FIELD + 'check = "stdnum:no"': "asks for check 'stdnum:no'; known checks: luhn, aba",
    HEAD + FIELD + 'pattern = "["': "has a pattern that is no regular expression: untermin",
    HEAD + FIELD + "one_of = [7]": "'one_of number 1' is 7; it must be a text in \"quotes\"",
    HEAD + FIELD + "min = 5\nmax = 3": "has min 5 above max 3",
    HEAD + FIELD + 'min = "low"': "'min' is 'low'; it must be a number",
    HEAD + FIELD + "max_error = 1": "'max_error' is 1; it must be below 1",
    HEAD + FIELD + "decimals = 2": "has decimals, which only amounts have; it is of type integer",
    HEAD + FIELD.replace("integer", "amount") + "decimals = 3": "has 3 decimals in 3 boxes; none",
    HEAD + FIELD + 'format = "HHMM"': "has a format, which only dates and times have",
    HEAD + DATE: "field 'a' needs a format, as in format = 'DDMMYYYY'",
    HEAD + DATE + 'format = "DDMM"': "has format 'DDMM'; write it like 'DDMMYYYY'",
    HEAD + DATE + 'format = "DDMMYY"': "has format 'DDMMYY' for 8 boxes; each letter needs its box",
    HEAD + DATE + 'format = "DD.MM.YY"': "has format 'DD.MM.YY' for 8 boxes; each letter needs",
    HEAD + DATE + 'format = "DDMMYYYY"\nyears = [2030, 2020]': "has years from 2030 to 2020",
    HEAD + FIELD.replace("integer", "checkbox"): "is a checkbox, which has one box",
    HEAD + FIELD.replace("integer", "micr"): "is a code line in boxes, which has none; leave boxes",
    HEAD + FIELD + FIELD: "field 'a' stands 2 times; each field needs a name of its own",
    HEAD + FIELD + FIELD.replace('"a"', '"b"'): "field 'b' lies over field 'a'; give each its own",
    "rules = 'a'\n" + HEAD + FIELD: "rules must be a list of texts",
    "rules = ['a +']\n" + HEAD + FIELD: "rule 'a +': expected a field or a number, got the end",
    "rules = ['b == a']\n" + HEAD + FIELD: "names 'b', which is no field of this template",
    "rules = ['a == a / 2']\n" + HEAD + FIELD: "there is no division in rules; multiply instead",
    "rules = ['1 == 1']\n" + HEAD + FIELD: "rule '1 == 1' names no field",
    "rules = ['a == a + 1']\n" + HEAD + FIELD: "rules go in a circle: 'a' from 'a'; leave one out",
    "rules = ['a == b - c', 'a + c == b']\n" + HEAD + FIELD: "circle: 'a' from 'b' from 'a'",
    HEAD + FIELD.replace("integer", "digits") + 'check = "aba"': "of 3 boxes; it is for 9 digits",
    HEAD + FIELD + 'check = "stdnum:es.nie"': "which numbers of digits alone do not pass",
    "rules = ['a == 1']\n" + HEAD + DATE: "computes with 'a', which is of type date",
    HEAD + FIELD + "[register]\nmark = 1": "register: 'mark' is not known here; did you mean 'mark",
    HEAD + FIELD + '[register]\npicture = "b.png"': "picture 'b.png' is not beside the template",
    HEAD + FIELD + "[register]\nmarks = { size = 5, at = [[1, 1], [9, 9]] }": "it needs 3 or more",
    HEAD + FIELD + "[register]\nmarks = { size = 5, at = [[1, 1], [9, 9], [9]] }": "at number 3",
    HEAD + FIELD + "[register]\nmarks = { size = 5, at = [[1, 1], [9, 9], [300, 9]] }": (
        "register: a mark at [300, 9] lies past the edge of the page, 210 x 297"
    ),
    HEAD
    + FIELD
    + "[register]\naruco = { size = 5, at = { x = [9, 9] } }": "must be a whole number",
}


def parse(text: str) -> Template:
    return parse_template(text.encode(), Path("form.toml"))


def write(folder: Path, name: str, text: str = HEAD + FIELD) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "words"), WRONG.items(), ids=WRONG.values())
def test_says_what_is_wrong_and_what_would_be_right(text, words):
    with pytest.raises(TemplateError, match=re.escape(words)):
        parse(text)


def test_lists_all_problems_at_once():
    broken = HEAD.replace("= 1", "= 2") + FIELD.replace("= 3", "= 0") + DATE.replace('"a"', '"b"')

    with pytest.raises(TemplateError) as caught:
        parse(broken)

    assert len(caught.value.problems) == 3
    assert str(caught.value).startswith("form.toml is not a valid template:\n  - ")


def test_a_list_with_a_wrong_item_is_not_called_short_as_well():
    with pytest.raises(TemplateError) as caught:
        parse(HEAD + FIELD + "[register]\nmarks = { size = 5, at = [[1, 1], [9, 9], [9]] }")

    assert caught.value.problems == ("register: 'marks.at number 3 number 2' is missing",)


def test_region_and_boxes_are_short_for_one_group():
    (field,) = parse(HEAD + FIELD).fields

    assert [(group.region, group.boxes) for group in field.groups] == [(Rect(10, 10, 30, 8), 3)]
    assert field.region is None


def test_a_field_takes_up_a_picture_that_is_a_page_of_any_size():
    form = parse(WHOLE + RUN.replace("region", "#"))

    (field,) = form.on_picture(400, 100).fields

    assert not form.sized
    assert form.on_picture(400, 100).page.size == pytest.approx((50.8, 12.7))
    assert field.region == Rect(0, 0, 50.8, 12.7)


def test_parts_of_a_code_line_name_it():
    field = parse(HEAD + CODE + PART + OUTLINE).field("b")

    assert (field.source, field.part, field.regions) == ("a", "serial", ())


def test_a_picture_of_any_size_may_be_a_code_line():
    form = parse(WHOLE + CODE.replace("region", "#") + PART)

    assert form.on_picture(400, 100).field("b").regions == ()
    assert form.on_picture(400, 100).field("a").region == form.on_picture(400, 100).bounds


@pytest.mark.parametrize("register", [SYMMETRIC.replace("[201, 288]", "[150, 288]"), OUTLINE])
def test_an_uneven_mark_or_a_frame_tells_which_way_is_up(register):
    frame = "drift = 5" if register == OUTLINE else ""

    assert parse(HEAD + RUN + frame + "\n" + register).fields


def test_groups_of_a_field_count_together():
    groups = "{ region = [10, 10, 20, 8], boxes = 2 }, { region = [40, 10, 60, 8], boxes = 6 }"
    field = FIELD.replace("region = [10, 10, 30, 8]\nboxes = 3", f"groups = [{groups}]")

    assert parse(HEAD + field).field("a").box_count == 8


@pytest.mark.parametrize(
    ("unit", "mm"),
    [('unit = "mm"', 1.0), ('unit = "in"', 25.4), ('unit = "px", dpi = 254', 0.1)],
)
def test_lengths_come_back_in_mm(unit, mm):
    marks = "[register]\nmarks = { size = 5, at = [[1, 1], [9, 1], [9, 20]] }"
    form = parse(HEAD.replace("] }", f"], {unit} }}") + FIELD + "pitch = 10\n" + marks)

    assert form.page.size == pytest.approx((210 * mm, 297 * mm))
    region = form.fields[0].groups[0].region
    assert region.corners == pytest.approx(Rect(10, 10, 30, 8).corners * mm)
    assert form.fields[0].pitch == pytest.approx(10 * mm)
    assert form.registration.marks is not None
    assert form.registration.marks.at[2] == pytest.approx((9 * mm, 20 * mm))


def test_a_page_in_pixels_of_unknown_size_counts_as_a4():
    form = parse(HEAD.replace("[210, 297] }", '[1000, 1485], unit = "px" }') + FIELD)

    assert form.page.size == pytest.approx((200, 297))


def test_notepads_mark_at_the_start_of_a_file_is_no_error():
    assert parse("\ufeff" + HEAD + FIELD).name == "form"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TemplateError, match="the file cannot be read: No such file"):
        load_template(tmp_path / "none.toml")


def test_a_template_is_a_file_or_a_folder_with_what_it_needs(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "blank.png").touch()
    write(tmp_path, "a.toml")
    write(tmp_path, "b/template.toml", HEAD + FIELD + '[register]\npicture = "blank.png"')

    assert template_files((tmp_path,)).keys() == {"a", "b"}
    assert load_template(tmp_path / "b").registration.picture == "blank.png"


def test_the_first_folder_with_a_name_wins(tmp_path):
    mine = write(tmp_path, "mine/claim.toml")
    write(tmp_path, "shipped/claim.toml")

    assert find_template("claim", (tmp_path / "mine", tmp_path / "shipped")) == mine


def test_a_folder_of_scans_does_not_hide_the_template_of_its_name(tmp_path, monkeypatch):
    template = write(tmp_path, "templates/claim.toml")
    (tmp_path / "claim").mkdir()
    monkeypatch.chdir(tmp_path)

    assert find_template("claim", (tmp_path / "templates",)) == template


def test_an_unknown_name_is_answered_with_those_there_are(tmp_path):
    write(tmp_path, "claim.toml")

    with pytest.raises(SetupError, match="no template 'klaim'; known templates: claim, or give"):
        find_template("klaim", (tmp_path,))


ROSTER = FIELD.replace("integer", "digits") + 'roster = "clients.csv#id"\n'


def with_roster(folder: Path, table: str, field: str = ROSTER) -> Template:
    (folder / "clients.csv").write_text(table, encoding="utf-8")
    return parse_template((HEAD + field).encode(), folder / "form.toml")


def test_a_roster_is_read_from_beside_its_template(tmp_path):
    template = with_roster(tmp_path, "name;id\nAnna; 007\nBob;12\nnobody;\n")

    assert template.rosters == {"a": {"007", "12"}}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("", "clients.csv has no column 'id'; its columns: none"),
        ("name,no\nAnna,7\n", "clients.csv has no column 'id'; its columns: name, no"),
        ("id\n", "clients.csv has nothing in its column 'id'"),
        ("id\n1\n2\n1\n2\n3\n", "clients.csv has '1', '2' in several rows of its column 'id'"),
        ("id\n1234\nA1\n", "clients.csv has '1234', 'A1', which cannot be written in 3 boxes"),
        ('id\n"1', "clients.csv is no CSV in UTF-8: unexpected end of data"),
    ],
)
def test_a_roster_that_cannot_be_used_is_a_problem_of_the_template(tmp_path, table, problem):
    with pytest.raises(TemplateError, match=re.escape(f"field 'a': roster {problem}")):
        with_roster(tmp_path, table)


def test_a_roster_of_numbers_has_no_zeros_before_them(tmp_path):
    field = ROSTER.replace("digits", "integer")

    with pytest.raises(TemplateError, match="has '007' with zeros before it, which integers drop"):
        with_roster(tmp_path, "id\n007\n10\n0\n", field)


def test_without_its_roster_nothing_is_known_of_a_field(tmp_path):
    source = (HEAD + ROSTER).encode()

    template = parse_template(source, tmp_path / "form.toml", alone=True)

    assert template.rosters == {"a": frozenset()}
    with pytest.raises(TemplateError, match=r"roster clients.csv cannot be read: No such file"):
        parse_template(source, tmp_path / "form.toml")
