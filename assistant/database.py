"""A SQLite file of ours: opened, brought up to date, read and written by any number of threads and processes.

The one adapter of sqlite3.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import AssistantError

_BUSY_TIMEOUT_MS = 5000

Cursor = sqlite3.Cursor


class DatabaseError(AssistantError):
    """A file of ours cannot be used; the message says what to do."""


class Database:
    """One open file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, steps: Sequence[str], *, holds: str) -> Database:
        """Open `path`, or make it, for its owner's eyes only; `steps[n]` makes version n + 1 of version n.

        :raises DatabaseError: when it is damaged or was written by a newer version; `holds` says what is in it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            path.chmod(0o600)
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            _bring_up_to_date(connection, path, steps)
        except sqlite3.DatabaseError as error:
            raise DatabaseError(
                f"the {holds} in {path} cannot be read ({error}); move the file away to start a new one"
            ) from error
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """A cursor that reads."""
        with self._lock:
            cursor = self._connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A cursor whose writes are kept together, or not at all when the body raises."""
        with self.reading() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, steps: Sequence[str]) -> None:
    if _version(connection) > len(steps):
        raise DatabaseError(f"{path} was written by a newer version of this program; update it")
    while (version := _version(connection)) < len(steps):
        # Another process may be doing the same: whoever comes second finds the version raised, and looks again.
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) == version:
                for statement in _statements(steps[version]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script: `executescript` would commit between them."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
