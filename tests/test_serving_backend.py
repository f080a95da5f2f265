"""Which model answers: a server that has what was named, the embedded one, or none; what an outside server can do."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from serving.backend import Address, ServingSettings, open_backend
from serving.errors import ServerRefusedError, ServerUnreachableError, WrongModelError
from serving.launching.sizing import Sizing, count_threads
from serving.talking.client import ChatClient
from serving.talking.counting import HAN_SAMPLE, OTHER_SAMPLE, estimate_tokens
from serving.talking.message import Message
from serving.weights.catalog import Catalog
from serving.weights.store import ModelStore
from tests.fault_server import FaultServer, fault_server

_clients: list[ChatClient] = []


def connected(server: FaultServer, model: str = "") -> ChatClient:
    _clients.append(ChatClient(server.url, model=model))
    _clients[-1].connect()
    return _clients[-1]


@pytest.fixture(autouse=True)
def close_clients() -> Iterator[None]:
    yield
    while _clients:
        _clients.pop().close()


def test_auto_takes_an_answering_server_and_says_why(tmp_path: Path) -> None:
    store, catalog = ModelStore(tmp_path), Catalog.load()
    with fault_server() as server, open_backend(ServingSettings(base_url=server.url), catalog, store) as backend:
        assert (backend.name, backend.model) == ("vllm", "scripted")
        assert server.url in backend.reason
    down = ServingSettings(base_url=server.url)
    with open_backend(down, catalog, store) as backend:
        assert backend.name == "extractive"
        assert "no model answers" in backend.reason
        assert "models pull" in backend.reason
    with (
        pytest.raises(ServerUnreachableError),
        open_backend(ServingSettings(backend="vllm", base_url=server.url), catalog, store),
    ):
        pass


def test_a_server_of_ours_that_runs_is_found_and_a_configured_one_goes_before_it(tmp_path: Path) -> None:
    store, catalog = ModelStore(tmp_path), Catalog.load()
    with fault_server(model="ours") as ours, fault_server(model="theirs") as theirs:
        running = Address(ours.url, "key", "ours")
        with open_backend(ServingSettings(), catalog, store, running=running) as backend:
            assert backend.model == "ours"
        with open_backend(ServingSettings(base_url=theirs.url), catalog, store, running=running) as backend:
            assert backend.model == "theirs"


def test_another_model_than_the_one_named_is_refused_with_both_names(tmp_path: Path) -> None:
    store, catalog = ModelStore(tmp_path), Catalog.load()
    with fault_server(model="big-one") as server:
        for backend in ("vllm", "auto"):
            settings = ServingSettings(backend=backend, base_url=server.url, model="small-one")  # type: ignore[arg-type]
            with (
                pytest.raises(WrongModelError, match="big-one.*small-one"),
                open_backend(settings, catalog, store),
            ):
                pass


def test_a_server_that_is_down_at_the_start_is_taken_when_it_comes(tmp_path: Path) -> None:
    with fault_server() as server:
        port = server.server_port
    settings = ServingSettings(backend="vllm", base_url=server.url)
    with open_backend(settings, Catalog.load(), ModelStore(tmp_path), stands_in=True) as backend:
        assert (backend.name, backend.model, backend.is_down) == ("vllm", "", True)
        with fault_server(port=port) as server:
            until = time.monotonic() + 10
            while backend.is_down and time.monotonic() < until:
                time.sleep(0.05)
            assert backend.client is not None
            assert "".join(backend.client.stream([Message("user", "x")], max_tokens=5)) == "ok"
            assert server.streams[0]["model"] == backend.client.model == "scripted"


def test_a_wrong_key_is_said_at_once(tmp_path: Path) -> None:
    with fault_server() as server:
        server.routes["/v1/models"] = lambda body: (401, {"error": {"message": "bad key"}}, {})
        settings = ServingSettings(backend="vllm", base_url=server.url)
        with (
            pytest.raises(ServerUnreachableError, match="401.*bad key"),
            open_backend(settings, Catalog.load(), ModelStore(tmp_path)),
        ):
            pass


def charges(body: Mapping[str, Any]) -> dict[str, Any]:
    """A reply that counts its prompt: 9 tokens for the template, 2 a Chinese character, half a token for others."""
    text = body["messages"][0]["content"]
    tokens = 9 + sum(2.0 if character > "\u2e80" else 0.5 for character in text)
    return {
        "choices": [{"message": {"content": "1"}}],
        "usage": {"prompt_tokens": round(tokens), "completion_tokens": 1},
    }


def test_vllm_is_known_by_what_it_says_of_its_model() -> None:
    with fault_server(model="m") as server:
        server.routes["/tokenize"] = lambda body: {"tokens": list(body["prompt"])}
        client = connected(server)
    assert (client.capabilities.kind, client.capabilities.context_tokens) == ("vllm", 4096)
    assert client.count_tokens("成本") > 1  # nobody answers any more: an estimate


def test_llama_cpp_is_known_by_its_properties() -> None:
    with fault_server(owner="llamacpp") as server:
        server.routes["/props"] = lambda body: {"default_generation_settings": {"n_ctx": 2048}, "total_slots": 3}
        server.routes["/tokenize"] = lambda body: {"tokens": list(body["content"])}
        client = connected(server)
        assert client.count_tokens("五个字符呀") == 5
    assert (client.capabilities.kind, client.capabilities.context_tokens, client.gate.at_once) == ("llama.cpp", 2048, 3)


def test_ollama_says_its_window_and_what_it_charges() -> None:
    with fault_server(model="qwen:latest", owner="library") as server:
        server.routes["/api/show"] = lambda body: {"model_info": {"q.context_length": 32768}, "parameters": ""}
        server.routes["/v1/chat/completions"] = charges
        client = connected(server, "qwen")
        assert client.model == "qwen:latest"
        assert client.capabilities.context_tokens == 4096  # its default, whatever the model could do
        assert 2 * len(HAN_SAMPLE) <= client.count_tokens(HAN_SAMPLE) <= 3 * len(HAN_SAMPLE)
        assert len(OTHER_SAMPLE) // 2 <= client.count_tokens(OTHER_SAMPLE) < len(OTHER_SAMPLE)
        server.routes["/api/ps"] = lambda body: {"models": [{"name": "qwen:latest", "context_length": 16384}]}
        assert connected(server, "qwen").capabilities.context_tokens == 16384
        del server.routes["/api/ps"]
        server.routes["/api/show"] = lambda body: {"model_info": {}, "parameters": "stop x\nnum_ctx  2048"}
        assert connected(server, "qwen").capabilities.context_tokens == 2048


def test_a_server_that_offers_nothing_else_is_talked_to_all_the_same() -> None:
    with fault_server(owner="somebody") as server:
        server.routes["/v1/models"] = lambda body: {"data": [{"id": "m"}]}
        client = ChatClient(server.url, model="")
        client.connect()
        assert (client.model, client.capabilities.kind, client.capabilities.context_tokens) == ("m", "other", 0)
        assert client.count_tokens("成本" * 50) >= estimate_tokens("成本" * 50)
        assert client.prompt_room(["x"], 10) is None
        assert "".join(client.stream([Message("user", "x")], max_tokens=5)) == "ok"
        assert "chat_template_kwargs" not in server.streams[0]
        client.close()


def test_an_answer_takes_no_more_than_the_context_leaves() -> None:
    with fault_server() as server:
        server.routes["/tokenize"] = lambda body: {"tokens": list(body["prompt"])}
        client = ChatClient(server.url, model="")
        client.connect()
        list(client.stream([Message("user", "字" * 4000)], max_tokens=1000))
        assert 0 < server.streams[0]["max_tokens"] <= 96
        list(client.stream([Message("user", "字" * 40)], max_tokens=1000))
        assert server.streams[1]["max_tokens"] == 1000
        client.close()


def test_a_server_refusing_for_good_is_no_reason_to_wait() -> None:
    with fault_server([b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"]) as server:
        client = ChatClient(server.url, model="m")
        with pytest.raises(ServerRefusedError):
            client.stream([Message("user", "x")], max_tokens=5)
        assert not client.circuit.is_open
        client.close()


def test_the_embedded_model_is_sized_for_the_memory_there_is() -> None:
    small, usual, large = (Sizing.for_model(2**30, memory_bytes=gib * 2**30) for gib in (2, 4, 16))
    assert (small.slots, usual.slots, large.slots) == (1, 2, 2)
    assert small.context_tokens < usual.context_tokens <= large.context_tokens
    assert small.cache_mib < usual.cache_mib < large.cache_mib
    assert count_threads() == small.threads >= 1


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 1), ("a" * 100, 26), ("成" * 100, 86), ("é" * 100, 26), ("成本 cost，" * 20, 77), ("😀" * 100, 86)],
)
def test_where_no_model_counts_a_character_weighs_what_its_script_does(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens
