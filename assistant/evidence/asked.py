"""Which fact of which thing a question wants, and what of it no passage speaks of.

A passage on the right subject is no answer to a question for a fact that it does not hold: the warranty of a card whose
price it gives. So of a short question for a fact the names, the years and the words for the fact must stand together in
one passage, in one word or another. What counts as another word: a counterpart in the other language, and what has the
same counterparts (index/lexicon.py). NOT covered: long questions, advice, reasons and comparisons, which are answered
by what is near; facts told by words that the lexicon does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.verifying.names import all_names, bare_names, lacking_names
from assistant.verifying.quantities import read_all_figures
from corpus.document import Language
from corpus.language import document_language
from index.words import chinese_nouns, content_words, is_chinese_word

# A question for one fact is short and has one clause, or two.
_LONGEST = {"zh": 34, "en": 16}  # characters, words
_FACT = re.compile(
    r"哪[个家所国一款位些座种年]|叫什么|什么名字|谁|哪里|哪儿|在哪|几[^乎]|多少|多[大高长久快贵]|何时|什么时候"
    r"|\b(?:which|what|who|whose|where|when|how (?:many|much|long|old|far|fast|often|big|large|high))\b",
    re.IGNORECASE,
)
_NO_FACT = re.compile(
    r"怎么|怎样|如何|为什么|该不该|要不要|值不值|应该|应当|该[选用先招做买租]|选哪|哪[个种家]更"
    r"|什么(?:办法|方法|做法|步骤|好处|坏处)|吗[?？]|(?<!什)么[?？]|区别|意思|还是"
    r"|\b(?:should|why|how (?:do|can|should|does|did) |what happens|what if|(?:ways?|steps?) to|pros and cons"
    r"|mean|means|difference|or)\b"
    r"|^\W*(?:can|could|is|are|does|do|did|will|would|was|were|has|have|may|must)\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"[。！;；]|[.!]\s|[？?].|[,，].*[,，]")
_FIRST = re.compile(r"[,，]")
_YEAR = re.compile(r"\b(?:in|by|since|until|of) ((?:19|20)\d\d)\b|(?<!\d)((?:19|20)\d\d)\s?年")
# "How many women work", "what is the warranty of": the thing that is counted or asked for, up to its verb.
_ENDS = (
    r"(?:do|does|did|are|is|was|were|have|has|had|can|could|will|would|should|went|goes|go|used?|takes?|took|needs?"
    r"|works?|pays?|paid|pass(?:ed)?|per|in|on|of|for|to|at|with|from|by|a|an|the|it|we|you|they|there|went|fits?)\b|[?,.]"
)
_COUNTED_EN = re.compile(rf"\bhow many ((?:[\w-]+ ){{0,2}}?[\w-]+)(?= (?:{_ENDS})|[?,.])", re.IGNORECASE)
_COUNTED_ZH = re.compile(r"(?:多少|几)[张块个名位家项条座首件间台本篇次]?([^\W\d_a-zA-Z]{1,4})[？?]?$")
# "The warranty period of", 保修期是几年: what it is that is asked for.
_HEAD_EN = re.compile(
    rf"\bwhat (?:is|was|are|were) the ((?:[\w-]+ ){{0,2}}?[\w-]+)(?= (?:{_ENDS})|[?,.])", re.IGNORECASE
)
_HEAD_ZH = re.compile(r"([^\W\d_a-zA-Z]{2,6}?)(?:是|有|为|要|叫)?(?:多少|多[大高长久快贵]|几|谁|什么|哪)")
_NUMBER = re.compile(r"多少|几|\bhow (?:many|much)\b", re.IGNORECASE)
_COMPARED = re.compile(r"[和与跟或、]|相比|比(?![例如率])|\b(?:and|or|than|vs|versus|compared)\b|/", re.IGNORECASE)
# How rare a missing word must be to refuse by it, as a share of the weight of a word that no passage has: with a name
# in the question; the head of what is asked for may be more common. found on evals/cases.
_RARE = {"zh": 0.6, "en": 0.55}
_RARE_HEAD = 0.4
# What other words may be missing, as a share of the weight of all that tell the fact: one of several is said otherwise.
_MISSING = 0.5
# Words of questions that name no fact, stemmed: units, which figures stand for, and what people say around.
AROUND = frozenset(
    """
    hour day week month year time period kilometr metr mile euro pound gigabyt watt word dollar cent percent
    percentag share amount number much way kind type sort size thing point valu figur peopl person compani firm
    vendor supplier name compon exampl case today current now right exact rough rought about approxim actual typic
    usual averag total overal singl whole full entir later earlier last first next best worst better wors good bad
    big bigger large larger small smaller high higher low lower fast faster slow close far long short new old origin
    outright achiev suffer reach accord introduc colleagu author paper studi report say claim find found show
    suggest recommend call put take took go went come came make made get got give gave use need want cost charg pay
    paid spend spent offer run ran work carri hold keep kept fit catch core idea plain think know happen chang
    differ compar match break broke cut turn set draw drew fall fell rise rose gain lose lost look back up down most
    least more less few mani effect possibl allow
    """.split()
)
_AROUND_ZH = frozenset(
    """
    时候 时间 大概 情况 问题 东西 人 公司 钱 价格 价钱 费用 成本 比例 水平 数字 数量 程度 方面 地方 样子 论文 作者
    报告 研究 分数 能力 系列 型号 差价 方法 办法 目前 现在 名字 时期 建议 结果 效果 影响 作用 例子 标准 全部 整个 人家
    大家 一般 原来 初代 单价 报价 收费 业务 产品 工夫 功夫 瓦 千瓦 度 小时 分钟 美元 美金 欧元 英镑 块钱 公斤 公里
    合理 合适 合算 划算 正常 恰当 预计 估计 预测 租金 月费 年费 月租 价位 花费 开销 变差 变好 变化 提升 下降 降幅 涨幅
    增幅
    """.split()
)

# Of several names so many may be missing: the maker's beside the product's.
_ABSENT = 1 / 3
# A Chinese subject that no document has at all is the name of somebody unknown.
_UNSEEN = 0.95
_BEGINNING = 3
_SUFFIX = re.compile(r"(?<=..)[量率数度性值期额费]$")

Weight = Callable[[str], float]
Translate = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Fact:
    """The names of the things; words for the fact, its head, what is counted, a Chinese subject and the years."""

    names: tuple[str, ...]
    words: tuple[str, ...]
    heads: tuple[str, ...]
    counted: tuple[str, ...]
    subject: str
    years: tuple[str, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class Read:
    """A text, and what stands around it: how people ask what a passage answers, or a sentence's headings."""

    text: str
    asked: str = ""


def read_fact(question: str, language: Language) -> Fact | None:
    """The fact that `question` is for; None when it is for something else, or too long to tell."""
    length = len(question) if language == "zh" else len(question.split())
    if length > _LONGEST[language] or not _FACT.search(question) or _NO_FACT.search(question):
        return None
    if _CLAUSES.search(question.strip()):
        return None
    named = tuple(bare_names(question))
    of_names = {word for name in named for word in content_words(name)}
    first = _FIRST.split(question)[0]  # "which paper was it, and is the course right"
    nouns = [noun for noun in _nouns(first if _FACT.search(first) else question, language) if _tells(noun, of_names)]
    if language == "zh":
        counted = [noun for noun in nouns if any(noun in tail for tail in _COUNTED_ZH.findall(question))]
        heads = [noun for noun in nouns if any(head.endswith(noun) for head in _HEAD_ZH.findall(question))]
    else:
        counted = [noun for noun in nouns if any(noun == tail.split()[-1] for tail in _COUNTED_EN.findall(question))]
        heads = [noun for noun in nouns if any(noun == head.split()[-1] for head in _HEAD_EN.findall(question))]
    subject = next((noun for noun in nouns if language == "zh" and _begins(question, noun)), "")
    years = [first or second for first, second in _YEAR.findall(question)]
    return Fact(named, tuple(nouns), tuple(heads), tuple(counted), subject, tuple(dict.fromkeys(years)), language)


def tells_number(fact: Fact, question: str, said: Sequence[Read]) -> bool:
    """Whether, of a question for a number of something named, one sentence `said` has one, headings and names included.

    Of names that are compared one is enough. Any other question is no matter of figures.
    """
    if not fact.names or not _NUMBER.search(question):
        return True
    most = len(fact.names) - 1 if _COMPARED.search(question) else int(_ABSENT * len(fact.names))
    language = document_language(question)
    return any(
        _has_figure(one.text)
        and (
            document_language(one.text) != language  # names are written in another way there
            or len(lacking_names(fact.names, f"{one.asked}\n{one.text}")) <= most
        )
        for one in said
    )


def _has_figure(text: str) -> bool:
    for name in all_names(text):
        text = text.replace(name, " ")
    return bool(read_all_figures(text))


def unanswered(fact: Fact, read: Sequence[Read], weight: Weight | None, translate: Translate) -> list[str]:
    """What of `fact` none of the passages that speak of its names says anything about; empty when one has it all.

    Names that are compared may stand in passages of their own. Without a `weight`, of a collection too small to tell
    rare words, only what is counted or asked for by its noun must be there.
    """
    about = [one for one in read if not lacking_names(fact.names, one.text)]
    if not about:
        whole = Read("\n".join(one.text for one in read), "\n".join(one.asked for one in read))
        absent = lacking_names(fact.names, whole.text)
        if len(absent) > _ABSENT * len(fact.names):
            return absent
        about = [whole]
    return min((_lacking(fact, one, weight, translate) for one in about), key=len)


def _lacking(fact: Fact, read: Read, weight: Weight | None, translate: Translate) -> list[str]:
    text = f"{read.text}\n{read.asked}"
    held = frozenset(content_words(text))

    def is_held(noun: str) -> bool:
        if is_chinese_word(noun):
            return _SUFFIX.sub("", noun) in text or _is_made_up(noun, held, translate)
        return any(
            stands(word, held, translate) for word in (*content_words(noun), *content_words(noun.replace("-", "")))
        )

    def is_rare(noun: str, share: float) -> bool:
        return weight is not None and max(map(weight, content_words(noun)), default=0.0) >= share * weight("\0")

    def is_asked_for(noun: str) -> bool:
        head = noun in fact.heads and (weight is None or is_rare(noun, _RARE_HEAD))
        return head or noun in fact.counted or (noun == fact.subject and is_rare(noun, _UNSEEN))

    lacking = [noun for noun in fact.words if not is_held(noun)]
    rare = [noun for noun in lacking if fact.names and is_rare(noun, _RARE["zh" if is_chinese_word(noun) else "en"])]
    if weight and _weigh(rare, weight) < _MISSING * _weigh(fact.words, weight):
        rare = []
    years = [year for year in fact.years if year not in read.text]
    return years + [noun for noun in lacking if noun in rare or is_asked_for(noun)]


def _weigh(nouns: Sequence[str], weight: Weight) -> float:
    return sum(max(map(weight, content_words(noun)), default=0.0) for noun in nouns)


def _is_made_up(noun: str, held: frozenset[str], translate: Translate) -> bool:
    """Whether words that stand make up a Chinese `noun`: of 推理成本, 推理 and 成本 do.

    Its own words are the whole besides, and what two neighbours spell by chance (理成); these need not stand.
    """
    words = content_words(noun)
    told = [word for word in words if stands(word, held, translate)]
    return _places(words, noun) <= _places(told, noun)


def _places(words: Sequence[str], noun: str) -> set[int]:
    """Which characters of `noun` belong to `words`."""
    return {place for word in words for at in re.finditer(re.escape(word), noun) for place in range(*at.span())}


def stands(word: str, held: frozenset[str], translate: Translate) -> bool:
    """Whether `word` is `held`, or a counterpart of it, or a word with the same counterparts."""
    if word in held:
        return True
    abroad = translate(word)
    return not held.isdisjoint(abroad) or any(not held.isdisjoint(translate(other)[:2]) for other in abroad[:2])


def _nouns(question: str, language: Language) -> list[str]:
    """The nouns of a Chinese question; the words of an English one, whose nouns cannot be told."""
    return chinese_nouns(question) if language == "zh" else re.findall(r"[A-Za-z][\w-]*", question)


def _begins(question: str, noun: str) -> bool:
    """Whether a question begins with `noun`: that is whom it is about, unless it says where something is."""
    place = question.find(noun)
    return place <= _BEGINNING and question[place + len(noun) :][:1] not in "里中内上"


def _tells(noun: str, of_names: set[str]) -> bool:
    words = content_words(noun)
    if not words or noun in _AROUND_ZH or any(word in of_names or word[0].isdigit() for word in words):
        return False
    return not any(word in AROUND for word in words)
