"""Bytes -> text in the encodings that Chinese and English files come in, or nothing rather than wrong letters.

UTF-8 and byte order marks prove themselves. All other encodings decode each other's files into rare characters, so the
one that gives everyday characters is taken, and none where no one does. Japanese, Korean and Western files are told
apart so that they are not taken for Chinese. Not told apart: a few characters alone, which are taken for GB18030.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable
from itertools import islice

_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",  # before UTF-16, whose mark it begins with
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 4096  # bytes
_SAMPLE = 4000  # characters beyond ASCII are looked at
_MIN_EVERYDAY = 0.75  # of them must be everyday ones
_FEW = 12  # characters are too few to tell Korean from Chinese
_MAX_CONTROL = 0.02
_TYPOGRAPHIC = frozenset("‘’“”–—…•€£©®°§·«»½²³™")


def decode(raw: bytes) -> str | None:
    """The text of a file, without its byte order mark; None when its encoding cannot be told or it is no text."""
    encoding = detect(raw)
    return _text(raw, encoding) if encoding else None


def detect(raw: bytes) -> str | None:
    """The encoding of a text, as Python calls it; None when it cannot be told or it is no text."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            return encoding
    return "utf-8" if _text(raw, "utf-8") is not None else _everyday(raw)


def decode_declared(raw: bytes) -> str | None:
    """The same for a file that may say its encoding within its first bytes, as web pages do, often wrongly."""
    found = _DECLARED.search(raw[:_DECLARED_WITHIN])
    if found is None or raw.startswith(tuple(_BYTE_ORDER_MARKS)) or _text(raw, "utf-8") is not None:
        return decode(raw)
    name = found.group(1).decode("ascii").lower()
    # Pages that say GB2312 mostly hold a few characters of its successors.
    name = "gb18030" if name in ("gb2312", "gbk", "gb_2312-80") else name
    try:
        text = _text(raw, name)
    except LookupError:
        text = None
    return decode(raw) if text is None else text


def is_binary(text: str) -> bool:
    """Whether `text` is a program's data, not somebody's words."""
    sample = text[:4096]
    control = sum(1 for character in sample if ord(character) < 32 and character not in "\t\n\r\f\x1b")
    return control > len(sample) * _MAX_CONTROL


def _text(raw: bytes, encoding: str) -> str | None:
    """`raw` decoded, if it is text; a character that is cut off at the very end is left out."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(raw, final=False)
    except UnicodeError:
        return None
    return None if is_binary(text) else text


def _everyday(raw: bytes) -> str | None:
    """The encoding that gives everyday characters, where one does."""
    best, best_share = None, 0.0
    for encoding, is_everyday in _CANDIDATES.items():
        text = _text(raw, encoding)
        if text is None or "\x00" in text:
            continue
        share = _share(text, is_everyday)
        if share > best_share + 0.001:
            best, best_share = encoding, share
    return best if best_share >= _MIN_EVERYDAY else None


def _share(text: str, is_everyday: Callable[[str], bool]) -> float:
    sample = Counter(islice((letter for letter in text if letter > "\x7f"), _SAMPLE))
    if sample.total() == 0:
        return 1.0
    share = sum(count for letter, count in sample.items() if is_everyday(letter)) / sample.total()
    return share if sample.total() > _FEW or is_everyday is not _is_korean else share * 0.99


def _lead(letter: str, encoding: str) -> int:
    return letter.encode(encoding, "ignore")[:1][0] if letter.encode(encoding, "ignore") else 0


def _is_gb(letter: str) -> bool:
    """Punctuation, and the 3,755 characters of the first level of GB 2312."""
    return 0xA1 <= (lead := _lead(letter, "gb2312")) <= 0xA3 or 0xB0 <= lead <= 0xD7


def _is_big5(letter: str) -> bool:
    """Punctuation, and the 5,401 characters of the first level of Big5."""
    return 0xA1 <= _lead(letter, "big5") <= 0xC6


def _is_chinese(letter: str) -> bool:
    return _is_gb(letter) or _is_big5(letter)


def _is_japanese(letter: str) -> bool:
    """Punctuation, kana, and the 2,965 characters of the first level of JIS X 0208."""
    return 0x81 <= (lead := _lead(letter, "cp932")) <= 0x83 or 0x88 <= lead <= 0x97


def _is_korean(letter: str) -> bool:
    return "\uac00" <= letter <= "\ud7a3" or 0xA1 <= _lead(letter, "euc_kr") <= 0xA3


def _is_western(letter: str) -> bool:
    return (letter.isalpha() and letter <= "\xff") or letter in _TYPOGRAPHIC


# In this order where two are as good.
_CANDIDATES: dict[str, Callable[[str], bool]] = {
    "euc_kr": _is_korean,
    "gb18030": _is_gb,
    "big5hkscs": _is_big5,
    "cp932": _is_japanese,
    "cp1252": _is_western,
    "utf-16-le": _is_chinese,
    "utf-16-be": _is_chinese,
}
