"""What is installed works by itself: the wheel in an environment that holds nothing else."""

import csv
import os
import subprocess
import venv
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
OFFLINE = ("No matching distribution found", "Could not find a version")


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program as if the repository were not there; skip if packages cannot be had."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if any(sign in process.stderr for sign in OFFLINE):
        pytest.skip("the packages it needs cannot be had here")
    return process


@pytest.fixture(scope="module")
def programs(tmp_path_factory) -> Path:
    """The folder of programs of an environment into which the wheel was installed."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = (programs / "python", "-m", "pip")
    run(*pip, "wheel", "--no-deps", "--wheel-dir", folder, REPOSITORY, folder=folder)
    (wheel,) = folder.glob("*.whl")
    run(*pip, "install", wheel, folder=folder)
    return programs


def test_the_wheel_reads_drawn_pages_without_tensorflow(programs, tmp_path):
    formreader = programs / "formreader"

    drawn = run(formreader, "synth", "expense-claim", "-n", "1", "-o", "forms", folder=tmp_path)
    read = run(formreader, "read", "forms/pages", "-t", "expense-claim", folder=tmp_path)
    drawn_cheque = run(
        formreader, "synth", "cheque-in", "-n", "1", "-o", "cheques", folder=tmp_path
    )
    cheque = run(
        *(formreader, "read", "cheques/pages", "-t", "cheque-in", "-o", "read"), folder=tmp_path
    )
    without = run(programs / "python", "-c", "import tensorflow", folder=tmp_path)

    assert drawn.returncode == 0, drawn.stderr
    assert read.returncode == 0, read.stderr
    assert drawn_cheque.returncode == 0, drawn_cheque.stderr
    assert cheque.returncode == 0, cheque.stderr
    with (tmp_path / "formreader-out" / "fields.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) > 0
    assert "ModuleNotFoundError" in without.stderr
