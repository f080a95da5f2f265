"""Conversations, kept in SQLite as they happen: a question when it is asked, its answer as far as it has come.

An answer that a crash or a stop cut off stays as what had come, marked incomplete. Order is by sequence, not by clock.
Any number of threads and processes may use one file.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from assistant.answer import Answer
from assistant.conversation import KeptTurn, Listed, ReadPassage, State
from assistant.conversation_search import fts_query, fts_text
from assistant.errors import AssistantError
from assistant.reading import Passage
from assistant.record import answer_from_record, to_record

_VERSION = 1
_BUSY_TIMEOUT_MS = 5000
_TITLE_LENGTH = 80

# The long texts lie in a table of their own, so that a list of questions reads few pages.
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS conversations (id TEXT PRIMARY KEY, title TEXT NOT NULL, last_turn INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS conversations_by_last_turn ON conversations (last_turn);
CREATE TABLE IF NOT EXISTS turns (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  question TEXT NOT NULL, asked_at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'incomplete',
  rating TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS turns_by_conversation ON turns (conversation, id);
CREATE TABLE IF NOT EXISTS answers (
  turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
  text TEXT NOT NULL, record TEXT NOT NULL, passages TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS searched USING fts5 (text);
CREATE TRIGGER IF NOT EXISTS turn_deleted AFTER DELETE ON turns BEGIN DELETE FROM searched WHERE rowid = old.id; END;
PRAGMA user_version = {_VERSION};
"""


class ConversationsError(AssistantError):
    """The file of conversations cannot be used; the message says what to do."""


class Conversations:
    """The file of conversations."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Conversations:
        """Open `path`, or make it.

        :raises ConversationsError: when it is damaged or was written by a newer version of this program.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            path.chmod(0o600)
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            _make_or_check(connection, path)
        except sqlite3.DatabaseError as error:
            raise ConversationsError(
                f"the conversations in {path} cannot be read ({error}); move the file away to start a new one"
            ) from error
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def ask(self, conversation_id: str, question: str) -> tuple[str, int]:
        """Keep a question that was just asked: (conversation, turn). An unknown conversation becomes a new one."""
        with self._writing() as cursor:
            known = cursor.execute("SELECT 1 FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
            if not known:
                conversation_id = uuid.uuid4().hex
                title = " ".join(question.split())[:_TITLE_LENGTH]
                cursor.execute("INSERT INTO conversations VALUES (?, ?, 0)", (conversation_id, title))
            asked_at = datetime.now(UTC).isoformat(timespec="seconds")
            cursor.execute(
                "INSERT INTO turns (conversation, question, asked_at) VALUES (?, ?, ?)",
                (conversation_id, question, asked_at),
            )
            turn = int(cursor.lastrowid or 0)
            cursor.execute("UPDATE conversations SET last_turn = ? WHERE id = ?", (turn, conversation_id))
            cursor.execute("INSERT INTO searched (rowid, text) VALUES (?, ?)", (turn, fts_text(question)))
            return conversation_id, turn

    def found(self, turn: int, passages: Sequence[Passage]) -> None:
        """Keep what is being read for an answer."""
        kept = json.dumps([asdict(ReadPassage.of(passage)) for passage in passages], ensure_ascii=False)
        with self._writing() as cursor:
            if _exists(cursor, turn):
                cursor.execute("INSERT OR REPLACE INTO answers VALUES (?, '', '', ?)", (turn, kept))

    def wrote(self, turn: int, text: str) -> None:
        """Keep an answer as far as it has come."""
        with self._writing() as cursor:
            cursor.execute("UPDATE answers SET text = ? WHERE turn = ?", (text, turn))

    def finished(self, turn: int, answer: Answer) -> None:
        """Keep the whole answer."""
        record = json.dumps(to_record(answer), ensure_ascii=False)
        with self._writing() as cursor:
            cursor.execute("UPDATE answers SET text = ?, record = ? WHERE turn = ?", (answer.answer, record, turn))
            cursor.execute("UPDATE turns SET state = 'done' WHERE id = ?", (turn,))
            text = fts_text(f"{answer.question}\n{answer.answer}")
            cursor.execute("UPDATE searched SET text = ? WHERE rowid = ?", (text, turn))

    def failed(self, turn: int, message: str) -> None:
        """Keep that no answer came, and why."""
        with self._writing() as cursor:
            if _exists(cursor, turn):
                cursor.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, '', '[]')", (turn, message))
                cursor.execute("UPDATE turns SET state = 'failed' WHERE id = ?", (turn,))

    def listed(self, search: str = "", *, limit: int = 100) -> list[Listed]:
        """The conversations that speak of `search`, the one asked in last first; all without it."""
        sql = "SELECT id, title FROM conversations"
        parameters: list[str | int] = []
        if search.strip():
            # A title may have been given by hand; the questions and answers are in the index.
            sql += " WHERE instr(lower(title), lower(?))"
            parameters.append(search.strip())
            if query := fts_query(search):
                sql += (
                    " OR id IN (SELECT conversation FROM turns WHERE id IN"
                    " (SELECT rowid FROM searched WHERE searched MATCH ?))"
                )
                parameters.append(query)
        sql += " ORDER BY last_turn DESC LIMIT ?"
        with self._reading() as cursor:
            return [Listed(*row) for row in cursor.execute(sql, (*parameters, limit))]

    def title(self, conversation_id: str) -> str:
        """The title; empty when there is no such conversation."""
        with self._reading() as cursor:
            row = cursor.execute("SELECT title FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
            return str(row[0]) if row else ""

    def turns(self, conversation_id: str) -> list[KeptTurn]:
        """The turns of a conversation, first to last."""
        sql = (
            "SELECT id, question, asked_at, state, rating, text, record, passages FROM turns"
            " LEFT JOIN answers ON answers.turn = turns.id WHERE conversation = ? ORDER BY id"
        )
        with self._reading() as cursor:
            return [_kept_turn(row) for row in cursor.execute(sql, (conversation_id,))]

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        if shortened := " ".join(title.split())[:_TITLE_LENGTH]:
            with self._writing() as cursor:
                cursor.execute("UPDATE conversations SET title = ? WHERE id = ?", (shortened, conversation_id))

    def delete(self, conversation_id: str) -> None:
        """Forget a conversation."""
        with self._writing() as cursor:
            cursor.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    def cut(self, conversation_id: str, first_turn: int) -> None:
        """Forget the turns from `first_turn` on: it is asked again, perhaps in other words."""
        with self._writing() as cursor:
            cursor.execute("DELETE FROM turns WHERE conversation = ? AND id >= ?", (conversation_id, first_turn))

    def rate(self, turn: int, rating: str) -> None:
        """Keep what a person thought of an answer; an empty string takes it back."""
        with self._writing() as cursor:
            cursor.execute("UPDATE turns SET rating = ? WHERE id = ?", (rating, turn))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            cursor = self._connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        with self._reading() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")


def _make_or_check(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise ConversationsError(f"{path} was written by a newer version of this program; update it")
    if version < _VERSION:
        connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")


def _exists(cursor: sqlite3.Cursor, turn: int) -> bool:
    """Whether a turn is still there: it may be deleted while its answer is being written."""
    return cursor.execute("SELECT 1 FROM turns WHERE id = ?", (turn,)).fetchone() is not None


def _kept_turn(row: tuple[int, str, str, State, str, str | None, str | None, str | None]) -> KeptTurn:
    turn, question, asked_at, state, rating, text, record, passages = row
    return KeptTurn(
        turn, question, asked_at, state, rating, text or "",
        answer_from_record(json.loads(record)) if record else None,
        tuple(ReadPassage(**passage) for passage in json.loads(passages or "[]")),
    )  # fmt: skip
