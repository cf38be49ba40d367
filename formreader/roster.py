"""Rosters: lists of the values that a field may have, as the ids of all clients."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from formreader.errors import InputError

DELIMITERS = ",;\t"  # spreadsheets write what their country uses
EXAMPLES = 3  # of what is wrong; the rest is counted


def load_roster(path: Path, column: str) -> frozenset[str]:
    """Read the values of one column of a table with a header; spaces around them do not count.

    Raises:
        InputError: if the table cannot be read, lacks the column or holds no value, or if a
            value stands in two rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            file.seek(0)
            delimiter = max(DELIMITERS, key=header.count)
            rows = list(csv.reader(file, delimiter=delimiter, strict=True))
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path.name} is no CSV in UTF-8: {error}") from error
    columns = [name.strip() for name in rows[0]] if rows else []
    if column not in columns:
        known = ", ".join(columns) or "none"
        raise InputError(f"{path.name} has no column '{column}'; its columns: {known}")
    place = columns.index(column)
    values = [row[place].strip() if len(row) > place else "" for row in rows[1:]]
    return _unique([value for value in values if value], path, column)


def _unique(values: Sequence[str], path: Path, column: str) -> frozenset[str]:
    """Return values as a set.

    Raises:
        InputError: if there are none, or two are the same.
    """
    if not values:
        raise InputError(f"{path.name} has nothing in its column '{column}'")
    if twice := [value for value, count in Counter(values).items() if count > 1]:
        raise InputError(f"{path.name} has {some(twice)} in several rows of its column '{column}'")
    return frozenset(values)


def some(values: Sequence[str]) -> str:
    """Name the first few of many values, and say how many more there are."""
    few = ", ".join(f"'{value}'" for value in values[:EXAMPLES])
    return few + (f" and {len(values) - EXAMPLES} more" if len(values) > EXAMPLES else "")
