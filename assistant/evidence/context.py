"""Passages that fit into the context that the model really has. Question and instructions are never cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant.evidence.asked import read_fact
from assistant.evidence.orders import without_orders
from assistant.evidence.reading import Passage, ReadingSettings, choose_passages, passage_tokens
from assistant.understanding.question import Understood, asks_for_figure
from assistant.writing.prompting import empty_prompt
from corpus.document import Document
from index.chunk import Hit
from serving.talking.client import ChatClient
from serving.talking.counting import estimate_tokens

# Less is no reading; a context without room for it has no room for the question either.
_LEAST_TOKENS = 50
_SENTENCE_ENDS = "。！？；.!?\n"


def choose_within(
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
    reading: ReadingSettings,
    client: ChatClient | None,
    asked: Understood,
    max_tokens: int,
) -> list[Passage]:
    """The passages to read, no more than fit beside the instructions, the question and an answer of `max_tokens`."""
    if not asks_for_figure(asked.standalone) and read_fact(asked.standalone, asked.language) is None:
        reading = replace(reading, min_relevance=reading.min_relevance_open)
    if client is None:
        return without_orders(choose_passages(hits, documents, reading, estimate_tokens))
    prompt = empty_prompt(asked.standalone, asked.language, client.capabilities.context_tokens)
    texts = [message.content for message in prompt]
    room = client.prompt_room(texts, max_tokens)
    if room is None:
        return without_orders(choose_passages(hits, documents, reading, client.count_tokens))
    narrow = replace(reading, passage_tokens=max(_LEAST_TOKENS, min(room, reading.passage_tokens)))
    # The best hit is chosen whatever it measures, and neighbours bring along what stands between them.
    chosen = without_orders(choose_passages(hits, documents, narrow, client.count_tokens))
    return cut_to_fit(chosen, room, client.count_tokens)


def cut_to_fit(passages: Sequence[Passage], budget: int, count_tokens: Callable[[str], int]) -> list[Passage]:
    """As many of the `passages`, best first, as `budget` tokens hold; of the first one at least its beginning."""
    kept: list[Passage] = []
    for passage in passages:
        tokens = passage_tokens(passage.section or passage.heading, passage.text, count_tokens)
        if tokens <= budget:
            kept.append(passage)
            budget -= tokens
        elif not kept:
            return [_beginning(passage, budget, count_tokens)]
        else:
            break
    return kept


def _beginning(passage: Passage, budget: int, count_tokens: Callable[[str], int]) -> Passage:
    """The longest beginning that fits, to the end of a sentence where there is one: halved again and again."""
    heading, low, high = passage.section or passage.heading, 1, len(passage.text)
    while low < high:
        middle = (low + high + 1) // 2
        if passage_tokens(heading, passage.text[:middle], count_tokens) <= budget:
            low = middle
        else:
            high = middle - 1
    end = max((passage.text.rfind(mark, 0, low) for mark in _SENTENCE_ENDS), default=-1) + 1
    return replace(passage, end=passage.start + (end or low))
