"""Copies of files that other machines keep, for as long as they are read."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from formreader.addresses import Address, Source
from formreader.objects import fetch

FOLDER = ".fetched"  # in the run folder: what a run leaves that is killed, the next one removes


@contextmanager
def room_for_copies(out: Path, *, wanted: bool) -> Iterator[Path | None]:
    """Make a folder for the copies of a run, which all of its processes on this machine share.

    Args:
        out: the run folder.
        wanted: whether there will be any; else None is given.
    """
    folder = out.absolute() / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    if not wanted:
        yield None
        return
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def folder_for_copy(shared: Path | None) -> Iterator[Path]:
    """Give the shared folder, or where that is not, as on another machine, one for one file."""
    if shared is not None and shared.is_dir():
        yield shared
        return
    with tempfile.TemporaryDirectory(prefix="formreader-", ignore_cleanup_errors=True) as own:
        yield Path(own)


def fetch_into(folder: Path, address: Address, size: int | None = None) -> Iterator[str]:
    """Copy an object into a folder; the copy is called by the SHA-256 of its bytes, hexadecimal.

    Yields "" for every piece of it, to be seen at work, and at the end that name.

    Raises:
        OSError: if it cannot be fetched, or the copy cannot be written.
        InputError: if there is no driver for it.
    """
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(dir=folder)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in fetch(address, size):
                digest.update(piece)
                file.write(piece)
                yield ""
        content = digest.hexdigest()
        if not (folder / content).exists():  # else others may be reading it
            partial.replace(folder / content)
    finally:
        partial.unlink(missing_ok=True)
    yield content


class LastCopy:
    """Gives files for another look, one at a time: of those at addresses a copy."""

    def __init__(self, shared: Path | None) -> None:
        """Begin without a copy.

        Args:
            shared: folder where it is kept until another takes its place; None: in one of its own.
        """
        self._shared = shared
        self._kept = ExitStack()
        self._address: Address | None = None
        self._copy = Path()

    def path_of(self, source: Source) -> Path:
        """Return where a file can be opened, until the next is asked for.

        Raises:
            OSError: if it cannot be fetched, or the copy cannot be written.
            InputError: if there is no driver for it.
        """
        if isinstance(source, Path):
            return source
        if source != self._address:
            self.close()
            folder = self._kept.enter_context(folder_for_copy(self._shared))
            *_, content = fetch_into(folder, source)
            self._address, self._copy = source, folder / content
            self._kept.callback(self._copy.unlink, missing_ok=True)
        return self._copy

    def close(self) -> None:
        """Remove the copy."""
        self._address = None
        self._kept.close()
