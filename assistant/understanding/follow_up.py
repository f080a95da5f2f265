"""A follow-up made to stand alone, by rules.

A short question that leans on what was asked before is put behind it; the topic is then in the words. One that leans on
a follow-up is put behind what that one stood for. One that only sounds like a follow-up ("and how do we keep people?")
but brings a topic of its own is left as it is, so that the old topic is not searched for as well. NOT covered: which
of several things "the second one" is; see rewriting.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.verifying.names import bare_names
from corpus.language import HAN
from index.words import chinese_nouns, content_words

_LONGEST = 60
# Points at something said before, and cannot be understood without it.
_POINTS = re.compile(
    r"^(?:它|其|这|上面|前面|刚才|第[一二三四五]|换成|如果换|其中|哪[个种])|它们?|这[个种些样]|那[个种些](?!月)|前者|后者|第[一二三]种|当时|同样"
    r"|^[^，,]{0,14}呢[?？]?\s*$|^(?:what|how) about\b|^(?:and |but |so )?what if\b|^why\??$"
    r"|^(?:it|that|this|those|these)\b|\b(?:it|its|they|them|their|that one|this one|the (?:former|latter)|the same"
    r"|the (?:first|second|third|last|other|others)(?! (?:customers?|hires?|users?|year|month|version)))\b",
    re.IGNORECASE,
)
# Sounds like going on.
_GOES_ON = re.compile(
    r"^(?:那么?|还有|再|为什么[?？]?$|具体|继续|举个?例)|呢[?？]?\s*$"
    r"|^(?:and|but|so|then|also|what about|how about|why\??$|what if)\b",
    re.IGNORECASE,
)
# Says too little to be a topic.
_NO_TOPIC = frozenset(
    content_words(
        """company start-up team model product problem way case time year month day week number money cost price people
        user customer thing big small good better best bad keep find work go happen long short much many new old first
        second third last still even really think know
        公司 团队 模型 产品 问题 办法 方法 情况 时间 时候 钱 成本 价格 多少 多久 一般 合适 最多 最少 最高 最低 具体
        需要 用户 客户 好 大 小
        个月 换成 适合 影响 后来 要紧 准备 供应 供应商"""
    )
)
_FEWEST_OWN = 2


def standalone(text: str, questions: Sequence[str]) -> str:
    """`text` with what it leans on in the questions before it, oldest first."""
    if not questions or len(text) > _LONGEST:
        return text
    if not _POINTS.search(text) and (not _GOES_ON.search(text) or _brings_topic(text, questions)):
        return text
    return f"{_with_topic(questions)} {text}"


def _with_topic(questions: Sequence[str]) -> str:
    """The last of `questions` with its topic. In a conversation one that names nothing is about what came before."""
    last, earlier = questions[-1].strip(), questions[:-1]
    if earlier and len(last) <= _LONGEST and not bare_names(last) and not _brings_topic(last, earlier):
        return f"{_with_topic(earlier)} {last}"
    return standalone(last, earlier)


def _brings_topic(text: str, questions: Sequence[str]) -> bool:
    """Whether `text` names things enough of its own, and nothing that was asked about before."""
    known = {word for question in questions for word in content_words(question)}
    words = chinese_nouns(text) if HAN.search(text) else content_words(text)
    own = {word for word in words if word not in _NO_TOPIC and not word[0].isdigit()}
    return len(own) >= _FEWEST_OWN and own.isdisjoint(known)
