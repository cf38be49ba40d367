"""The command line as a whole."""

import subprocess
import sys

import pytest
from typer.main import get_command

from formreader import __version__
from formreader.cli import COMMANDS, load_command

SLOW = "{'numpy', 'cv2', 'pydantic', 'pandas', 'rich', 'tensorflow', 'keras'}"

commands = pytest.mark.parametrize("name", COMMANDS)


def test_help_loads_nothing_slow():
    code = (
        "import sys; sys.argv = ['formreader', '--help']\n"
        "from formreader.cli import main\n"
        "try: main()\n"
        f"finally: sys.exit(str(sorted({SLOW} & sys.modules.keys())))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert process.stderr.strip() == "[]"
    assert all(name in process.stdout for name in COMMANDS)


@commands
def test_the_list_of_commands_says_what_each_says_of_itself(name):
    command = get_command(load_command(name))

    assert command.help.splitlines()[0] == COMMANDS[name]


def test_version_is_told(formreader, capsys):
    assert formreader("--version") == 0
    assert capsys.readouterr().out.strip() == __version__


def test_a_command_that_is_mistyped_is_suggested(formreader, capsys):
    assert formreader("reed") == 2
    assert "Did you mean 'read'" in capsys.readouterr().err
