"""The numbers that Word shows before paragraphs and writes nowhere: `3.2`, `(a)`, `第一条`. Knows the markup only."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from xml.etree.ElementTree import Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN_SMALL = ((9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_PLACE = re.compile(r"%([1-9])")
_BULLET = "-"


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    kind: str
    text: str


class Numbering:
    """Counts the numbered paragraphs of one file, in order."""

    def __init__(self, element: Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}  # of each list definition
        self._definitions: dict[str, str] = {}  # a list's number -> its definition
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        if element is None:
            return
        for definition in element.findall(_W + "abstractNum"):
            levels = {int(_val(level, "@ilvl") or 0): _level(level) for level in definition.findall(_W + "lvl")}
            self._levels[_val(definition, "@abstractNumId")] = levels
        for used in element.findall(_W + "num"):
            number = _val(used, "@numId")
            self._definitions[number] = _val(used, "abstractNumId")
            restarts = {int(_val(o, "@ilvl") or 0): _val(o, "startOverride") for o in used.findall(_W + "lvlOverride")}
            if any(restarts.values()):  # a list of its own, that begins anew
                levels = dict(self._levels.get(self._definitions[number], {}))
                for at, start in restarts.items():
                    if start.isdecimal() and at in levels:
                        levels[at] = _Level(int(start), levels[at].kind, levels[at].text)
                self._definitions[number] = f"{number} restarted"
                self._levels[self._definitions[number]] = levels

    def next(self, number: str, level: int) -> str:
        """What stands before the next paragraph of list `number` at `level` (0 is the outermost); empty if nothing."""
        definition = self._definitions.get(number, "")
        levels = self._levels.get(definition, {})
        if level not in levels or levels[level].kind == "none":
            return ""
        if levels[level].kind == "bullet":
            return "  " * level + _BULLET
        counts = self._counts[definition]
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]

        def shown(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            own = levels.get(at, levels[level])
            return _written(counts.get(at, own.start), own.kind)

        return _PLACE.sub(shown, levels[level].text).strip()


def _level(element: Element) -> _Level:
    start = _val(element, "start")
    return _Level(int(start) if start.isdecimal() else 1, _val(element, "numFmt"), _val(element, "lvlText"))


def _written(count: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        return _roman(count).upper() if kind == "upperRoman" else _roman(count)
    if kind.startswith(("chinese", "japanese", "ideographDigital", "taiwanese")) and 0 < count < 100:
        return _chinese(count)
    return f"{count:02d}" if kind == "decimalZero" else str(count)


def _roman(count: int) -> str:
    text = ""
    for value, letters in (*_ROMAN, *_ROMAN_SMALL):
        text += letters * (count // value)
        count %= value
    return text


def _chinese(count: int) -> str:
    tens, ones = divmod(count, 10)
    lead = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return lead + (_DIGITS[ones] if ones else "")


def _val(node: Element, name: str) -> str:
    if name.startswith("@"):
        return node.get(_W + name[1:]) or ""
    child = node.find(_W + name)
    return (child.get(_W + "val") or "") if child is not None else ""
