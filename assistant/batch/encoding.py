"""In which encoding a question file is."""

from __future__ import annotations

import codecs
from pathlib import Path

from assistant.batch.errors import QuestionFileError
from corpus.readers.encodings import detect

_SAMPLE_BYTES = 200_000


def detect_encoding(path: Path) -> str:
    """The name of the encoding of `path`, by its first lines.

    :raises QuestionFileError: when no guess is good enough.
    """
    with path.open("rb") as file:
        encoding = detect(_whole_lines(file.read(_SAMPLE_BYTES)))
    if encoding is None:
        raise QuestionFileError(
            f"{path}: the encoding cannot be told; save it as UTF-8, or name it: --encoding gb18030 (or big5, utf-16 …)"
        )
    return encoding


def check_encoding(name: str) -> str:
    """`name`, when Python knows it. A byte order mark is never part of the text.

    :raises QuestionFileError: when it does not.
    """
    try:
        known = codecs.lookup(name).name
    except LookupError:
        raise QuestionFileError(
            f"--encoding {name}: no such encoding; try utf-8, gb18030, big5, utf-16 or utf-16-le"
        ) from None
    return {"utf-8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030"}.get(known, known)


def _whole_lines(head: bytes) -> bytes:
    """`head` without a line that was cut off, which could end within a character; an even length suits UTF-16."""
    if len(head) < _SAMPLE_BYTES:
        return head
    cut = head.rfind(b"\n") + 1
    return head[: cut - cut % 2] or head
