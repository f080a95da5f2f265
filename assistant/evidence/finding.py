"""A question -> hits -> the passages to read, and what they do not speak of: unknown names, a fact of no passage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from assistant.evidence.asked import Read, read_fact, stands, unanswered
from assistant.evidence.reading import Passage, is_answered_abroad
from assistant.evidence.wanted import unmet
from assistant.understanding.parts import parts_of
from assistant.understanding.question import Understood, asks_for_figure
from assistant.verifying.names import unheard_names
from index.chunk import Hit
from index.lexicon import translate
from index.search import Searcher

# Passages so relevant speak of the question's subject, whatever name it drops besides.
_CLOSE_WITHOUT_NAME = 0.6

# Chunks of a collection that can tell rare words from common ones.
_LARGE = 500

# Of what a passage is worth to a part of a question so much is its score for that part alone; the rest is its score for
# the whole, which names what the part leaves to the others to say.
_PART_WEIGHT = 0.3
# A passage found for another part speaks of this one, too, when its score for it is such a share of the best one's.
_COVERS = 0.8
_HITS_A_PART = 40

Choose = Callable[[Sequence[Hit]], list[Passage]]


def find_hits(searcher: Searcher, asked: Understood, limit: int) -> list[Hit]:
    """What a search finds; of a question of several parts first what is best for each, then what is for the whole."""
    parts = parts_of(asked.text, asked.language) if asked.standalone == asked.text else ()
    if not parts:
        return searcher.search(asked.standalone, language=asked.language, limit=limit)
    count = max(limit, _HITS_A_PART)
    found = searcher.search_each([asked.standalone, *parts], language=asked.language, limit=count)
    whole, *of_parts = ({hit.chunk.id: hit for hit in hits} for hits in found)
    best: dict[str, Hit] = {}
    for of_part in of_parts:
        if hit := _best_of(of_part, whole, best):
            best[hit.chunk.id] = hit
    return [*best.values(), *(hit for id, hit in whole.items() if id not in best)][:limit]


def _best_of(part: Mapping[str, Hit], whole: Mapping[str, Hit], taken: Mapping[str, Hit]) -> Hit | None:
    """What is best for a part among its hits and those of the whole, by id; None where one that is taken will do."""
    score = {id: _PART_WEIGHT * hit.score for id, hit in part.items()}
    for id, hit in whole.items():
        score[id] = score.get(id, 0.0) + (1 - _PART_WEIGHT) * hit.score
    needed = _COVERS * max((hit.score for hit in part.values()), default=0.0)
    fresh = score.keys() - taken.keys()
    if not fresh or any(id in part and part[id].score >= needed for id in taken):
        return None
    id = min(fresh, key=lambda id: (-score[id], id))
    return max((hits[id] for hits in (part, whole) if id in hits), key=lambda hit: hit.relevance)


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


def read_for_fact(
    hits: Sequence[Hit], passages: list[Passage], understood: Understood, searcher: Searcher, choose: Choose
) -> tuple[list[Passage], list[str]]:
    """The passages to read, and what is asked for that none of them says; others, where `passages` do not say it."""
    unsaid = unsaid_of(understood, passages, searcher)
    if unsaid:
        others = choose([hit for hit in hits if all(word in hit.chunk.indexed_text for word in unsaid)])
        if others and not unsaid_of(understood, others, searcher):
            return others, []
    return passages, unsaid


def unsaid_of(understood: Understood, passages: Sequence[Passage], searcher: Searcher) -> list[str]:
    """What a question asks for, in its words, and no passage about its subject has: of one fact, or of a kind."""
    if is_answered_abroad(passages, understood.language):
        return []  # too many words have no counterpart that is known
    read = [Read(f"{passage.heading}\n{passage.text}", "\n".join(passage.questions)) for passage in passages]
    if fact := read_fact(understood.standalone, understood.language):
        is_large = searcher.generation.chunk_count >= _LARGE
        if unsaid := unanswered(fact, read, searcher.weight if is_large else None, translate):
            return unsaid
    return unmet(understood.standalone, understood.language, read, lambda word, held: stands(word, held, translate))
