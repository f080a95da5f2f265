"""A hub's repository at a commit: only what is wanted, checked by its hashes; a hub of our own serves it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from serving.errors import FetchError
from serving.weights.recommended import HubModel
from serving.weights.snapshot import COMPLETE, Snapshots

MODEL = HubModel("m", "Owner/Name", "a" * 40)
FILES = {
    "config.json": b'{"a": 1}',
    "model.safetensors": b"weights" * 1000,
    "pytorch_model.bin": b"a pickle",
    "modeling.py": b"import os",
    "onnx/model.safetensors": b"other weights",
}


class Hub:
    """A hub that lists FILES and delivers `served`; counts what was asked for."""

    def __init__(self) -> None:
        self.served = dict(FILES)
        self.extra: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.address = ""

    def listing(self) -> list[dict[str, Any]]:
        """As the hub's API lists a commit: sha256 for large files, git's sha1 for small ones."""
        rows: list[dict[str, Any]] = []
        for path, content in FILES.items():
            row: dict[str, Any] = {"type": "file", "path": path, "size": len(content)}
            row["oid"] = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
            if path.endswith(".safetensors"):
                row["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
            rows.append(row)
        return [*rows, *self.extra]


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            hub.asked.append(path)
            if path == f"/api/models/Owner/Name/tree/{'a' * 40}":
                body = json.dumps(hub.listing()).encode()
            elif path.startswith(f"/Owner/Name/resolve/{'a' * 40}/"):
                body = hub.served[path.rpartition("/")[2]]
            else:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()


def test_weights_and_texts_are_fetched_and_no_program_or_pickle(hub: Hub, tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path, hub.address)
    assert not snapshots.has(MODEL)
    files = snapshots.listing(MODEL)
    assert [file.path for file in files] == ["config.json", "model.safetensors"]
    done: list[tuple[int, int]] = []
    folder = snapshots.fetch(MODEL, files, lambda now, total: done.append((now, total)))
    assert snapshots.has(MODEL)
    assert sorted(path.name for path in folder.iterdir()) == [COMPLETE, "config.json", "model.safetensors"]
    assert (folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    assert done[-1] == (7008, 7008)
    asked = len(hub.asked)
    snapshots.fetch(MODEL, files, lambda now, total: None)
    assert len(hub.asked) == asked


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_another_content_is_thrown_away_and_the_next_call_goes_on(hub: Hub, tmp_path: Path, name: str) -> None:
    snapshots = Snapshots(tmp_path, hub.address)
    files = snapshots.listing(MODEL)
    hub.served[name] = FILES[name][:-1] + b"!"
    with pytest.raises(FetchError, match="is not what the hub lists"):
        snapshots.fetch(MODEL, files, lambda now, total: None)
    assert not snapshots.has(MODEL)
    hub.served[name] = FILES[name]
    snapshots.fetch(MODEL, files, lambda now, total: None)
    assert snapshots.has(MODEL)


def test_a_listing_cannot_lead_out_of_the_folder(hub: Hub, tmp_path: Path) -> None:
    hub.extra = [
        {"type": "file", "path": path, "size": 1, "oid": "0" * 40}
        for path in ("../x.json", "/etc/x.json", "..\\x.json", ".hidden.json")
    ]
    assert len(Snapshots(tmp_path, hub.address).listing(MODEL)) == 2


def test_an_unknown_repository_or_one_without_safetensors_is_refused(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = Snapshots(tmp_path, hub.address)
    with pytest.raises(FetchError, match="check the name, the commit and the network"):
        snapshots.listing(HubModel("n", "Owner/Name", "b" * 40))
    monkeypatch.delitem(FILES, "model.safetensors")
    with pytest.raises(FetchError, match="no weights in safetensors"):
        snapshots.listing(MODEL)
