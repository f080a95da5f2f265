"""A model server that writes what it is told to: as much of the OpenAI protocol as the client uses, on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_NAME = "stub"


@contextmanager
def stub_model(text: Callable[[], str]) -> Iterator[str]:
    """The base URL of a model whose every answer is what `text` gives at that moment."""

    class Handler(BaseHTTPRequestHandler):
        """Lists one model and answers for it."""

        def do_GET(self) -> None:
            """The models."""
            self._send("application/json", json.dumps({"object": "list", "data": [{"id": _NAME, "object": "model"}]}))

        def do_POST(self) -> None:
            """An answer, in one piece or as a stream."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not self.path.endswith("/chat/completions"):
                self.send_error(404)
            elif body.get("stream"):
                events = [_event({"content": text()}, None), _event({}, "stop"), "[DONE]"]
                self._send("text/event-stream", "".join(f"data: {event}\n\n" for event in events))
            else:
                choice = {"index": 0, "message": {"role": "assistant", "content": "1"}, "finish_reason": "stop"}
                self._send("application/json", json.dumps({"id": "1", "model": _NAME, "choices": [choice]}))

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

        def _send(self, kind: str, text: str) -> None:
            raw = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def _event(delta: dict[str, Any], finish: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": _NAME, "choices": [choice]})
