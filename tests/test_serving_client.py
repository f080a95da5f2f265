"""The client against a server that misbehaves: a right answer, what had come, or a typed error; never a hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from serving.errors import (
    ServerBusyError,
    ServerRefusedError,
    ServerSilentError,
    ServerUnreachableError,
    StreamBrokenError,
)
from serving.talking.client import ChatClient
from serving.talking.deadlines import Deadlines
from serving.talking.message import Message
from serving.talking.observation import Observation
from tests.fault_server import DONE, HEAD, RESET, FaultServer, event, fault_server, refusal_of, reply_of

ASK = [Message("system", "s"), Message("user", "成本？")]
TEXT = "推理成本最高。🙂 It is " + "x" * 50
SHORT = Deadlines(connect_s=0.5, first_token_s=0.6, idle_s=0.4, total_s=1.5)
PATIENT = Deadlines(first_token_s=5.0, idle_s=2.0)

_clients: list[ChatClient] = []


def client_of(server: FaultServer | str, deadlines: Deadlines = PATIENT, **more: Any) -> ChatClient:
    url = server if isinstance(server, str) else server.url
    _clients.append(ChatClient(url, model="scripted", api_key="k", deadlines=deadlines, **more))
    return _clients[-1]


def ask(client: ChatClient, max_tokens: int = 50) -> str:
    return "".join(client.stream(ASK, max_tokens=max_tokens))


@pytest.fixture(autouse=True)
def close_clients() -> Iterator[None]:
    yield
    while _clients:
        _clients.pop().close()


def test_text_arrives_whole_with_its_reason_to_stop_and_its_tokens() -> None:
    with fault_server([reply_of(TEXT)]) as server:
        stream = client_of(server).stream(ASK, max_tokens=50)
        assert "".join(stream) == TEXT
        assert (stream.finish_reason, stream.usage.prompt_tokens, stream.usage.completion_tokens) == ("stop", 7, 5)
    assert server.streams[0]["temperature"] == 0
    assert "tools" not in server.streams[0]


@pytest.mark.parametrize(
    "steps",
    [
        [HEAD, event("half"), b"data: not json at all\n\n"],
        [HEAD, event("half"), b'data: {"choices": [{"delta": {"content": "\xff"}}]}\n\n'],
        [HEAD, event("half"), b'data: {"choices": 3}\n\n'],
        [HEAD, event("half"), b'data: {"choices": [{"delta": {"content": 3}}]}\n\n'],
        [HEAD, event("half"), b'data: {"error": {"message": "out of memory", "code": 500}}\n\n'],
        [HEAD, event("half"), b'data: {"choices": [{"delta": {"content": "\\ud83d"}}]}\n\n', event("x"), DONE],
        [HEAD, event("half"), b'data: {"choices": [{"delta": {"content": "'],
        [HEAD, event("half"), RESET],
        [HEAD, event("half")],
        [HEAD, event("half"), 3],
        [HEAD, event("half"), *[b": still here\n\n", 0.2] * 20],
    ],
)
def test_a_broken_stream_keeps_what_came(steps: list[Any]) -> None:
    with fault_server(steps) as server:
        client = client_of(server, SHORT)
        stream = client.stream(ASK, max_tokens=5)
        with pytest.raises(StreamBrokenError) as caught:
            list(stream)
        assert caught.value.text == "half"
        assert len(server.streams) == 1  # what was shown is not asked for again
        assert client.gate.inside == 0


@pytest.mark.parametrize("chunks", range(1, 9))
def test_a_stream_that_dies_at_any_piece_keeps_all_before(chunks: int) -> None:
    with fault_server([HEAD, *[event(f"句{n}。") for n in range(chunks)], RESET]) as server:
        stream = client_of(server).stream(ASK, max_tokens=50)
        with pytest.raises(StreamBrokenError) as caught:
            list(stream)
    assert caught.value.text == "".join(f"句{n}。" for n in range(chunks))


@pytest.mark.parametrize(
    "first",
    [
        [RESET],
        [HEAD, RESET],
        [HEAD, b"<html>busy</html>"],
        [b"garbage that is no HTTP\r\n\r\n"],
        [refusal_of(503)],
        [refusal_of(429, retry_after="0")],
        [refusal_of(500, body=b"<html>")],
        [HEAD, b'data: {"error": {"message": "overloaded", "code": 503}}\n\n'],
    ],
)
def test_what_failed_before_the_first_word_is_asked_again(first: list[Any]) -> None:
    with fault_server(first, [reply_of(TEXT)]) as server:
        assert ask(client_of(server)) == TEXT
        assert len(server.streams) == 2


def test_the_time_that_a_server_asks_for_is_waited() -> None:
    with fault_server([refusal_of(429, retry_after="1")], [reply_of(TEXT)]) as server:
        began = time.monotonic()
        assert ask(client_of(server)) == TEXT
        assert time.monotonic() - began >= 1
    with fault_server([refusal_of(429, retry_after="3600")]) as server:
        with pytest.raises(ServerRefusedError, match="429") as caught:
            ask(client_of(server))
        assert len(server.streams) == 1  # nobody waits for an hour
        assert caught.value.retry_after_s == 3600


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (401, 1), (404, 1), (429, 3), (503, 3)])
def test_a_refusal_is_repeated_only_where_that_may_help(status: int, tries: int) -> None:
    with fault_server([refusal_of(status)]) as server:
        client = client_of(server)
        with pytest.raises(ServerRefusedError, match=str(status)) as caught:
            ask(client)
        assert len(server.streams) == tries
        assert caught.value.retryable is (tries > 1)
        assert client.gate.inside == 0


def test_nobody_there_is_said_so_past_any_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(ServerUnreachableError, match="127.0.0.1:9"):
        ask(client_of("http://127.0.0.1:9/v1"))
    with fault_server() as server:
        assert ask(client_of(server)) == "ok"


@pytest.mark.parametrize(
    "url", ["nonsense", "http://[", "ftp://127.0.0.1/v1", "http://127.0.0.1:99999/v1", "http:///v1"]
)
def test_what_is_no_address_is_an_error_of_ours(url: str) -> None:
    with pytest.raises(ServerUnreachableError):
        ask(client_of(url))


@pytest.mark.parametrize(
    "steps",
    [
        [3],
        [HEAD, 3],
        [HEAD, *[b": ping\n\n", 0.1] * 30],
        [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n", 0.1] * 30],
        [HEAD, *[event(), 0.1] * 30],
    ],
)
def test_a_server_that_accepts_and_never_speaks_is_down(steps: list[Any]) -> None:
    with fault_server(steps) as server:
        client = client_of(server, SHORT)
        began = time.monotonic()
        with pytest.raises(ServerSilentError):
            ask(client)
        assert time.monotonic() - began < 1.5
        assert client.circuit.is_open
        assert len(server.streams) == 1


def test_an_answer_that_never_ends_is_ended() -> None:
    with fault_server([HEAD, *[event("词"), 0.1] * 40]) as server:
        stream = client_of(server, SHORT).stream(ASK, max_tokens=50)
        began = time.monotonic()
        with pytest.raises(StreamBrokenError, match="total"):
            list(stream)
        assert time.monotonic() - began < 2.2
        assert len(stream.text) > 5


def test_the_circuit_opens_at_once_and_closes_by_itself() -> None:
    with fault_server() as server:
        client = client_of(server, SHORT)
        assert ask(client) == "ok"
        port = server.server_port
    with pytest.raises(ServerUnreachableError):
        ask(client)
    began = time.monotonic()
    with pytest.raises(ServerUnreachableError, match="tried again"):
        ask(client)
    assert time.monotonic() - began < 0.1
    with fault_server(port=port):
        until = time.monotonic() + 10
        while client.circuit.is_open and time.monotonic() < until:
            time.sleep(0.05)
        assert ask(client) == "ok"


def test_a_busy_server_is_not_a_dead_one() -> None:
    with fault_server([refusal_of(503)]) as server:
        client = client_of(server)
        with pytest.raises(ServerRefusedError):
            ask(client)
        assert not client.circuit.is_open


def test_a_reply_in_one_piece_does_too() -> None:
    body = '{"choices": [{"message": {"content": "整段"}, "finish_reason": "stop"}]}'.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with fault_server([head.encode() + body]) as server:
        assert ask(client_of(server)) == "整段"


def test_an_end_that_was_announced_needs_no_more() -> None:
    for rest in ([], [RESET], [b"data: {broken\n\n"]):
        with fault_server([HEAD, event("whole"), event(finish="stop"), *rest]) as server:
            assert ask(client_of(server)) == "whole"


@pytest.mark.parametrize(
    "thought",
    ["<think>secret</think>\n\nsaid", "<think>a</think><think>secret</think>said", "sa<thinking>secret</thinking>id"],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_thoughts_are_never_shown(thought: str, size: int) -> None:
    with fault_server([reply_of(thought, size=size)]) as server:
        assert ask(client_of(server)) == "said"


def test_thoughts_in_a_field_of_their_own_and_calls_of_tools_are_left_out() -> None:
    calls = event(None, tool_calls=[{"function": {"name": "rm", "arguments": "{}"}}])
    with fault_server([HEAD, event(None, reasoning_content="secret"), calls, event("said"), DONE]) as server:
        assert ask(client_of(server)) == "said"


@pytest.mark.parametrize("empty", ["", "  \n ", "<think>secret</think>", "<think>secret never closed"])
def test_an_empty_reply_is_asked_for_once_more(empty: str) -> None:
    with fault_server([reply_of(empty)], [reply_of(TEXT)]) as server:
        client = client_of(server)
        assert ask(client) == TEXT
        assert client.gate.inside == 0
        assert [body["seed"] for body in server.streams] == [0, 1]
    with fault_server([reply_of(empty)]) as server:
        assert ask(client_of(server)) == ""
        assert len(server.streams) == 2


@pytest.mark.parametrize("loop", ["好的", "The cost is high because it is. ", "模型的成本由参数量和数据量决定，"])
def test_going_round_in_circles_is_cut(loop: str) -> None:
    with fault_server([HEAD, event("成本如下。"), *[event(loop)] * 2000, DONE]) as server:
        stream = client_of(server).stream(ASK, max_tokens=5000)
        assert "".join(stream).startswith("成本如下。" + loop)
        assert stream.finish_reason == "repetition"
        assert len(stream.text) < 700


def test_a_list_with_a_common_beginning_is_no_loop() -> None:
    text = "".join(f"- The cost of item {n} is {n * 37 % 101} dollars a month.\n" for n in range(60))
    with fault_server([reply_of(text)]) as server:
        assert ask(client_of(server)) == text


def test_what_a_refusal_names_is_left_out_and_nothing_else() -> None:
    refusal = refusal_of(
        422, body=b'{"detail": [{"loc": ["body", "stream_options"], "msg": "extra fields not permitted"}]}'
    )
    with fault_server([refusal], [reply_of(TEXT)]) as server:
        assert ask(client_of(server)) == TEXT
        assert "stream_options" not in server.streams[1]
        assert "seed" in server.streams[1]


def test_half_characters_in_a_question_do_not_stop_it() -> None:
    with fault_server() as server:
        stream = client_of(server).stream([Message("user", "成本\ud83d？")], max_tokens=5)
        assert "".join(stream) == "ok"


def test_askers_take_turns_and_each_is_served_in_order() -> None:
    with fault_server() as server:
        client = client_of(server, at_once=1)
        client.gate.enter("before")

        def one(asker: str, n: int) -> None:
            list(client.asked_by(asker).stream([Message("user", f"{asker}{n}")], max_tokens=5))

        threads = []
        for name, n in [("a", 0), ("a", 1), ("a", 2), ("a", 3), ("b", 0), ("b", 1)]:
            threads.append(threading.Thread(target=one, args=(name, n)))
            threads[-1].start()
            while client.gate.waiting < len(threads):
                time.sleep(0.01)
        client.gate.leave()
        for thread in threads:
            thread.join()
        order = [body["messages"][0]["content"] for body in server.streams]
        assert order == ["a0", "b0", "a1", "b1", "a2", "a3"]
        assert (client.gate.inside, client.gate.waiting) == (0, 0)


def test_nobody_waits_for_a_place_for_ever() -> None:
    with fault_server() as server:
        client = client_of(server, Deadlines(queue_s=0.2), at_once=1)
        client.gate.enter("long")
        with pytest.raises(ServerBusyError, match="ask again"):
            ask(client)
        client.gate.leave()
        assert ask(client) == "ok"


def test_each_request_is_told_of_without_its_words() -> None:
    seen: list[Observation] = []
    with fault_server([refusal_of(503)], [reply_of("ok")], [HEAD, event("half"), RESET], [refusal_of(400)]) as server:
        client = client_of(server)
        client.observers.append(seen.append)
        ask(client)
        with pytest.raises(StreamBrokenError):
            ask(client)
        with pytest.raises(ServerRefusedError):
            ask(client)
    assert [(o.error, o.retries, o.usage.completion_tokens) for o in seen] == [
        ("", 1, 5),
        ("broken", 0, 0),
        ("refused", 0, 0),
    ]
    assert seen[0].first_token_s > 0
    assert "成本" not in repr(seen)
