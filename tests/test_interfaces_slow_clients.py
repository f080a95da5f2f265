"""Clients that trickle hold nothing: their connections end, and everybody else is served meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from assistant.interfaces.listener import PatientProtocol, page_server
from assistant.interfaces.pace import BodyPace

HEAD_S, BODY_S = 1.0, 1.0
TRICKLERS = 100


async def counts(scope: Scope, receive: Receive, send: Send) -> None:
    """Say how many bytes came; an app of its own, without anything else that takes time."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(PatientProtocol, "head_within_s", HEAD_S)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    app = BodyPace(counts, within_s=BODY_S, slowest_bytes_per_s=1000)
    server = page_server(app, *address, stop_within_s=1)
    server.config.lifespan = "off"
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield address
    server.should_exit = True
    thread.join(20)


def ended_after(client: socket.socket, pieces: Iterator[bytes], every_s: float = 0.1) -> tuple[float, bytes]:
    """Send piece after piece until the other side ends it: the seconds, and what it said."""
    began, said = time.monotonic(), b""
    client.settimeout(every_s)
    while time.monotonic() - began < 20:
        try:
            got = client.recv(4096)
            if not got:
                break
            said += got
        except TimeoutError:
            pass
        except OSError:
            break
        try:
            client.sendall(next(pieces, b""))
        except OSError:
            break
    return time.monotonic() - began, said


def trickle() -> Iterator[bytes]:
    yield b"GET / HTTP/1.1\r\nHost: a\r\n"
    while True:
        yield b"X-A: b\r\n"


def test_many_heads_that_trickle_end_and_others_are_served_meanwhile(address: tuple[str, int]) -> None:
    took: list[float] = []

    def hold() -> None:
        with socket.create_connection(address) as client:
            took.append(ended_after(client, trickle())[0])

    threads = [threading.Thread(target=hold, daemon=True) for _ in range(TRICKLERS)]
    for thread in threads:
        thread.start()
    waited = []
    with httpx.Client(base_url=f"http://{address[0]}:{address[1]}", timeout=20) as visitor:
        while any(thread.is_alive() for thread in threads):
            began = time.monotonic()
            assert visitor.post("/", content=b"12345").text == "5"
            waited.append(time.monotonic() - began)
            time.sleep(0.02)
    assert len(took) == TRICKLERS
    assert max(took) < HEAD_S + 4
    assert sorted(waited)[int(0.9 * len(waited))] < 1


def test_a_connection_that_says_nothing_is_closed(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as client:
        assert ended_after(client, iter(()))[0] < HEAD_S + 4


def test_a_second_head_that_trickles_ends_too(address: tuple[str, int]) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        yield from trickle()

    with socket.create_connection(address) as client:
        seconds, said = ended_after(client, pieces())
    assert said.startswith(b"HTTP/1.1 200")
    assert seconds < HEAD_S + 5


def test_a_body_that_trickles_gets_408_and_an_end(address: tuple[str, int]) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
        while True:
            yield b"x"

    with socket.create_connection(address) as client:
        seconds, said = ended_after(client, pieces())
    assert said.startswith(b"HTTP/1.1 408")
    assert BODY_S <= seconds < BODY_S + 4


def test_a_large_body_that_keeps_coming_is_taken(address: tuple[str, int]) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(12):
            time.sleep(0.25)
            yield b"x" * 1000

    began = time.monotonic()
    reply = httpx.post(f"http://{address[0]}:{address[1]}/", content=pieces(), timeout=30)
    assert (reply.status_code, reply.text) == (200, "12000")
    assert time.monotonic() - began > 2 * BODY_S
