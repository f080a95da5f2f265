"""A sentence that is the question turned into a statement, for which words in common prove nothing.

"A small team suits a matrix" has every word in common with a section whose heading asks so, and which then advises
against it. Such a sentence must stand in one sentence of the passage that is no question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from assistant.verifying.quantities import read_figures
from assistant.verifying.sentences import split_sentences
from index.words import content_words

_OF_QUESTION = 0.9  # share of a sentence's weight that is the question's, from which on it adds nothing
_IN_ONE = 0.8  # share of it that one sentence must hold
_ASKS = re.compile(r"[?？]\s*$")


def only_says_back(sentence: str, said: str, asked: AbstractSet[str], weight: Callable[[str], float]) -> bool:
    """Whether `sentence` adds nothing to the words `asked`, and no single sentence of `said` makes it.

    What a passage in another language says cannot be told so closely: it is given as an empty text.
    """
    weights = {word: weight(word) for word in content_words(sentence)}
    total = sum(weights.values())
    if not asked or not total or read_figures(sentence):
        return False
    if sum(weights[word] for word in weights if word in asked) < _OF_QUESTION * total:
        return False
    places = [set(content_words(span.text)) for span in split_sentences(said) if not _ASKS.search(span.text)]
    return all(sum(weights[word] for word in weights if word in place) < _IN_ONE * total for place in places)
