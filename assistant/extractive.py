"""An answer with no model: the sources' own sentences that speak most of the question, in the sources' order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.reading import Passage
from assistant.sentences import Span, split_sentences
from index.words import content_words

MAX_SENTENCES = 5
# The first sentence of a passage says what it is about.
_LEAD_BONUS = 0.15


def quote_best_sentences(question: str, passages: Sequence[Passage], weight: Callable[[str], float]) -> str:
    """Markdown: a list of whole sentences of `passages`, at least one of the best passage."""
    wanted = set(content_words(question))
    total = sum(weight(word) for word in wanted) or 1.0
    scored: list[tuple[float, int, int, Span]] = []
    for passage in passages:
        for place, span in enumerate(split_sentences(passage.text)):
            if span.text.startswith("|") or len(content_words(span.text)) < 3:
                continue
            held = wanted & set(content_words(span.text))
            score = sum(weight(word) for word in held) / total * passage.relevance
            scored.append((score + (_LEAD_BONUS if place == 0 else 0.0), passage.n, place, span))
    best = sorted(scored, key=lambda item: (-item[0], item[1], item[2]))[:MAX_SENTENCES]
    return "\n".join(f"- {span.text}" for _, _, _, span in sorted(best, key=lambda item: (item[1], item[2])))
