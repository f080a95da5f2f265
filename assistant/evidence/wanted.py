"""What kind of thing a question wants, and whether a passage on its subject holds one.

A passage on the right subject answers "how often" only where it says how often, "who approves" only where it speaks of
approving, and "how much did they spend on developing it" only where a figure stands beside developing. Looked for in
single sentences, with the headings above them and the questions that people ask of the section. What counts as another
word for a verb or noun: see `asked.py`. NOT covered: questions of more than one clause, advice, and kinds of things
that cannot be told from words (a reason, a method).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.evidence.asked import AROUND, Read
from assistant.verifying.names import bare_names, lacking_names
from assistant.verifying.sentences import split_sentences
from corpus.document import Language
from index.words import chinese_verbs, content_words

_OFTEN = re.compile(r"多久.{0,12}(?:一次|一回|一遍)|每隔多久|\bhow (?:often|frequently)\b", re.IGNORECASE)
_FREQUENCY = re.compile(
    r"每(?:隔|逢|当|次|[天日周月年季晚]|个?(?:星期|小时|季度|月)|[一二两三四五六七八九十半几\d])"
    r"|[天日周月年度时发布轮]一次|[一二两三四五六\d] ?次"
    r"|逐[日周月年]|定期|持续|随时|经常|频繁|天天|多久"
    r"|\b(?:every|each|per|daily|weekly|monthly|quarterly|yearly|annual\w*|nightly|hourly|once|twice|times|often"
    r"|regular\w*|continu\w*|frequent\w*|always|whenever|seldom|rarely|a (?:day|week|month|quarter|year))\b",
    re.IGNORECASE,
)
_WHO = re.compile(r"谁|哪位|什么人|\b(?:who|whom)\b", re.IGNORECASE)
# "Who at the company finally signed": the verb behind who; behind a helping verb the one after it.
_WHO_VERB = re.compile(
    r"\bwho(?: (?:at|in|of|from|on) (?:the )?[\w-]+)?(?: \w+ly)? "
    r"(?:(?:should|must|can|could|will|would|may|might|has to|have|has|had|did|does|do)(?: (?!not\b)[\w-]+ly)? )?"
    r"(?!is\b|are\b|was\b|were\b|the\b|i\b|we\b|you\b|they\b|it\b|our\b|be\b|been\b|has\b|should\b)([a-z]+)",
    re.IGNORECASE,
)
_TIME = frozenset(content_words("多久 一次 每隔 often frequently long time"))
# What money went into.
_SPENT = re.compile(
    r"\bspen[dt]\b.{0,30}?\bon (?:the )?([\w-]+)|在([^，。？]{2,8})(?:上|方面)(?:一共|总共)?[花投用]了?.{0,4}多少",
    re.IGNORECASE,
)
# Verbs that say too little to be looked for, and those that ask whom a rule binds.
_VAGUE = frozenset(
    """
    do does did have get got make made take took go went give gave use need say said know want follow obey comply apply
    """.split()
)
_VAGUE_ZH = frozenset(
    "可以 应该 应当 需要 必须 能够 可能 进行 成为 属于 觉得 认为 知道 告诉 下来 起来 出来 开始 遵守 适用".split()
)

Says = Callable[[str, frozenset[str]], bool]


def unmet(question: str, language: Language, read: Sequence[Read], says: Says) -> list[str]:
    """The word of `question` for a thing of a kind that no passage of `read` holds; empty where one does.

    `says` tells whether a word stands among words, in one way or another.
    """
    named = bare_names(question)
    read = [one for one in read if not lacking_names(named, one.text)] or read
    if verbs := _acts(question, language):
        held = [frozenset(content_words(f"{one.text}\n{one.asked}")) for one in read]
        if not any(_is_said(verb, words, says) for verb in verbs for words in held):
            return verbs
    if often := _OFTEN.search(question):
        of_names = {word for name in named for word in content_words(name)}
        done = [verb for verb in chinese_verbs(often.group()) if len(verb) > 1 and verb not in _VAGUE_ZH]
        about = [word for verb in done for word in content_words(verb)] or [
            word for word in content_words(question) if word not in of_names and word not in _TIME
        ]
        if not any(_FREQUENCY.search(sentence) and _shares(about, sentence, says) for sentence in _sentences(read)):
            return [often.group()]
    return []


def _acts(question: str, language: Language) -> list[str]:
    """What somebody does about whom is asked, and what money went into."""
    if spent := _SPENT.search(question):
        return [spent.group(1) or spent.group(2)]
    if not _WHO.search(question):
        return []
    if language == "zh":
        behind = _WHO.split(question)[-1]
        return [verb for verb in chinese_verbs(behind) if len(verb) > 1 and verb not in _VAGUE_ZH]
    return [
        verb
        for verb in _WHO_VERB.findall(question)
        if verb.lower() not in _VAGUE and AROUND.isdisjoint(content_words(verb))
    ]


def _is_said(verb: str, words: frozenset[str], says: Says) -> bool:
    return any(says(word, words) for word in content_words(verb)) or not content_words(verb)


def _shares(about: Sequence[str], sentence: str, says: Says) -> bool:
    held = frozenset(content_words(sentence))
    return any(says(word, held) for word in about)


def _sentences(read: Sequence[Read]) -> Iterator[str]:
    for one in read:
        for span in split_sentences(one.text):
            yield span.text
        yield from one.asked.splitlines()
