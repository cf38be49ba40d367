"""What a run came to, said at its end."""

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from formreader.batch import Finished
from formreader.export import Counts
from formreader.file_reader import BUG
from formreader.results import Status

STATUS_WORDS = {
    Status.ACCEPTED: "accepted",
    Status.VERIFIED: "verified",
    Status.REVIEW: "in review",
    Status.BLANK: "blank",
}


def show_finished(finished: Finished, out: Path) -> None:
    """Print a table of pages and fields, and where everything is."""
    console = Console()
    console.print(_table(finished.counts, finished.problems))
    for line in _lines(finished, out):
        console.print(escape(line), soft_wrap=True, highlight=False)


def _table(counts: Counts, problems: Counter[str]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    table.add_row("pages", f"{counts.read + counts.set_aside:,}")
    table.add_row("  read", f"{counts.read:,}")
    table.add_row("  set aside", f"{counts.set_aside:,}")
    for code, number, words in _grouped(problems):
        table.add_row(f"    {escape(code)}", f"{number:,}", escape(words))
    total = counts.fields.total()
    table.add_row("fields", f"{total:,}")
    for status, words in STATUS_WORDS.items():
        number = counts.fields[status]
        if number or status is not Status.VERIFIED:
            table.add_row(f"  {words}", f"{number:,}", f"{number / max(total, 1):.1%}")
    return table


def _grouped(problems: Counter[str]) -> list[tuple[str, int, str]]:
    """Return the code of each kind of reason, how often it was given, and its commonest words."""
    kinds: dict[str, Counter[str]] = {}
    for reason, number in problems.items():
        code, _, words = reason.partition(": ")
        kinds.setdefault(code, Counter())[words] += number
    found = [(code, words.total(), words.most_common(1)[0][0]) for code, words in kinds.items()]
    return sorted(found, key=lambda kind: -kind[1])


def _lines(finished: Finished, out: Path) -> list[str]:
    tally, folder = finished.tally, out.as_posix()
    speed = tally.pages_new / max(finished.seconds, 0.001)
    known = f", {tally.pages_known:,} known from before" if tally.pages_known else ""
    lines = [
        f"{tally.pages_new:,} pages in {finished.seconds:.1f} s, {speed:.1f} pages/s{known}",
        f"values: {folder}/fields.csv, {folder}/records*.csv",
    ]
    if finished.counts.fields[Status.REVIEW]:
        lines.append(f"fields in review, with their pictures: {folder}/review.html")
    if finished.counts.set_aside:
        lines.append(f"pages set aside, and why: {folder}/problems.csv")
    if any(reason.startswith(f"{BUG}:") for reason in finished.problems):
        lines.append("a bug set pages aside: please report it; the next run tries them again")
    if finished.aside:
        lines.append(f"the run before: {finished.aside.as_posix()}")
    return lines
