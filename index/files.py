"""Files of an index: written durably with their hashes, read only after these were checked.

A part is a folder with a `manifest.json` that names its files, their sizes and their sha256. It is written aside and
renamed into place, so a part that is there is complete. Only named regular files are opened: whatever else lies in the
folder, a link or a device among it, is not touched. Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import CollectionDamagedError

MANIFEST = "manifest.json"
ASIDE = ".building-"
ASIDE_SUFFIX = ".new"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")

Data = bytes | npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it lies on the disk: its manifest without the hashes, and the bytes of its files."""

    head: Mapping[str, Any]
    files: Mapping[str, bytes]

    def array(self, name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """The file as numbers; shares its memory, so it is held once and cannot be written to."""
        return np.frombuffer(self.files[name], dtype=dtype)


def write_part(folder: Path, head: Mapping[str, Any], files: Mapping[str, Data]) -> str:
    """Write a part; it is whole and on the disk when this returns. The sha256 of its manifest."""
    aside = folder.with_name(f"{ASIDE}{folder.name}")
    remove_tree(aside)
    aside.mkdir(parents=True)
    written = {name: _write(aside / name, data) for name, data in files.items()}
    raw = json.dumps({**head, "files": written}).encode()
    _, digest = _write(aside / MANIFEST, raw)
    sync_folder(aside)
    remove_tree(folder)  # damaged: the new one takes its place
    aside.rename(folder)
    sync_folder(folder.parent)
    return digest


def read_part(folder: Path, sha256: str = "") -> Part:
    """Read a part, every byte checked; `sha256` is that of its manifest, where it is known.

    :raises CollectionDamagedError: naming the file that is missing or not what was written.
    """
    head, _ = read_head(folder, sha256)
    try:
        named = {name: (int(size), str(digest)) for name, (size, digest) in head["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CollectionDamagedError(f"{folder / MANIFEST} names no files") from error
    files = {name: read_checked(folder / _plain(folder, name), *what) for name, what in named.items()}
    return Part({key: value for key, value in head.items() if key != "files"}, files)


def read_head(folder: Path, sha256: str = "") -> tuple[dict[str, Any], str]:
    """The manifest of a part and its sha256.

    :raises CollectionDamagedError: when there is none, or another one than `sha256` says.
    """
    path = folder / MANIFEST
    if folder.is_symlink():
        raise CollectionDamagedError(f"{folder} is a link")
    raw = read_regular(path)
    digest = hashlib.sha256(raw).hexdigest()
    if sha256 and digest != sha256:
        raise CollectionDamagedError(f"{path} is not what was written")
    return parse_record(path, raw), digest


def read_checked(path: Path, size: int, sha256: str) -> bytes:
    """The bytes of a file that must have this size and hash.

    :raises CollectionDamagedError: when it is missing or has not.
    """
    raw = read_regular(path, size)
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise CollectionDamagedError(f"{path} is not what was written")
    return raw


def parse_record(path: Path, raw: bytes) -> dict[str, Any]:
    """The JSON object that `raw`, the content of `path`, holds.

    :raises CollectionDamagedError: when it holds none.
    """
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CollectionDamagedError(f"{path} is not readable ({error})") from error
    if not isinstance(record, dict):
        raise CollectionDamagedError(f"{path} is not readable")
    return record


def write_then_rename(path: Path, data: bytes) -> None:
    """Replace `path` whole and durably; to be called by one writer at a time."""
    aside = path.with_name(f".{path.name}{ASIDE_SUFFIX}")
    _write(aside, data)
    aside.replace(path)
    sync_folder(path.parent)


def remove_tree(path: Path) -> None:
    """Remove a folder with what is in it, or a link to one, whose target stays."""
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, data: Data) -> tuple[int, str]:
    raw = data if isinstance(data, bytes) else np.ascontiguousarray(data).reshape(-1).view(np.uint8).data
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    return len(raw), hashlib.sha256(raw).hexdigest()


def read_regular(path: Path, size: int | None = None) -> bytes:
    """The bytes of a regular file, neither a link nor a device, of `size` bytes where that is known.

    :raises CollectionDamagedError: when there is none.
    """
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise CollectionDamagedError(f"{path} is not a regular file")
        if size is not None and status.st_size != size:
            raise CollectionDamagedError(f"{path} has {status.st_size} bytes instead of {size}")
        return path.read_bytes()
    except OSError as error:
        raise CollectionDamagedError(f"{path} is missing or cannot be read ({error.strerror})") from error


def _plain(folder: Path, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise CollectionDamagedError(f"{folder / MANIFEST} names a file {name!r}")
    return name
