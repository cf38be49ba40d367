"""The pages of a run, looked up again to show them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from formreader.images import GrayImage
from formreader.pages import FailedPage, Page, read_pages


class Album:
    """Gives the pictures of pages, cheaply if they are asked for in the order of the tables.

    A file stays open between its pages: the last of 500 is not reached through all others again.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        """Look pages up in files, each given by its name in the tables."""
        self._paths = paths
        self._file: str | None = None
        self._pages: Iterator[Page | FailedPage] = iter(())
        self._number = 0

    def __call__(self, file: str, number: int) -> GrayImage | None:
        """Return a page's picture, (height, width); None where it can no longer be read."""
        if file != self._file or number <= self._number:
            self._file, self._number = file, 0
            path = self._paths[file]
            self._pages = read_pages(path, file) if path.is_file() else iter(())
        for page in self._pages:
            self._number = page.number
            if page.number == number:
                return page.image if isinstance(page, Page) else None
        return None
