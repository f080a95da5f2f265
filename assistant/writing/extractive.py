"""An answer with no model: the sources' own sentences that speak most of the question, in the sources' order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.evidence.reading import Passage, is_answered_abroad
from assistant.understanding.question import asks_for_figure, asks_for_money, question_language
from assistant.verifying.quantities import CURRENCIES, Quantity, read_figures, without_figures
from assistant.verifying.sentences import Span, leans, split_sentences
from corpus.document import Language
from corpus.language import document_language
from index.lexicon import counterparts
from index.words import content_words, word_set

MAX_SENTENCES = 5
MAX_FURTHER = 3
# A sentence of which the answer holds so much, by weight of its words, has been said.
_ALREADY_SAID = 0.6
_FEWEST_WORDS = 3
# Of a question for a figure, what a sentence that has one must speak of, by weight of words.
_SPEAKS_OF = 0.35
# Not quoted alone, with what leans on the sentence before it: rows of tables, pointers to other sections, questions.
_UNFIT = re.compile(
    r"^\||\]\((?:guide|paper|table)-|[?？][\"'”’」』)）]*$|^(?:下面|以下|如下|下表|the following|below)", re.IGNORECASE
)
# The first sentence of a passage says what it is about.
_LEAD_BONUS = 0.15
# A question for a figure, or for an amount of money, is answered by a sentence that has one.
_FIGURE_BONUS = 0.2


def quote_best_sentences(
    question: str, passages: Sequence[Passage], weight: Callable[[str], float], *, limit: int = MAX_SENTENCES
) -> str:
    """Markdown: a list of at most `limit` whole sentences of `passages`, at least one of the best passage."""
    wanted, language = word_set(question), question_language(question)
    total = sum(weight(word) for word in wanted) or 1.0
    asks_figure, asks_money = asks_for_figure(question), asks_for_money(question)

    def is_wanted(figure: Quantity) -> bool:
        return figure.unit in CURRENCIES or not asks_money

    scored: list[tuple[float, int, int, Span]] = []
    for passage in _in_language(passages, question):
        for place, span in enumerate(_quotable(passage)):
            if len(content_words(span.text)) < _FEWEST_WORDS:
                continue
            score = sum(weight(word) for word in _held(wanted, span.text, language)) / total * passage.relevance
            bonus = _LEAD_BONUS if place == 0 else 0.0
            bonus += (
                _FIGURE_BONUS if asks_figure and any(is_wanted(figure) for figure in read_figures(span.text)) else 0.0
            )
            scored.append((score + bonus, passage.n, place, span))
    best = sorted(scored, key=lambda item: (-item[0], item[1], item[2]))[:limit]
    return "\n".join(f"- {span.text}" for _, _, _, span in sorted(best, key=lambda item: (item[1], item[2])))


def with_said(quotes: str, said: Sequence[str]) -> str:
    """`quotes` and behind them those sentences that were `said` and are not among them."""
    return "\n".join([quotes, *(f"- {text}" for text in said if text not in quotes and not text.startswith("|"))])


def carries_figure(question: str, quotes: str, passages: Sequence[Passage], weight: Callable[[str], float]) -> bool:
    """Whether one of the `quotes` has a figure of the kind that is asked for, and with what stands around the
    `passages` speaks of most of what the question asks.
    """
    wanted, language = word_set(without_figures(question)), question_language(question)
    around = "\n".join("\n".join((passage.heading, *passage.questions)) for passage in passages)
    total = sum(weight(word) for word in wanted) or 1.0
    asks_money = asks_for_money(question)
    for line in quotes.splitlines():
        figures = [figure for figure in read_figures(line) if figure.unit in CURRENCIES or not asks_money]
        held = _held(wanted, f"{around}\n{line}", language)
        if figures and sum(weight(word) for word in held) / total >= _SPEAKS_OF:
            return True
    return False


def quote_further(question: str, said: str, passages: Sequence[Passage], weight: Callable[[str], float]) -> str:
    """Markdown: sentences of `passages` that go on where an answer that was `said` stops; empty when nothing does.

    A small model answers in a sentence or two and leaves the figures, steps and limits of its sources out.
    """
    told = set(content_words(said))
    asked = set(content_words(question)) | told
    fresh: list[tuple[float, int, int, Span]] = []
    for passage in _in_language(passages, question):
        for place, span in enumerate(_quotable(passage)):
            words = set(content_words(span.text))
            total = sum(weight(word) for word in words)
            if len(words) < _FEWEST_WORDS or span.text.endswith((":", "：")) or not total:
                continue
            # What the answer has said already is left out; of the rest what is nearest to question and answer comes.
            if sum(weight(word) for word in words & told) / total >= _ALREADY_SAID:
                continue
            score = sum(weight(word) for word in words & asked) / total * passage.relevance
            if score > 0:  # what speaks of other things does not go on, near as it may stand
                fresh.append((score, passage.n, place, span))
    best = sorted(fresh, key=lambda item: (-item[0], item[1], item[2]))[:MAX_FURTHER]
    return "\n".join(f"- {span.text}" for _, _, _, span in sorted(best, key=lambda item: (item[1], item[2])))


def _held(wanted: frozenset[str], text: str, language: Language | None) -> frozenset[str]:
    """The words of `wanted`, a question in `language`, that `text` has, or has in the other language."""
    words = word_set(text)
    held = wanted & words
    if document_language(text) == language:
        return held
    return held | {word for word in wanted - held if counterparts(word, words)}


def _in_language(passages: Sequence[Passage], question: str) -> Sequence[Passage]:
    """The passages in the asker's language, unless the nearest one is in the other."""
    language = question_language(question)
    if is_answered_abroad(passages, language):
        return passages
    return [passage for passage in passages if passage.document.language == language]


def _quotable(passage: Passage) -> Iterator[Span]:
    """The whole sentences of a passage that can stand alone; what goes on behind a semicolon is one sentence."""
    open_span: Span | None = None
    for span in split_sentences(passage.text):
        if open_span and "\n" not in passage.text[open_span.end : span.start]:
            span = Span(passage.text[open_span.start : span.end], open_span.start, span.end)
        elif open_span and _stands_alone(open_span.text):
            yield open_span
        open_span = span if span.text.endswith(("；", ";")) else None
        if open_span is None and _stands_alone(span.text):
            yield span
    if open_span and _stands_alone(open_span.text):
        yield open_span


def _stands_alone(sentence: str) -> bool:
    return not (_UNFIT.search(sentence) or leans(sentence))
