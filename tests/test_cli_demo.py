"""`formreader demo`: the first thing that anybody runs."""

import subprocess
import sys
from pathlib import Path


def test_demo_works_in_an_empty_folder_and_names_what_it_made(formreader, capsys):
    code = formreader("demo")

    said = capsys.readouterr().out
    named = [word for word in said.split() if word.startswith("formreader-demo/")]
    assert code == 0
    assert len(named) >= 6
    assert all(list(Path().glob(name.rstrip(","))) for name in named)


def test_demo_does_not_draw_over_other_files(formreader, capsys):
    Path("formreader-demo", "pages").mkdir(parents=True)
    Path("formreader-demo", "pages", "mine.png").touch()

    assert formreader("demo") == 2
    assert "name another folder" in capsys.readouterr().err


def test_demo_loads_pandas_only_when_it_scores():
    check = "import sys, formreader.cli.demo; sys.exit('pandas' in sys.modules)"

    subprocess.run([sys.executable, "-c", check], check=True)
