"""Files that take the place of earlier ones whole: nobody ever sees half of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from formreader.errors import SetupError


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where it is not there yet.

    Raises:
        SetupError: if it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"{path.as_posix()} cannot be made: {error.strerror}; choose another folder"
        ) from error


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Open a text file that takes the place of an earlier one once it is written to its end.

    Raises:
        SetupError: if no file can be made there, or the earlier one is held, as by a spreadsheet.
    """
    with (
        replacing_path(path) as partial,
        partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        yield file


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a file that takes the place of an earlier one once it is written to its end.

    Raises:
        SetupError: if no file can be made there, or the earlier one is held by another program.
    """
    with replacing_path(path) as partial:
        partial.write_bytes(content)


@contextmanager
def replacing_path(path: Path) -> Iterator[Path]:
    """Give an empty file beside another, whose place it takes if all goes well.

    Raises:
        SetupError: if no file can be made there, or the earlier one is held by another program.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.touch()
    except OSError as error:
        raise SetupError(
            f"{path.as_posix()} cannot be written: {error.strerror}; choose a folder where you "
            "may make files"
        ) from error
    try:
        yield partial
        _replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _replace(partial: Path, path: Path) -> None:
    try:
        partial.replace(path)
    except OSError as error:
        raise SetupError(
            f"{path.as_posix()} cannot be replaced: {error.strerror}; close the program that "
            "shows it and run the same command again: what was read is kept"
        ) from error
