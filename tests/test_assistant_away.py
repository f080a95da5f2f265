"""While the model is away: quotes with a word about it, an answer as before once it is back, and what is told of it."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.answer import Answer
from assistant.app import Workspace
from assistant.events import Finished
from assistant.home import Home
from assistant.interfaces.shell import build_shell
from assistant.library import Library, as_uploaded, read_files
from assistant.running.service import Service, open_service
from assistant.settings import Settings
from assistant.writing.prompting import phrases
from tests.fault_server import HEAD, RESET, FaultServer, event, fault_server, refusal_of, reply_of

NOTES = "# Board notes\n\n## Budget\n\nThe Kestrel project has a budget of 417,000 euros and ends in May 2027.\n"
QUESTION = "What is the budget of the Kestrel project?"
SAID = "The Kestrel project has a budget of 417,000 euros."
AWAY = phrases("en").model_away


@contextmanager
def service_on(server: FaultServer, home: Home, tmp_path: Path, *, deadlines: str = "") -> Iterator[Service]:
    home.folder.mkdir(exist_ok=True)
    home.settings.write_text(f'[serving]\nbase_url = "{server.url}"\n[deadlines]\n{deadlines}\n', encoding="utf-8")
    workspace = Workspace(home, Settings.load(home, flags={"backend": "vllm"}, folder=tmp_path))
    (tmp_path / "notes.md").write_text(NOTES, encoding="utf-8")
    notes = as_uploaded(read_files([tmp_path / "notes.md"]).documents[0])
    Library(workspace.collection("board"), workspace.encoders()).add([notes])
    with open_service(workspace, collection="board") as service:
        yield service


def ask(service: Service, question: str = QUESTION) -> Answer:
    (answer,) = (event.answer for event in service.stream(question) if isinstance(event, Finished))
    return answer


def value(service: Service, series: str) -> float:
    lines = service.watching.metrics.text().splitlines()
    return float(next(line.rsplit(" ", 1)[1] for line in lines if line.startswith(series)))


def test_a_model_that_dies_is_stood_in_for_and_taken_again_without_a_restart(
    home_with_embedder: Home, tmp_path: Path
) -> None:
    with fault_server([reply_of(SAID)]) as server:
        port = server.server_port
        with service_on(server, home_with_embedder, tmp_path) as service:
            assert ask(service).answer.startswith(SAID[:-1])
            assert (service.health.status, value(service, "assistant_model_up")) == ("ok", 1)
            server.shutdown()
            server.server_close()
            for _ in range(2):
                began = time.monotonic()
                answer = ask(service)
                assert answer.answer.startswith(AWAY)
                assert "417,000" in answer.answer
                assert (answer.status, answer.reason) == ("answered", "model_away")
                assert (answer.backend, answer.model) == ("extractive", "")
            assert time.monotonic() - began < 2  # nobody waits again for what is known
            assert (service.health.status, value(service, "assistant_model_up")) == ("degraded", 0)
            with fault_server([reply_of(SAID)], port=port):
                back = time.monotonic()
                while ask(service).reason == "model_away" and time.monotonic() < back + 12:
                    time.sleep(0.1)
                assert time.monotonic() - back <= 10
                assert ask(service).backend == "vllm"
            assert value(service, 'assistant_model_errors_total{kind="unreachable"}') >= 1


def test_the_page_opens_before_its_server_does(home_with_embedder: Home, tmp_path: Path) -> None:
    with fault_server() as server:
        port = server.server_port
    with service_on(server, home_with_embedder, tmp_path) as service:
        assert ask(service).answer.startswith(AWAY)
        with fault_server([reply_of(SAID)], port=port):
            until = time.monotonic() + 10
            while (answer := ask(service)).reason == "model_away" and time.monotonic() < until:
                time.sleep(0.1)
            assert (answer.backend, answer.model) == ("vllm", "scripted")


@pytest.mark.parametrize("steps", [[refusal_of(500)], [HEAD, 2], [HEAD, RESET], [HEAD, b"<html>"]])
def test_whatever_fails_before_the_first_word_ends_in_quotes(
    steps: list[object], home_with_embedder: Home, tmp_path: Path
) -> None:
    with (
        fault_server(steps) as server,
        service_on(server, home_with_embedder, tmp_path, deadlines="first_token_s = 1") as service,
    ):
        assert ask(service).answer.startswith(AWAY)


def test_the_log_tells_of_each_question_and_none_of_its_words(home_with_embedder: Home, tmp_path: Path) -> None:
    asked = f'{QUESTION}\r\n{{"status": "fake"}}\x1b[31m'
    steps = ([reply_of(SAID)], [HEAD, event("secret-word-2 is"), RESET])
    with fault_server(*steps) as server, service_on(server, home_with_embedder, tmp_path) as service:
        ask(service, asked)
        ask(service, asked)
        stopped = service.stream(asked)
        next(stopped)
        stopped.close()
        metrics = service.watching.metrics.text()
    path = home_with_embedder.requests
    text = path.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["status"] for line in lines] == ["answered", lines[1]["status"], "stopped"]
    assert lines[0]["verdicts"] == {"supported": 1}
    assert lines[0]["tokens"] == {"prompt_tokens": 7, "completion_tokens": 5}
    assert lines[0]["ms"]["total"] >= lines[0]["ms"]["first_token"] > 0
    for word in ("secret-word", "Kestrel", "fake", "\x1b", "417,"):
        assert word not in text + metrics
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert 'assistant_sentences_total{verdict="supported"} 1.0' in metrics
    assert 'assistant_answers_total{status="stopped"} 1.0' in metrics
    assert 'assistant_model_tokens_total{part="completion"} 5.0' in metrics
    assert "assistant_model_tokens_per_second_count 1.0" in metrics


def test_health_tells_what_is_wrong(home_with_embedder: Home, tmp_path: Path) -> None:
    with fault_server() as server, service_on(server, home_with_embedder, tmp_path) as service:
        client = TestClient(build_shell(service), base_url="http://127.0.0.1")
        assert client.get("/healthz").json()["status"] == "ok"
        before = len(server.got)
        assert client.get("/healthz").json()["answering"]
        assert len(server.got) == before  # what was heard lately is believed
        server.canary = None
        assert service._assistant.backend.client is not None
        service._assistant.backend.client._known.heard = 0
        health = client.get("/healthz")
        assert (health.status_code, health.json()["status"]) == (200, "degraded")
        service.conversations.close()
        health = client.get("/healthz")
        assert (health.status_code, health.json()["status"]) == (503, "failing")
