import os
import sys
from io import StringIO
from pathlib import Path

import pytest

from formreader.errors import InputError
from formreader.inputs import Inputs, find_inputs


def tree(root: Path, *files: str) -> Path:
    """Create empty files below a folder."""
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def link(path: Path, target: Path) -> None:
    """Create a link, or skip the test where this is not allowed."""
    try:
        path.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:
        pytest.skip("links are not allowed here")


def find(*paths: Path) -> Inputs:
    return find_inputs([str(path) for path in paths], None)


def names(inputs: Inputs) -> list[str]:
    return [file.file for file in inputs.files]


def test_a_folder_is_walked_in_an_order_that_no_system_changes(tmp_path):
    scans = tree(tmp_path, "b.png", "a/z.jpg", "B.PNG", "a.tif", "a/ä ö.pdf", "a-b/1.webp")

    assert names(find(scans)) == sorted(names(find(scans)))
    assert set(names(find(scans))) == {
        "B.PNG",
        "a-b/1.webp",
        "a.tif",
        "a/z.jpg",
        "a/ä ö.pdf",
        "b.png",
    }


def test_a_lone_file_goes_by_its_name(tmp_path):
    scans = tree(tmp_path, "in/page one.png")

    inputs = find(scans / "in" / "page one.png")

    assert names(inputs) == ["page one.png"]
    assert inputs.files[0].path == scans / "in" / "page one.png"


def test_files_go_by_their_path_from_what_all_paths_share(tmp_path):
    scans = tree(tmp_path, "x/1.png", "y/2.png", "y/z/3.png")

    assert names(find(scans / "x", scans / "y")) == ["x/1.png", "y/2.png", "y/z/3.png"]
    assert names(find(scans / "y" / "2.png", scans / "y" / "z")) == ["2.png", "z/3.png"]


def test_hidden_and_other_files_are_ignored_and_counted(tmp_path):
    scans = tree(tmp_path, "1.png", ".2.png", "notes.txt", ".git/3.png", "Thumbs.db")

    inputs = find(scans)

    assert names(inputs) == ["1.png"]
    assert inputs.ignored == 4


def test_a_file_named_outright_is_read_even_if_hidden(tmp_path):
    scans = tree(tmp_path, ".1.png", "notes.txt")

    inputs = find(scans / ".1.png", scans / "notes.txt")

    assert (names(inputs), inputs.ignored) == ([".1.png"], 1)


def test_a_folder_that_is_called_like_a_picture_is_a_folder(tmp_path):
    scans = tree(tmp_path, "batch.png/1.png")

    assert names(find(scans)) == ["batch.png/1.png"]
    assert names(find(scans / "batch.png")) == ["1.png"]


def test_a_run_folder_inside_the_input_is_skipped(tmp_path):
    scans = tree(tmp_path, "1.png", "out/run.sqlite", "out/crop.png", "out/deep/2.png")

    assert names(find(scans)) == ["1.png"]


def test_a_run_that_writes_beside_its_pages_finds_them_again(tmp_path):
    scans = tree(tmp_path, "1.png", "run.sqlite", "fields.csv")

    assert names(find(scans)) == ["1.png"]


def test_the_same_file_given_twice_is_read_once(tmp_path):
    scans = tree(tmp_path, "a/1.png", "a/2.png")

    assert names(find(scans, scans / "a", scans / "a" / "1.png")) == ["a/1.png", "a/2.png"]


def test_a_file_and_a_link_to_it_are_read_once_under_its_own_name(tmp_path):
    scans = tree(tmp_path, "z/1.png")
    link(scans / "a.png", scans / "z" / "1.png")
    link(scans / "b", scans / "z")

    assert names(find(scans)) == ["z/1.png"]


def test_links_that_lead_round_in_a_circle_end(tmp_path):
    scans = tree(tmp_path, "a/1.png", "b/2.png")
    link(scans / "a" / "up", scans)
    link(scans / "a" / "over", scans / "b")
    link(scans / "b" / "back", scans / "a")

    assert names(find(scans)) == ["a/1.png", "b/2.png"]


def test_a_link_to_another_folder_is_followed(tmp_path):
    scans, elsewhere = tree(tmp_path / "scans", "1.png"), tree(tmp_path / "far", "2.png")
    link(scans / "more", elsewhere)

    assert names(find(scans)) == ["1.png", "more/2.png"]


def test_links_that_lead_nowhere_are_pages_to_be_set_aside(tmp_path):
    link(tmp_path / "a.png", tmp_path / "gone.png")
    link(tmp_path / "b.png", tmp_path / "gone.png")

    assert names(find(tmp_path)) == ["a.png", "b.png"]
    assert names(find(tmp_path / "a.png")) == ["a.png"]


def test_a_list_of_paths_comes_from_standard_input(tmp_path):
    scans = tree(tmp_path, "1.png", "deep/2 ß.png", "3.png")
    lines = StringIO(f"{scans / '1.png'}\n\n{scans / 'deep'}\r\n")

    assert names(find_inputs(["-"], lines)) == ["1.png", "deep/2 ß.png"]


def test_relative_paths_may_lead_upwards(tmp_path, monkeypatch):
    scans = tree(tmp_path, "x/1.png", "y/2.png")
    monkeypatch.chdir(scans / "x")

    assert names(find_inputs([".", "../y/2.png"], None)) == ["x/1.png", "y/2.png"]


def test_all_missing_paths_are_named_at_once(tmp_path):
    with pytest.raises(InputError, match=r"(?s)no such file or folder.*one\.png.*two"):
        find(tmp_path / "one.png", tmp_path / "two", tmp_path)


def test_a_long_list_of_missing_paths_is_cut_short(tmp_path):
    with pytest.raises(InputError, match=r"and 20 more"):
        find(*(tmp_path / f"{number}.png" for number in range(30)))


@pytest.mark.parametrize("files", [[], ["notes.txt", ".hidden.png"]])
def test_a_folder_without_pictures_is_refused_with_what_would_be_read(tmp_path, files):
    with pytest.raises(InputError, match=r"nothing to read.*\.jpg"):
        find(tree(tmp_path, *files))


@pytest.mark.parametrize("lines", [None, StringIO("\n")])
def test_an_empty_list_is_refused(lines):
    with pytest.raises(InputError):
        find_inputs(["-"], lines)


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on other systems")
def test_a_name_that_is_no_text_is_told_apart_in_the_tables(tmp_path):
    for name in (b"scan\xff.png", b"scan\xfe.png"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()

    assert names(find(tmp_path)) == [r"scan\xfe.png", r"scan\xff.png"]


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="everything may be listed here"
)
def test_a_folder_that_may_not_be_listed_stops_the_run(tmp_path):
    locked = tree(tmp_path, "1.png", "locked/2.png") / "locked"
    locked.chmod(0)

    with pytest.raises(InputError, match="cannot be listed"):
        find(tmp_path)

    locked.chmod(0o700)
