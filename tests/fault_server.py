"""A model server with a script of faults: bytes as given, pauses, resets, refusals; and routes of several programs."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What a chat request gets: bytes are written, numbers are seconds of silence, RESET breaks the connection off.
RESET = object()
Step = bytes | float | object
# A route answers with a JSON body, or with (status, body, headers).
Reply = Mapping[str, Any] | tuple[int, Mapping[str, Any], Mapping[str, str]]
Route = Callable[[Mapping[str, Any]], Reply]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def event(text: str | None = None, *, finish: str | None = None, **delta: Any) -> bytes:
    """One event of a stream."""
    said = {**({} if text is None else {"content": text}), **delta}
    choice = {"index": 0, "delta": said, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "1", "choices": [choice]}, ensure_ascii=False).encode() + b"\n\n"


def reply_of(text: str, *, size: int = 3) -> bytes:
    """A whole proper stream that says `text`."""
    pieces = b"".join(event(text[start : start + size]) for start in range(0, len(text), size))
    usage = b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5}}\n\n'
    return HEAD + pieces + event(finish="stop") + usage + DONE


def refusal_of(status: int, *, retry_after: str = "", body: bytes = b'{"error": {"message": "no"}}') -> bytes:
    """A whole reply that refuses."""
    wait = f"Retry-After: {retry_after}\r\n" if retry_after else ""
    head = f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\n{wait}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._route({})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server: Any = self.server
        server.got.append((self.path, body))
        if self.path.endswith("/chat/completions") and body.get("stream"):
            self.close_connection = True
            self._play(server.next_steps())
        elif self.path.endswith("/chat/completions") and self.path not in server.routes:
            self._send(200, server.canary, {}) if server.canary else time.sleep(5)
        else:
            self._route(body)

    def _route(self, body: Mapping[str, Any]) -> None:
        server: Any = self.server
        reply = server.routes[self.path](body) if self.path in server.routes else (404, {"error": "no"}, {})
        self._send(*(reply if isinstance(reply, tuple) else (200, reply, {})))

    def _send(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def _play(self, steps: Sequence[Step]) -> None:
        with suppress(OSError):
            for step in steps:
                if isinstance(step, bytes):
                    self.wfile.write(step)
                    self.wfile.flush()
                elif step is RESET:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    return
                elif isinstance(step, int | float):
                    time.sleep(step)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


class FaultServer(ThreadingHTTPServer):
    """`scripts` are played one after the other, the last one again and again."""

    daemon_threads = True

    def __init__(self, scripts: Sequence[Sequence[Step]], *, port: int, model: str, owner: str) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.scripts = [list(script) for script in scripts]
        entry = {"id": model, "object": "model", "owned_by": owner, "max_model_len": 4096}
        self.routes: dict[str, Route] = {"/v1/models": lambda body: {"data": [entry]}}
        message = {"role": "assistant", "content": "1"}
        self.canary: dict[str, Any] | None = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}

    @property
    def url(self) -> str:
        """What a client is given."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def streams(self) -> list[dict[str, Any]]:
        """The chat requests so far, canaries left out."""
        return [body for path, body in self.got if path.endswith("/chat/completions") and body.get("stream")]

    def next_steps(self) -> Sequence[Step]:
        """What the next chat request gets."""
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of the play."""


@contextmanager
def fault_server(
    *scripts: Sequence[Step], port: int = 0, model: str = "scripted", owner: str = "vllm"
) -> Iterator[FaultServer]:
    """A server on loopback that plays `scripts`."""
    server = FaultServer(scripts or [[reply_of("ok")]], port=port, model=model, owner=owner)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
