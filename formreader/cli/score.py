"""`formreader score`: how right a run is, as text or as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from formreader.cli.columns import in_columns
from formreader.cli.extras import packages_of
from formreader.files import make_folder, replace_bytes
from formreader.score import Judged, Money, Score, Tally
from formreader.score import score as compare
from formreader.score_tables import write_tables

WORST_WRITERS = 10  # that are shown; the JSON and --save have all
MOST_LISTED = 50  # misreads; the JSON has all of them
TALLY_HEADER = ("", "fields", "exact", "accepted", "wrong of accepted", "95% certain")
CURVE_HEADER = ("least confidence", "accepted", "wrong of accepted", "95% certain")
MISREAD_HEADER = ("file", "page", "field", "truth", "value", "read", "status", "confidence")


def score(
    out: Annotated[Path, typer.Argument(help="The run folder.", show_default=False)],
    truth: Annotated[
        Path,
        typer.Argument(
            help="The answers: a CSV with file, field, value; also page, writer, condition.",
            show_default=False,
        ),
    ],
    save: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder for the tables as CSV, and for the error-reject curve and the "
            "reliability diagram as pictures.",
        ),
    ] = None,
    pictures: Annotated[
        bool, typer.Option(help="Draw them into --save; wants pip install 'formreader[charts]'.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare a run with known answers."""
    if save is not None and pictures:
        with packages_of("charts", user="drawing pictures", otherwise="give --no-pictures"):
            from formreader.charts import draw_errors_and_rejects, draw_reliability, png
    result = compare(out, truth)
    if save is not None:
        make_folder(save)
        write_tables(save, result)
        if pictures:
            title = f"fields of {out.resolve().name}"
            curve = draw_errors_and_rejects(title, result.sure, result.right, "fields")
            replace_bytes(save / "errors-rejects.png", png(curve))
            reliability = draw_reliability(title, result.reliability, "fields")
            replace_bytes(save / "reliability.png", png(reliability))
    typer.echo(json.dumps(_object(result), ensure_ascii=False) if as_json else _text(result))


def _object(result: Score) -> dict[str, object]:
    return {
        "all": _tally_object(result.all),
        "fields": {name: _tally_object(tally) for name, tally in result.by_field.items()},
        "writers": {name: _tally_object(tally) for name, tally in result.by_writer.items()},
        "conditions": {name: _tally_object(tally) for name, tally in result.by_condition.items()},
        "curve": [
            {"least_confidence": least, **_tally_object(tally)} for least, tally in result.curve
        ],
        "reliability": [asdict(each) for each in result.reliability],
        "money": _money_object(result.money) if result.money else None,
        "misreads": [asdict(each) for each in result.misreads],
    }


def _tally_object(tally: Tally) -> dict[str, object]:
    return {**asdict(tally), "wrong_interval": tally.wrong_interval}


def _text(result: Score) -> str:
    blocks = [
        _tallies({"all": result.all, **result.by_field}),
        _tallies(result.by_condition) if result.by_condition else "",
        *_worst_writers(result.by_writer),
        " ".join([*_remarks(result.all), *_money(result.money)]),
        "With another least confidence:",
        in_columns([CURVE_HEADER, *(_curve_row(least, tally) for least, tally in result.curve)]),
        *_misreads(result.misreads),
    ]
    return "\n\n".join(filter(None, blocks))


def _tallies(tallies: Mapping[str, Tally]) -> str:
    return in_columns([TALLY_HEADER, *(_tally_row(name, tally) for name, tally in tallies.items())])


def _tally_row(name: str, tally: Tally) -> tuple[str, ...]:
    exact = _share(tally.exact, tally.fields)
    return (name, str(tally.fields), exact, *_accepted_cells(tally))


def _curve_row(least_confidence: float, tally: Tally) -> tuple[str, ...]:
    return (str(least_confidence), *_accepted_cells(tally))


def _accepted_cells(tally: Tally) -> tuple[str, str, str]:
    low, high = tally.wrong_interval
    return (
        _share(tally.accepted, tally.fields),
        f"{tally.wrong} of {tally.accepted} = {_share(tally.wrong, tally.accepted)}",
        f"{low:.2%} to {high:.2%}",
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "-"


def _worst_writers(tallies: Mapping[str, Tally]) -> Iterable[str]:
    erring = {name: tally for name, tally in tallies.items() if tally.exact < tally.fields}
    if erring:
        yield f"The writers with most fields that are not exact, of {len(tallies)}:"
        yield _tallies(dict(islice(erring.items(), WORST_WRITERS)))


def _money(money: Money | None) -> Iterable[str]:
    if money:
        yield (
            f"Money: {money.wrong} of {money.amounts} accepted amounts are wrong, by "
            f"{money.off:,.2f} of {money.sum:,.2f} in all."
        )


def _money_object(money: Money) -> dict[str, object]:
    return {**asdict(money), "sum": str(money.sum), "off": str(money.off)}


def _remarks(tally: Tally) -> Iterable[str]:
    if tally.missing:
        yield f"Fields that were not read at all, and so are not exact: {tally.missing}."
    if tally.writers:
        yield (
            f"Writers of the accepted fields: {tally.writers}. The fields of one err together, "
            "so the interval is a little too narrow."
        )


def _misreads(misreads: Sequence[Judged]) -> Iterable[str]:
    if not misreads:
        yield "No field is misread."
        return
    yield "Fields that are not exact, accepted ones first:"
    yield in_columns([MISREAD_HEADER, *map(_misread_row, misreads[:MOST_LISTED])])
    if len(misreads) > MOST_LISTED:
        yield f"and {len(misreads) - MOST_LISTED} more; --json lists all of them"


def _misread_row(each: Judged) -> tuple[str, ...]:
    texts = (each.file, each.page, each.field, each.truth, each.value, each.read, each.status)
    return (*texts, f"{each.confidence:.6f}")
