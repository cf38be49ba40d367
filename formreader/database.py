"""The database of a run folder: its tables, how they came to be, and how it is opened."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
        folder TEXT NOT NULL,
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
    "CREATE INDEX files_by_content ON files (content, file)",
    "ALTER TABLE files ADD COLUMN size INTEGER; ALTER TABLE files ADD COLUMN version TEXT",
    """
    CREATE TABLE excerpts (
        content TEXT NOT NULL,
        recipe TEXT NOT NULL,
        page INTEGER NOT NULL,
        field TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        jpeg BLOB NOT NULL,
        PRIMARY KEY (content, recipe, page, field)
    ) WITHOUT ROWID
    """,
)
"""Number n brings a store from version n to n + 1; a later version adds at the end."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the database, take it for this process alone and bring it up to date.

    Held exclusively, the journal needs no memory shared between processes, so that the folder may
    lie on a network drive too.
    """
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    connection.text_factory = os.fsdecode  # names of files need not be Unicode
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # safe from kill -9; 40 us a page
        with transaction(connection):
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
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do everything inside or nothing; also takes the lock, at the latest now."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
