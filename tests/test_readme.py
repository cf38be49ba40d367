"""The README says what there is."""

import json
import re
from pathlib import Path

import pytest
import typer

from formreader.cli import COMMANDS, load_command
from formreader.free_run import interpret_run
from formreader.synth.runs import label_of
from formreader.template import Field
from formreader.template_file import parse_template

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")

ROWS = re.findall(r"^\| (`.*`) \| `(\w+)`(?:, )?(.*?) \| (.*?) \|$", README, flags=re.MULTILINE)
"""Of the table of what is written without boxes."""


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


def test_the_templates_of_the_tutorial_are_right():
    form, cheque = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    head = 'formreader = 1\nname = "cheque"\npage = { size = [202, 92] }\n'

    assert parse_template(form.encode(), Path("delivery.toml")).name == "delivery"
    parts = parse_template((head + cheque).encode(), Path("cheque.toml")).fields
    assert [field.name for field in parts] == ["amount", "micr", "cheque_no"]


@pytest.mark.parametrize(("written", "kind", "settings", "value"), ROWS)
def test_what_is_written_without_boxes_means_what_is_said(written, kind, settings, value):
    table = dict(setting.split(" = ") for setting in re.findall(r"`(\w+ = .*?)`", settings))
    form = Field.model_validate(
        {"name": "run", "type": kind, "region": [0, 0, 1, 1]}
        | {name: json.loads(text) for name, text in table.items()}
    )
    for text in re.findall(r"`(.*?)`", written):
        seen = label_of(re.sub("[*x]", "?", text).replace("₹", "$"))
        meaning = interpret_run(seen, form)
        if value.startswith("goes to review"):
            assert meaning.reason
        else:
            assert (f"`{meaning.value}`", meaning.reason) == (value.split(";")[0], "")
