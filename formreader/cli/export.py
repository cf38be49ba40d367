"""`formreader export`: the tables of a run for spreadsheets, databases and programs."""

import locale as system
from pathlib import Path
from typing import Annotated

import typer

from formreader.cli.extras import packages_of
from formreader.errors import InputError, SetupError
from formreader.inputs import RUN_FILE
from formreader.store import Store, stored_templates
from formreader.template import FieldType

USUAL = "en-US"  # where the system does not say


def export(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="The run folder.", exists=True, file_okay=False)
    ],
    to: Annotated[Path, typer.Option(help="The file to write: .csv, .xlsx, .jsonl or .parquet.")],
    table: Annotated[
        str | None,
        typer.Option(
            help="records, fields or problems; with several templates records-TEMPLATE. A workbook "
            "has all of them as sheets unless one is named.",
            show_default="records",
        ),
    ] = None,
    excel: Annotated[
        bool,
        typer.Option(
            "--excel", help="CSV that Excel opens by a double click; no cell becomes a formula."
        ),
    ] = False,
    locale: Annotated[
        str | None,
        typer.Option(
            help="With --excel: language and country, as de-DE, which decide on separator and "
            "decimal mark; else those of this system.",
        ),
    ] = None,
) -> None:
    """Write the tables of a run for other programs.

    Values are text as they stand in the tables. In a workbook amounts, integers and dates are
    numbers and dates, ids stay text with all their zeros.
    """
    from formreader.exchange import (  # loads pandas
        Kind,
        find_tables,
        write_csv,
        write_jsonl,
        write_parquet,
        write_xlsx,
    )

    try:
        kind = Kind(to.suffix.lower().removeprefix("."))
    except ValueError:
        raise SetupError(
            f"{to.name} names no format; give a file that ends in .csv, .xlsx, .jsonl or .parquet"
        ) from None
    if (excel or locale) and kind is not Kind.CSV:
        raise SetupError("--excel and --locale are for .csv; a workbook needs neither")
    if locale and not excel:
        raise SetupError("--locale goes with --excel")
    tables = find_tables(out, _types(out), table)
    if kind is Kind.XLSX:
        write_xlsx(tables, to)
        names = ", ".join(each.name for each in tables)
        typer.echo(f"{names}: {to.as_posix()}")
        return
    records = [each for each in tables if each.name.startswith("records")] or tables
    if table is None and len(records) > 1:
        names = ", ".join(each.name for each in records)
        raise InputError(f"there are several tables of records; name one by --table: {names}")
    chosen = records[0] if table is None else tables[0]
    match kind:
        case Kind.CSV:
            write_csv(chosen, to, (locale or _locale_here()) if excel else None)
        case Kind.JSONL:
            write_jsonl(chosen, to)
        case Kind.PARQUET:
            with packages_of("parquet", user="Parquet", otherwise="write .csv or .jsonl"):
                write_parquet(chosen, to)
    typer.echo(f"{chosen.name}: {to.as_posix()}")


def _types(out: Path) -> dict[str, FieldType]:
    """Return what the fields of a run hold, by name; those that differ between forms are text."""
    if not (out / RUN_FILE).is_file():
        raise InputError(f"{out} is no run folder: it has no {RUN_FILE}")
    found: dict[str, FieldType] = {}
    with Store(out) as store:
        for template in stored_templates(store).values():
            for field in template.fields:
                if found.setdefault(field.name, field.type) is not field.type:
                    found[field.name] = FieldType.DIGITS
    return found


def _locale_here() -> str:
    """Return the language and country of this system."""
    language, _ = system.getlocale()
    return language.replace("_", "-") if language and "_" in language else USUAL
