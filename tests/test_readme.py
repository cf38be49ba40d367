"""The README says what there is."""

import re
from pathlib import Path

import pytest
import typer

from formreader.cli import COMMANDS, load_command
from formreader.template_file import parse_template

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Every command as it is typed."""
    names = []
    for name in COMMANDS:
        offered: typer.Typer = load_command(name)
        subcommands = [
            command.name or command.callback.__name__ for command in offered.registered_commands
        ]
        names += [name] if subcommands == [name] else [f"{name} {each}" for each in subcommands]
    return names


@pytest.mark.parametrize("command", commands())
def test_every_command_is_named(command):
    assert f"`formreader {command}`" in README


def test_no_command_is_named_that_is_not_there():
    named = re.findall(r"`formreader ([a-z]+(?: [a-z]+)?)`", README)

    assert set(named) <= set(commands())


def test_the_template_of_the_tutorial_is_right():
    (example,) = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)

    assert parse_template(example.encode(), Path("delivery.toml")).name == "delivery"
