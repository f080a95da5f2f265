"""A sentence that is the question turned into a statement, for which words in common prove nothing.

"A small team suits a matrix" has every word in common with a section whose heading asks so, and which then advises
against it. Such a sentence must stand in one sentence of the passage that is no question. One that adds a figure to the
question's words must find it in a sentence that says a good part of them: "the bill falls by $4,320" is not said
where $4,320 is the bill.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from assistant.verifying.quantities import read_all_figures, read_figures, without_figures
from assistant.verifying.sentences import split_sentences
from index.words import content_words

_OF_QUESTION = 0.9  # share of a sentence's weight that is the question's, from which on it adds nothing
_OF_QUESTION_WITH_FIGURE = 0.75  # there the unit is not the question's
_IN_ONE = 0.8  # share of it that one sentence must hold
_BESIDE_FIGURE = 0.5  # share of it that the sentence with the figure must hold
_ASKS = re.compile(r"[?？]\s*$")


def only_says_back(sentence: str, said: str, asked: AbstractSet[str], weight: Callable[[str], float]) -> bool:
    """Whether `sentence` adds nothing to the words `asked`, and no single sentence of `said` makes it.

    What a passage in another language says cannot be told so closely: it is given as an empty text, and a figure, which
    it is known to hold, is then more than the question said.
    """
    figures = read_figures(sentence)
    if figures and not said:
        return False
    weights = {word: weight(word) for word in content_words(without_figures(sentence) if figures else sentence)}
    total = sum(weights.values())
    least_asked = (_OF_QUESTION_WITH_FIGURE if figures else _OF_QUESTION) * total
    if not asked or not total or sum(weights[word] for word in weights if word in asked) < least_asked:
        return False
    least = (_BESIDE_FIGURE if figures else _IN_ONE) * total
    places = [span.text for span in split_sentences(said) if not _ASKS.search(span.text)]
    if figures:
        places = [place for place in places if any(figure.stands_in(read_all_figures(place)) for figure in figures)]
    held = [set(content_words(place)) for place in places]
    return all(sum(weights[word] for word in weights if word in words) < least for words in held)
