"""What a network is worth: numbers, tables, pictures."""

import csv
import json

import numpy as np
import pytest

from formreader.digit_sets.labelled import LabelledDigits
from formreader.errors import InputError
from formreader.evaluation.measures import evaluate, expected_calibration_error, loss, mistakes
from formreader.evaluation.sets import Evaluated, evaluate_set, together
from formreader.evaluation.tables import as_object, write_tables
from formreader.images import CLASSES, CROSSED, NO_DIGIT
from tests.handwriting import write_digits
from tests.standins import SeesSevens


def digits_of(labels, writers="", name="made up"):
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 10:20, 10:20] = 255
    names = np.broadcast_to(np.asarray(writers), len(labels)).astype(str)
    return LabelledDigits(name, images, np.array(labels, np.uint8), names)


def said(classes, confidence):
    """Return probabilities that give each class a confidence and 7, or 8, the rest."""
    table = np.zeros((len(classes), CLASSES), np.float32)
    rows = np.arange(len(classes))
    table[rows, np.where(np.asarray(classes) == 7, 8, 7)] = 1 - np.asarray(confidence)
    table[rows, classes] = confidence
    return table


def test_accuracy_is_of_digits_by_the_likeliest_of_the_ten():
    probabilities = np.zeros((3, CLASSES), np.float32)
    probabilities[:, [NO_DIGIT, 3, 5]] = 0.6, 0.3, 0.1

    result = evaluate(probabilities, digits_of([3, 5, NO_DIGIT]))

    assert (result.n, result.digits.n, result.digits.wrong) == (3, 2, 1)
    assert result.digits.accuracy == 0.5
    assert result.every_class.accuracy == pytest.approx(1 / 3)


def test_accuracy_of_no_digits_is_unknown():
    result = evaluate(said([1], 0.9), digits_of([CROSSED]))

    assert result.digits.accuracy is None
    assert result.digits.accuracy_interval == (0, 1)


def test_loss_is_the_mean_negative_log_of_what_is_right():
    probabilities = said([3, 4, 5], [0.5, 0.25, 1.0])

    assert loss(probabilities, np.array([3, 4, 5])) == pytest.approx(np.log(8) / 3)
    assert np.isfinite(loss(probabilities, np.array([6, 6, 6])))


def test_network_as_right_as_sure_is_calibrated():
    right = np.arange(1000) < 800

    assert expected_calibration_error(said([3] * 1000, 0.8), np.where(right, 3, 5)) < 1e-6
    assert expected_calibration_error(
        said([3] * 1000, 1.0), np.where(right, 3, 5)
    ) == pytest.approx(0.2)


def test_calibration_error_is_that_of_fifteen_bins_computed_one_by_one():
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.full(CLASSES, 0.2), 2000).astype(np.float32)
    labels = rng.integers(0, 10, 2000)
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels

    expected = 0.0
    for low in np.arange(15) / 15:
        inside = (sure > low) & (sure <= low + 1 / 15)
        if inside.any():
            expected += inside.mean() * abs(sure[inside].mean() - right[inside].mean())

    assert expected_calibration_error(probabilities, labels) == pytest.approx(expected, abs=1e-6)


def test_confusions_and_shares_of_each_class_are_counted():
    result = evaluate(said([3, 3, 5, 3], 0.9), digits_of([3, 5, 5, CROSSED]))

    three, five, crossed = (result.classes[label] for label in (3, 5, CROSSED))
    assert result.confusion[5].tolist()[3:6] == [1, 0, 1]
    assert (three.n, three.precision, three.recall, three.f1) == (1, 1 / 3, 1, 0.5)
    assert (five.precision, five.recall) == (1, 0.5)
    assert (crossed.n, crossed.precision, crossed.recall) == (1, None, 0)


def test_reliability_has_every_image_in_one_bin():
    result = evaluate(said([3, 3, 3], [0.59, 0.61, 1.0]), digits_of([3, 5, 3]))

    assert [index for index, each in enumerate(result.reliability) if each.n] == [8, 9, 14]
    assert result.reliability[8].high == pytest.approx(0.6)
    assert (result.reliability[-1].n, result.reliability[-1].right) == (1, 1)


def test_more_confidence_accepts_less_and_never_what_is_no_digit():
    labels = [3, 5, CROSSED, NO_DIGIT]
    probabilities = said([3, 3, CROSSED, 8], [0.999, 0.7, 0.9999, 0.995])

    result = evaluate(probabilities, digits_of(labels))

    curve = {point.least_confidence: point for point in result.curve}
    assert (curve[0.0].accepted.n, curve[0.0].accepted.wrong, curve[0.0].share) == (3, 2, 0.75)
    assert (curve[0.99].accepted.n, curve[0.99].accepted.wrong) == (2, 1)
    assert (result.junk.n, result.junk.wrong) == (2, 1)


def test_writers_come_worst_first_and_only_known_ones():
    digits = digits_of([3, 3, 5, 3], ["ann", "", "bob", "ann"])

    result = evaluate(said([3] * 4, 0.9), digits)

    assert [(name, each.n, each.wrong) for name, each in result.writers.items()] == [
        ("bob", 1, 1),
        ("ann", 2, 0),
    ]


def test_mistakes_are_listed_the_surest_first():
    assert mistakes(said([3, 4, 5], [0.7, 0.9, 0.8]), np.array([1, 4, 1])).tolist() == [2, 0]


@pytest.mark.parametrize("shape", [(0, CLASSES), (2, CLASSES), (1, 10)])
def test_probabilities_that_do_not_fit_are_a_mistake(shape):
    with pytest.raises(ValueError, match="expected shape"):
        evaluate(np.zeros(shape, np.float32), digits_of([1][: shape[0]]))


def test_sets_are_evaluated_each_and_together_with_their_writers_apart():
    sets = [
        evaluate_set(SeesSevens(), digits_of([7, 1], "ann", "one")),
        evaluate_set(SeesSevens(), digits_of([7, 7], ["ann", ""], "two")),
    ]

    whole = together(sets)

    assert whole.evaluation.digits.accuracy == 0.75
    assert [*whole.evaluation.writers] == ["one ann", "two ann"]
    assert together(sets[:1]) is sets[0]


def test_json_holds_no_number_that_json_does_not_know():
    evaluated = evaluate_set(SeesSevens(), digits_of([NO_DIGIT]))

    text = json.dumps(as_object("sevens", [evaluated], evaluated), allow_nan=False)

    assert json.loads(text)["accuracy"] is None
    assert json.loads(text)["junk"] == {"n": 1, "surely_read_as_digit": 1}


def test_tables_list_the_mistakes_of_every_set(tmp_path):
    sets = [evaluate_set(SeesSevens(), digits_of([7, label], "ann")) for label in (1, 2)]

    write_tables(tmp_path, "sevens", sets, together(sets))

    with (tmp_path / "mistakes.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["index"], row["shows"], row["read"]) for row in csv.DictReader(file)]
    assert rows == [("1", "1", "7"), ("1", "2", "7")]
    assert {path.name for path in tmp_path.iterdir()} == {
        *("evaluation.json", "classes.csv", "confusion.csv", "reliability.csv"),
        *("errors-rejects.csv", "writers.csv", "mistakes.csv"),
    }


@pytest.fixture
def figures():
    return pytest.importorskip(
        "formreader.evaluation.figures", reason="pictures need the extra 'train'"
    )


def evaluated_handwriting(confidence):
    digits = write_digits(writers=3)
    probabilities = said(digits.labels, confidence)
    return Evaluated(digits, probabilities, evaluate(probabilities, digits))


@pytest.mark.parametrize(
    "confidence",
    [1.0, np.linspace(0.3, 1, 30)],
    ids=["all right", "some wrong"],
)
def test_all_pictures_are_drawn_and_replace_earlier_ones(tmp_path, figures, confidence):
    log = tmp_path / "training.csv"
    log.write_text("number,loss,held_out_loss\n1,0.5,\n2,0.3,\n", encoding="utf-8")
    (tmp_path / "confusion.png").write_bytes(b"old")

    figures.write_figures(tmp_path, "a test", evaluated_handwriting(confidence), log)

    pictures = sorted(tmp_path.glob("*.png"))
    assert [path.stem for path in pictures] == [
        *("confusion", "errors-rejects", "mistakes", "predictions", "reliability", "training"),
    ]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)


@pytest.mark.parametrize("text", ["", "number,loss\n1,high\n", "epoch,loss\n1,0.5\n"])
def test_log_that_is_none_is_refused(tmp_path, figures, text):
    log = tmp_path / "training.csv"
    log.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match="is no log of a training"):
        figures.draw_training(log)
