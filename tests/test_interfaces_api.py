"""The HTTP API over the real index, and the shell around it: what it answers, and whom it turns away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.app import Workspace
from assistant.assistant import Assistant
from assistant.calculating.planner import Planner
from assistant.interfaces.shell import MAX_BODY_BYTES, build_shell
from assistant.keeping.conversations import Conversations
from assistant.running.service import Service
from assistant.running.shelves import Shelves

QUESTION = "How does quantization cut serving cost?"
ELSEWHERE = "What is the boiling point of tungsten hexafluoride?"
KEYS = {"id", "question", "status", "answer", "sentences", "citations", "invented_citations", "backend", "index_id"}


@pytest.fixture(scope="module")
def client(
    extractive: Assistant, shared_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("api")
    with closing(Conversations.open(folder / "conversations.sqlite3")) as conversations:
        shelves = Shelves(shared_workspace, "default", extractive.searcher)
        app = build_shell(
            Service(extractive, shelves, conversations, Planner(extractive.tables, folder / "company.toml"))
        )
        client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
        client.conversations = conversations  # type: ignore[attr-defined]
        yield client


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        found.append(
            (lines.get("event", ""), lines["data"] if lines["data"] == "[DONE]" else json.loads(lines["data"]))
        )
    return found


def test_a_question_is_answered_with_its_record(client: TestClient) -> None:
    reply = client.post("/api/ask", json={"question": QUESTION})
    assert reply.status_code == 200
    record = reply.json()
    assert record.keys() >= KEYS
    assert record["status"] == "answered"
    assert any(citation["used"] for citation in record["citations"])


def test_a_history_makes_a_follow_up_stand_alone(client: TestClient) -> None:
    history = [{"question": QUESTION, "answer": "By fewer bits."}]
    record = client.post("/api/ask", json={"question": "And what does it lose?", "history": history}).json()
    assert record["standalone_question"] == f"{QUESTION} And what does it lose?"


def test_the_stream_brings_passages_then_sentences_then_the_record(client: TestClient) -> None:
    reply = client.post("/api/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert reply.headers["content-type"].startswith("text/event-stream")
    got = events(reply.text)
    names = [name for name, _ in got]
    assert (names[0], names[-1], set(names[1:-1])) == ("found", "answer", {"sentence"})
    record = got[-1][1]
    assert [data["text"] for name, data in got if name == "sentence"] == [s["text"] for s in record["sentences"]]


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"question": "?"}, 400, "empty_question"),
        ({"question": "成本" * 3000}, 400, "question_too_long"),
        ({"question": "Comment réduire les coûts pour notre entreprise ?"}, 400, "language_not_supported"),
        ({"question": "cost?", "answer": "x"}, 422, ""),
        ({}, 422, ""),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_what_cannot_be_asked_gets_a_reason(
    client: TestClient, body: dict[str, str], status: int, reason: str, accept: str
) -> None:
    reply = client.post("/api/ask", json=body, headers={"Accept": accept})
    assert reply.status_code == status
    if reason:
        assert reply.json()["detail"]["reason"] == reason


def test_an_openai_shaped_chat_keeps_its_citations(client: TestClient) -> None:
    messages = [{"role": "system", "content": "Answer in rhyme."}, {"role": "user", "content": QUESTION}]
    reply = client.post("/v1/chat/completions", json={"model": "any", "messages": messages, "temperature": 1}).json()
    assert reply["object"] == "chat.completion"
    assert reply["choices"][0]["message"]["content"] == reply["record"]["answer"]
    assert "[1]" in reply["record"]["answer"]
    assert reply["record"]["question"] == QUESTION


def test_an_openai_shaped_stream_keeps_its_citations_too(client: TestClient) -> None:
    messages = [{"role": "user", "content": QUESTION}]
    reply = client.post("/v1/chat/completions", json={"messages": messages, "stream": True})
    got = [data for _, data in events(reply.text)]
    assert got[-1] == "[DONE]"
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in got[:-1])
    assert text == got[-2]["record"]["answer"]
    assert got[-2]["choices"][0]["finish_reason"] == "stop"
    assert {chunk["object"] for chunk in got[:-1]} == {"chat.completion.chunk"}


def test_a_refusal_reads_as_one_in_a_stream(client: TestClient) -> None:
    messages = [{"role": "user", "content": ELSEWHERE}]
    reply = client.post("/v1/chat/completions", json={"messages": messages, "stream": True})
    got = [data for _, data in events(reply.text)]
    assert got[-2]["record"]["status"] == "refused"
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in got[:-1])
    assert text.endswith(got[-2]["record"]["answer"])


@pytest.mark.parametrize(
    "messages", [[], [{"role": "assistant", "content": "hello"}], [{"role": "tool", "content": ""}]]
)
def test_a_chat_without_a_question_is_refused(client: TestClient, messages: list[dict[str, str]]) -> None:
    assert client.post("/v1/chat/completions", json={"messages": messages}).status_code in (400, 422)


def test_health_counts_and_description_are_there(client: TestClient) -> None:
    health = client.get("/healthz").json()
    assert health == {"status": "ok", "backend": "extractive", "model": "", "answering": True, "waiting": 0}
    before = client.get("/metrics").text
    client.post("/api/ask", json={"question": QUESTION})
    assert client.get("/metrics").text != before
    assert 'assistant_answers_total{status="answered"}' in before
    assert client.get("/openapi.json").json()["paths"].keys() == {
        "/api/ask", "/api/check", "/api/collections", "/api/cost", "/api/cost/{name}", "/healthz", "/metrics",
        "/v1/chat/completions",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh"),
        ({"accept-language": "en-GB,en"}, "en"),
        ({"accept-language": "fr,zh;q=0.5"}, "zh"),
        ({"accept-language": "*"}, "en"),
        ({"accept-language": "zh-CN", "cookie": "language=en"}, "en"),
        ({"accept-language": "zh-CN", "cookie": "language=../x"}, "zh"),
    ],
)
def test_the_page_is_in_the_language_chosen_or_of_the_browser(
    client: TestClient, headers: dict[str, str], language: str
) -> None:
    assert client.get("/?c=1", headers=headers).headers["location"] == f"/{language}/?c=1"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://localhost:1"]
)
@pytest.mark.parametrize(
    "path", ["/api/ask", "/v1/chat/completions", "/zh/gradio_api/upload", "/en/gradio_api/queue/join"]
)
def test_another_origin_may_not_write(client: TestClient, origin: str, path: str) -> None:
    reply = client.post(path, json={"question": QUESTION}, headers={"Origin": origin})
    assert reply.status_code == 403
    assert "access-control-allow-origin" not in reply.headers


def test_the_page_s_own_origin_may(client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1"}
    assert client.post("/api/ask", json={"question": QUESTION}, headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "[::1]", "192.168.1.5", ""])
def test_another_host_name_is_turned_away(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/en/gradio_api/file=https://example.org/", "/zh/gradio_api/file=http://127.0.0.1:22/", "/zh/openapi.json",
        "/en/gradio_api/openapi.json", "/en/gradio_api/info", "/en/gradio_api/file=/etc/passwd", "/en/proxy=x",
    ],
)  # fmt: skip
def test_what_gradio_would_tell_or_fetch_is_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (403, 404)


@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions"])
def test_a_large_body_is_refused_except_for_uploads(client: TestClient, path: str) -> None:
    assert client.post(path, content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


def test_a_conversation_is_exported_with_quotes_and_verdicts(client: TestClient, extractive: Assistant) -> None:
    kept: Conversations = client.conversations  # type: ignore[attr-defined]
    answer = extractive.ask(QUESTION)
    conversation, turn = kept.ask("", f"{QUESTION} /../\n\u202e")
    kept.found(turn, [])
    kept.finished(turn, answer)
    quote = next(citation.quote for citation in answer.citations if citation.used)
    record = client.get(f"/export/{conversation}.json").json()["turns"][0]["record"]
    assert [s["verdict"] for s in record["sentences"]] == [sentence.verdict for sentence in answer.sentences]
    markdown = client.get(f"/export/{conversation}.md")
    assert " ".join(quote.split()) in markdown.text
    assert answer.answer in markdown.text
    disposition = markdown.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''How%20does")
    assert "%2F" not in disposition
    assert "%E2%80%AE" not in disposition
    assert client.get("/export/nothing.md").status_code == 404
    assert client.get(f"/export/{conversation}.exe").status_code == 404


def test_a_word_file_holds_the_answer_and_its_quotes(client: TestClient, extractive: Assistant, tmp_path: Path) -> None:
    import docx

    kept: Conversations = client.conversations  # type: ignore[attr-defined]
    answer = extractive.ask("怎样控制大模型创业的成本？")
    conversation, turn = kept.ask("", "怎样控制成本？\x00\x1b[31m")
    kept.found(turn, [])
    kept.finished(turn, answer)
    (tmp_path / "kept.docx").write_bytes(client.get(f"/export/{conversation}.docx").content)
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "kept.docx")).paragraphs)
    for sentence in answer.sentences:
        assert sentence.text.removeprefix("- ") in text
    assert " ".join(next(c.quote for c in answer.citations if c.used).split()) in text
