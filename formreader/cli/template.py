"""`formreader template`: list, check and show templates."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from formreader.cli.columns import in_columns
from formreader.cli.networks import recipe_for
from formreader.cli.pictures import write_picture
from formreader.decide import decide_page
from formreader.errors import AlignmentError, InputError, SetupError, TemplateError
from formreader.images import GrayImage
from formreader.lay import Laid, lay_best
from formreader.overlay import draw_overlay
from formreader.pages import FailedPage, Page, read_page
from formreader.policy import KeepPromise
from formreader.reader import prepare, read_runs, reading_of
from formreader.recipe import Recipe
from formreader.results import Decision
from formreader.shipped import DEFAULT_MODEL, template_folders
from formreader.synth.sheet import PrintStyle, print_sheet
from formreader.template import MM_PER_INCH, Template
from formreader.template_file import find_template, load_template, template_files

SET_ASIDE = 3  # as `formreader read` has it
MAX_ERROR = 0.001  # as `formreader read` has it
EMPTY_FORM_DPI = 300
OFFSETS_HEADER = ("field", "read", "value", "status", "right mm", "down mm", "lines seen")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def template() -> None:
    """List, check and show templates."""


@app.command("list")
def list_templates() -> None:
    """List the templates that can be named, folder by folder."""
    listed: set[str] = set()
    for folder in dict.fromkeys(folder.resolve() for folder in template_folders()):
        files = template_files((folder,))
        rows = [(f"  {name}", *_summary(files[name])) for name in sorted(files.keys() - listed)]
        if rows:
            typer.echo(f"{folder.as_posix()}\n{in_columns(rows)}")
        listed |= files.keys()


@app.command()
def check(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Templates by path or name, and folders full of them.",
            show_default=False,
        ),
    ],
) -> None:
    """Check templates and list every problem in each."""
    refusals = []
    for path in _named(paths):
        try:
            form = load_template(path)
        except TemplateError as error:
            refusals.append(str(error))
        else:
            typer.echo(f"{path.as_posix()}: {_size(form)}, no problems")
    if refusals:
        raise SetupError("\n".join(refusals))


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="TEMPLATE", help="Its name or path.", show_default=False)
    ],
    scan: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="A filled form; without it the empty form is drawn.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("-o", "--out", dir_okay=False, help="The picture to write.")
    ] = Path("overlay.png"),
    page: Annotated[int, typer.Option(min=1, help="Which page of the scan.")] = 1,
    model: Annotated[str, typer.Option(help="Name or path of a digit network.")] = DEFAULT_MODEL,
) -> None:
    """Draw where a template's boxes are on a scan, and what is read in them."""
    form = load_template(find_template(name, template_folders()))
    if scan is None:
        write_picture(out, _empty(form))
        typer.echo(f"{out.as_posix()}: the empty form, {_size(form)}")
        return
    recipe = recipe_for([form], model)
    try:
        _show_filled(form, _page(scan, page), recipe, out)
    except AlignmentError as error:
        typer.echo(f"set aside: {error}", err=True)
        raise typer.Exit(SET_ASIDE) from error


def _summary(path: Path) -> tuple[str, str]:
    """Return title and size of a template, or that it has problems."""
    try:
        form = load_template(path)
    except TemplateError as error:
        count = len(error.problems)
        return "", f"{count} problem{'s' if count > 1 else ''}; see template check"
    return form.title, _size(form)


def _size(form: Template) -> str:
    boxes = sum(field.box_count for field in form.fields)
    return f"{len(form.fields)} fields, {boxes} boxes"


def _named(paths: list[str]) -> Iterator[Path]:
    """Yield the file of every template that is meant."""
    for path in paths:
        inside = template_files((Path(path),))
        if inside:
            yield from inside.values()
        else:
            yield find_template(path, template_folders())


def _empty(form: Template) -> GrayImage:
    dots_per_mm = EMPTY_FORM_DPI / MM_PER_INCH
    return print_sheet(form, PrintStyle(), dots_per_mm, np.random.default_rng(0)).image


def _page(scan: Path, number: int) -> Page:
    """Return one page of a file.

    Raises:
        InputError: if it cannot be read, or is not there.
    """
    page = read_page(scan, scan.name, number)
    if isinstance(page, FailedPage):
        raise InputError(f"page {number} of {scan.as_posix()} is {page.error}")
    return page


def _show_filled(form: Template, page: Page, recipe: Recipe, out: Path) -> None:
    """Write the overlay and print what it shows, also of a page that fits too badly to be read.

    Raises:
        AlignmentError: if the page is not this form.
    """
    laid = lay_best(page, form)
    decisions: dict[str, Decision] = {}
    try:
        sheet = prepare(page, [form])
        texts = read_runs(sheet, recipe.lines)
        reading = reading_of(sheet, recipe.model.look(sheet.digits), texts)
        policy = KeepPromise(MAX_ERROR, recipe.evidence, recipe.model.card.hand)
        record = decide_page((page.file, page.number), reading, form, policy)
        decisions = {field.decision.name: field.decision for field in record.fields}
    finally:
        write_picture(out, draw_overlay(page.image, laid, decisions))
        typer.echo(_table(laid, decisions))
        typer.echo(_registration(laid))
        typer.echo(f"picture: {out.as_posix()}")


def _table(laid: Laid, decisions: Mapping[str, Decision]) -> str:
    """List where each row of boxes lies, and what was read in every field."""
    rows = [OFFSETS_HEADER]
    found = laid.found.rows
    for row, before in zip(found, (None, *found), strict=False):
        same = before is not None and row.field is before.field
        rows.append(
            (
                *(("",) * 4 if same else _read(row.field.name, decisions)),
                f"{row.lattice.dx_mm:+.2f}",
                f"{row.lattice.dy_mm:+.2f}",
                f"{row.lattice.evidence:.0%}",
            )
        )
    without_boxes = (field for field in laid.template.fields if not field.groups)
    rows += [(*_read(field.name, decisions), "", "", "") for field in without_boxes]
    return in_columns(rows)


def _read(name: str, decisions: Mapping[str, Decision]) -> tuple[str, str, str, str]:
    if decision := decisions.get(name):
        return name, decision.read, decision.value, decision.status
    return name, "", "", "not read"


def _registration(laid: Laid) -> str:
    how = f"registered by {laid.alignment.method}, fit {laid.alignment.fit:.2f}"
    if not (laid.template.is_fixed or laid.sought):
        return how
    if not laid.template.is_fixed:
        return f"{how}; {laid.evidence:.0%} of its boxes, frames and code lines were seen"
    return (
        f"{how}; the boxes lie {laid.found.residual_mm:.2f} mm, root mean square, from their "
        f"places in the template, {laid.evidence:.0%} of their lines were seen"
    )
