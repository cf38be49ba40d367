"""How right a run is: its fields against known answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from formreader.answers import MISSING, judge, load_answers, load_table, number
from formreader.export import FIELD_COLUMNS, FIELDS_CSV
from formreader.reliability import Bin, exact_interval, reliability
from formreader.settle import UNSURE

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
class Money:
    """By how much amounts are wrong."""

    amounts: int
    """That were accepted."""
    wrong: int
    """Of them."""
    sum: Decimal
    """Of the true amounts that were accepted."""
    off: Decimal
    """Sum of how far each accepted amount is from the true one."""


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """How right a run is, in all and in parts."""

    all: Tally
    by_field: Mapping[str, Tally]
    by_writer: Mapping[str, Tally]
    """From the worst to the best; empty where the truth does not tell writers."""
    by_condition: Mapping[str, Tally]
    """Empty where the truth does not tell conditions."""
    curve: Sequence[tuple[float, Tally]]
    """What would be accepted from each least confidence on."""
    money: Money | None
    """None where no field is an amount."""
    reliability: Sequence[Bin]
    """Of the fields that confidence decides."""
    misreads: Sequence[Judged]
    """Every field that is not exact, those accepted first."""
    sure: npt.NDArray[np.float64]
    """How sure each field is, 0 to 1; 0 where no confidence would make it accepted, (fields,)."""
    right: npt.NDArray[np.bool_]
    """Whether each is exact, (fields,)."""


def score(out: Path, truth: Path) -> Score:
    """Compare the fields of a run folder with a table of known answers.

    Raises:
        InputError: if either table cannot be used, or they speak of different files.
    """
    answers = load_answers(truth)
    judged = judge(load_table(out / FIELDS_CSV, FIELD_COLUMNS), answers, truth)
    wrong = judged[~judged["exact"]].sort_values("accepted", ascending=False, kind="stable")
    columns = [each.name for each in fields(Judged)]
    decided = _confidence_decides(judged)
    sure = np.where(decided, judged["confidence"], 0.0)
    right = judged["exact"].to_numpy(bool)
    return Score(
        all=_tally(judged),
        by_field=_tallies(judged, "field"),
        by_writer=_worst_first(_tallies(judged[judged["writer"] != ""], "writer")),
        by_condition=_tallies(judged[judged["condition"] != ""], "condition"),
        curve=tuple((least, _tally(_accept_from(judged, least))) for least in THRESHOLDS),
        money=_money(judged),
        reliability=reliability(sure[decided], right[decided]),
        sure=sure,
        right=right,
        misreads=tuple(Judged(*row) for row in wrong[columns].itertuples(index=False, name=None)),
    )


def _accept_from(judged: pd.DataFrame, least_confidence: float) -> pd.DataFrame:
    """Accept what would be accepted if so much confidence were enough."""
    is_sure = judged["confidence"] >= least_confidence
    return judged.assign(accepted=_confidence_decides(judged) & is_sure)


def _confidence_decides(judged: pd.DataFrame) -> pd.Series:
    """Tell of each field whether it would be accepted if its confidence were enough."""
    return judged["accepted"] | (judged["code"] == UNSURE)


def _money(judged: pd.DataFrame) -> Money | None:
    """Add up what accepted amounts are off; fields are amounts whose answers have a point."""
    has_point = judged["truth"].str.fullmatch(r"\d+\.\d+")
    amounts = judged[judged["field"].isin(judged.loc[has_point, "field"])]
    if amounts.empty:
        return None
    accepted = amounts[amounts["accepted"]]
    pairs = [
        (value, truth)
        for value, truth in zip(
            map(number, accepted["value"]), map(number, accepted["truth"]), strict=True
        )
        if value is not None and truth is not None
    ]
    return Money(
        amounts=len(accepted),
        wrong=int((~accepted["exact"]).sum()),
        sum=sum((truth for _, truth in pairs), Decimal(0)),
        off=sum((abs(value - truth) for value, truth in pairs), Decimal(0)),
    )


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
    """Count outcomes for each field, writer or condition, in the order they come."""
    return {str(name): _tally(members) for name, members in judged.groupby(part, sort=False)}


def _worst_first(tallies: Mapping[str, Tally]) -> dict[str, Tally]:
    ranked = sorted(tallies.items(), key=lambda item: (item[1].exact / item[1].fields, item[0]))
    return dict(ranked)
