"""The client against a server that misbehaves: a typed error or what had come, never a hang."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from serving.backend import ServingSettings, open_backend
from serving.catalog import Catalog
from serving.client import ChatClient, estimate_tokens
from serving.errors import ServerRefusedError, ServerUnreachableError, StreamBrokenError
from serving.message import Message
from serving.store import ModelStore
from tests.doubles import ScriptedHandler, says, scripted_server

ASK = [Message("system", "s"), Message("user", "成本？")]


_clients: list[ChatClient] = []


def client_of(url: str) -> ChatClient:
    _clients.append(ChatClient(url, model="scripted", api_key="k", read_timeout_s=2.0))
    return _clients[-1]


@pytest.fixture(autouse=True)
def close_clients() -> Iterator[None]:
    yield
    while _clients:
        _clients.pop().close()


def test_text_arrives_whole_with_its_reason_to_stop() -> None:
    text = "推理成本最高。🙂 It is " + "x" * 100
    with scripted_server(says(text)) as (url, requests):
        stream = client_of(url).stream(ASK, max_tokens=50)
        assert "".join(stream) == text
        assert stream.finish_reason == "stop"
    assert requests[0]["temperature"] == 0
    assert "tools" not in requests[0]


def breaks_off(handler: ScriptedHandler, body: dict[str, Any]) -> None:
    handler.begin_stream()
    handler.piece("半句")
    handler.wfile.write(b'data: {"id": "1", "choi')


def talks_nonsense(handler: ScriptedHandler, body: dict[str, Any]) -> None:
    handler.begin_stream()
    handler.piece("half")
    handler.wfile.write(b"data: not json at all\n\n")


def goes_silent(handler: ScriptedHandler, body: dict[str, Any]) -> None:
    handler.begin_stream()
    handler.piece("half")
    handler.rfile.read(1)


@pytest.mark.parametrize("script", [talks_nonsense, goes_silent])
def test_a_broken_stream_keeps_what_came(script: Any) -> None:
    with scripted_server(script) as (url, _):
        stream = client_of(url).stream(ASK, max_tokens=5)
        with pytest.raises(StreamBrokenError) as caught:
            list(stream)
    assert caught.value.text == "half"


def test_a_stream_that_just_ends_gives_what_came() -> None:
    with scripted_server(breaks_off) as (url, _):
        stream = client_of(url).stream(ASK, max_tokens=5)
        with contextlib.suppress(StreamBrokenError):
            list(stream)
        assert stream.text == "半句"
        assert stream.finish_reason == ""


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (401, False), (429, True), (503, True)])
def test_a_refusal_says_whether_trying_again_helps(status: int, retryable: bool) -> None:
    def refuse(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        handler.reply({"error": {"message": "no"}}, status)

    with scripted_server(refuse) as (url, _), pytest.raises(ServerRefusedError) as caught:
        client_of(url).stream(ASK, max_tokens=5)
    assert caught.value.retryable is retryable


def test_nobody_there_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # loopback is reached past any proxy
    with pytest.raises(ServerUnreachableError, match="127.0.0.1:9"):
        client_of("http://127.0.0.1:9/v1").stream(ASK, max_tokens=5)
    with scripted_server(says("ok")) as (url, _):
        assert "".join(client_of(url).stream(ASK, max_tokens=5)) == "ok"


def test_tokens_are_estimated_when_the_server_cannot_count() -> None:
    with scripted_server(says("")) as (url, _):
        assert client_of(url).count_tokens("成本" * 50) == estimate_tokens("成本" * 50) > 50


def test_auto_takes_an_answering_server_and_says_why(tmp_path: Any) -> None:
    store = ModelStore(tmp_path)
    with (
        scripted_server(says("ok")) as (url, _),
        open_backend(ServingSettings(base_url=url), Catalog.load(), store) as backend,
    ):
        assert (backend.name, backend.model) == ("vllm", "scripted")
        assert url in backend.reason
    with open_backend(ServingSettings(base_url=url), Catalog.load(), store) as backend:
        assert backend.name == "extractive"
        assert "does not answer" in backend.reason
        assert "models pull" in backend.reason
    with (
        pytest.raises(ServerUnreachableError),
        open_backend(ServingSettings(backend="vllm", base_url=url), Catalog.load(), store),
    ):
        pass
