"""Known answers: what is truly written in the fields of a run, beside what was read."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd

from formreader.errors import InputError
from formreader.results import Status

TRUTH_COLUMNS = ("file", "field", "value")
MORE_TRUTH_COLUMNS = ("page", "writer", "condition")  # "" where the truth does not have them
MISSING = "missing"
"""The status of a field that has no row: its page was set aside, or is another form's."""
UNREAD = {"value": "", "read": "", "status": MISSING, "confidence": "0", "reason": ""}


def load_answers(path: Path) -> pd.DataFrame:
    """Return known answers as text, in the order of the file, by file, page and field.

    The column of the values is named truth; page, writer and condition are "" where the file does
    not say.

    Raises:
        InputError: if it cannot be used.
    """
    answers = load_table(path, TRUTH_COLUMNS, MORE_TRUTH_COLUMNS).rename(columns={"value": "truth"})
    if answers.empty:
        raise InputError(f"{path.as_posix()} holds no answers")
    answers["truth"] = answers["truth"].str.strip()
    answers.index = _keys(answers, answers["page"])
    if twice := [*answers.index[answers.index.duplicated()]]:
        raise InputError(f"{path.as_posix()} has two rows for {_name(*twice[0])}")
    return answers


def judge(read: pd.DataFrame, answers: pd.DataFrame, truth: Path) -> pd.DataFrame:
    """Put what was read beside every answer; fields without one are passed over.

    An answer that names no page is for any that no other answer names.

    Args:
        read: the fields of a run, as in its table.
        answers: as `load_answers` gives them.
        truth: their file, for what cannot be used.

    Returns:
        The answers with the columns of what was read, a code (of the reason), exact and accepted.

    Raises:
        InputError: if they are of other files, or do not tell pages apart.
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
    judged["exact"] = list(map(same_value, judged["value"], judged["truth"]))
    judged["exact"] &= judged["status"] != MISSING
    judged["accepted"] = judged["status"].isin([Status.ACCEPTED, Status.BLANK])
    return judged


def same_value(value: str, truth: str) -> bool:
    """Tell whether two values are one; of an amount the truth may leave out closing zeros."""
    if value == truth or "." not in value or not truth:
        return value == truth
    found = number(value)
    return found is not None and found == number(truth)


def number(text: str) -> Decimal | None:
    """Return an amount, 0 where nothing is written; None if it is none."""
    try:
        return Decimal(text or 0)
    except InvalidOperation:
        return None


def load_table(path: Path, columns: Sequence[str], more: Sequence[str] = ()) -> pd.DataFrame:
    """Return a table as text, which must have some columns and is given others it lacks.

    Files are named as every system writes them alike.

    Raises:
        InputError: if it cannot be read, or lacks a column.
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
