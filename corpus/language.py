"""Which of the two languages a text is in, by its script. A document is one or the other; a question may be neither."""

from __future__ import annotations

import re

from corpus.document import Language

# Han without kana or hangul is Chinese; extension blocks are rare enough to count as Han too.
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ebef]")
_LATIN = re.compile(r"[A-Za-z]+")


def document_language(text: str) -> Language:
    """The language most of a text is written in. A Han character weighs as much as a Latin word of two letters."""
    sample = text[:20_000]
    han = len(HAN.findall(sample))
    latin_words = len(_LATIN.findall(sample))
    return "zh" if han > latin_words else "en"


def weigh(text: str) -> int:
    """How much a model has to read: a Chinese character counts as much as four others.

    The parts of a text weigh together what the whole weighs, which the text splitter relies on.
    """
    return len(text) if text.isascii() else len(text) + 3 * len(HAN.findall(text))
