"""`formreader model`: each of its commands is a module."""

import typer

from formreader.cli.model.calibrate import calibrate
from formreader.cli.model.compare import compare
from formreader.cli.model.evaluate import evaluate
from formreader.cli.model.export import export
from formreader.cli.model.lines import lines
from formreader.cli.model.list import list_models
from formreader.cli.model.train import train

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def model() -> None:
    """Train, check and list digit networks."""


app.command("list")(list_models)
app.command()(train)
app.command()(lines)
app.command()(evaluate)
app.command()(calibrate)
app.command()(compare)
app.command()(export)
