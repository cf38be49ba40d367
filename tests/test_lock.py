"""The lock file pins what the project asks for."""

import re
import tomllib
from itertools import chain
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
NAME = re.compile(r"[\w.-]+")


def test_every_package_the_project_names_is_pinned():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    named = {NAME.match(each)[0] for each in chain(*lists)} - {"formreader"}

    locked = (REPOSITORY / "requirements.lock").read_text("utf-8").splitlines()
    pins = {line.partition("==")[0] for line in locked if not line.startswith("#")}

    assert named <= pins


def test_the_lock_names_no_place_to_get_packages_from():
    lock = (REPOSITORY / "requirements.lock").read_text("utf-8")

    assert not re.search(r"://|--(extra-)?index|--find-links|^/|file:", lock, flags=re.MULTILINE)
