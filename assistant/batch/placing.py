"""Where the output goes: checked before anything is asked, replaced as a whole, and never over somebody's own work."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.batch.durable import replacing
from assistant.batch.errors import OutputError
from assistant.batch.journal import journal_folder
from assistant.batch.output import SUFFIXES

_KEPT_HASHES = 2


def check_target(target: Path, source: Path, *, may_replace: bool) -> None:
    """See that answers can be written to `target`.

    :raises OutputError: when they cannot, or would replace a file that is not ours.
    """
    if target.suffix.lower() not in SUFFIXES:
        raise OutputError(f"{target}: answers are written as {', '.join(SUFFIXES)}; end the name in one of these")
    if target.is_dir():
        raise OutputError(f"{target} is a folder; name a file")
    if not target.parent.is_dir():
        raise OutputError(f"{target}: there is no folder {target.parent}; make it first")
    if not os.access(target.parent, os.W_OK):
        raise OutputError(f"{target.parent} cannot be written to; choose another place for the output")
    if target.exists() and target.samefile(source):
        raise OutputError(f"{target} is the input; give the output another name")
    if target.exists() and not journal_folder(target).exists() and not may_replace:
        raise OutputError(
            f"{target} is there already and not from this command; choose another name, or --start-over to replace it"
        )


def open_elsewhere(target: Path) -> bool:
    """Whether LibreOffice or Excel says that it has `target` open."""
    return any(target.with_name(name).exists() for name in (f".~lock.{target.name}#", f"~${target.name}"))


class Placing:
    """Puts the output where it belongs; `folder` remembers what was written, and what that was made of."""

    def __init__(self, target: Path, folder: Path) -> None:
        self._target = target
        self._note = folder / "written.json"

    def is_current(self, state: str) -> bool:
        """Whether the output is there and made of `state`."""
        return self._target.exists() and self._noted()[0] == state

    @contextmanager
    def replace(self, state: str) -> Iterator[Path]:
        """A path to write to, which takes the output's place when the body ends; it is then made of `state`.

        An output that somebody has worked on since it was written is kept beside it, as `NAME.edited-1`.

        :raises OutputError: when it cannot be replaced, as a file that is open on Windows cannot.
        """
        _, ours = self._noted()
        try:
            with replacing(self._target) as aside:
                yield aside
                if self._target.exists() and ours and _sha256(self._target) not in ours:
                    self._target.replace(_free_name(self._target))
                # The hash is noted before, so that after a crash in between the old file is still known as ours, and
                # the state after, so that the old file is not taken for the new one.
                ours = [*ours, _sha256(aside)][-_KEPT_HASHES:]
                self._write_note("", ours)
        except PermissionError as error:
            raise OutputError(
                f"{self._target} cannot be replaced; close it where it is open and run the same command again: every "
                "answer is kept, only the file is written"
            ) from error
        self._write_note(state, ours)

    def _noted(self) -> tuple[str, list[str]]:
        try:
            record = json.loads(self._note.read_text(encoding="utf-8"))
            return record["state"], record["hashes"]
        except (OSError, ValueError, KeyError, TypeError):
            return "", []

    def _write_note(self, state: str, hashes: list[str]) -> None:
        with replacing(self._note) as aside:
            aside.write_text(json.dumps({"state": state, "hashes": hashes}), encoding="utf-8")


def _free_name(target: Path) -> Path:
    names = (target.with_name(f"{target.stem}.edited-{n}{target.suffix}") for n in itertools.count(1))
    return next(name for name in names if not name.exists())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
