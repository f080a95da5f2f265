"""The weights of a hub's repository at one commit, checked against the hashes that the hub lists for it.

Only tensors in safetensors, JSON and texts are fetched: nothing that could run. Into `<models>/hub/<name>@<commit>/`,
with `complete.json` written last; a download that broke off goes on with the next call.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import httpx2
from filelock import FileLock

from serving.errors import FetchError
from serving.weights.hub import download
from serving.weights.recommended import HubModel

COMPLETE = "complete.json"
_TIMEOUT_S = 30.0
_WANTED = (".safetensors", ".json", ".jinja", ".txt", ".model", ".tiktoken")
_BLOCK = 1 << 20

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file as the hub lists it: sha256 of what it keeps apart for its size, else git's sha1 of it as a blob."""

    path: str
    size: int
    sha256: str = ""
    sha1: str = ""


class Snapshots:
    """Repositories at a commit, in the models folder of a home."""

    def __init__(self, models: Path, endpoint: str = "https://huggingface.co") -> None:
        self._folder = models / "hub"
        self.endpoint = endpoint.rstrip("/")

    def folder(self, model: HubModel) -> Path:
        """Where it lies or will lie."""
        return self._folder / f"{model.repo.replace('/', '--')}@{model.revision}"

    def has(self, model: HubModel) -> bool:
        """Whether all of it is here."""
        return (self.folder(model) / COMPLETE).is_file()

    def listing(self, model: HubModel) -> tuple[HubFile, ...]:
        """What would be fetched.

        :raises FetchError: when the hub cannot be asked, does not know it, or has no safetensors of it.
        """
        url = f"{self.endpoint}/api/models/{model.repo}/tree/{model.revision}"
        where = f"{model.repo} at {model.revision} on {self.endpoint}"
        try:
            reply = httpx2.get(url, params={"recursive": "true"}, follow_redirects=True, timeout=_TIMEOUT_S)
            reply.raise_for_status()
            files = tuple(_file(row) for row in reply.json() if row["type"] == "file" and _is_wanted(row["path"]))
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise FetchError(
                f"{where} cannot be listed ({error}); check the name, the commit and the network; a mirror of the hub "
                "can be named with --hub"
            ) from error
        if not any(file.path.endswith(".safetensors") for file in files):
            raise FetchError(f"{where} holds no weights in safetensors, and no other form is loaded")
        return files

    def fetch(self, model: HubModel, files: tuple[HubFile, ...], progress: Progress) -> Path:
        """Download and check `files`; returns the folder.

        :raises FetchError: when there is no room, the hub does not deliver, or a file is not what it listed.
        """
        target = self.folder(model)
        target.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / f".{target.name}.lock"):
            if not self.has(model):
                _check_space(target, files)
                self._fetch_all(model, files, target, progress)
        return target

    def _fetch_all(self, model: HubModel, files: tuple[HubFile, ...], target: Path, progress: Progress) -> None:
        total, done = sum(file.size for file in files), 0
        for file in files:
            path = target / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            download(f"{self.endpoint}/{model.repo}/resolve/{model.revision}/{file.path}", path, file.size)
            _check(path, file)
            done += file.size
            progress(done, total)
        listed = {file.path: {"size": file.size, "sha256": file.sha256, "sha1": file.sha1} for file in files}
        record = {"repo": model.repo, "revision": model.revision, "hub": self.endpoint, "files": listed}
        aside = target / f".{COMPLETE}"
        aside.write_text(json.dumps(record, indent=1), encoding="utf-8")
        aside.replace(target / COMPLETE)


def _file(row: dict[str, object]) -> HubFile:
    path, large = str(row["path"]), row.get("lfs")
    if isinstance(large, dict):
        return HubFile(path, int(large["size"]), sha256=str(large["oid"]))
    return HubFile(path, int(str(row["size"])), sha1=str(row["oid"]))


def _is_wanted(path: str) -> bool:
    """Weights and texts of the repository's own folder; never a program or a pickle, never outside of it."""
    parts = PurePosixPath(path).parts
    return len(parts) == 1 and not path.startswith(".") and "\\" not in path and path.endswith(_WANTED)


def _check_space(folder: Path, files: tuple[HubFile, ...]) -> None:
    have = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    need, free = sum(file.size for file in files) - have, shutil.disk_usage(folder).free
    if need > free:
        raise FetchError(
            f"{need / 1e9:.1f} GB are still to be fetched into {folder}, {free / 1e9:.1f} GB are free; make room or "
            "choose another place with --home"
        )


def _check(path: Path, file: HubFile) -> None:
    size = path.stat().st_size
    if size == file.size and _is_listed(path, file):
        return
    path.unlink()
    raise FetchError(
        f"{file.path} is not what the hub lists ({size} bytes of {file.size}, or another hash) and was thrown away; "
        "run the same command again"
    )


def _is_listed(path: Path, file: HubFile) -> bool:
    digest = hashlib.sha256() if file.sha256 else hashlib.sha1(f"blob {file.size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest() == (file.sha256 or file.sha1)
