"""The tables of a run: fields.csv, records.csv, problems.csv and summary.json."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import TypeAlias

from formreader.files import replacing
from formreader.results import DecidedField, Problem, Record, Status
from formreader.template import Template

FIELDS_CSV = "fields.csv"
FIELD_COLUMNS = (
    *("file", "page", "template", "field", "value", "status", "confidence", "reason", "read"),
    *("x", "y", "width", "height"),
)
RECORD_COLUMNS = ("file", "page", "template", "status")
PROBLEM_COLUMNS = ("file", "page", "reason")
SIX_DECIMALS = Decimal("0.000001")

TableWriter: TypeAlias = "csv.DictWriter[str]"


@dataclass(slots=True)
class Counts:
    """How many there are of everything in the tables."""

    read: int = 0
    """Pages."""
    set_aside: int = 0
    """Pages."""
    fields: Counter[Status] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables that are being written, row by row."""

    fields: TableWriter
    records: Mapping[str, TableWriter]
    """By the name of the template."""
    problems: TableWriter
    counts: Counts = field(default_factory=Counts)

    def add(self, result: Record | Problem) -> None:
        """Write what became of one page."""
        if isinstance(result, Problem):
            self.counts.set_aside += 1
            row = {"file": result.file, "page": result.page, "reason": result.reason}
            self.problems.writerow(row)
            return
        self.counts.read += 1
        self.counts.fields.update(each.decision.status for each in result.fields)
        self.fields.writerows(map(_field_row, result.fields))
        self.records[result.template].writerow(_record_row(result))


@contextmanager
def open_tables(out: Path, templates: Iterable[Template]) -> Iterator[Tables]:
    """Open the tables of a run folder; they take the place of earlier ones when all is written.

    Args:
        out: the run folder.
        templates: every template a record may be of. Several of one name, older and newer, share
            a table with the columns of all.

    Raises:
        SetupError: if a file cannot be written, as when a spreadsheet has it open.
    """
    columns: dict[str, dict[str, None]] = {}
    for template in templates:
        names = (each.name for each in template.fields)
        columns.setdefault(template.name, {}).update(dict.fromkeys(names))
    files = {
        name: "records.csv" if len(columns) == 1 else f"records-{name}.csv" for name in columns
    }
    with ExitStack() as stack:
        yield Tables(
            fields=stack.enter_context(_table(out / FIELDS_CSV, FIELD_COLUMNS)),
            records={
                name: stack.enter_context(_table(out / file, (*RECORD_COLUMNS, *columns[name])))
                for name, file in files.items()
            },
            problems=stack.enter_context(_table(out / "problems.csv", PROBLEM_COLUMNS)),
        )
    for stale in {"records.csv", *(f"records-{name}.csv" for name in columns)} - {*files.values()}:
        (out / stale).unlink(missing_ok=True)


def write_summary(
    out: Path, counts: Counts, *, pages_in: int, details: Mapping[str, object]
) -> None:
    """Write summary.json: the counts, and whatever else there is to say of the run.

    Raises:
        ValueError: if a page was lost: more or fewer came in than the tables have.
    """
    if pages_in != counts.read + counts.set_aside:
        raise ValueError(
            f"expected {pages_in} pages in the tables, got {counts.read} read "
            f"and {counts.set_aside} set aside"
        )
    summary = {
        "pages": {"in": pages_in, "read": counts.read, "set_aside": counts.set_aside},
        "fields": {status.value: counts.fields[status] for status in Status},
        **details,
    }
    with replacing(out / "summary.json") as file:
        json.dump(summary, file, ensure_ascii=False, indent=2)
        file.write("\n")


@contextmanager
def _table(path: Path, columns: tuple[str, ...]) -> Iterator[TableWriter]:
    with replacing(path) as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        yield writer


def _field_row(decided: DecidedField) -> dict[str, object]:
    decision, area = decided.decision, decided.area
    return {
        "file": decided.file,
        "page": decided.page,
        "template": decided.template,
        "field": decision.name,
        "value": decision.value,
        "status": decision.status.value,
        "confidence": _rounded_down(decision.confidence),
        "reason": decision.reason,
        "read": decision.read,
        "x": round(area.x),
        "y": round(area.y),
        "width": round(area.width),
        "height": round(area.height),
    }


def _record_row(record: Record) -> dict[str, object]:
    values = {each.decision.name: each.decision.value for each in record.fields}
    return {
        "file": record.file,
        "page": record.page,
        "template": record.template,
        "status": record.status.value,
        **values,
    }


def _rounded_down(confidence: float) -> str:
    """Write a probability so that it never seems higher than it is."""
    return f"{Decimal(str(confidence)).quantize(SIX_DECIMALS, ROUND_FLOOR):f}"
