"""Text -> words for keyword search and for comparing sentences. The one adapter of rjieba and PyStemmer.

Chinese is segmented (jieba's search mode: long words and their parts), English stemmed. Identifiers and numbers are
kept whole and also in parts (`gpt-4`, `gpt`, `4`). Function words and question words are left out of `content_words`.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache

import rjieba
import Stemmer

from corpus.language import HAN

# Part of a collection's manifest: raise it whenever the same text would give other words.
WORDS_VERSION = 2

# A run of Han, or of letters and digits that are not Han: in `2013年` and `GPT是` there is no space between the two.
_ALPHANUMERIC = rf"(?:(?!{HAN.pattern})[^\W_])+"
_RUN = re.compile(rf"({HAN.pattern}+)|({_ALPHANUMERIC}(?:[-_./+']{_ALPHANUMERIC})*)")
_PART = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?")

# Words of this field that jieba's dictionary cuts apart.
_FIELD_WORDS = """
    大模型 微调 量化 蒸馏 剪枝 算力 显存 词元 推理成本 训练成本 开源 幻觉 提示词 向量 检索增强 数据治理 矩阵式
    单位经济 毛利率 烧钱率 跑道 护城河 技术债 回滚 灰度 智能体 预训练 注意力 专家混合 混合专家 参数量 上下文 吞吐
    首字 批处理 现货实例 竞价实例
    """.split()
_FIELD_WORD_FREQUENCY = 20_000  # above that of the parts, so that the whole is preferred

_STOPWORDS_EN = frozenset(
    """
    a an and any are as at be been by can could did do does for from had has have he her his how i if in into is it
    its itself just many may me might much must my no nor not of on one or our out over own s shall she should so
    some such t than that the their them then there these they this those to too under up us very was we were what
    when where which while who whom whose why will with would you your about also please tell explain describe give
    want need let get
    """.split()
)
_STOPWORDS_ZH = frozenset(
    """
    的 了 和 与 及 或 在 是 有 为 对 中 上 下 到 从 把 被 让 给 就 都 而 及其 以及 吗 呢 吧 啊 嘛 么 呀 我 我们 你
    你们 您 他 她 它 他们 自己 这 那 这个 那个 这些 那些 哪 哪些 哪个 哪里 什么 怎么 怎样 如何 为什么 为何 多少 几
    谁 何时 是否 能否 可以 能 会 要 想 应该 应当 需要 请 请问 一下 一个 一些 一种 有没有 不 也 还 很 更 最 之 其 等
    等等 个 种 时 后 前 里 并 且 但 但是 因为 所以 如果 因此 进行 通过 关于 什么样 怎么样 怎么办 该 得 地 着 过 来
    去 做 说 告诉 解释 介绍
    """.split()
)

# Passages whose words are remembered, some 10 KB each.
_SETS_KEPT = 2_000

_stemmer_lock = threading.Lock()  # PyStemmer keeps state between calls


@cache
def _segmenter() -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    for word in _FIELD_WORDS:
        segmenter.add_word(word, _FIELD_WORD_FREQUENCY, "n")
    return segmenter


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    """Every word of `text` in order, folded: case, width (full-width letters and digits), English stems."""
    found: list[str] = []
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        if match.group(1):
            # Without guessing at new words: a name unknown to the dictionary is cut alike in question and passage.
            found.extend(_segmenter().cut_for_search(match.group(1), False))
        else:
            found.extend(_latin_words(match.group(2)))
    return found


def content_words(text: str) -> list[str]:
    """The words of `text` that carry meaning: without function words and words that only ask."""
    return [word for word in words(text) if word not in _STOPWORDS_ZH and word not in _stemmed_stopwords()]


@lru_cache(maxsize=_SETS_KEPT)
def word_set(text: str) -> frozenset[str]:
    """The content words of a passage; remembered, because the same passages are near to many questions."""
    return frozenset(content_words(text))


def chinese_nouns(text: str) -> list[str]:
    """The Chinese nouns of `text` as written, in order, each once; names that the dictionary does not know are not."""
    tagged = _segmenter().tag(text, False)
    return list(dict.fromkeys(word for word, tag in tagged if tag[:1] == "n" or tag == "vn" if HAN.match(word)))


def chinese_verbs(text: str) -> list[str]:
    """The Chinese verbs of `text` as written, in order, each once."""
    tagged = _segmenter().tag(text, False)
    return list(dict.fromkeys(word for word, tag in tagged if tag[:1] == "v" if HAN.match(word)))


def is_chinese_word(word: str) -> bool:
    """Whether a word of `words` is Chinese."""
    return HAN.match(word) is not None


def _latin_words(run: str) -> list[str]:
    parts = [] if run.isalpha() else _PART.findall(run)
    if len(parts) <= 1:
        return [_stem(run)]
    return [run, *(_stem(part) for part in parts)]


@cache
def _stemmed_stopwords() -> frozenset[str]:
    return frozenset(_stem(word) for word in _STOPWORDS_EN) | _STOPWORDS_EN


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    with _stemmer_lock:
        return str(_stemmer().stemWord(word))
