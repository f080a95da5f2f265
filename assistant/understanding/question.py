"""What is asked: the language, the bounds, and a follow-up made to stand alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.errors import BadQuestionError
from assistant.understanding.follow_up import standalone
from assistant.writing.prompting import phrases
from corpus.document import Language
from corpus.language import HAN

MAX_CHARACTERS = 4000

_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
# Scripts of languages that are not spoken here. Kana and hangul also tell Japanese and Korean from Chinese.
_OTHER_SCRIPT = re.compile(
    r"[\u3041-\u30ff\u31f0-\u31ff\uac00-\ud7af\u1100-\u11ff\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u0e7f]"
)
# Function words that other Latin-script languages have and English has not.
_OTHER_LATIN_WORDS = frozenset(
    """
    le les des une est sont pour avec dans comment quel quelle quels combien qui nous votre der die das und ist sind
    wie für mit nicht ein eine einen wir welche warum kann el los las una para cómo qué cuánto por con está son
    nuestro cuál il gli che quanto sono della nostro perché o os um uma não como quanto são nossa
    você het een voor hoe wat zijn jak co je czy
    """.split()
)
_ENGLISH_WORDS = frozenset(
    """
    the of to and a in is are how what which for with does do can we our my should it on much many why when who cost per
    at out each if you your from than will would as come
    """.split()
)
_ASKS_FIGURE = re.compile(
    r"多少|百分之几|第几|几(?:个月|年|天|小时|倍|成|块|张|人|家|折)|多(?:大|高|长|快|久|贵)|何时|什么时候|哪(?:一)?[年天]|谁"
    r"|\bhow (?:much|many|long|often|big|large|fast|high|old)\b|\bwhen (?:did|do|does|will|is|was|were|must)\b|\bwho\b"
    r"|\bwhat (?:did|does|do|will|would) .{1,60}\b(?:cost|charge|pay|earn|take)\b"
    r"|\bwhat (?:is|was|are|were) .{0,40}\b(?:price|fee|cost|rate|revenue|salary|valuation|number|share|date|size)\b",
    re.IGNORECASE,
)
_ASKS_MONEY = re.compile(
    # How far a cost falls or rises is told as a share or a multiple just as well, and what is paid in time is no money.
    r"多少钱|多少(?:美元|美金|欧元|元|块钱)"
    r"|(?:价格|价钱|单价|报价|售价|收费|费用|成本|工资|薪水|营收|收入|估值|罚款)(?!.{0,4}[降涨减升增省低高差])"
    r".{0,4}(?:是|为|要|有)?多少"
    r"|\bwhat (?:did|does|do|will|would) .{1,60}\b(?:cost|charge)\b(?! in (?!dollars|euros|yuan|money))"
    r"|(?<!by )\bhow much (?:does|do|did|is|are|was|will|would|should)\b"
    r"(?!.{0,80}\b(?:cuts?|lowers?|reduc\w+|less|more|cheaper|dearer|rises?|falls?|drops?)\b)"
    r"(?=.{0,80}\b(?:cost|charge|pay|price|spend|invest|raise)\b)|\bwhat (?:is|was) the price\b",
    re.IGNORECASE,
)
_ASKS_SHARE = re.compile(
    r"占(?!用)[^，。；？?]{0,16}(?:多少(?!钱)|几成|几分之几)|百分之几"
    r"|\bwhat (?:share|percentage|part|fraction|proportion)\b|\bhow much of\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of the conversation with its answer's text."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question ready to be searched for. `standalone` says by itself what a follow-up left to its context."""

    text: str
    standalone: str
    language: Language


def understand(question: str, history: Sequence[Turn] = ()) -> Understood:
    """Check and complete a question.

    :raises BadQuestionError: when it is empty, too long or in a third language; the message is in the asker's language.
    """
    text = question.strip()
    if not _LETTER.search(text):
        raise BadQuestionError("empty_question", phrases("zh").empty + "\n" + phrases("en").empty)
    language = question_language(text[:MAX_CHARACTERS])
    if language is None:
        raise BadQuestionError("language_not_supported", phrases("en").language)
    if len(text) > MAX_CHARACTERS:
        message = phrases(language).too_long.format(length=f"{len(text):,}", limit=f"{MAX_CHARACTERS:,}")
        raise BadQuestionError("question_too_long", message)
    return Understood(text, standalone(text, [turn.question for turn in history]), language)


def asks_for_figure(question: str) -> bool:
    """Whether a number, a date or a name is asked for, so that sources on the subject are no answer without it."""
    return _ASKS_FIGURE.search(question) is not None


def asks_for_money(question: str) -> bool:
    """Whether an amount of money is asked for, and not which share of one."""
    return _ASKS_MONEY.search(question) is not None and _ASKS_SHARE.search(question) is None


def question_language(text: str) -> Language | None:
    """The language of a question, or None for a third one. Chinese with English terms is Chinese."""
    han = len(HAN.findall(text))
    other = len(_OTHER_SCRIPT.findall(text))
    latin = len(_LATIN.findall(text))
    if other > max(2, han // 4) and other + han > latin // 4:
        return None
    if han:
        return "zh" if han * 3 >= latin or han >= 4 else "en"
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    foreign, english = len(words & _OTHER_LATIN_WORDS), len(words & _ENGLISH_WORDS)
    return None if foreign >= 2 and foreign > english else "en"
