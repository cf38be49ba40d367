import csv
import json

import pytest

from formreader.cli.score import score as command
from formreader.errors import InputError
from formreader.export import FIELD_COLUMNS
from formreader.reliability import exact_interval
from formreader.score import MISSING, score


def field(file, name, value, status="accepted", **more):
    known = {"file": file, "page": "1", "field": name, "value": value, "status": status}
    return dict.fromkeys(FIELD_COLUMNS, "") | known | {"confidence": "0.999000"} | more


def save(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def compare(folder, fields, truth):
    save(folder / "fields.csv", fields)
    return score(folder, save(folder / "truth.csv", truth))


def answer(file, field, value, **more):
    return {"file": file, "field": field, "value": value, **more}


def test_a_value_is_exact_if_it_is_the_true_one(tmp_path):
    fields = [field("a.png", "net", "12"), field("a.png", "tax", "7", "review", reason="rule: no")]

    result = compare(tmp_path, fields, [answer("a.png", "net", "12"), answer("a.png", "tax", "1")])

    assert (result.all.fields, result.all.exact) == (2, 1)
    assert (result.all.accepted, result.all.wrong) == (1, 0)
    assert {name: tally.exact for name, tally in result.by_field.items()} == {"net": 1, "tax": 0}


@pytest.mark.parametrize(
    ("value", "truth", "exact"),
    [
        ("", "", 1),
        ("007", "7", 0),
        ("1234.50", "1234.5", 1),
        ("1234.50", " 1234.50", 1),
        ("1234.50", "1234.05", 0),
        ("12.5?", "12.50", 0),
        ("12.50", "", 0),
    ],
)
def test_values_are_compared_as_they_are_written_save_closing_zeros(tmp_path, value, truth, exact):
    status = "accepted" if value else "blank"

    result = compare(tmp_path, [field("a.png", "x", value, status)], [answer("a.png", "x", truth)])

    assert (result.all.exact, result.all.accepted) == (exact, 1)


@pytest.mark.parametrize("text", ["", "NA", "nan", "null", "01", "1e2", "True"])
def test_cells_stay_the_text_they_are(tmp_path, text):
    answers = [answer(text, text, text, writer=text, condition=text)]

    result = compare(tmp_path, [field(text, text, "-", read=text)], answers)

    (misread,) = result.misreads
    texts = (misread.file, misread.field, misread.truth, misread.writer, misread.condition)
    assert {*texts, misread.read} == {text}
    assert list(result.by_field) == [text]


@pytest.mark.parametrize(
    "rows",
    [
        b"a,b,1,w,fax\n",
        b"a,b,1,w,fax,and,more\n",
        b"a,b,1,w,fax\na,c\n",
        b"a,c\na,b,1,w,fax,\n",
        b"\r\na,b,1,w,fax\r\n\r\n",
    ],
)
def test_truth_is_read_with_rows_too_short_or_long_and_a_byte_order_mark(tmp_path, rows):
    save(tmp_path / "fields.csv", [field("a", "b", "1"), field("a", "c", "", "blank")])
    header = "\ufefffile,field,value,writer,condition\n".encode()
    (tmp_path / "truth.csv").write_bytes(header + rows)

    result = score(tmp_path, tmp_path / "truth.csv")

    assert result.misreads == ()
    assert list(result.by_condition) == ["fax"]


def test_parts_come_in_the_order_of_the_truth(tmp_path):
    names = ["z", "a", "m"]
    answers = [answer("a.png", name, "1", condition=name) for name in names]

    result = compare(tmp_path, [field("a.png", name, "2") for name in sorted(names)], answers)

    assert [each.field for each in result.misreads] == names
    assert list(result.by_field) == list(result.by_condition) == names


def test_a_wrong_blank_is_wrong_among_accepted(tmp_path):
    result = compare(tmp_path, [field("a.png", "x", "", "blank")], [answer("a.png", "x", "12")])

    assert result.all.wrong == 1


def test_an_answer_without_a_row_counts_as_not_exact(tmp_path):
    answers = [answer("a.png", "x", "1"), answer("b.png", "x", "")]

    result = compare(tmp_path, [field("a.png", "x", "1")], answers)

    assert (result.all.exact, result.all.missing) == (1, 1)
    assert [(each.file, each.status) for each in result.misreads] == [("b.png", MISSING)]


def test_files_are_the_same_however_a_system_writes_them(tmp_path):
    result = compare(
        tmp_path, [field("März/a.png", "x", "1")], [answer("Ma\u0308rz\\a.png", "x", "1")]
    )

    assert result.all.exact == 1


def test_pages_are_told_apart_where_the_truth_names_them(tmp_path):
    fields = [field("a.pdf", "x", "1"), field("a.pdf", "x", "2", page="2")]
    answers = [answer("a.pdf", "x", "2", page="2"), answer("a.pdf", "x", "1", page="1")]

    assert compare(tmp_path, fields, answers).all.exact == 2


def test_truth_without_pages_is_refused_where_there_are_several(tmp_path):
    fields = [field("a.pdf", "x", "1"), field("a.pdf", "x", "2", page="2")]

    with pytest.raises(InputError, match=r"give .* a column 'page'"):
        compare(tmp_path, fields, [answer("a.pdf", "x", "1")])


def test_truth_of_other_files_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"'pages/a.png' and so on, but 'a.png' was read"):
        compare(tmp_path, [field("a.png", "x", "1")], [answer("pages/a.png", "x", "1")])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no column file, field, value"),
        (b"file,field\n", "no column value"),
        (b"file,field,value\n", "holds no answers"),
        (b"file,field,value\na,b,1\na,b,2\n", "two rows for field 'b' of a"),
        (b"file,field,value\n\xff,b,1\n", "no CSV in UTF-8"),
        (b'file,field,value\na,b,"1\na,c,2\n', "no CSV in UTF-8"),
    ],
)
def test_a_truth_that_cannot_be_used_is_refused(tmp_path, content, complaint):
    save(tmp_path / "fields.csv", [field("a", "b", "1")])
    (tmp_path / "truth.csv").write_bytes(content)

    with pytest.raises(InputError, match=complaint):
        score(tmp_path, tmp_path / "truth.csv")


def test_a_folder_without_a_run_is_refused(tmp_path):
    truth = save(tmp_path / "truth.csv", [answer("a.png", "x", "1")])

    with pytest.raises(InputError, match=r"fields.csv cannot be read: No such file"):
        score(tmp_path, truth)


def test_the_curve_accepts_what_only_confidence_kept_back(tmp_path):
    fields = [
        field("a.png", "sure", "1", confidence="0.999900"),
        field(
            "a.png", "unsure", "2", "review", confidence="0.850000", reason="unsure: it may be 3"
        ),
        field("a.png", "broken", "3", "review", reason="rule: 1 != 3"),
    ]
    answers = [answer("a.png", name, "1") for name in ("sure", "unsure", "broken")]

    curve = dict(compare(tmp_path, fields, answers).curve)

    assert (curve[0.8].accepted, curve[0.8].wrong) == (2, 1)
    assert (curve[0.9].accepted, curve[0.9].wrong) == (1, 0)
    assert curve[0.9999].accepted == 1


def test_writers_and_conditions_are_counted_where_they_are_known(tmp_path):
    fields = [field(f"{page}.png", "x", "1") for page in range(3)]
    answers = [
        answer(f"{page}.png", "x", "1", writer=f"w{page % 2}", condition=condition)
        for page, condition in enumerate(("fax", "photo", "fax"))
    ]

    result = compare(tmp_path, fields, answers)

    assert result.all.writers == 2
    assert {name: tally.fields for name, tally in result.by_condition.items()} == {
        "fax": 2,
        "photo": 1,
    }


@pytest.mark.parametrize(
    ("wrong", "of", "low", "high"),
    [
        (0, 0, 0, 1),
        (0, 10, 0, 0.308497),
        (10, 10, 0.691503, 1),
        (3, 100, 0.006230, 0.085176),
        (500, 100_000, 0.004572, 0.005457),
    ],
)
def test_intervals_are_those_of_clopper_and_pearson(wrong, of, low, high):
    assert exact_interval(wrong, of) == pytest.approx((low, high), abs=1e-6)


def test_the_command_lists_misreads_accepted_ones_first(tmp_path, capsys):
    fields = [field("a.png", "x", "1?", "review"), field("b.png", "x", "7")]
    save(tmp_path / "fields.csv", fields)
    truth = save(tmp_path / "truth.csv", [answer("a.png", "x", "12"), answer("b.png", "x", "1")])

    command(tmp_path, truth)

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["b.png", "a.png"]


def test_the_command_prints_one_json_object(tmp_path, capsys):
    save(tmp_path / "fields.csv", [field("a.png", "x", "1")])
    truth = save(tmp_path / "truth.csv", [answer("a.png", "x", "1")])

    command(tmp_path, truth, as_json=True)

    printed = json.loads(capsys.readouterr().out)
    assert printed["all"]["exact"] == 1
    assert printed["all"]["wrong_interval"] == [0.0, pytest.approx(0.975)]


def test_the_command_tells_writers_conditions_missing_rows_and_how_many_misreads_follow(
    tmp_path, capsys
):
    save(tmp_path / "fields.csv", [field("0.png", "x", "1")])
    answers = [answer(f"{n}.png", "x", "1", writer="w", condition="fax") for n in range(53)]

    command(tmp_path, save(tmp_path / "truth.csv", answers))

    text = capsys.readouterr().out
    for words in ("not read at all, and so are not exact: 52", "accepted fields: 1.", "fax "):
        assert words in text
    assert text.endswith("and 2 more; --json lists all of them\n")


def test_the_command_says_so_if_nothing_is_misread(tmp_path, capsys):
    save(tmp_path / "fields.csv", [field("a.png", "x", "1")])

    command(tmp_path, save(tmp_path / "truth.csv", [answer("a.png", "x", "1")]))

    assert capsys.readouterr().out.endswith("No field is misread.\n")


def test_money_is_what_accepted_amounts_are_off(tmp_path):
    fields = [
        field("a.png", "net", "12.50"),
        field("b.png", "net", "72.50"),
        field("c.png", "net", "", "blank"),
        field("d.png", "net", "99.00", "review", reason="unsure: it may be 9.00"),
        field("a.png", "id", "12"),
    ]
    truths = ["12.50", "12.50", "1.00", "9.00"]
    answers = [answer(each["file"], "net", t) for each, t in zip(fields, truths, strict=False)]

    money = compare(tmp_path, fields, [*answers, answer("a.png", "id", "12")]).money

    assert (money.amounts, money.wrong) == (3, 2)
    assert (str(money.sum), str(money.off)) == ("26.00", "61.00")


def test_writers_come_from_the_worst_to_the_best(tmp_path):
    fields = [field("a.png", "x", "1"), field("b.png", "x", "1"), field("c.png", "x", "7")]
    answers = [answer(f"{name}.png", "x", "1", writer=name) for name in "abc"]

    result = compare(tmp_path, fields, answers)

    assert [*result.by_writer] == ["c", "a", "b"]
    assert result.by_writer["c"].wrong == 1
