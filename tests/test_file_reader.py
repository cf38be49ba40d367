"""Files that break off: what they are read for is said of their own pages alone."""

from pathlib import Path

import pytest

from formreader.errors import UnreadableError
from formreader.file_reader import FileDone, FileReader, FileTask, PageDone
from formreader.pages import FailedPage

SHARE_FAILS = UnreadableError("it cannot be opened: Input/output error")


@pytest.fixture
def share_fails(monkeypatch):
    def read_pages(path: Path, file: str, first: int):
        yield FailedPage(file, first, SHARE_FAILS, settled=False)

    monkeypatch.setattr("formreader.file_reader.read_pages", read_pages)


def part(*known: int) -> FileTask:
    return FileTask(Path("a.pdf"), "a.pdf", "content", frozenset(known), pages=8, start=1, end=4)


def test_a_part_that_breaks_off_names_the_first_of_its_own_pages_that_is_unread(share_fails):
    task = part(1, 3)

    lost, done = FileReader(None)(task)

    assert lost == PageDone(task, 2, str(SHARE_FAILS), settled=False)
    assert done == FileDone(task, pages=None)


def test_a_part_that_breaks_off_behind_its_last_unread_page_has_lost_nothing(monkeypatch):
    task = part(3, 4)

    def read_pages(path: Path, file: str, first: int):
        yield from (FailedPage(file, number, SHARE_FAILS) for number in (1, 2))
        yield FailedPage(file, 3, SHARE_FAILS, settled=False)

    monkeypatch.setattr("formreader.file_reader.read_pages", read_pages)
    first, second, done = FileReader(None)(task)

    assert (first.page, second.page, done) == (1, 2, FileDone(task, pages=8))


def test_a_file_that_was_to_be_fetched_alone_and_was_is_not_given_up():
    task = FileTask(Path("a.pdf"), "a.pdf", "content", only_fetch=True)

    assert FileReader(None).give_up(task, "crash") == ((), None)
