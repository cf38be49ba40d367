"""What a run came to, said at its end."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import typer

from formreader.batch import Finished
from formreader.cli.columns import in_columns
from formreader.errors import NotFetchedError
from formreader.export import Counts
from formreader.file_reader import BUG
from formreader.policy import STRICTER
from formreader.results import Status

SUPPORT_HEADER = ("  fields", "accepted from", "shown by")
STATUS_WORDS = {
    Status.ACCEPTED: "accepted",
    Status.VERIFIED: "verified",
    Status.REVIEW: "in review",
    Status.BLANK: "blank",
}


def show_finished(finished: Finished, out: Path) -> None:
    """Print a table of pages and fields, and where everything is."""
    rows = [*_page_rows(finished.counts, finished.problems), *_field_rows(finished.counts.fields)]
    width = max(len(f"{number:,}") for _, number, _ in rows)
    typer.echo(in_columns([(name, f"{number:>{width},}", words) for name, number, words in rows]))
    typer.echo(f"promise: of the accepted values at most {finished.max_error:.3g} is wrong")
    typer.echo(in_columns([SUPPORT_HEADER, *_support_rows(finished)]))
    for name, shift in finished.shifts.items():
        typer.echo(
            f"promise void for {name}: these pages are unlike those it was measured on: {shift}. "
            f"Of what is in boxes, only values {STRICTER} times as sure are accepted; check some "
            "of them, and measure on your own pages by "
            "`formreader model calibrate --from OUT --truth CSV`"
        )
    typer.echo("\n".join(_lines(finished, out)))


def _page_rows(counts: Counts, problems: Counter[str]) -> Iterator[tuple[str, int, str]]:
    yield "pages", counts.read + counts.set_aside, ""
    yield "  read", counts.read, ""
    yield "  set aside", counts.set_aside, ""
    for code, number, words in _grouped(problems):
        yield f"    {code}", number, words


def _field_rows(fields: Counter[Status]) -> Iterator[tuple[str, int, str]]:
    total = fields.total()
    yield "fields", total, ""
    for status, words in STATUS_WORDS.items():
        yield f"  {words}", fields[status], f"{fields[status] / max(total, 1):.1%}"


def _support_rows(finished: Finished) -> Iterator[tuple[str, str, str]]:
    for kind, support in finished.supports.items():
        least = support.least_confidence
        shown = f"{support.fields:,.0f} fields" + (
            f" of {support.wanted:,}" if least is None and support.fields < support.wanted else ""
        )
        yield f"  {kind}", "none" if least is None else f"{least:.4f}", shown


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
    if any(reason.startswith(f"{NotFetchedError.code}:") for reason in finished.problems):
        lines.append("what was not fetched is tried again by the next run")
    if finished.aside:
        lines.append(f"the run before: {finished.aside.as_posix()}")
    return lines
