"""Pages out of picture files: one side of paper after another, upright and grey."""

import stat
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from formreader.errors import BlankPageError, PageError, UnopenedError, UnreadableError
from formreader.images import GrayImage
from formreader.pages import pdf, pictures, tiff
from formreader.pages.blank import is_blank
from formreader.pages.scan import Scan

HEAD_BYTES = 1024  # of a file, which tell what it is; its name may lie


class _Format(Protocol):
    """A module that reads files of one kind."""

    def accepts(self, head: bytes) -> bool: ...

    def count(self, path: Path) -> int: ...

    def scans(self, path: Path, first: int = 1) -> Iterator[Scan | UnreadableError]: ...


FORMATS: tuple[_Format, ...] = (pictures, tiff, pdf)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One side of paper."""

    file: str
    """As the tables show it."""
    number: int
    """From 1."""
    image: GrayImage
    """As a viewer shows it: EXIF and PDF rotation are applied, pixels are square."""
    dpi: float | None
    """What the file claims, None where it claims nothing believable."""


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that cannot be read, or a whole file: then as its page 1."""

    file: str
    number: int
    error: PageError


def count_pages(path: Path) -> int | None:
    """Return how many pages a file has; None where it is too damaged to tell without reading it."""
    try:
        return _format_of(path).count(path)
    except (UnreadableError, OSError):
        return None


def read_pages(path: Path, file: str, first: int = 1) -> Iterator[Page | FailedPage]:
    """Read a file page by page, holding no more than one in memory.

    Never raises for what is wrong with a file, and yields at least one page, read or failed, unless
    pages are asked for that it has not.

    Args:
        path: where the file is.
        file: what its pages say they come from.
        first: page to be read, from 1.
    """
    number = first
    try:
        for scan in _scans(path, first):
            yield _page(file, number, scan)
            number += 1
    except (UnreadableError, OSError) as error:
        yield FailedPage(file, number, _reason(path, error))


def read_page(path: Path, file: str, number: int) -> Page | FailedPage:
    """Read one page of a file, as `read_pages` would."""
    try:
        with closing(_scans(path, first=number)) as scans:
            return _page(file, number, next(scans, UnreadableError("the file has no such page")))
    except (UnreadableError, OSError) as error:
        return FailedPage(file, number, _reason(path, error))


def _scans(path: Path, first: int) -> Generator[Scan | UnreadableError]:
    yield from _format_of(path).scans(path, first)


def _format_of(path: Path) -> _Format:
    if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
        raise UnreadableError("it is no ordinary file")
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise UnreadableError("the file is empty")
    for kind in FORMATS:
        if kind.accepts(head):
            return kind
    raise UnreadableError("it is no picture: PNG, JPEG, BMP, WebP, TIFF and PDF can be read")


def _page(file: str, number: int, scan: Scan | UnreadableError) -> Page | FailedPage:
    if isinstance(scan, UnreadableError):
        return FailedPage(file, number, scan)
    if is_blank(scan.image):
        shade = "white" if scan.image.mean() > 127 else "black"
        return FailedPage(file, number, BlankPageError(f"it is all {shade}"))
    return Page(file, number, scan.image, scan.dpi)


def _reason(path: Path, error: UnreadableError | OSError) -> UnreadableError:
    match error:
        case UnreadableError():
            return error
        case FileNotFoundError() if path.is_symlink():
            return UnopenedError("it is a link to a file that is not there")
        case FileNotFoundError():
            return UnopenedError("the file is gone")
        case PermissionError():
            return UnopenedError("there is no permission to read it")
        case _:
            return UnopenedError(f"it cannot be opened: {error.strerror}")
