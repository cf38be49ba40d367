"""How right a run is: its fields against known answers."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from formreader.decide import UNSURE
from formreader.errors import InputError
from formreader.export import FIELD_COLUMNS, FIELDS_CSV
from formreader.results import Status

TRUTH_COLUMNS = ("file", "field", "value")
MISSING = "missing"
"""The status of a field that has no row: its page was set aside, or is another form's."""

CERTAINTY = 0.95  # of an interval to hold the true share
THRESHOLDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)

Row: TypeAlias = Mapping[str, str]
Key: TypeAlias = tuple[str, str, str]
"""File, page ("" for any) and field."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One field with a known answer, and what the run made of it."""

    file: str
    page: str
    """"" as long as no page is known."""
    field: str
    truth: str
    writer: str
    """"" where the truth does not say."""
    condition: str
    """"" where the truth does not say."""
    value: str = ""
    read: str = ""
    status: str = MISSING
    confidence: float = 0.0
    code: str = ""
    """Of the reason."""

    @property
    def exact(self) -> bool:
        """Whether the value is the true one."""
        return self.status != MISSING and _same(self.value, self.truth)

    @property
    def accepted(self) -> bool:
        """Whether the value went into the table, be it blank, without a person."""
        return self.status in (Status.ACCEPTED, Status.BLANK)

    def accepted_from(self, least_confidence: float) -> bool:
        """Tell whether it would be accepted if so much confidence were enough."""
        confidence_decides = self.accepted or self.code == UNSURE
        return confidence_decides and self.confidence >= least_confidence


@dataclass(frozen=True, slots=True)
class Tally:
    """How many fields there are of each outcome."""

    fields: int
    exact: int
    accepted: int
    wrong: int
    """Accepted, but not exact."""
    missing: int
    writers: int
    """How many people filled the fields accepted; 0 where the truth does not say."""

    @property
    def wrong_interval(self) -> tuple[float, float]:
        """Between which shares wrong ones among accepted lie, 95 % certain."""
        return exact_interval(self.wrong, self.accepted)


@dataclass(frozen=True, slots=True)
class Score:
    """How right a run is, in all and in parts."""

    all: Tally
    by_field: Mapping[str, Tally]
    by_condition: Mapping[str, Tally]
    """Empty where the truth does not tell conditions."""
    curve: Sequence[tuple[float, Tally]]
    """What would be accepted from each least confidence on."""
    misreads: Sequence[Judged]
    """Every field that is not exact, those accepted first."""


def score(out: Path, truth: Path) -> Score:
    """Compare the fields of a run folder with a table of known answers.

    Raises:
        InputError: if either table cannot be used, or they speak of different files.
    """
    answers = _answers(truth)
    judged = _judge(_rows(out / FIELDS_CSV, FIELD_COLUMNS), answers, truth)
    wrong = (each for each in judged if not each.exact)
    return Score(
        all=_tally(judged),
        by_field=_tallies(judged, "field"),
        by_condition=_tallies([each for each in judged if each.condition], "condition"),
        curve=tuple((least, _tally(judged, least)) for least in THRESHOLDS),
        misreads=tuple(sorted(wrong, key=lambda each: not each.accepted)),
    )


def exact_interval(wrong: int, of: int) -> tuple[float, float]:
    """Return between which shares the true one lies, 95 % certain (Clopper and Pearson)."""
    tail = (1 - CERTAINTY) / 2
    low = _share_with_tail(wrong - 1, of, 1 - tail) if wrong else 0.0
    high = _share_with_tail(wrong, of, tail) if wrong < of else 1.0
    return low, high


def _share_with_tail(most: int, of: int, probability: float) -> float:
    """Return the share at which at most `most` are wrong with a probability, by bisection."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, of + 1)))])
    counts = np.arange(most + 1)
    ways = logs[of] - logs[counts] - logs[of - counts]
    low, high = 0.0, 1.0
    for _ in range(50):
        share = (low + high) / 2
        terms = ways + counts * np.log(share) + (of - counts) * np.log1p(-share)
        if np.exp(terms).sum() > probability:
            low = share
        else:
            high = share
    return low


def _answers(path: Path) -> dict[Key, Judged]:
    """Return the known answers, in the order of the file, none of them found yet."""
    answers: dict[Key, Judged] = {}
    for row in _rows(path, TRUTH_COLUMNS):
        answer = Judged(
            file=_file(row),
            page=row.get("page", ""),
            field=row["field"],
            truth=row["value"].strip(),
            writer=row.get("writer", ""),
            condition=row.get("condition", ""),
        )
        key = (answer.file, answer.page, answer.field)
        if key in answers:
            raise InputError(f"{path.as_posix()} has two rows for {_name(key)}")
        answers[key] = answer
    if not answers:
        raise InputError(f"{path.as_posix()} holds no answers")
    return answers


def _judge(rows: Iterable[Row], answers: Mapping[Key, Judged], truth: Path) -> list[Judged]:
    """Put what was read beside every answer; fields without one are passed over."""
    judged: dict[Key, Judged] = {}
    strangers: list[str] = []
    for row in rows:
        file, page, field = _file(row), row["page"], row["field"]
        key = (file, page if (file, page, field) in answers else "", field)
        if key in judged:
            raise InputError(
                f"{_name(key)} was read on several pages; "
                f"give {truth.as_posix()} a column 'page' to tell them apart"
            )
        if key in answers:
            judged[key] = _judged(answers[key], row)
        elif not strangers:
            strangers.append(file)
    if strangers and not judged:
        raise InputError(
            f"{truth.as_posix()} has answers for other files than were read: "
            f"'{next(iter(answers))[0]}' and so on, but '{strangers[0]}' was read"
        )
    return [judged.get(key, answer) for key, answer in answers.items()]


def _judged(answer: Judged, row: Row) -> Judged:
    return replace(
        answer,
        page=row["page"],
        value=row["value"],
        read=row["read"],
        status=row["status"],
        confidence=float(row["confidence"]),
        code=row["reason"].partition(":")[0],
    )


def _rows(path: Path, columns: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of a table, which must have some columns at least."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, restval="")
            if missing := [name for name in columns if name not in (table.fieldnames or ())]:
                raise InputError(f"{path.as_posix()} has no column {', '.join(missing)}")
            yield from table
    except OSError as error:
        raise InputError(f"{path.as_posix()} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path.as_posix()} is no CSV in UTF-8: {error}") from error


def _file(row: Row) -> str:
    """Return a row's file as every system writes it alike."""
    return unicodedata.normalize("NFC", row["file"].replace("\\", "/"))


def _name(key: Key) -> str:
    file, page, field = key
    return f"field '{field}' of {file}" + (f", page {page}" if page else "")


def _same(value: str, truth: str) -> bool:
    """Tell whether two values are one; of an amount the truth may leave out closing zeros."""
    if value == truth or "." not in value:
        return value == truth
    try:
        return Decimal(value) == Decimal(truth)
    except InvalidOperation:
        return False


def _tally(judged: Sequence[Judged], least_confidence: float | None = None) -> Tally:
    """Count outcomes; with a least confidence, as if that had decided what is accepted."""
    if least_confidence is None:
        accepted = [each for each in judged if each.accepted]
    else:
        accepted = [each for each in judged if each.accepted_from(least_confidence)]
    return Tally(
        fields=len(judged),
        exact=sum(each.exact for each in judged),
        accepted=len(accepted),
        wrong=sum(not each.exact for each in accepted),
        missing=sum(each.status == MISSING for each in judged),
        writers=len({each.writer for each in accepted if each.writer}),
    )


def _tallies(judged: Iterable[Judged], part: Literal["field", "condition"]) -> dict[str, Tally]:
    """Count outcomes for each field or condition, in the order they come."""
    parts: dict[str, list[Judged]] = {}
    for each in judged:
        parts.setdefault(getattr(each, part), []).append(each)
    return {name: _tally(members) for name, members in parts.items()}
