"""Files that take the place of earlier ones."""

import pytest

from formreader.errors import SetupError
from formreader.files import make_folder, replace_bytes, replacing


def test_an_unfinished_file_is_written_anew(tmp_path):
    (tmp_path / ".a.csv.part").write_text("half a li")

    with replacing(tmp_path / "a.csv") as file:
        file.write("whole\n")

    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_what_fails_midway_leaves_the_earlier_file_alone(tmp_path):
    (tmp_path / "a.csv").write_text("before")

    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a.csv") as file:
        file.write(f"{1 / 0}")

    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


def test_a_file_that_cannot_be_replaced_is_said_to_be_in_use(tmp_path):
    (tmp_path / "a.csv").mkdir()

    complaint = pytest.raises(SetupError, match=r"a.csv cannot be replaced: .*; close the program")
    with complaint, replacing(tmp_path / "a.csv") as file:
        file.write("whole\n")


def test_where_no_file_can_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(SetupError, match=r"file/a.csv cannot be written: .*; choose a folder"):
        replace_bytes(tmp_path / "file" / "a.csv", b"")
    with pytest.raises(SetupError, match=r"file/out cannot be made: .*; choose another folder"):
        make_folder(tmp_path / "file" / "out")
