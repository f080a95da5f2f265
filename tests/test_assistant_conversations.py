"""Conversations on disk: nothing asked or answered is lost, whatever ends the program, and many are no burden."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Answer, Citation, Sentence
from assistant.evidence.reading import Passage
from assistant.keeping import conversations
from assistant.keeping.conversations import Conversations
from assistant.keeping.database import DatabaseError
from assistant.record import answer_from_record, to_json_line
from tests.doubles import make_document

ROOT = Path(__file__).parent.parent
TEXT = "推理服务是最大的一块成本。"
PASSAGE = Passage(1, make_document(TEXT, language="zh"), "", 0, len(TEXT), 1.0)
ANSWER = Answer(
    "a1", "成本在哪里？", "成本在哪里？", "zh", "answered", "", f"{TEXT}[1]",
    (Sentence(TEXT, "supported", (1,), 1.0),), (Citation(1, "doc", "doc", "", None, "", TEXT, 0, len(TEXT), True),),
    invented_citations=(7,),
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "conversations.sqlite3"


@pytest.fixture
def kept(file: Path) -> Iterator[Conversations]:
    conversations = Conversations.open(file)
    yield conversations
    conversations.close()


def answered(kept: Conversations, question: str, conversation: str = "") -> tuple[str, int]:
    conversation, turn = kept.ask(conversation, question)
    kept.found(turn, [PASSAGE])
    kept.finished(turn, replace(ANSWER, question=question))
    return conversation, turn


def test_an_answer_comes_back_as_it_was_with_what_was_read_for_it(kept: Conversations, file: Path) -> None:
    conversation, turn = answered(kept, "成本在哪里？")
    again = Conversations.open(file)
    (found,) = again.turns(conversation)
    again.close()
    assert (found.id, found.question, found.state, found.answer) == (turn, "成本在哪里？", "done", ANSWER)
    assert [passage.text for passage in found.passages] == [TEXT]


def test_a_record_makes_the_answer_it_was_made_of() -> None:
    assert answer_from_record(json.loads(to_json_line(ANSWER)) | {"a_later_key": 1}) == ANSWER


def test_what_was_written_when_the_program_was_killed_is_there_and_marked_incomplete(file: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from assistant.keeping.conversations import Conversations\n"
        "kept = Conversations.open(Path(sys.argv[1])); conversation, turn = kept.ask('', 'cost?')\n"
        "kept.found(turn, []); kept.wrote(turn, 'The first half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(file)], cwd=ROOT, check=False)
    kept = Conversations.open(file)
    (listed,) = kept.listed()
    (turn,) = kept.turns(listed.id)
    kept.close()
    assert (turn.question, turn.text, turn.state, turn.answer) == ("cost?", "The first half", "incomplete", None)


def test_the_conversation_asked_in_last_comes_first(kept: Conversations) -> None:
    first, _ = answered(kept, "first")
    second, _ = answered(kept, "second")
    assert [listed.id for listed in kept.listed()] == [second, first]
    answered(kept, "more of it", first)
    assert [listed.title for listed in kept.listed()] == ["first", "second"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("推理服务", True),
        ("最大", True),
        ("quantiz", True),
        ("QUANTIZATION", True),
        ("服务推理", False),
        ("roses", False),
        ('" OR *', True),
        ("NEAR(", False),
        ("'; DROP TABLE turns; --", False),
        ("%", False),
    ],
)
def test_conversations_are_found_by_what_was_asked_and_answered(kept: Conversations, search: str, found: bool) -> None:
    conversation, _ = answered(kept, "How does quantization cut costs? Or not?")
    assert [listed.id for listed in kept.listed(search)] == ([conversation] if found else [])


def test_a_new_title_is_found_and_an_empty_one_not_taken(kept: Conversations) -> None:
    conversation, _ = answered(kept, "cost?")
    kept.rename(conversation, "Board\nmeeting")
    kept.rename(conversation, "  ")
    assert kept.listed("board MEET")[0].title == "Board meeting"


def test_deleted_means_deleted(kept: Conversations, file: Path) -> None:
    conversation, turn = answered(kept, "Kestrel budget?")
    kept.delete(conversation)
    assert (kept.listed(), kept.listed("Kestrel"), kept.turns(conversation)) == ([], [], [])
    # An answer that is being written meanwhile brings nothing back.
    kept.found(turn, [PASSAGE])
    kept.finished(turn, ANSWER)
    kept.failed(turn, "no model")
    with sqlite3.connect(file) as raw:
        assert [raw.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("turns", "answers", "searched")] == [
            0
        ] * 3
    raw.close()


def test_a_question_asked_again_replaces_what_followed(kept: Conversations) -> None:
    conversation, _ = answered(kept, "one")
    _, second = answered(kept, "two", conversation)
    answered(kept, "three", conversation)
    kept.cut(conversation, second)
    assert [turn.question for turn in kept.turns(conversation)] == ["one"]


def test_a_rating_is_kept_and_taken_back(kept: Conversations) -> None:
    conversation, turn = answered(kept, "cost?")
    kept.rate(turn, "wrong_source")
    assert kept.turns(conversation)[0].rating == "wrong_source"
    kept.rate(turn, "")
    assert kept.turns(conversation)[0].rating == ""


def test_a_damaged_file_and_one_of_a_newer_version_are_refused_with_advice(file: Path) -> None:
    Conversations.open(file).close()
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(DatabaseError, match="newer version"):
        Conversations.open(file)
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DatabaseError, match="move the file away"):
        Conversations.open(file)


def test_a_thousand_conversations_of_fifty_turns_are_listed_searched_and_read_at_once(file: Path) -> None:
    Conversations.open(file).close()
    record = to_json_line(ANSWER).replace(TEXT, TEXT * 20)
    with sqlite3.connect(file) as raw:
        for number in range(1000):
            first = number * 50 + 1
            raw.execute(
                "INSERT INTO conversations (id, title, last_turn) VALUES (?, ?, ?)",
                (f"c{number}", f"Plan {number}", first + 49),
            )
            turns = range(first, first + 50)
            raw.executemany(
                "INSERT INTO turns VALUES (?, ?, ?, '', 'done', '')", [(t, f"c{number}", f"q {t}") for t in turns]
            )
            raw.executemany("INSERT INTO answers VALUES (?, ?, ?, '[]')", [(t, TEXT * 20, record) for t in turns])
            raw.executemany(
                "INSERT INTO searched (rowid, text) VALUES (?, ?)", [(t, f"question {t} 推 理 服 务") for t in turns]
            )
    raw.close()
    kept = Conversations.open(file)
    for act in (
        lambda: kept.listed(),
        lambda: kept.listed("49999"),
        lambda: kept.listed("推理"),
        lambda: kept.turns("c500"),
        lambda: answered(kept, "cost?", "c500"),
        lambda: kept.delete("c500"),
    ):
        started = time.process_time()  # of this process alone: whatever else the machine is busy with
        act()
        assert time.process_time() - started < 0.3
    assert kept.listed("49999")[0].id == "c999"
    kept.close()


def test_nobody_sees_or_changes_the_conversations_of_another(kept: Conversations) -> None:
    alice, bob = kept.of("alice"), kept.of("bob")
    conversation, turn = answered(alice, "Kestrel budget?")
    for other in (bob, kept):
        assert (other.listed(), other.listed("Kestrel"), other.turns(conversation)) == ([], [], [])
        assert (other.title(conversation), other.count()) == ("", 0)
        other.rename(conversation, "mine")
        other.rate(turn, "bad")
        other.cut(conversation, turn)
        other.delete(conversation)
        other.delete_all()
        # Asking on in what is not one's own begins something new.
        assert answered(other, "and then?", conversation)[0] != conversation
    (left,) = alice.turns(conversation)
    assert (alice.title(conversation), left.rating, left.answer) == (
        "Kestrel budget?",
        "",
        replace(ANSWER, question="Kestrel budget?"),
    )


def test_what_was_asked_before_there_were_users_is_given_to_one(kept: Conversations) -> None:
    conversation, _ = answered(kept, "cost?")
    kept.give_to("alice")
    assert kept.listed() == []
    assert [listed.id for listed in kept.of("alice").listed()] == [conversation]


def test_a_file_of_the_first_version_is_brought_up_to_date(file: Path) -> None:
    file.parent.mkdir(parents=True)
    with sqlite3.connect(file) as raw:
        raw.executescript(conversations._FIRST + "PRAGMA user_version = 1;")
        raw.execute("INSERT INTO conversations VALUES ('c', 'Plan', 1)")
        raw.execute("INSERT INTO turns VALUES (1, 'c', 'cost?', '', 'done', '')")
    raw.close()
    kept = Conversations.open(file)
    assert [(listed.id, listed.title) for listed in kept.listed()] == [("c", "Plan")]
    assert len(kept.turns("c")) == 1
    kept.close()
