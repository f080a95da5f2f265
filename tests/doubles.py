"""Stand-ins for what tests must control: an encoder that needs no weights, a model server that does as it is told."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from assistant.answer import Answer
from corpus.document import Document, Language, Section, text_fingerprint
from index.encoder import EncoderSpec, Vectors
from index.words import words


class HashEncoder:
    """Each word points in a direction made from its hash; a text is the sum of its words. Deterministic, no weights."""

    def __init__(self, name: str = "hash", languages: frozenset[Language] = frozenset({"en"})) -> None:
        self.spec = EncoderSpec(name, languages)
        self.dimensions = 32
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `index.encoder.Encoder`; remembers what it was given."""
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in words(text) or [""]:
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
                vectors[row] += np.random.default_rng(seed).standard_normal(self.dimensions).astype(np.float32)
            vectors[row] /= np.linalg.norm(vectors[row]) or 1.0
        return vectors


def make_document(text: str, *, name: str = "doc", language: Language = "en", heading: str = "") -> Document:
    """A one-section document of `text`."""
    return Document(name, name, language, text, (Section(heading, 0, len(text)),), sha256=text_fingerprint(text))


# Writes an answer to a streaming chat request; gets the request's body.
Script = Callable[["ScriptedHandler", dict[str, Any]], None]


class ScriptedHandler(BaseHTTPRequestHandler):
    """Speaks as much of the OpenAI protocol as the client uses."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """List one model."""
        self.reply(
            {"object": "list", "data": [{"id": "scripted", "object": "model", "created": 0, "owned_by": "test"}]}
        )

    def do_POST(self) -> None:
        """Answer a chat request as scripted."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)  # type: ignore[attr-defined]
        if not self.path.endswith("/chat/completions"):
            self.send_error(404)
        elif body.get("stream") or "response_format" in body:
            self.server.script(self, body)  # type: ignore[attr-defined]
        else:
            message = {"role": "assistant", "content": "1"}
            self.reply({"id": "1", "object": "chat.completion", "created": 0, "model": "scripted",
                        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})  # fmt: skip

    def reply(self, body: dict[str, Any], status: int = 200) -> None:
        """One JSON answer."""
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def begin_stream(self) -> None:
        """The head of a stream, which ends when the connection closes."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def piece(self, text: str, finish: str | None = None) -> None:
        """One event with `text`."""
        choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
        event = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()

    def end_stream(self) -> None:
        """The proper end."""
        self.piece("", finish="stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[str]:
    """The address of a server that is served while the body runs."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def scripted_server(script: Script) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server on loopback that answers as `script` says: (its base URL, the requests it got)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), ScriptedHandler)
    server.script = script  # type: ignore[attr-defined]
    server.requests = []  # type: ignore[attr-defined]
    with running(server) as address:
        yield f"{address}/v1", server.requests  # type: ignore[attr-defined]


def says(text: str) -> Script:
    """A script that writes `text` a few characters at a time and ends properly."""

    def script(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        handler.begin_stream()
        for start in range(0, len(text), 7):
            handler.piece(text[start : start + 7])
        handler.end_stream()

    return script


def answer_with_text(text: str) -> Answer:
    """An answered record of `text` alone."""
    return Answer("1", "", "", "en", "answered", "", text)
