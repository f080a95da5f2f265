"""Names in Chinese and English text, told from the way they are written, and which of them a passage lacks.

A name is a Latin word with a digit or a capital inside it (GPT-3, H100, OpenAI, RLHF), a capitalised word within an
English sentence, a capitalised word with the version behind it (Llama 3), or one of `SPELLINGS`. NOT covered: Chinese
names outside that table, and plain English names that begin a sentence and are unknown to the shipped corpus.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from corpus.language import HAN
from corpus.shipped import shipped_documents

# Spellings of one and the same: names that both languages write in their own way, and initials.
SPELLINGS = (
    ("google", "谷歌"), ("microsoft", "微软"), ("nvidia", "英伟达"), ("amazon", "亚马逊"), ("facebook", "脸书"),
    ("alibaba", "阿里巴巴"), ("tencent", "腾讯"), ("baidu", "百度"), ("bytedance", "字节跳动"), ("huawei", "华为"),
    ("intel", "英特尔"), ("gartner", "高德纳"), ("mckinsey", "麦肯锡"), ("sequoia", "红杉"), ("stanford", "斯坦福"),
    ("berkeley", "伯克利"), ("harvard", "哈佛"), ("tsinghua", "清华"), ("netflix", "奈飞"), ("tesla", "特斯拉"),
    ("united states", "u.s.", "usa", "america", "american", "美国"), ("china", "chinese", "中国", "我国"),
    ("european union", "eu", "europe", "european", "欧盟", "欧洲"),
    ("united kingdom", "u.k.", "britain", "british", "英国"),
    ("canada", "canadian", "加拿大"), ("france", "french", "法国"), ("germany", "german", "德国"),
    ("japan", "japanese", "日本"), ("india", "indian", "印度"), ("singapore", "新加坡"), ("russia", "俄罗斯"),
    ("korea", "korean", "韩国"), ("australia", "australian", "澳大利亚"), ("beijing", "北京"), ("shanghai", "上海"),
    ("shenzhen", "深圳"), ("hong kong", "香港"), ("poc", "proof of concept", "概念验证"),
    ("vc", "vcs", "venture capital", "investor"),
)  # fmt: skip
# Written like names, but any passage of this field speaks of them in one word or another.
_GENERIC = frozenset(
    """
    ai api apis cpu cpus gpu gpus llm llms tpu tpus id ids ok faq pdf it ceo cto cfo hr rag qa q&a sla slo kpi roi pr
    saas i monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december english chinese
    """.split()
)
_WORD = r"[A-Za-z][A-Za-z0-9]*(?:[-.&][A-Za-z0-9]+)*"
_LATIN = re.compile(rf"(?<![A-Za-z0-9.]){_WORD}", re.ASCII)
_VERSIONED = re.compile(r"(?<![A-Za-z0-9])([a-z]?[A-Z][A-Za-z]+)[ -](\d+(?:\.\d+)*)(?![\dA-Za-z%,])", re.ASCII)
# A capital says nothing at the beginning of a sentence, a cell, a quotation or a list item.
_BEGINS = re.compile(r"(?:^|[.!?:：。！？；;|\"“‘*(（《]|\n|[-•]\s)\s*$")


_HUNG_BEHIND = re.compile(r"-[a-z]{3,}$")
_HUNG_BEFORE = re.compile(r"^[a-z]{3,}-(?=[A-Z])")
_WITHIN = re.compile(r"[a-z,] ([A-Z][a-z]+)\b", re.ASCII)
_SMALL = re.compile(r"(?<![\w-])[a-z]+(?![\w-])", re.ASCII)  # not in links to documents (paper-mixtral)
_JOINT = re.compile(r"[\s\-]+")
_SPELT = {name: row for row in SPELLINGS for name in row}


def names(text: str) -> list[str]:
    """The names of `text` as written, in order, each once."""
    text = unicodedata.normalize("NFKC", text)
    found = [match.group() for match in _LATIN.finditer(text) if _is_name(match.group(), text[: match.start()], text)]
    found.extend(match.group() for match in _VERSIONED.finditer(text) if match.group(1).casefold() not in _GENERIC)
    return list(dict.fromkeys(found))


def all_names(text: str) -> list[str]:
    """The names of `text`, the Chinese ones of `SPELLINGS` as well, each once."""
    return list(dict.fromkeys([*names(text), *_han_names(text)]))


def missing_names(text: str, known: str) -> list[str]:
    """The names of `text` that stand nowhere in `known`, under none of their spellings."""
    return lacking_names(all_names(text), known)


def replaced_names(text: str, said: str, around: str) -> list[str]:
    """The names of `text` that stand nowhere `around`, where `said` has another one in the same place.

    The question may give a name that no passage has, the asker's own product. But what a passage says of a model that
    it names is not said of another one.
    """
    where = _spelt(around)
    # A word with a version is a name at the beginning of a sentence, too, where its capital alone says nothing.
    missing = [name for name in all_names(text) if not (where.holds(name) and where.holds(_VERSIONED.sub(r"\1", name)))]
    return missing if missing and missing_names(said, text) else []


def lacking_names(asked: Iterable[str], known: str) -> list[str]:
    """Those of `asked` that stand nowhere in `known`."""
    where = _spelt(known)
    return [name for name in asked if not where.holds(name)]


def bare_names(text: str) -> list[str]:
    """The names of `text` without what is hung on them: an OpenAI-era model, a HELM-style test, an eight-GPU server."""
    bare = (_HUNG_BEFORE.sub("", _HUNG_BEHIND.sub("", name)) for name in all_names(text))
    return list(dict.fromkeys(name for name in bare if name.casefold() not in _GENERIC))


def unheard_names(text: str, known: str) -> list[str]:
    """The bare names of `text` when `known` holds none of them; of a text without names there are none."""
    asked = bare_names(text)
    missing = lacking_names(asked, known)
    return asked if asked and len(set(missing)) == len(asked) else []


@lru_cache(maxsize=64)
def _spelt(text: str) -> Spelt:
    return Spelt(text)


class Spelt:
    """A text in which names can be looked up: case, a space for a hyphen and a plural make no difference."""

    def __init__(self, text: str) -> None:
        self._text = unicodedata.normalize("NFKC", text).casefold()

    def holds(self, name: str) -> bool:
        """Whether `name`, or another spelling of it, stands in the text."""
        folded = name.casefold()
        versioned = _VERSIONED.fullmatch(name)
        if versioned and not re.search(rf"(?<![a-z0-9]){versioned.group(1).casefold()}[ -]?\d", self._text):
            return True  # where the text gives no version, its number is checked as a figure and the word as a name
        return any(self._has(spelling) for spelling in _SPELT.get(folded, (folded,)))

    def _has(self, spelling: str) -> bool:
        if HAN.match(spelling):
            return spelling in self._text
        stem = spelling[:-1] if spelling.endswith("s") and len(spelling) > 3 else spelling
        parts = r"[\s\-]?".join(re.escape(part) for part in _JOINT.split(stem))
        # Not inside another word; one that ends in digits does not go on with others.
        behind = "(?![0-9])" if stem[-1].isdigit() else ""
        return re.search(f"(?<![a-z0-9]){parts}{behind}", self._text) is not None


def _is_name(word: str, before: str, text: str) -> bool:
    if word.casefold() in _GENERIC or len(word) < 2:
        return False
    if re.search(r"[A-Z0-9]", word[1:]):
        return True
    # Among Chinese any Latin word with a capital is a name, wherever it stands.
    if not word[0].isupper() or HAN.search(text):
        return word[0].isupper()
    return not _BEGINS.search(before) or word in _always_capital()


@cache
def _always_capital() -> frozenset[str]:
    """Words that the shipped corpus writes with a capital within sentences, and never small: names of this field."""
    capital: set[str] = set()
    small: set[str] = set()
    for document in shipped_documents():
        for section in document.sections if document.language == "en" else ():
            text = document.text[section.start : section.end]
            capital.update(_WITHIN.findall(text))
            small.update(_SMALL.findall(text))
    return frozenset(word for word in capital if word.casefold() not in small)


def _han_names(text: str) -> list[str]:
    return [name for row in SPELLINGS for name in row if HAN.match(name) and name in text]
