"""Sentences that are there in Chinese and in English: the shipped twins, and texts of programs that have both.

What a program says is found in its packages as they come from Debian; they are opened, not installed.
"""

from __future__ import annotations

import html
import re
import struct
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from corpus.document import Document
from corpus.language import HAN
from index.twins import twin_sections

Pair = tuple[str, str]

_PARAGRAPH = re.compile(r'<(p|h\d)\b[^>]*\bid="([^"]+)"[^>]*>(.*?)</\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PLACEHOLDER = re.compile(r"\$\d\w*|&(?!\w+;)|\|")
_LENGTHS = range(7, 150)  # characters of the English side: longer ones cost most of the time and teach least
_TWIN_LENGTHS = range(2, 400)


def twin_pairs(documents: Iterable[Document]) -> list[Pair]:
    """Blocks, headings and questions of the shipped documents with their twins."""
    sections = twin_sections(documents, of="zh", to="en")
    pairs = (pair for section in sections for pair in zip(section.blocks, section.their_blocks, strict=True))
    return _fitting(pairs, _TWIN_LENGTHS)


def help_pairs(chinese: Path, english: Path) -> list[Pair]:
    """Paragraphs of LibreOffice's help by their ids, out of its packages for zh-CN and en-US."""
    with _unpacked(chinese) as ours, _unpacked(english) as theirs:
        root, other_root = (next(Path(folder).rglob("help/*/text")) for folder in (ours, theirs))
        found: list[Pair] = []
        for page in sorted(root.rglob("*.html")):
            other = other_root / page.relative_to(root)
            if other.exists():
                here, there = _paragraphs(page), _paragraphs(other)
                found += [(text, there[name]) for name, text in here.items() if name in there]
    return _fitting(found)


def message_pairs(package: Path) -> list[Pair]:
    """Messages of Chromium by their numbers, out of its package of translations."""
    with _unpacked(package) as folder:
        locales = next(Path(folder).rglob("zh-CN.pak")).parent
        here, there = (_messages(locales / f"{name}.pak") for name in ("zh-CN", "en-GB"))
    found = ((_plain(text), _plain(there[number])) for number, text in here.items() if number in there)
    return _fitting(pair for pair in found if "{" not in "".join(pair))


def _fitting(pairs: Iterable[Pair], lengths: range = _LENGTHS) -> list[Pair]:
    """Those with Chinese on the one side and none on the other, each once."""
    kept = (
        (chinese, english)
        for chinese, english in pairs
        if HAN.search(chinese) and not HAN.search(english) and len(english) in lengths
    )
    return list(dict.fromkeys(kept))


def _unpacked(package: Path) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()
    subprocess.run(["dpkg-deb", "-x", str(package), folder.name], check=True)
    return folder


def _paragraphs(page: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _PARAGRAPH.finditer(page.read_text(encoding="utf-8", errors="replace")):
        if text := _spaced(html.unescape(_TAG.sub("", match[3]))):
            found.setdefault(match[2], text)
    return found


def _messages(path: Path) -> dict[int, str]:
    """What a file of Chromium's resources (version 5) says, by number: a table of ends, then the texts."""
    content = path.read_bytes()
    resources, aliases = struct.unpack_from("<HH", content, 8)
    entries = [struct.unpack_from("<HI", content, 12 + 6 * place) for place in range(resources + 1)]
    texts = {
        number: content[start : entries[place + 1][1]].decode("utf-8", "replace")
        for place, (number, start) in enumerate(entries[:-1])
    }
    for place in range(aliases):
        number, same = struct.unpack_from("<HH", content, 12 + 6 * (resources + 1) + 4 * place)
        texts[number] = texts[entries[same][0]]
    return texts


def _plain(message: str) -> str:
    return _spaced(_PLACEHOLDER.sub(" ", _TAG.sub(" ", message)))


def _spaced(text: str) -> str:
    return " ".join(text.split())
