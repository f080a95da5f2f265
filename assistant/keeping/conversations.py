"""Conversations, kept in SQLite as they happen: a question when it is asked, its answer as far as it has come.

An answer that a crash or a stop cut off stays as what had come, marked incomplete. Order is by sequence, not by clock.
Any number of threads and processes may use one file.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from assistant.answer import Answer
from assistant.evidence.reading import Passage
from assistant.keeping.conversation import KeptTurn, Listed, ReadPassage, State
from assistant.keeping.conversation_search import fts_query, fts_text
from assistant.keeping.database import Cursor, Database
from assistant.record import answer_from_record, to_record

# The owner where nobody signs in.
NOBODY = ""

_TITLE_LENGTH = 80

# The long texts lie in a table of their own, so that a list of questions reads few pages.
_FIRST = """
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
"""
# Who it belongs to: the id of a user, or nothing where nobody signs in.
_OWNERS = """
ALTER TABLE conversations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
DROP INDEX conversations_by_last_turn;
CREATE INDEX conversations_by_owner ON conversations (owner, last_turn);
"""
# What is asked in it, `one+other`; nothing for the usual collection.
_CHOICES = "ALTER TABLE conversations ADD COLUMN choice TEXT NOT NULL DEFAULT '';"
_OWN = "EXISTS (SELECT 1 FROM conversations WHERE id = turns.conversation AND owner = ?)"


class Conversations:
    """The conversations of one owner; those of others cannot be seen or changed from here."""

    def __init__(self, database: Database, owner: str = NOBODY) -> None:
        self._database = database
        self._owner = owner

    @classmethod
    def open(cls, path: Path) -> Conversations:
        """Open `path`, or make it; these are the conversations of who needs not sign in.

        :raises DatabaseError: when it is damaged or was written by a newer version of this program.
        """
        return cls(Database.open(path, (_FIRST, _OWNERS, _CHOICES), holds="conversations"))

    def of(self, owner: str) -> Conversations:
        """Those of another owner, in the same file."""
        return Conversations(self._database, owner)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def ask(self, conversation_id: str, question: str, choice: str = "") -> tuple[str, int]:
        """Keep a question that was just asked of the collections of `choice`: (conversation, turn).

        An unknown conversation becomes a new one.
        """
        with self._database.writing() as cursor:
            known = cursor.execute(
                "SELECT 1 FROM conversations WHERE id = ? AND owner = ?", (conversation_id, self._owner)
            ).fetchone()
            if not known:
                conversation_id = uuid.uuid4().hex
                title = " ".join(question.split())[:_TITLE_LENGTH]
                cursor.execute(
                    "INSERT INTO conversations (id, title, last_turn, owner) VALUES (?, ?, 0, ?)",
                    (conversation_id, title, self._owner),
                )
            asked_at = datetime.now(UTC).isoformat(timespec="seconds")
            cursor.execute(
                "INSERT INTO turns (conversation, question, asked_at) VALUES (?, ?, ?)",
                (conversation_id, question, asked_at),
            )
            turn = int(cursor.lastrowid or 0)
            cursor.execute(
                "UPDATE conversations SET last_turn = ?, choice = ? WHERE id = ?", (turn, choice, conversation_id)
            )
            cursor.execute("INSERT INTO searched (rowid, text) VALUES (?, ?)", (turn, fts_text(question)))
            return conversation_id, turn

    def found(self, turn: int, passages: Sequence[Passage]) -> None:
        """Keep what is being read for an answer."""
        kept = json.dumps([asdict(ReadPassage.of(passage)) for passage in passages], ensure_ascii=False)
        with self._database.writing(lasts=False) as cursor:
            if _exists(cursor, turn):
                cursor.execute("INSERT OR REPLACE INTO answers VALUES (?, '', '', ?)", (turn, kept))

    def wrote(self, turn: int, text: str) -> None:
        """Keep an answer as far as it has come."""
        with self._database.writing(lasts=False) as cursor:
            cursor.execute("UPDATE answers SET text = ? WHERE turn = ?", (text, turn))

    def finished(self, turn: int, answer: Answer) -> None:
        """Keep the whole answer."""
        record = json.dumps(to_record(answer), ensure_ascii=False)
        with self._database.writing() as cursor:
            cursor.execute("UPDATE answers SET text = ?, record = ? WHERE turn = ?", (answer.answer, record, turn))
            cursor.execute("UPDATE turns SET state = 'done' WHERE id = ?", (turn,))
            text = fts_text(f"{answer.question}\n{answer.answer}")
            cursor.execute("UPDATE searched SET text = ? WHERE rowid = ?", (text, turn))

    def failed(self, turn: int, message: str) -> None:
        """Keep that no answer came, and why."""
        with self._database.writing() as cursor:
            if _exists(cursor, turn):
                cursor.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, '', '[]')", (turn, message))
                cursor.execute("UPDATE turns SET state = 'failed' WHERE id = ?", (turn,))

    def listed(self, search: str = "", *, limit: int = 100) -> list[Listed]:
        """The conversations that speak of `search`, the one asked in last first; all without it."""
        sql = "SELECT id, title FROM conversations WHERE owner = ?"
        parameters: list[str | int] = [self._owner]
        if search.strip():
            # A title may have been given by hand; the questions and answers are in the index.
            sql += " AND (instr(lower(title), lower(?))"
            parameters.append(search.strip())
            if query := fts_query(search):
                sql += (
                    " OR id IN (SELECT conversation FROM turns WHERE id IN"
                    " (SELECT rowid FROM searched WHERE searched MATCH ?))"
                )
                parameters.append(query)
            sql += ")"
        sql += " ORDER BY last_turn DESC LIMIT ?"
        with self._database.reading() as cursor:
            return [Listed(*row) for row in cursor.execute(sql, (*parameters, limit))]

    def title(self, conversation_id: str) -> str:
        """The title; empty when there is no such conversation."""
        with self._database.reading() as cursor:
            row = cursor.execute(
                "SELECT title FROM conversations WHERE id = ? AND owner = ?", (conversation_id, self._owner)
            ).fetchone()
            return str(row[0]) if row else ""

    def choice(self, conversation_id: str) -> str:
        """The collections that were asked last; empty for the usual one, or where there is no such conversation."""
        with self._database.reading() as cursor:
            row = cursor.execute(
                "SELECT choice FROM conversations WHERE id = ? AND owner = ?", (conversation_id, self._owner)
            ).fetchone()
            return str(row[0]) if row else ""

    def turns(self, conversation_id: str) -> list[KeptTurn]:
        """The turns of a conversation, first to last."""
        sql = (
            "SELECT id, question, asked_at, state, rating, text, record, passages FROM turns"
            " LEFT JOIN answers ON answers.turn = turns.id WHERE conversation = ?"
            f" AND {_OWN} ORDER BY id"
        )
        with self._database.reading() as cursor:
            return [_kept_turn(row) for row in cursor.execute(sql, (conversation_id, self._owner))]

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        if shortened := " ".join(title.split())[:_TITLE_LENGTH]:
            with self._database.writing() as cursor:
                cursor.execute(
                    "UPDATE conversations SET title = ? WHERE id = ? AND owner = ?",
                    (shortened, conversation_id, self._owner),
                )

    def delete(self, conversation_id: str) -> None:
        """Forget a conversation."""
        with self._database.writing() as cursor:
            cursor.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (conversation_id, self._owner))

    def delete_all(self) -> None:
        """Forget all of this owner's."""
        with self._database.writing() as cursor:
            cursor.execute("DELETE FROM conversations WHERE owner = ?", (self._owner,))

    def give_to(self, owner: str) -> None:
        """Let all of this owner's belong to another."""
        with self._database.writing() as cursor:
            cursor.execute("UPDATE conversations SET owner = ? WHERE owner = ?", (owner, self._owner))

    def count(self) -> int:
        """How many there are."""
        with self._database.reading() as cursor:
            (count,) = cursor.execute("SELECT count(*) FROM conversations WHERE owner = ?", (self._owner,)).fetchone()
            return int(count)

    def cut(self, conversation_id: str, first_turn: int) -> None:
        """Forget the turns from `first_turn` on: it is asked again, perhaps in other words."""
        with self._database.writing() as cursor:
            cursor.execute(
                f"DELETE FROM turns WHERE conversation = ? AND id >= ? AND {_OWN}",
                (conversation_id, first_turn, self._owner),
            )

    def rate(self, turn: int, rating: str) -> None:
        """Keep what a person thought of an answer; an empty string takes it back."""
        with self._database.writing() as cursor:
            cursor.execute(f"UPDATE turns SET rating = ? WHERE id = ? AND {_OWN}", (rating, turn, self._owner))


def _exists(cursor: Cursor, turn: int) -> bool:
    """Whether a turn is still there: it may be deleted while its answer is being written."""
    return cursor.execute("SELECT 1 FROM turns WHERE id = ?", (turn,)).fetchone() is not None


def _kept_turn(row: tuple[int, str, str, State, str, str | None, str | None, str | None]) -> KeptTurn:
    turn, question, asked_at, state, rating, text, record, passages = row
    return KeptTurn(
        turn, question, asked_at, state, rating, text or "",
        answer_from_record(json.loads(record)) if record else None,
        tuple(ReadPassage(**passage) for passage in json.loads(passages or "[]")),
    )  # fmt: skip
