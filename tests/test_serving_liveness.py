"""Whether a server is alive is always answered, even by one that dies while it is asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from serving.launching.liveness import Liveness

CHOICE = b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "1"}, "finish_reason": "stop"}]}'


def whole(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@contextmanager
def server(token: bytes, *metrics: bytes) -> Iterator[str]:
    """Answers a request for tokens with `token`, and those for /metrics with `metrics` in turn, byte for byte."""
    counts = iter(metrics)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # closed
                return
            connection.settimeout(5)  # one that asks no more may keep it open
            with connection:
                asked = connection.recv(65536)
                connection.sendall(next(counts) if b"/metrics" in asked else token)
                connection.shutdown(socket.SHUT_WR)
                with suppress(OSError):
                    connection.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def moved(token: bytes, *metrics: bytes) -> list[bool]:
    with server(token, *metrics) as base_url:
        liveness = Liveness(base_url, model="any", key="k")
        try:
            return [liveness.moves() for _ in metrics]
        finally:
            liveness.close()


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(whole(b"vllm:generation_tokens_total 7.0\n")[:-33], id="body missing"),
        pytest.param(whole(b"vllm:generation_tokens_total 7.0\n")[:-3], id="body cut"),
        pytest.param(b"", id="closed"),
        pytest.param(b"no HTTP at all\r\n\r\n", id="garbage"),
        pytest.param(whole(b"vllm:generation_tokens_total many\n"), id="no number"),
    ],
)
def test_a_server_that_dies_amid_its_count_is_still_judged_by_its_token(reply: bytes) -> None:
    refused = b"HTTP/1.1 503 busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    assert moved(refused, reply) == [False]
    assert moved(whole(CHOICE), reply) == [True]


def test_a_count_that_grows_is_a_sign_of_life_where_no_token_comes() -> None:
    refused = b"HTTP/1.1 503 busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    counts = [whole(b'vllm:generation_tokens_total{engine="0"} %d.0\n' % count) for count in (5, 5, 9)]
    assert moved(refused, *counts) == [False, False, True]
