"""The memory of a run folder: what was read on every page, so that no page is read twice."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from formreader.errors import SetupError
from formreader.geometry import Rect
from formreader.images import CLASSES
from formreader.results import BoxReading, BoxState, FieldReading, PageReading

FILE_NAME = "run.sqlite"

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        started TEXT NOT NULL,
        settings TEXT NOT NULL,
        versions TEXT NOT NULL
    );
    CREATE TABLE templates (
        layout TEXT PRIMARY KEY,
        path TEXT NOT NULL,
        toml BLOB NOT NULL
    );
    CREATE TABLE files (
        path TEXT PRIMARY KEY,
        file TEXT NOT NULL UNIQUE,
        recipe TEXT NOT NULL,
        content TEXT,
        problem TEXT,
        CHECK ((content IS NULL) <> (problem IS NULL))
    );
    CREATE TABLE contents (
        content TEXT PRIMARY KEY,
        pages INTEGER NOT NULL
    );
    CREATE TABLE pages (
        content TEXT NOT NULL,
        recipe TEXT NOT NULL,
        page INTEGER NOT NULL,
        layout TEXT REFERENCES templates (layout),
        reading TEXT,
        probabilities BLOB,
        problem TEXT,
        settled INTEGER NOT NULL,
        PRIMARY KEY (content, recipe, page),
        CHECK ((reading IS NULL) <> (problem IS NULL)),
        CHECK ((reading IS NULL) = (layout IS NULL))
    ) WITHOUT ROWID;
    """,
)
"""Number n brings a store from version n to n + 1; a later version adds at the end."""

ALL_PAGES = """
    SELECT file, path, coalesce(page, 1), layout, reading, probabilities,
        coalesce(pages.problem, files.problem)
    FROM files LEFT JOIN pages USING (content, recipe)
    WHERE page IS NOT NULL OR files.problem IS NOT NULL
    ORDER BY file, page
"""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """What became of one page of the run."""

    file: str
    path: Path
    """Where the file lay when it was last seen."""
    page: int
    outcome: PageReading | str
    """The reading, or the reason why the page was set aside."""
    layout: str | None
    """Digest of the layout of the template that fitted; None for a page set aside."""


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A template as its file was when pages were last read with it."""

    path: Path
    toml: bytes


class Store:
    """The run of one folder. One process at a time holds it, and lets it go however it ends.

    Pages are known by the digest of their file's content and by the digest of the recipe they
    were read by: the templates' layouts and the network. Every change is a transaction, so a
    process that is killed loses only what it was reading.
    """

    def __init__(self, folder: Path) -> None:
        """Open the run of a folder, or begin one; folder and file are made if they are missing.

        Raises:
            SetupError: if another process holds the run, or the folder cannot be used.
        """
        self.path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = _connect(self.path)
        except OSError as error:
            raise SetupError(f"{folder} cannot be written: {error.strerror}") from error
        except sqlite3.DatabaseError as error:
            raise SetupError(_why_not_opened(self.path, error)) from error

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def set_aside(self) -> Path | None:
        """Move what was read to a file beside the run, named by the time of its last start.

        Returns None, having done nothing, where nothing was ever started.
        """
        row = self._connection.execute("SELECT started FROM runs ORDER BY id DESC").fetchone()
        if row is None:
            return None
        aside = self.path.with_stem(f"run-{row[0].replace(':', '')}")
        partial = aside.with_suffix(".part")
        partial.unlink(missing_ok=True)
        self._connection.execute("VACUUM INTO ?", (str(partial),))
        partial.replace(aside)
        with _transaction(self._connection):
            for table in ("pages", "contents", "files", "templates", "runs"):
                self._connection.execute(f"DELETE FROM {table}")
        return aside

    def add_run(
        self, started: str, settings: Mapping[str, object], versions: Mapping[str, object]
    ) -> None:
        """Note that a run was started, when, as ISO 8601 has it, and with what."""
        self._connection.execute(
            "INSERT INTO runs (started, settings, versions) VALUES (?, ?, ?)",
            (started, json.dumps(settings), json.dumps(versions)),
        )

    def put_template(self, layout: str, template: StoredTemplate) -> None:
        """Keep a template, in place of an earlier one of the same layout."""
        self._connection.execute(
            "INSERT OR REPLACE INTO templates (layout, path, toml) VALUES (?, ?, ?)",
            (layout, template.path.as_posix(), template.toml),
        )

    def templates(self) -> dict[str, StoredTemplate]:
        """Return every template that pages were read with, by the digest of its layout."""
        rows = self._connection.execute("SELECT layout, path, toml FROM templates")
        return {layout: StoredTemplate(Path(path), toml) for layout, path, toml in rows}

    def path_of(self, file: str) -> Path | None:
        """Return where the file of that name in the tables lay; None if there was none."""
        query = "SELECT path FROM files WHERE file = ?"
        row = self._connection.execute(query, (file,)).fetchone()
        return Path(row[0]) if row else None

    def put_file(self, path: Path, file: str, recipe: str, *, content: str) -> None:
        """Let the rows of a file be those of this content, read by this recipe."""
        self._put_file(path, file, recipe, content, None)

    def put_lost_file(self, path: Path, file: str, recipe: str, *, problem: str) -> None:
        """Let the one row of a file say that nothing could be read of it."""
        self._put_file(path, file, recipe, None, problem)

    def page_count(self, content: str) -> int | None:
        """Return how many pages a file of this content has; None if it was never read whole."""
        query = "SELECT pages FROM contents WHERE content = ?"
        row = self._connection.execute(query, (content,)).fetchone()
        return row[0] if row else None

    def put_page_count(self, content: str, pages: int) -> None:
        """Note that a file of this content was read to its end, and how many pages it has."""
        self._connection.execute("INSERT OR REPLACE INTO contents VALUES (?, ?)", (content, pages))

    def settled_pages(self, content: str, recipe: str) -> frozenset[int]:
        """Return the numbers of the pages that need not be read again."""
        query = "SELECT page FROM pages WHERE content = ? AND recipe = ? AND settled"
        return frozenset(row[0] for row in self._connection.execute(query, (content, recipe)))

    def put_reading(
        self, content: str, recipe: str, page: int, layout: str, reading: PageReading
    ) -> None:
        """Keep what was read on a page, its probabilities as 32-bit floats."""
        self._connection.execute(
            "INSERT OR REPLACE INTO pages (content, recipe, page, layout, reading, probabilities,"
            " settled) VALUES (?, ?, ?, ?, ?, ?, 1)",
            (content, recipe, page, layout, _structure(reading), _probabilities(reading)),
        )

    def put_problem(
        self, content: str, recipe: str, page: int, problem: str, *, settled: bool
    ) -> None:
        """Keep why a page was set aside, and whether it stays so without being tried again."""
        self._connection.execute(
            "INSERT OR REPLACE INTO pages (content, recipe, page, problem, settled)"
            " VALUES (?, ?, ?, ?, ?)",
            (content, recipe, page, problem, settled),
        )

    def pages(self) -> Iterator[StoredPage]:
        """Yield the pages of every file by the file's name and the page's number."""
        for file, path, page, layout, reading, floats, problem in self._connection.execute(
            ALL_PAGES
        ):
            outcome = problem if reading is None else _reading(reading, floats)
            yield StoredPage(file, Path(path), page, outcome, layout)

    def _put_file(
        self, path: Path, file: str, recipe: str, content: str | None, problem: str | None
    ) -> None:
        """Replace what is known of the file under its path, and of any other under its name."""
        with _transaction(self._connection):
            self._connection.execute(
                "DELETE FROM files WHERE file = ? OR path = ?", (file, path.as_posix())
            )
            self._connection.execute(
                "INSERT INTO files (path, file, recipe, content, problem) VALUES (?, ?, ?, ?, ?)",
                (path.as_posix(), file, recipe, content, problem),
            )


def _connect(path: Path) -> sqlite3.Connection:
    """Open the database, take it for this process alone and bring it up to date.

    Held exclusively, the journal needs no memory shared between processes, so that the folder may
    lie on a network drive too.
    """
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # safe from kill -9; 40 us a page
        with _transaction(connection):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > len(MIGRATIONS):
                raise sqlite3.DatabaseError("it was made by a newer version of formreader")
            for statement in ";".join(MIGRATIONS[version:]).split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do everything inside or nothing; also takes the lock, at the latest now."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _why_not_opened(path: Path, error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return f"another formreader is at work on {path.parent}; wait for it or choose another -o"
    return f"{path} cannot be used: {error}"


def _structure(reading: PageReading) -> str:
    """Return everything of a reading but its probabilities, as JSON."""
    fields = [
        {
            "name": field.name,
            "area": [field.area.x, field.area.y, field.area.width, field.area.height],
            "boxes": " ".join(box.state for box in field.boxes),
        }
        for field in reading.fields
    ]
    whole = {"template": reading.template, "residual_mm": reading.residual_mm, "fields": fields}
    return json.dumps(whole, ensure_ascii=False)


def _probabilities(reading: PageReading) -> bytes:
    """Return the probabilities of all boxes with ink in reading order, little-endian."""
    boxes = [box for field in reading.fields for box in field.boxes]
    return np.array([box.probabilities for box in boxes if box.probabilities], "<f4").tobytes()


def _reading(structure: str, floats: bytes) -> PageReading:
    """Put a reading together again."""
    whole = json.loads(structure)
    rows = iter(np.frombuffer(floats, "<f4").reshape(-1, CLASSES).tolist())

    def box(state: BoxState) -> BoxReading:
        return BoxReading(state, tuple(next(rows)) if state is BoxState.INK else ())

    fields = tuple(
        FieldReading(
            name=field["name"],
            boxes=tuple(box(BoxState(state)) for state in field["boxes"].split()),
            area=Rect(*field["area"]),
        )
        for field in whole["fields"]
    )
    return PageReading(whole["template"], whole["residual_mm"], fields)
