import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from formreader.cli import main

REPOSITORY = Path(__file__).parent.parent

settings.register_profile("any machine", deadline=None)  # a busy one is slow, not wrong
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder of digit sets and real scans that tests may read; skip without it."""
    folder = Path(os.environ.get("FORMREADER_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the data are not at {folder}; FORMREADER_DATA names another place")
    return folder


@pytest.fixture
def formreader(tmp_path, monkeypatch):
    """Run the command line in an empty folder; return its exit code."""
    monkeypatch.chdir(tmp_path)

    def formreader(*arguments: str | Path) -> int:
        monkeypatch.setattr(sys, "argv", ["formreader", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0)

    return formreader
