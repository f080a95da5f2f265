"""A choice that only the question's words make: "train your own model", where the passage says what that costs.

A small model begins with one half of the question, or with its yes, and goes on in the passage's words, so that by all
its words together the sentence looks supported. Here each clause is looked at by itself: one whose words are those of
what was asked must be said by the stretch. What the asker told (the bill doubled last month) and what only names the
occasion (to find out how long it lasts) claims nothing. NOT covered: a choice in words of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import lru_cache

from assistant.verifying.clauses import clauses_of
from assistant.verifying.echo import only_says_back
from assistant.verifying.quantities import read_figures
from assistant.verifying.sentences import split_sentences
from assistant.verifying.stretches import Stretch
from index.words import content_words, word_set

_OF_ASKED = 0.85  # share of a clause's weight that is of the words asked for, from which on it repeats them
_HELD = 0.5  # share of it that the stretch must hold
_FEWEST = 2
_BEGINS_TO_ASK = re.compile(
    r"^(?:(?:and|so|but|then|or) )?(?:what|which|who|whom|whose|when|where|why|how|should|can|could|may|must"
    r"|do|does|did|is|are|was|were|will|would|has|have)\b"
    r"|吗|么|呢|谁|怎|如何|什么|哪|多少|几|是否|是不是|能|会不会|要不要|可以|应该|应当|该|还是",
    re.IGNORECASE,
)
# What lists the ways there are, a sentence of what can be done or a row of a table, chooses none of them.
_LISTS = re.compile(
    r"^\s*\||\b(?:can|could|may)\b.*\bor\b|(?:可以?|能).*(?:或|也可以?|还是)", re.IGNORECASE | re.DOTALL
)
_OCCASION = re.compile(
    r"^(?:to|in order to|for|if|when|while|once|after|before|as for|regarding|with|at)\b"
    r"|^(?:为了?|想要?|要想|如果|若|当|对于|关于|在|针对)|(?:时|的话|之?后|之?前)$",
    re.IGNORECASE,
)


def only_from_question(
    sentence: str, stretch: Stretch | None, question: str, weight: Callable[[str], float]
) -> list[str]:
    """What of `sentence` comes from the `question` and not from `stretch`: all of it, or a choice.

    `stretch` is None where the passage is in another language: of that choices cannot be told.
    """
    if only_says_back(sentence, stretch.said if stretch else "", word_set(question), weight):
        return ["question"]
    return ["choice"] if stretch and decides_unsaid(sentence, stretch.text, question, weight) else []


def decides_unsaid(sentence: str, said: str, question: str, weight: Callable[[str], float]) -> bool:
    """Whether a clause of `sentence` repeats what `question` asks, and `said` does not hold its words."""
    asked = _asked_words(question)
    if not asked:
        return False
    choosing = [place.text for place in split_sentences(said) if not _LISTS.search(place.text)]
    held = word_set("\n".join(choosing))
    return any(
        _is_repeated(clause, asked, held, weight) for clause in clauses_of(sentence) if not _OCCASION.search(clause)
    )


def _is_repeated(clause: str, asked: AbstractSet[str], held: AbstractSet[str], weight: Callable[[str], float]) -> bool:
    if read_figures(clause):
        return False  # that is the answer, and it must stand in the passage
    weights = {word: weight(word) for word in content_words(clause)}
    total = sum(weights.values())
    if len(weights) < _FEWEST or not total:
        return False
    repeated = sum(weights[word] for word in weights if word in asked)
    return repeated >= _OF_ASKED * total and sum(weights[word] for word in weights if word in held) < _HELD * total


@lru_cache(maxsize=100)
def _asked_words(question: str) -> AbstractSet[str]:
    """The words of what is asked: of each sentence from the first clause on that asks."""
    words: set[str] = set()
    for sentence in split_sentences(question):
        clauses = clauses_of(sentence.text)
        first = next((n for n, clause in enumerate(clauses) if _BEGINS_TO_ASK.search(clause)), len(clauses))
        words.update(*(content_words(clause) for clause in clauses[first:]))
    return frozenset(words)
