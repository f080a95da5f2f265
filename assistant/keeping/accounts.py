"""Users with their sessions and API keys, in SQLite. Secrets are kept as hashes: the file lets nobody in."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.keeping.database import Cursor, Database

SESSION_S = 12 * 3600
# What an API key begins with, so that people and secret scanners know one.
KEY_PREFIX = "fa-"
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 1000
_NAME = re.compile(r"[^\W_][\w.@-]{0,63}")

_TABLES = """
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL, is_admin INTEGER NOT NULL,
  key TEXT UNIQUE);
CREATE TABLE sessions (
  token TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, expires_at REAL NOT NULL);
"""
_USER = "users.id, users.name, users.is_admin"


class AccountError(AssistantError):
    """A user cannot be added, found or changed as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class User:
    """Who asks. `id` owns conversations; only an admin changes what all share."""

    id: str
    name: str
    is_admin: bool


class Accounts:
    """The file of users. `clock` gives seconds since the epoch."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, path: Path, clock: Callable[[], float] = time.time) -> Accounts:
        """Open `path`, or make it.

        :raises DatabaseError: when it is damaged or was written by a newer version of this program.
        """
        return cls(Database.open(path, (_TABLES,), holds="users"), clock)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(self, name: str, hashed_password: str, *, is_admin: bool) -> User:
        """Add a user.

        :raises AccountError: when the name is taken or cannot be one.
        """
        if not _NAME.fullmatch(name):
            raise AccountError(f"{name!r} cannot be a user's name: use letters, digits and . _ @ -, at most 64")
        user = User(uuid.uuid4().hex, name, is_admin)
        with self._database.writing() as cursor:
            if cursor.execute("SELECT 1 FROM users WHERE name = ?", (name,)).fetchone():
                raise AccountError(
                    f"there is a user {name!r} already; change the password with `assistant users password`"
                )
            cursor.execute(
                "INSERT INTO users (id, name, password, is_admin) VALUES (?, ?, ?, ?)",
                (user.id, name, hashed_password, is_admin),
            )
        return user

    def listed(self) -> list[User]:
        """All users, by name."""
        with self._database.reading() as cursor:
            return [_user(row) for row in cursor.execute(f"SELECT {_USER} FROM users ORDER BY name")]

    def find(self, name: str) -> User:
        """The user of that name.

        :raises AccountError: when there is none.
        """
        with self._database.reading() as cursor:
            row = cursor.execute(f"SELECT {_USER} FROM users WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise AccountError(f"there is no user {name!r}; `assistant users list` names them all")
        return _user(row)

    def hashed_password(self, name: str) -> tuple[str, str]:
        """The id and hashed password of the user of that name; empty when there is none."""
        with self._database.reading() as cursor:
            row = cursor.execute("SELECT id, password FROM users WHERE name = ?", (name,)).fetchone()
            return (str(row[0]), str(row[1])) if row else ("", "")

    def remove(self, user_id: str) -> None:
        """Forget a user, the sessions and the key."""
        with self._database.writing() as cursor:
            cursor.execute("DELETE FROM users WHERE id = ?", (user_id,))

    def set_password(self, user_id: str, hashed_password: str) -> None:
        """Change a password; whoever is signed in with the old one no longer is."""
        with self._database.writing() as cursor:
            cursor.execute("UPDATE users SET password = ? WHERE id = ?", (hashed_password, user_id))
            cursor.execute("DELETE FROM sessions WHERE user = ?", (user_id,))

    def new_key(self, user_id: str) -> str:
        """A key for programs, shown this once; an earlier one no longer works."""
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        with self._database.writing() as cursor:
            cursor.execute("UPDATE users SET key = ? WHERE id = ?", (_fingerprint(key), user_id))
        return key

    def by_key(self, key: str) -> User | None:
        """Whose key this is."""
        with self._database.reading() as cursor:
            row = cursor.execute(f"SELECT {_USER} FROM users WHERE key = ?", (_fingerprint(key),)).fetchone()
            return _user(row) if row else None

    def begin_session(self, user_id: str) -> str:
        """A token that stands for the user for `SESSION_S` seconds."""
        token = secrets.token_urlsafe(32)
        with self._database.writing() as cursor:
            self._forget_expired(cursor)
            values = (_fingerprint(token), user_id, self._clock() + SESSION_S)
            cursor.execute("INSERT INTO sessions VALUES (?, ?, ?)", values)
        return token

    def in_session(self, token: str) -> User | None:
        """Who a token stands for; nobody once it has ended."""
        sql = f"SELECT {_USER} FROM sessions JOIN users ON users.id = user WHERE token = ? AND expires_at > ?"
        with self._database.reading() as cursor:
            row = cursor.execute(sql, (_fingerprint(token), self._clock())).fetchone()
            return _user(row) if row else None

    def end_session(self, token: str) -> None:
        """End a session."""
        with self._database.writing() as cursor:
            cursor.execute("DELETE FROM sessions WHERE token = ?", (_fingerprint(token),))

    def _forget_expired(self, cursor: Cursor) -> None:
        cursor.execute("DELETE FROM sessions WHERE expires_at <= ?", (self._clock(),))


def check_password(password: str) -> None:
    """Refuse what is easily guessed, or long enough to be a burden.

    :raises AccountError: saying what is wanted.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,} characters")


def _fingerprint(secret: str) -> str:
    # Tokens and keys are 256 random bits: unlike a password, a plain hash of one cannot be guessed back.
    return hashlib.sha256(secret.encode()).hexdigest()


def _user(row: tuple[str, str, int]) -> User:
    return User(row[0], row[1], bool(row[2]))
