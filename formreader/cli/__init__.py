"""The command line: each command is a module of its own, loaded when it is called."""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from formreader import __version__
from formreader.errors import FormreaderError

COMMANDS = {
    "read": "Read scanned forms into CSV files.",
    "watch": "Read files as they arrive in a folder.",
    "demo": "Fill sample forms, read them and score the reading.",
    "score": "Compare a run with known answers.",
    "export": "Write the tables of a run for other programs.",
    "synth": "Draw filled forms of a template, with their truth.",
    "template": "List, check and show templates.",
    "predict": "Tell what digit a picture shows.",
    "pad": "Draw a digit in the browser and see the probabilities move.",
    "model": "Train, check and list digit networks.",
}
"""The first sentence of each. The module `formreader.cli.NAME` has the command as a function of its
name, or several of them as `app`."""


class LateCommand(TyperCommand):
    """A command known by its name and first sentence; the rest is loaded when it is called."""

    def make_context(self, *args: Any, **extra: Any) -> Any:  # Any: handed on as it comes
        """Let the command itself take over."""
        return get_command(load_command(str(self.name))).make_context(*args, **extra)


def load_command(name: str) -> typer.Typer:
    """Import the module of a command and return what it offers."""
    module = import_module(f"formreader.cli.{name}")
    if not hasattr(module, "app"):
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(name)(getattr(module, name))
        return alone
    commands: typer.Typer = module.app
    return commands


app = typer.Typer(rich_markup_mode=None)  # plain help: rich would take as long again to load


def show_version(wanted: bool) -> None:
    """Print the version and stop, if it is wanted."""
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback(no_args_is_help=True)
def formreader(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=show_version, is_eager=True),
    ] = False,
) -> None:
    """Read handwritten digits from scanned forms into CSV, knowing which of them are sure."""


def command_line() -> TyperGroup:
    """Return all commands as one."""
    group = get_group(app)
    for name, sentence in COMMANDS.items():
        group.add_command(LateCommand(name, help=sentence))
    return group


def main() -> None:
    """Run the command line; the only place which calls sys.exit."""
    try:
        command_line()(prog_name="formreader")
    except FormreaderError as error:
        typer.echo(f"{typer.style('error:', fg='red')} {error}", err=True)
        sys.exit(error.exit_code)
