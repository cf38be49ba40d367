import os
from pathlib import Path

import pytest
from hypothesis import settings

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
