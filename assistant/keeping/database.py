"""A SQLite file of ours: opened, brought up to date, read and written by any number of threads and processes.

The one adapter of sqlite3.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from assistant.errors import AssistantError

_BUSY_TIMEOUT_MS = 5000

Cursor = sqlite3.Cursor


class DatabaseError(AssistantError):
    """A file of ours cannot be used; the message says what to do."""


class Database:
    """One open file. Who reads waits for nobody; who writes waits for the disk with all who wrote meanwhile."""

    def __init__(self, path: Path, writer: sqlite3.Connection, *, is_logged: bool) -> None:
        """`is_logged`: what `writer` writes goes into a log beside the file, and is to be brought to the disk here."""
        self._path = path
        self._writer = writer
        self._writing = threading.Lock()
        self._readers: list[sqlite3.Connection] = []  # those that nobody uses now
        self._is_closed = False
        self._log = SharedSync(path.with_name(f"{path.name}-wal")) if is_logged else None

    @classmethod
    def open(cls, path: Path, steps: Sequence[str], *, holds: str) -> Database:
        """Open `path`, or make it, for its owner's eyes only; `steps[n]` makes version n + 1 of version n.

        :raises DatabaseError: when it is damaged or was written by a newer version; `holds` says what is in it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = _connected(path)
            path.chmod(0o600)
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            _bring_up_to_date(connection, path, steps)
            if mode == "wal":
                connection.execute("PRAGMA synchronous = NORMAL")  # SharedSync does the rest
        except sqlite3.DatabaseError as error:
            raise DatabaseError(
                f"the {holds} in {path} cannot be read ({error}); move the file away to start a new one"
            ) from error
        return cls(path, connection, is_logged=mode == "wal")

    def close(self) -> None:
        """Close the file."""
        self._is_closed = True
        with self._writing:
            self._writer.close()
        while self._readers:
            self._readers.pop().close()

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """A cursor that reads what was kept last.

        :raises sqlite3.ProgrammingError: when the file was closed.
        """
        if self._is_closed:
            raise sqlite3.ProgrammingError("the database was closed")
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = _connected(self._path)
        cursor = connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()
            self._readers.append(connection)
            if self._is_closed:
                self.close()

    @contextmanager
    def writing(self, *, lasts: bool = True) -> Iterator[Cursor]:
        """A cursor whose writes are kept together, or not at all when the body raises.

        They outlast this program, whatever becomes of it. Those that need not outlast a loss of power as well say so
        with `lasts`, and do not wait for the disk.
        """
        with self._writing:
            cursor = self._writer.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    yield cursor
                except BaseException:
                    cursor.execute("ROLLBACK")
                    raise
                cursor.execute("COMMIT")
            finally:
                cursor.close()
        if lasts and self._log:
            self._log.sync()


class SharedSync:
    """Brings a file to the disk, once for all who wait at the same time."""

    def __init__(self, path: Path, sync: Callable[[int], None] = os.fsync) -> None:
        self._path = path
        self._sync = sync
        self._counting, self._syncing = threading.Lock(), threading.Lock()
        self._wanted = self._done = 0

    def sync(self) -> None:
        """Return once what was written before this call is on the disk."""
        with self._counting:
            self._wanted += 1
            mine = self._wanted
        with self._syncing:
            if self._done >= mine:
                return
            upto = self._wanted
            with suppress(FileNotFoundError):  # a log is taken away once all of it is in the file and on the disk
                descriptor = os.open(self._path, os.O_RDWR)
                try:
                    self._sync(descriptor)
                finally:
                    os.close(descriptor)
            self._done = upto


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


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
