"""The memory of a run folder: what was read on every page, so that no page is read twice."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from formreader.addresses import Address, Source, source_of
from formreader.database import connect, transaction
from formreader.errors import SetupError
from formreader.excerpts import Excerpt
from formreader.inputs import RUN_FILE
from formreader.objects import ListedObject
from formreader.packing import PackedReading, unpack, unpack_inks
from formreader.results import PageReading
from formreader.template import Template
from formreader.template_file import FILE_NAME, parse_template
from formreader.traits import Inks

KEPT_AFTER = 0.1  # seconds; to keep each change by itself would cost 0.1 ms a page

ALL_PAGES = """
    SELECT file, coalesce(page, 1), layout, reading, probabilities,
        coalesce(pages.problem, files.problem),
        (SELECT min(twins.file) FROM files AS twins WHERE twins.content = files.content)
    FROM files LEFT JOIN pages USING (content, recipe)
    WHERE page IS NOT NULL OR files.problem IS NOT NULL
    ORDER BY file, page
"""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """What became of one page of the run."""

    file: str
    page: int
    outcome: PageReading | str
    """The reading, or the reason why the page was set aside."""
    layout: str | None
    """Digest of the layout of the template that fitted; None for a page set aside."""
    twin: str | None = None
    """The first file, by name, of the same bytes, if that is another."""


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A template as its file was when pages were last read with it."""

    folder: Path
    toml: bytes


class Store:
    """The run of one folder. One process at a time holds it, and lets it go however it ends.

    Pages are known by the digest of their file's content and by the digest of the recipe they
    were read by: the templates' layouts and the network. What is put is kept together with what
    is put in the `KEPT_AFTER` seconds before it, so a process that is killed loses what it was
    reading, and as much of what it had read.
    """

    def __init__(self, folder: Path) -> None:
        """Open the run of a folder, or begin one; folder and file are made if they are missing.

        Raises:
            SetupError: if another process holds the run, or the folder cannot be used.
        """
        self.folder = folder
        self._committed = 0.0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = connect(folder / RUN_FILE)
        except OSError as error:
            raise SetupError(f"{folder} cannot be written: {error.strerror}") from error
        except sqlite3.DatabaseError as error:
            raise SetupError(_why_not_opened(folder, error)) from error

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, raised: type[BaseException] | None, *_: object) -> None:
        try:
            with suppress(sqlite3.Error) if raised else nullcontext():
                self.keep()
        finally:
            self._connection.close()

    def set_aside(self) -> Path | None:
        """Move what was read to a file beside the run, `run-1.sqlite` or the next free number.

        Returns None, having done nothing, where no run was ever started.
        """
        if self._connection.execute("SELECT 1 FROM runs").fetchone() is None:
            return None
        self.keep()
        names = (self.folder / f"run-{number}.sqlite" for number in count(1))
        aside = next(path for path in names if not path.exists())
        partial = aside.with_suffix(".part")
        partial.unlink(missing_ok=True)
        self._connection.execute("VACUUM INTO ?", (str(partial),))
        partial.replace(aside)
        with transaction(self._connection):
            for table in ("excerpts", "pages", "contents", "files", "templates", "runs"):
                self._connection.execute(f"DELETE FROM {table}")
        return aside

    def add_run(
        self, started: str, settings: Mapping[str, object], versions: Mapping[str, object]
    ) -> None:
        """Note that a run was started, when, as ISO 8601 has it, and with what."""
        self._change(
            "INSERT INTO runs (started, settings, versions) VALUES (?, ?, ?)",
            (started, json.dumps(settings), json.dumps(versions)),
        )

    def last_versions(self) -> dict[str, Any]:
        """Return with what the last run was started; nothing if there was none."""
        row = self._connection.execute(
            "SELECT versions FROM runs ORDER BY id DESC LIMIT 1"
        ).fetchone()
        versions: dict[str, Any] = json.loads(row[0]) if row else {}
        return versions

    def put_template(self, layout: str, template: StoredTemplate) -> None:
        """Keep a template, in place of an earlier one of the same layout."""
        self._change(
            "INSERT OR REPLACE INTO templates (layout, folder, toml)"
            " VALUES (?, CAST(? AS TEXT), ?)",
            (layout, os.fsencode(template.folder.absolute()), template.toml),
        )

    def templates(self) -> dict[str, StoredTemplate]:
        """Return the templates of all pages of the run, by the digest of their layout."""
        rows = self._connection.execute(
            "SELECT DISTINCT layout, folder, toml FROM files"
            " JOIN pages USING (content, recipe) JOIN templates USING (layout)"
        )
        return {layout: StoredTemplate(Path(folder), toml) for layout, folder, toml in rows}

    def paths(self) -> dict[str, Source]:
        """Return where each file lay when it was last seen, by its name in the tables."""
        rows = self._connection.execute("SELECT file, path FROM files")
        return {file: source_of(path) for file, path in rows}

    def path(self, file: str) -> Source:
        """Return where a file of the run lay when it was last seen, by its name in the tables."""
        query = "SELECT path FROM files WHERE file = CAST(? AS TEXT)"
        (path,) = self._connection.execute(query, (os.fsencode(file),)).fetchone()
        return source_of(path)

    def content(self, file: str) -> str | None:
        """Return the content of a file of the run, by its name; None if it could not be read."""
        query = "SELECT content FROM files WHERE file = CAST(? AS TEXT)"
        (content,) = self._connection.execute(query, (os.fsencode(file),)).fetchone()
        return None if content is None else str(content)

    def content_of(self, listed: ListedObject) -> str | None:
        """Return the content that an object had when this version was fetched, if it ever was."""
        row = self._connection.execute(
            "SELECT content FROM files WHERE path = CAST(? AS TEXT) AND version = ?",
            (_place(listed.address), listed.version),
        ).fetchone()
        return row[0] if row else None

    def sizes(self) -> set[int]:
        """Return how many bytes the files have that were fetched."""
        rows = self._connection.execute("SELECT DISTINCT size FROM files WHERE size IS NOT NULL")
        return {size for (size,) in rows}

    def put_file(
        self,
        path: Source,
        file: str,
        recipe: str,
        *,
        content: str,
        listed: ListedObject | None = None,
    ) -> None:
        """Let the rows of a file be those of this content, read by this recipe.

        Args:
            path: where it lies.
            file: its name in the tables.
            recipe: digest of the recipe.
            content: digest of its bytes.
            listed: the version that was fetched; None of a file on this machine.
        """
        self._put_file(path, file, recipe, content, None)
        if listed is not None:
            self._change(
                "UPDATE files SET size = ?, version = ? WHERE path = CAST(? AS TEXT)",
                (listed.size, listed.version, _place(path)),
            )

    def forget_unsettled(self, content: str, recipe: str) -> None:
        """Forget the pages of a content that are not settled, so that they are read once more."""
        self._change(
            "DELETE FROM pages WHERE content = ? AND recipe = ? AND NOT settled", (content, recipe)
        )

    def put_lost_file(self, path: Source, file: str, recipe: str, *, problem: str) -> None:
        """Let the one row of a file say why it could not be opened."""
        self._put_file(path, file, recipe, None, problem)

    def page_count(self, content: str) -> int | None:
        """Return how many pages a file of this content has; None if it was never read whole."""
        query = "SELECT pages FROM contents WHERE content = ?"
        row = self._connection.execute(query, (content,)).fetchone()
        return row[0] if row else None

    def put_page_count(self, content: str, pages: int) -> None:
        """Note that a file of this content was read to its end, and how many pages it has."""
        self._change("INSERT OR REPLACE INTO contents VALUES (?, ?)", (content, pages))

    def known_pages(self, content: str, recipe: str) -> frozenset[int]:
        """Return the numbers of the pages that were read or set aside."""
        query = "SELECT page FROM pages WHERE content = ? AND recipe = ?"
        return frozenset(row[0] for row in self._connection.execute(query, (content, recipe)))

    def put_excerpts(
        self, content: str, recipe: str, page: int, excerpts: Mapping[str, Excerpt]
    ) -> None:
        """Keep fields that were cut out of a page, by their names, beside its reading."""
        for field, picture in excerpts.items():
            self._change(
                "INSERT OR REPLACE INTO excerpts VALUES (?, ?, ?, ?, ?, ?, ?)",
                (content, recipe, page, field, *picture),
            )

    def put_reading(
        self, content: str, recipe: str, page: int, layout: str, reading: PackedReading
    ) -> None:
        """Keep what was read on a page."""
        self._change(
            "INSERT OR REPLACE INTO pages (content, recipe, page, layout, reading, probabilities,"
            " settled) VALUES (?, ?, ?, ?, ?, ?, 1)",
            (content, recipe, page, layout, reading.structure, reading.said),
        )

    def put_problem(
        self, content: str, recipe: str, page: int, problem: str, *, settled: bool
    ) -> None:
        """Keep why a page was set aside; unless it is settled, the next run reads it again."""
        self._change(
            "INSERT OR REPLACE INTO pages (content, recipe, page, problem, settled)"
            " VALUES (?, ?, ?, ?, ?)",
            (content, recipe, page, problem, settled),
        )

    def excerpts(self, file: str, page: int) -> dict[str, Excerpt]:
        """Return the fields that were cut out of a page when it was read, by their names."""
        rows = self._connection.execute(
            "SELECT field, width, height, jpeg FROM files JOIN excerpts USING (content, recipe)"
            " WHERE file = CAST(? AS TEXT) AND page = ?",
            (os.fsencode(file), page),
        )
        return {field: Excerpt(width, height, jpeg) for field, width, height, jpeg in rows}

    def pages(self) -> Iterator[StoredPage]:
        """Yield the pages of every file by the file's name and the page's number."""
        for row in self._connection.execute(ALL_PAGES):
            file, page, layout, reading, floats, problem, first = row
            outcome = problem if reading is None else unpack(reading, floats)
            yield StoredPage(file, page, outcome, layout, None if first == file else first)

    def inks(self) -> Iterator[tuple[str, Inks]]:
        """Yield what was said of the ink on every page that was read, after its template's layout.

        They come by the file's name and the page's number.
        """
        rows = self._connection.execute(
            "SELECT layout, reading, probabilities FROM files JOIN pages USING (content, recipe)"
            " WHERE reading IS NOT NULL ORDER BY file, page"
        )
        for layout, reading, floats in rows:
            yield layout, unpack_inks(reading, floats)

    def _put_file(
        self, path: Source, file: str, recipe: str, content: str | None, problem: str | None
    ) -> None:
        """Replace what is known of the file under its path, and of any other under its name."""
        place, name = _place(path), os.fsencode(file)
        self._change(
            "INSERT OR REPLACE INTO files (path, file, recipe, content, problem)"
            " VALUES (CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, ?)",
            (place, name, recipe, content, problem),
        )

    def _change(self, statement: str, values: tuple[object, ...] = ()) -> None:
        """Make a change, which is kept with those before it once some time has passed."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")
        self._connection.execute(statement, values)
        if time.monotonic() - self._committed > KEPT_AFTER:
            self.keep()

    def keep(self) -> None:
        """Let what was put so far outlast whatever comes."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        self._committed = time.monotonic()


def _place(path: Source) -> bytes:
    return os.fsencode(str(path) if isinstance(path, Address) else path.absolute())


def stored_templates(store: Store) -> dict[str, Template]:
    """Return the templates of all pages of a run as they were then, by layout.

    Raises:
        TemplateError: if one cannot be read any more.
    """
    return {
        layout: parse_template(stored.toml, stored.folder / FILE_NAME, alone=True)
        for layout, stored in store.templates().items()
    }


def _why_not_opened(folder: Path, error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return f"another formreader is at work on {folder}; wait for it, or give another folder"
    return f"{folder / RUN_FILE} cannot be used: {error}"
