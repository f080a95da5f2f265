"""Whose figure it is: a figure that a claim gives to one name and the passage, in every place, to another.

"MPT-7B was fine-tuned for less than $600" is untrue where the $600 stand in a sentence about Alpaca alone, however well
the words of both are held. A name of the heading may be meant anywhere below it. NOT covered: sentences that hold both
names, and things without a name.
"""

from __future__ import annotations

import re

from assistant.verifying.names import all_names, lacking_names
from assistant.verifying.quantities import read_figures
from assistant.verifying.sentences import split_sentences
from corpus.language import HAN

_PARTS = re.compile(r"[;；|]")
_CLAUSES = re.compile(r"[,，]\s?(?=\D)")
_YEAR = re.compile(r"(?:19|20)\d\d")  # told once for all that follows it, and no more of one name than of another
_SMALLEST = 3  # digits below which a figure is as often a count, a rank or a version


def figures_of_others(claim: str, passage: str, heading: str) -> list[str]:
    """The figures of `claim` that stand in `passage` only beside names that `claim` does not have."""
    mine = [name for name in _strict_names(claim) if not _heads(name, heading)]
    if not mine:
        return []
    units = [unit for span in split_sentences(passage) for part in _PARTS.split(span.text) for unit in _clauses(part)]
    found = []
    for figure in read_figures(claim):
        if sum(character.isdigit() for character in figure.text) < _SMALLEST or _YEAR.fullmatch(figure.text):
            continue
        places = [unit for unit in units if figure.stands_in(read_figures(unit))]
        if places and all(_is_of_others(unit, mine, claim, heading) for unit in places):
            found.append(figure.text)
    return found


def _is_of_others(unit: str, mine: list[str], claim: str, heading: str) -> bool:
    if len(lacking_names(mine, unit)) < len(mine):
        return False
    return any(not _heads(name, heading) for name in lacking_names(all_names(unit), claim))


def _clauses(part: str) -> list[str]:
    """The clauses of a list in which each has a name of its own ("A costs 2, B costs 3"), else the whole."""
    clauses = _CLAUSES.split(part)
    return clauses if all(all_names(clause) for clause in clauses) else [part]


def _strict_names(text: str) -> list[str]:
    """Names by their digits and capitals; plain capitalised words are too often parts of others."""
    return [name for name in all_names(text) if re.search(r"[A-Z0-9]", name[1:]) or HAN.match(name)]


def _heads(name: str, heading: str) -> bool:
    return not lacking_names([name], heading)
