"""How right a run is: its fields against known answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import pandas as pd

from formreader.decide import UNSURE
from formreader.errors import InputError
from formreader.export import FIELD_COLUMNS, FIELDS_CSV
from formreader.results import Status

TRUTH_COLUMNS = ("file", "field", "value")
MORE_TRUTH_COLUMNS = ("page", "writer", "condition")  # "" where the truth does not have them
MISSING = "missing"
"""The status of a field that has no row: its page was set aside, or is another form's."""
UNREAD = {"value": "", "read": "", "status": MISSING, "confidence": "0", "reason": ""}

CERTAINTY = 0.95  # of an interval to hold the true share
THRESHOLDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)


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
    value: str
    read: str
    status: str
    confidence: float
    code: str
    """Of the reason."""


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
    judged = _judge(_table(out / FIELDS_CSV, FIELD_COLUMNS), answers, truth)
    wrong = judged[~judged["exact"]].sort_values("accepted", ascending=False, kind="stable")
    columns = [each.name for each in fields(Judged)]
    return Score(
        all=_tally(judged),
        by_field=_tallies(judged, "field"),
        by_condition=_tallies(judged[judged["condition"] != ""], "condition"),
        curve=tuple((least, _tally(_accept_from(judged, least))) for least in THRESHOLDS),
        misreads=tuple(Judged(*row) for row in wrong[columns].itertuples(index=False, name=None)),
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


def _answers(path: Path) -> pd.DataFrame:
    """Return the known answers, in the order of the file, by file, page and field."""
    answers = _table(path, TRUTH_COLUMNS, MORE_TRUTH_COLUMNS).rename(columns={"value": "truth"})
    if answers.empty:
        raise InputError(f"{path.as_posix()} holds no answers")
    answers["truth"] = answers["truth"].str.strip()
    answers.index = _keys(answers, answers["page"])
    if twice := [*answers.index[answers.index.duplicated()]]:
        raise InputError(f"{path.as_posix()} has two rows for {_name(*twice[0])}")
    return answers


def _judge(read: pd.DataFrame, answers: pd.DataFrame, truth: Path) -> pd.DataFrame:
    """Put what was read beside every answer; fields without one are passed over.

    An answer that names no page is for any that no other answer names.
    """
    has_answer_of_page = _keys(read, read["page"]).isin(answers.index)
    read = read.set_axis(_keys(read, read["page"].where(has_answer_of_page, "")))
    found = read[read.index.isin(answers.index)]
    if found.empty and not read.empty:
        raise InputError(
            f"{truth.as_posix()} has answers for other files than were read: "
            f"'{answers['file'].iloc[0]}' and so on, but '{read['file'].iloc[0]}' was read"
        )
    if twice := [*found.index[found.index.duplicated()]]:
        raise InputError(
            f"{_name(*twice[0])} was read on several pages; "
            f"give {truth.as_posix()} a column 'page' to tell them apart"
        )
    judged = answers.assign(**UNREAD)
    judged.update(found)
    judged = judged.reset_index(drop=True)
    judged["confidence"] = judged["confidence"].astype(float)
    judged["code"] = judged["reason"].str.split(":").str[0]
    judged["exact"] = list(map(_same, judged["value"], judged["truth"]))
    judged["exact"] &= judged["status"] != MISSING
    judged["accepted"] = judged["status"].isin([Status.ACCEPTED, Status.BLANK])
    return judged


def _table(path: Path, columns: Sequence[str], more: Sequence[str] = ()) -> pd.DataFrame:
    """Return a table as text, which must have some columns and is given others it lacks.

    Files are named as every system writes them alike.
    """
    names = [*columns, *more]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = pd.read_csv(
                file, dtype=str, na_filter=False, index_col=False, usecols=names.__contains__
            )
    except pd.errors.EmptyDataError:
        table = pd.DataFrame()
    except OSError as error:
        raise InputError(f"{path.as_posix()} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, pd.errors.ParserError) as error:
        raise InputError(f"{path.as_posix()} is no CSV in UTF-8: {error}") from error
    if missing := [name for name in columns if name not in table]:
        raise InputError(f"{path.as_posix()} has no column {', '.join(missing)}")
    table["file"] = table["file"].str.replace("\\", "/").str.normalize("NFC")
    return table.reindex(columns=names, fill_value="")


def _keys(table: pd.DataFrame, pages: pd.Series) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([table["file"], pages, table["field"]])


def _name(file: str, page: str, field: str) -> str:
    return f"field '{field}' of {file}" + (f", page {page}" if page else "")


def _same(value: str, truth: str) -> bool:
    """Tell whether two values are one; of an amount the truth may leave out closing zeros."""
    if value == truth or "." not in value:
        return value == truth
    try:
        return Decimal(value) == Decimal(truth)
    except InvalidOperation:
        return False


def _accept_from(judged: pd.DataFrame, least_confidence: float) -> pd.DataFrame:
    """Accept what would be accepted if so much confidence were enough."""
    confidence_decides = judged["accepted"] | (judged["code"] == UNSURE)
    return judged.assign(accepted=confidence_decides & (judged["confidence"] >= least_confidence))


def _tally(judged: pd.DataFrame) -> Tally:
    accepted = judged[judged["accepted"]]
    return Tally(
        fields=len(judged),
        exact=int(judged["exact"].sum()),
        accepted=len(accepted),
        wrong=int((~accepted["exact"]).sum()),
        missing=int((judged["status"] == MISSING).sum()),
        writers=accepted.loc[accepted["writer"] != "", "writer"].nunique(),
    )


def _tallies(judged: pd.DataFrame, part: str) -> dict[str, Tally]:
    """Count outcomes for each field or condition, in the order they come."""
    return {str(name): _tally(members) for name, members in judged.groupby(part, sort=False)}
