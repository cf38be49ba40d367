"""Copies of files that other machines keep, for as long as they are read."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from formreader.addresses import Address, Source
from formreader.errors import FormreaderError, not_written
from formreader.objects import fetch

FOLDER = ".fetched"  # in the run folder: what a run leaves that is killed, the next one removes


class CopyError(FormreaderError):
    """A copy cannot be written, as on a full disk: so it would go for every file that is left."""


@contextmanager
def room_for_copies(out: Path, *, wanted: bool) -> Iterator[Path | None]:
    """Make a folder for the copies of a run, which all of its processes on this machine share.

    It is another each time: workers of a run that was killed may still write to theirs.

    Args:
        out: the run folder.
        wanted: whether there will be any; else None is given.
    """
    all_runs = out.absolute() / FOLDER
    shutil.rmtree(all_runs, ignore_errors=True)
    if not wanted:
        yield None
        return
    all_runs.mkdir(exist_ok=True)
    try:
        yield Path(tempfile.mkdtemp(dir=all_runs))
    finally:
        shutil.rmtree(all_runs, ignore_errors=True)


@contextmanager
def folder_for_copy(shared: Path | None) -> Iterator[Path]:
    """Give the shared folder, or where that is not, as on another machine, one for one file.

    Raises:
        CopyError: if none can be made.
    """
    if shared is not None and shared.is_dir() and os.access(shared, os.W_OK | os.X_OK):
        yield shared
        return
    with ExitStack() as kept:
        with _writing("the folder for temporary files"):
            own = tempfile.TemporaryDirectory(prefix="formreader-", ignore_cleanup_errors=True)
        yield Path(kept.enter_context(own))


def fetch_into(folder: Path, address: Address, size: int | None = None) -> Iterator[str]:
    """Copy an object into a folder; the copy is called by the SHA-256 of its bytes, hexadecimal.

    Yields "" for every piece of it, to be seen at work, and at the end that name.

    Raises:
        OSError: if it cannot be fetched.
        CopyError: if the copy cannot be written.
        InputError: if there is no driver for it.
    """
    digest = hashlib.sha256()
    with _writing(folder):
        handle, name = tempfile.mkstemp(dir=folder)
        os.close(handle)
    partial = Path(name)
    try:
        for piece in fetch(address, size):
            digest.update(piece)
            with _writing(folder), partial.open("ab") as file:
                file.write(piece)
            yield ""
        content = digest.hexdigest()
        with _writing(folder):
            _keep(partial, folder / content)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    yield content


@contextmanager
def _writing(folder: Path | str) -> Iterator[None]:
    """Tell what fails on this machine from what fails where files come from.

    Raises:
        CopyError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise CopyError(not_written(folder, error.strerror or error)) from error


def _keep(partial: Path, copy: Path) -> None:
    """Give a copy its name, unless another process was faster: others may be reading it."""
    if not copy.exists():
        try:
            partial.replace(copy)
        except OSError:
            if not copy.exists():
                raise


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
            OSError: if it cannot be fetched.
            CopyError: if the copy cannot be written.
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
