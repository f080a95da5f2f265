"""A question that asks several things -> its parts, each of which can be searched for by itself.

Searched as one text, such a question finds what holds words of all its parts, and misses the passage that answers one.
Cut by rules at marks and joining words, where there is a question on either side. NOT covered: two questions in one
clause ("what and when"), and one question about each of several things.
"""

from __future__ import annotations

import re

from corpus.document import Language
from index.words import content_words

# What is asked beyond so many things stays with the last one: no more is read anyway.
_MOST = 3

# Those that a question can begin with.
_VERB = r"(?:do|does|did|is|are|was|were|can|could|should|will|would|must|may|has|have|had)"
_BEGINS = (
    r"(?:(?:how|why|where|which|what|who|whom|whose)\b(?! (?:we|you|i|they|it|he|she|our|my|your|their)\b)"
    rf"|when {_VERB}\b|{_VERB} (?:we|i|you|it|they|the|our|my|there|this)\b)"
)
_JOINS = r"(?:and|but|so|then|also|plus)(?: (?:also|then|if so),?)?"
# What ends a clause; in English a comma does only before a question.
_BREAK = {
    "zh": re.compile(r"(?<=[？?；;。！!])|(?<=[，,])(?!\d)|(?=并且|以及)"),
    "en": re.compile(rf"(?<=[?;.!])\s+|(?<=,)\s+(?=(?:{_JOINS} )?{_BEGINS})|\s+(?={_JOINS} {_BEGINS})", re.IGNORECASE),
}
_LEAD_IN = re.compile(rf"^(?:{_JOINS},? |并且|以及|[，,\s]+)", re.IGNORECASE)
# Without a comma "how painful and how expensive is it" asks once: before "and" stands no verb.
_WHOLE = re.compile(rf"[,;.?!]$|\b{_VERB}\b", re.IGNORECASE)
_ASKS = {
    "zh": re.compile(
        r"(?<!没)(?<!没有)什么|怎么|怎样|如何|为何|哪|谁|(?<!不)(?<!没)多少|多[久大高长快贵远]|第几"
        r"|(?<!没)[要有用备需分隔花差降掉到得约]几|几\w{0,2}[？?]$|[吗呢]\W*$|是否|能否|可否|要不要|该不该|值不值|还是|何时"
        r"|(是|能|会|有|需|可|用|好|行|够|算)[不没]\1"
    ),
    "en": re.compile(rf"^\W*{_BEGINS}(?!.*\.$)", re.IGNORECASE),
}
# Whatever and however, a condition, and what somebody else asks, ask nothing.
_ASKS_NOTHING = re.compile(
    r"^(?:无论|不管|不论)|(?:什么|怎么|怎样|哪|谁|多少)[^，,]{0,8}[都也]|问(?:我们?|你们?)|^.{1,6}问"
    r"|^(?:如果|要是|假如|当)[^？?]*[，,]$"
)
_ENDS_ASKING = re.compile(r"[？?]\W*$")
# "Or …?" goes on with the question before it, and so does "Bad technology?".
_CHOICE = re.compile(r"^\W*(?:or\b|还是)", re.IGNORECASE)
_POINTS = re.compile(
    r"[它其这那]|呢\W*$|\b(?:it|its|they|them|their|that|this|these|those|ones?|ours|he|she|his|her)\b"
    r"|\bthe (?:figure|number|result|difference)s?\b",
    re.IGNORECASE,
)
# With fewer words of its own a part that points back, or has no question word, says too little.
_FEWEST_WORDS = 4


def parts_of(question: str, language: Language) -> tuple[str, ...]:
    """The parts of `question`, none where it asks one thing. One that points back has the first one before it."""
    asked = _questions(question, language)
    if len(asked) < 2:
        return ()
    between = " " if language == "en" else ""
    first, *others = [*asked[: _MOST - 1], between.join(asked[_MOST - 1 :])] if len(asked) > _MOST else asked
    return (first, *(f"{first}{between}{part}" if _points_back(part) else part for part in others))


def _questions(question: str, language: Language) -> list[str]:
    """The clauses of `question`, put together so that each piece asks once; what leads in stands before it."""
    between = " " if language == "en" else ""
    pieces: list[str] = []
    leading = ""
    has_asked = False  # in this sentence
    for clause in _clauses(question, language):
        ends = _ENDS_ASKING.search(clause) is not None
        asks = _asks(clause, language) or (ends and not has_asked)
        own = _LEAD_IN.sub("", clause)
        goes_on = (
            _CHOICE.search(own) or not content_words(own) or (ends and not _asks(clause, language) and _is_thin(own))
        )
        if pieces and not leading and (goes_on or (ends and not asks)):
            pieces[-1] += between + clause
        elif asks:
            pieces.append((leading + between + own).strip())
            leading = ""
        else:
            leading += between + clause
        has_asked = (asks or has_asked) and not ends
    if pieces and leading:
        pieces[-1] += between + leading.strip()
    return pieces


def _clauses(question: str, language: Language) -> list[str]:
    found: list[str] = []
    for clause in filter(None, map(str.strip, _BREAK[language].split(question))):
        if language == "en" and found and not _WHOLE.search(found[-1]):
            found[-1] += f" {clause}"
        else:
            found.append(clause)
    return found


def _asks(clause: str, language: Language) -> bool:
    return _ASKS[language].search(_LEAD_IN.sub("", clause)) is not None and not _ASKS_NOTHING.search(clause)


def _points_back(part: str) -> bool:
    return _POINTS.search(part) is not None and _is_thin(part)


def _is_thin(part: str) -> bool:
    return len(set(content_words(part))) < _FEWEST_WORDS
