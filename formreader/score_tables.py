"""What a score counted, as CSV files."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from formreader.files import replacing
from formreader.reliability import Bin
from formreader.score import Judged, Score, Tally

COUNTS = [each.name for each in fields(Tally)]
TALLY_COLUMNS = [*COUNTS, "wrong_low", "wrong_high"]


def write_tables(out: Path, score: Score) -> None:
    """Write every table of a score to a folder, each in place of an earlier one.

    Raises:
        SetupError: if one cannot be written.
    """
    parts: tuple[tuple[str, Mapping[str, Tally]], ...] = (
        ("field", {"all": score.all, **score.by_field}),
        ("writer", score.by_writer),
        ("condition", score.by_condition),
    )
    for part, tallies in parts:
        rows = ((name, *_counted(tally)) for name, tally in tallies.items())
        _write(out / f"{part}s.csv", [part, *TALLY_COLUMNS], rows)
    curve = ((least, *_counted(tally)) for least, tally in score.curve)
    _write(out / "errors-rejects.csv", ["least_confidence", *TALLY_COLUMNS], curve)
    bins = (asdict(each).values() for each in score.reliability)
    _write(out / "reliability.csv", [each.name for each in fields(Bin)], bins)
    misreads = (asdict(each).values() for each in score.misreads)
    _write(out / "misreads.csv", [each.name for each in fields(Judged)], misreads)


def _counted(tally: Tally) -> Sequence[object]:
    return (*asdict(tally).values(), *tally.wrong_interval)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    with replacing(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)
