"""What was measured of a network, in columns."""

from collections.abc import Iterator, Sequence

from formreader.cli.columns import in_columns
from formreader.digits.card import CLASS_NAMES
from formreader.evaluation.measures import SURE, Evaluation
from formreader.evaluation.sets import Evaluated

WORST = 5  # writers named; the JSON has all of them
SET_HEADER = ("digits", "images", "accuracy", "95% certain", "wrong", "loss", "ECE")
CLASS_HEADER = ("class", "images", "precision", "recall", "F1")
BIN_HEADER = ("confidence", "images", "mean confidence", "right")
CURVE_HEADER = ("least confidence", "accepted", "wrong of accepted", "95% certain")
WRITER_HEADER = ("writer", "digits", "wrong", "accuracy")


def as_text(model: str, sets: Sequence[Evaluated], whole: Evaluated) -> str:
    """Return all that was measured, to be read; tables after the first are of all sets."""
    measured = whole.evaluation
    several = [("all", measured)] if len(sets) > 1 else []
    rows = [(each.digits.name, each.evaluation) for each in sets] + several
    blocks = [
        f"{model}, by the likeliest of the ten digits:",
        in_columns([SET_HEADER, *(_set_row(name, each) for name, each in rows)]),
        *_remarks(measured),
        in_columns([CLASS_HEADER, *_class_rows(measured)]),
        "Confusions: a row for what images show, a column for what they are read as:",
        in_columns([*_confusion_rows(measured)]),
        "Reliability:",
        in_columns([BIN_HEADER, *_bin_rows(measured)]),
        "Errors and rejects:",
        in_columns([CURVE_HEADER, *_curve_rows(measured)]),
        *_writers(measured),
    ]
    return "\n\n".join(blocks)


def _set_row(name: str, evaluation: Evaluation) -> tuple[str, ...]:
    digits = evaluation.digits
    low, high = digits.accuracy_interval
    return (
        name,
        str(evaluation.n),
        _percent(digits.accuracy),
        f"{low:.2%} to {high:.2%}" if digits.n else "-",
        f"{digits.wrong} of {digits.n}",
        f"{evaluation.loss:.4f}",
        f"{evaluation.ece:.4f}",
    )


def _remarks(evaluation: Evaluation) -> Iterator[str]:
    every, junk = evaluation.every_class, evaluation.junk
    yield (
        f"With crossed and no digit as answers too, {every.wrong} of {every.n} are wrong: "
        f"{_percent(every.accuracy)} right. The tables below are of these."
    )
    if junk.n:
        yield (
            f"Of {junk.n} that show no digit {junk.wrong} are read as one at a confidence of "
            f"{SURE} or more: {junk.wrong / junk.n:.2%}."
        )


def _class_rows(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    for each in evaluation.classes:
        shares = (_percent(share) for share in (each.precision, each.recall, each.f1))
        yield (CLASS_NAMES[each.label], str(each.n), *shares)


def _confusion_rows(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    yield ("", *CLASS_NAMES)
    for name, counts in zip(CLASS_NAMES, evaluation.confusion.tolist(), strict=True):
        yield (name, *(str(count) if count else "." for count in counts))


def _bin_rows(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    for each in evaluation.reliability:
        if each.n:
            span = f"{each.low:.2f} to {each.high:.2f}"
            yield (span, str(each.n), _percent(each.confidence), _percent(each.accuracy))


def _curve_rows(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    for point in evaluation.curve:
        low, high = point.accepted.wrong_interval
        yield (
            str(point.least_confidence),
            _percent(point.share),
            f"{point.accepted.wrong} of {point.accepted.n}",
            f"{low:.3%} to {high:.3%}" if point.accepted.n else "-",
        )


def _writers(evaluation: Evaluation) -> Iterator[str]:
    if not evaluation.writers:
        return
    worst = [pair for pair in evaluation.writers.items() if pair[1].wrong][:WORST]
    yield f"Writers: {len(evaluation.writers)}. " + (
        "Those whose digits are read worst:" if worst else "Every digit of theirs is read rightly."
    )
    rows = [
        (name, str(tally.n), str(tally.wrong), _percent(tally.accuracy)) for name, tally in worst
    ]
    if rows:
        yield in_columns([WRITER_HEADER, *rows])


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"
