"""A SQLite file of ours under many threads: nobody who reads waits, and those who write wait for the disk together."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.keeping.database import Database, SharedSync

_TABLE = "CREATE TABLE IF NOT EXISTS notes (text TEXT NOT NULL)"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.open(tmp_path / "notes.sqlite3", [f"{_TABLE};\n"], holds="notes")) as opened:
        yield opened


def count(database: Database) -> int:
    with database.reading() as cursor:
        return int(cursor.execute("SELECT count(*) FROM notes").fetchone()[0])


def test_reading_goes_on_while_somebody_writes_and_sees_what_was_kept(database: Database) -> None:
    with database.writing() as cursor:
        cursor.execute("INSERT INTO notes VALUES ('one')")
        reader = threading.Thread(target=lambda: seen.append(count(database)), daemon=True)
        seen: list[int] = []
        reader.start()
        reader.join(5)
        assert seen == [0], "a reader waits for the writer"
    assert count(database) == 1


def test_a_closed_file_is_not_opened_again(database: Database) -> None:
    assert count(database) == 0
    database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        count(database)


def test_what_fails_is_not_kept_and_holds_up_nobody(database: Database) -> None:
    def fail() -> None:
        with database.writing() as cursor:
            cursor.execute("INSERT INTO notes VALUES ('one')")
            raise ValueError("midway")

    with pytest.raises(ValueError, match="midway"):
        fail()
    with database.writing(lasts=False) as cursor:
        cursor.execute("INSERT INTO notes VALUES ('two')")
    assert count(database) == 1


def test_what_must_last_is_on_the_disk_before_the_writer_goes_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    log = tmp_path / "notes.sqlite3-wal"
    monkeypatch.setattr(database, "_log", SharedSync(log, lambda _: synced.append(log.stat().st_size)))
    with database.writing(lasts=False) as cursor:
        cursor.execute("INSERT INTO notes VALUES ('a token')")
    assert synced == []
    with database.writing() as cursor:
        cursor.execute("INSERT INTO notes VALUES ('an answer')")
    assert synced == [log.stat().st_size]


def test_those_who_wait_for_the_disk_at_once_wait_for_one_visit_to_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    visits = 0
    first_is_under_way, may_end = threading.Event(), threading.Event()

    def slow(descriptor: int) -> None:
        nonlocal visits
        visits += 1
        first_is_under_way.set()
        may_end.wait(5)

    shared = SharedSync(path, slow)
    threads = [threading.Thread(target=shared.sync) for _ in range(9)]
    threads[0].start()
    assert first_is_under_way.wait(5)
    for thread in threads[1:]:
        thread.start()
    while shared._wanted < len(threads):
        may_end.wait(0.01)
    may_end.set()
    for thread in threads:
        thread.join(5)
    assert visits == 2, "what was written after a visit began is not covered by it; one more covers all the rest"
