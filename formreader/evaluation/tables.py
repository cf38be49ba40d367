"""What was measured of a network, as JSON and as CSV."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from formreader.digits.card import CLASS_NAMES
from formreader.evaluation.measures import Evaluation, Tally, mistakes
from formreader.evaluation.sets import Evaluated
from formreader.files import replacing

WRITER_COLUMNS = ("writer", "n", "wrong", "accuracy")
MISTAKE_COLUMNS = ("set", "index", "shows", "read", "confidence", "writer")

Row: TypeAlias = dict[str, object]


def as_object(model: str, sets: Sequence[Evaluated], whole: Evaluated) -> Row:
    """Return all that was measured as what JSON knows; shares are 0 to 1, null of nothing.

    Several sets come together first, and then each under `sets` by its name.
    """
    several = {each.digits.name: _as_object(each.evaluation) for each in sets}
    return {
        "model": model,
        "data": whole.digits.name,
        **_as_object(whole.evaluation),
        **({"sets": several} if len(sets) > 1 else {}),
    }


def write_tables(out: Path, model: str, sets: Sequence[Evaluated], whole: Evaluated) -> None:
    """Write the tables of an evaluation to a folder, each in place of an earlier one.

    Args:
        out: the folder.
        model: the network's name.
        sets: whose mistakes are listed.
        whole: all sets together; what the other tables are of.

    Raises:
        SetupError: if one cannot be written, as when a spreadsheet has it open.
    """
    with replacing(out / "evaluation.json") as file:
        json.dump(
            as_object(model, sets, whole), file, ensure_ascii=False, allow_nan=False, indent=2
        )
        file.write("\n")
    measured = whole.evaluation
    _write_csv(out / "classes.csv", _class_rows(measured))
    _write_csv(out / "confusion.csv", _confusion_rows(measured))
    _write_csv(out / "reliability.csv", [asdict(each) for each in measured.reliability])
    _write_csv(out / "errors-rejects.csv", _curve_rows(measured))
    _write_csv(out / "writers.csv", _writer_rows(measured), WRITER_COLUMNS)
    _write_csv(out / "mistakes.csv", _mistake_rows(sets), MISTAKE_COLUMNS)


def _as_object(evaluation: Evaluation) -> Row:
    return {
        "accuracy": evaluation.digits.accuracy,
        "accuracy_interval": evaluation.digits.accuracy_interval,
        "loss": evaluation.loss,
        "n": evaluation.n,
        "ece": evaluation.ece,
        "digits": _tally_row(evaluation.digits),
        "every_class": _tally_row(evaluation.every_class),
        "junk": {"n": evaluation.junk.n, "surely_read_as_digit": evaluation.junk.wrong},
        "classes": _class_rows(evaluation),
        "confusion": evaluation.confusion.tolist(),
        "reliability": [asdict(each) for each in evaluation.reliability],
        "errors_rejects": _curve_rows(evaluation),
        "writers": _writer_rows(evaluation),
    }


def _tally_row(tally: Tally) -> Row:
    return {**asdict(tally), "accuracy": tally.accuracy}


def _class_rows(evaluation: Evaluation) -> list[Row]:
    return [
        {
            "class": CLASS_NAMES[each.label],
            "n": each.n,
            "precision": each.precision,
            "recall": each.recall,
            "f1": each.f1,
        }
        for each in evaluation.classes
    ]


def _confusion_rows(evaluation: Evaluation) -> list[Row]:
    return [
        {"shows": name, **dict(zip(CLASS_NAMES, counts, strict=True))}
        for name, counts in zip(CLASS_NAMES, evaluation.confusion.tolist(), strict=True)
    ]


def _curve_rows(evaluation: Evaluation) -> list[Row]:
    return [
        {
            "least_confidence": point.least_confidence,
            "share_accepted": point.share,
            "accepted": point.accepted.n,
            "wrong": point.accepted.wrong,
            "wrong_interval_low": low,
            "wrong_interval_high": high,
        }
        for point in evaluation.curve
        for low, high in [point.accepted.wrong_interval]
    ]


def _writer_rows(evaluation: Evaluation) -> list[Row]:
    return [{"writer": writer, **_tally_row(tally)} for writer, tally in evaluation.writers.items()]


def _mistake_rows(sets: Iterable[Evaluated]) -> Iterator[Row]:
    """Say of every image read as another class where it is: its place in its set, from 0."""
    for each in sets:
        digits, probabilities = each.digits, each.probabilities
        for index in mistakes(probabilities, digits.labels).tolist():
            read = int(probabilities[index].argmax())
            yield {
                "set": digits.name,
                "index": index,
                "shows": CLASS_NAMES[digits.labels[index]],
                "read": CLASS_NAMES[read],
                "confidence": f"{probabilities[index, read]:.6f}",
                "writer": digits.writers[index],
            }


def _write_csv(path: Path, rows: Iterable[Row], columns: Sequence[str] = ()) -> None:
    """Write rows of one kind; the columns need only be given where there may be none."""
    rows = list(rows)
    with replacing(path) as file:
        writer = csv.DictWriter(file, columns or list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
