"""Hits -> the passages to read, and what of the question they do not speak of: unknown names, a fact of no passage."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.asked import Read, read_fact, stands, unanswered
from assistant.question import Understood, asks_for_figure
from assistant.reading import Passage
from assistant.verifying.names import unheard_names
from assistant.wanted import unmet
from corpus.language import document_language
from index.chunk import Hit
from index.lexicon import translate
from index.search import Searcher

# Passages so relevant speak of the question's subject, whatever name it drops besides.
_CLOSE_WITHOUT_NAME = 0.6

# Chunks of a collection that can tell rare words from common ones.
_LARGE = 500

Choose = Callable[[Sequence[Hit]], list[Passage]]


def read_hits(hits: Sequence[Hit], asked: str, choose: Choose) -> tuple[list[Passage], list[str]]:
    """The passages to read; and of a question about names that none of them has, these names."""
    passages = choose(hits)
    near = [f"{passage.heading}\n{passage.text}" for passage in passages]
    unheard = unheard_names(asked, "\n".join(near or (hit.chunk.indexed_text for hit in hits)))
    if not passages or not unheard:
        return passages, unheard
    named = choose([hit for hit in hits if not unheard_names(asked, hit.chunk.indexed_text)])
    is_close = max(passage.relevance for passage in passages) >= _CLOSE_WITHOUT_NAME
    if not named and is_close and not asks_for_figure(asked):
        return passages, []  # "our CTO asks …": the name is not what the question is about
    return (named, []) if named else (passages, unheard)


def unsaid_of(understood: Understood, passages: Sequence[Passage], searcher: Searcher) -> list[str]:
    """What a question asks for, in its words, and no passage about its subject has: of one fact, or of a kind."""
    read = [Read(f"{passage.heading}\n{passage.text}", "\n".join(passage.questions)) for passage in passages]
    if all(document_language(one.text) != understood.language for one in read):
        return []  # too many words have no counterpart that is known
    if fact := read_fact(understood.standalone, understood.language):
        is_large = searcher.generation.chunk_count >= _LARGE
        if unsaid := unanswered(fact, read, searcher.weight if is_large else None, translate):
            return unsaid
    return unmet(understood.standalone, understood.language, read, lambda word, held: stands(word, held, translate))
