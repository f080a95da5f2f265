"""The service: what is asked is kept as it comes, and the newest index answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.app import Workspace
from assistant.assistant import Assistant
from assistant.errors import BadQuestionError
from assistant.events import Finished, Found
from assistant.home import Home
from assistant.library import Library, as_uploaded, read_files
from assistant.running.service import Asked, Service, open_service
from assistant.settings import Settings
from assistant.writing.suggestions import suggest
from corpus.document import Document
from serving.errors import ServingError
from tests.doubles import Script, ScriptedHandler, says, scripted_server

NOTES = "# Board notes\n\n## Budget\n\nThe Kestrel project has a budget of 417,000 euros and ends in May 2027.\n"
MORE = "# Hiring\n\n## Plan\n\nThe Osprey team hires twelve engineers in Lisbon this autumn.\n"
QUESTION = "What is the budget of the Kestrel project?"


def document(folder: Path, name: str, text: str) -> Document:
    (folder / name).write_text(text, encoding="utf-8")
    return as_uploaded(read_files([folder / name]).documents[0])


@contextmanager
def service_in(home: Home, folder: Path, **flags: str) -> Iterator[Service]:
    workspace = Workspace(home, Settings.load(home, flags={"backend": "extractive", **flags}))
    Library(workspace.collection("board"), workspace.encoders()).add([document(folder, "notes.md", NOTES)])
    with open_service(workspace, collection="board") as service:
        yield service


@pytest.fixture
def service(home_with_embedder: Home, tmp_path: Path) -> Iterator[Service]:
    with service_in(home_with_embedder, tmp_path) as opened:
        yield opened


def finish(asked: Asked) -> Answer:
    (answer,) = (event.answer for event in asked.events if isinstance(event, Finished))
    return answer


def test_an_answer_is_kept_with_its_passages_and_counted(service: Service) -> None:
    asked = service.ask("", QUESTION)
    answer = finish(asked)
    (turn,) = service.conversations.turns(asked.conversation)
    assert (turn.state, turn.answer) == ("done", answer)
    assert "417,000" in turn.passages[0].text
    assert 'assistant_answers_total{status="answered"} 1.0' in service.watching.metrics.text()


def test_a_follow_up_is_asked_with_what_was_said_before(service: Service) -> None:
    first = service.ask("", QUESTION)
    finish(first)
    assert QUESTION in finish(service.ask(first.conversation, "And when does it end?")).standalone_question


def test_a_question_that_cannot_be_asked_is_not_kept(service: Service) -> None:
    with pytest.raises(BadQuestionError):
        service.ask("", "?")
    assert service.conversations.listed() == []


def test_a_stopped_answer_keeps_what_had_come(home_with_embedder: Home, tmp_path: Path) -> None:
    text = "The Kestrel project has a budget of 417,000 euros. It ends in May 2027. Nobody knows what comes after that."
    with (
        scripted_server(says(text)) as (url, _),
        service_in(home_with_embedder, tmp_path, backend="vllm", base_url=url) as service,
    ):
        asked = service.ask("", QUESTION)
        for event in asked.events:
            if not isinstance(event, Found) and "2027" in getattr(event, "tail", ""):
                break
        asked.events.close()
        (turn,) = service.conversations.turns(asked.conversation)
    assert turn.state == "incomplete"
    assert turn.text.startswith("The Kestrel project has a budget of 417,000 euros and ends in May 2027.[1]")
    assert "2027" in turn.text


def test_a_server_that_fails_leaves_the_question_and_the_reason(home_with_embedder: Home, tmp_path: Path) -> None:
    def refuses(handler: ScriptedHandler, body: dict[str, object]) -> None:
        handler.reply({"error": {"message": "out of memory"}}, status=500)

    script: Script = refuses
    with (
        scripted_server(script) as (url, _),
        service_in(home_with_embedder, tmp_path, backend="vllm", base_url=url) as service,
    ):
        backend = replace(service.assistant.backend, stands_in=False)
        service._assistant = service.assistant._with(service.assistant.searcher, backend, "board")
        asked = service.ask("", QUESTION)
        with pytest.raises(ServingError):
            finish(asked)
        (turn,) = service.conversations.turns(asked.conversation)
        assert (turn.state, turn.question) == ("failed", QUESTION)
        assert turn.text
        assert 'assistant_answers_total{status="failed"} 1.0' in service.watching.metrics.text()


def test_asking_again_replaces_the_turn_and_what_followed(service: Service) -> None:
    first = service.ask("", QUESTION)
    finish(first)
    finish(service.ask(first.conversation, "Who runs the Kestrel project?"))
    finish(service.ask_again(first.conversation, first.turn, "When does the Kestrel project end?"))
    assert [turn.question for turn in service.conversations.turns(first.conversation)] == [
        "When does the Kestrel project end?"
    ]


def test_what_is_added_is_answered_from_at_once_and_what_is_removed_no_longer(service: Service, tmp_path: Path) -> None:
    before = service.assistant
    question = "Where does the Osprey team hire engineers?"
    assert finish(service.ask("", question)).status == "refused"
    added = document(tmp_path, "hiring.md", MORE)
    service.add([added])
    assert "Lisbon" in finish(service.ask("", question)).answer
    # Who had begun with the old index keeps it.
    assert before.ask(question).status == "refused"
    assert service.remove(added.id)
    assert finish(service.ask("", question)).status == "refused"
    assert not service.remove(added.id)


def test_what_another_process_indexed_is_taken_up(service: Service, home_with_embedder: Home, tmp_path: Path) -> None:
    workspace = Workspace(home_with_embedder, Settings.load(home_with_embedder, flags={"backend": "extractive"}))
    Library(workspace.collection("board"), workspace.encoders()).add([document(tmp_path, "hiring.md", MORE)])
    assert "Lisbon" in finish(service.ask("", "Where does the Osprey team hire engineers?")).answer


def test_an_uploaded_file_of_the_same_name_replaces_the_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (document(tmp_path / folder, "notes.md", NOTES) for folder in ("a", "b"))
    assert (first.id, first.address) == (second.id, "notes.md")


@pytest.mark.parametrize("question", ["怎样控制大模型创业的成本？", "How does quantization cut serving cost?"])
def test_what_is_suggested_is_new_and_can_be_answered(extractive: Assistant, question: str) -> None:
    answer = extractive.ask(question)
    suggested = suggest(answer, extractive.searcher)
    assert len(suggested) == 3
    assert question not in suggested
    for other in suggested:
        again = extractive.ask(other)
        assert (again.status, again.language) == ("answered", answer.language)
