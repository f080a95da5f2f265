"""Replies kept on disk, so that an unchanged case costs nothing and a killed run goes on where it was.

A key covers everything that a reply depends on: what is asked (question, history, attached documents, the language kept
out), the index, settings, prompts, backend, model, and the code that answers. What a case expects is not in it:
grading is done anew each time. Files are written aside and renamed, so several workers may share the folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from pydantic import ValidationError

from corpus.document import text_fingerprint
from evals.case import ACROSS, Case
from evals.outcome import REPLY, Reply

_ROOT = Path(__file__).parent.parent
# The documents of corpus/ are covered by the id of the index; nothing that answers may import the
# interfaces or the question files.
_ANSWERING = ("assistant", "corpus", "index", "serving")
_NOT_ANSWERING = ("documents", "interfaces", "batch", "keeping", "running")


class ReplyCache:
    """A folder with a file for each reply. With `fresh` nothing is read from it, and what comes is written."""

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self._folder = folder
        self._fresh = fresh

    def get(self, key: str) -> Reply | None:
        """The reply of `key`; None when there is none, or none that can be read."""
        try:
            return None if self._fresh else REPLY.validate_json(self._path(key).read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, key: str, reply: Reply) -> None:
        """Keep `reply`, unless it is an error: what failed is to be tried again."""
        if reply.answer is not None and reply.answer.status == "error":
            return
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}")
        aside.write_bytes(REPLY.dump_json(reply))
        aside.replace(path)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"


def reply_key(case: Case, system: Mapping[str, str], repeat: int) -> str:
    """Names the reply to `case` by what `system` describes; each repeat has its own."""
    asked = {
        "question": case.question,
        "history": [asdict(turn) for turn in case.history],
        "documents": [asdict(attached) for attached in case.documents],
        "without": case.language if ACROSS in case.tags else "",
    }
    return text_fingerprint(json.dumps([asked, dict(system), repeat], sort_keys=True))


def code_version(root: Path = _ROOT) -> str:
    """12 hex digits of the Python and TOML sources that answer."""
    sources = [
        path
        for package in _ANSWERING
        for path in sorted((root / package).rglob("*"))
        if path.suffix in (".py", ".toml") and not set(path.relative_to(root).parts) & set(_NOT_ANSWERING)
    ]
    parts = [part for path in sources for part in (path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))]
    return text_fingerprint(*parts)[:12]
