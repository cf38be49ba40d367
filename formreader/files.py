"""Files that take the place of earlier ones whole: nobody ever sees half of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from formreader.errors import SetupError


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Open a text file that takes the place of an earlier one once it is written to its end.

    Raises:
        SetupError: if it cannot be written, as when a spreadsheet has it open.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            yield file
        _replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a file that takes the place of an earlier one once it is written to its end.

    Raises:
        SetupError: if it cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(content)
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
