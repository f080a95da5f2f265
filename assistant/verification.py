"""A draft -> checked sentences and citations: marks are found by alignment, not believed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer import Citation, Sentence, Verdict
from assistant.quantities import read_figures
from assistant.reading import Passage
from assistant.sentences import split_sentences
from assistant.support import Support, SupportChecker
from index.words import content_words

# [1], [1, 2], 【3】, ［２］, [^1]; full-width digits count as digits.
_MARK = re.compile(r"\s*(?:\[\^?(\d+(?:\s*[,，、]\s*\d+)*)\]|【(\d+(?:\s*[,，、]\s*\d+)*)】|［(\d+)］)")
_LEADS_IN = re.compile(r"[:：]\s*\**\s*$")
_ASKS = re.compile(r"[?？]\s*$")


@dataclass(frozen=True, slots=True)
class Verified:
    """A checked draft: `text` carries the marks that the check found, whatever marks the draft had."""

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    invented_citations: tuple[int, ...]

    @property
    def supported_share(self) -> float:
        """The share of claims that are supported or computed; 0 when nothing is claimed."""
        claims = [sentence for sentence in self.sentences if sentence.verdict != "no_claim"]
        return sum(sentence.verdict != "unsupported" for sentence in claims) / len(claims) if claims else 0.0


def verify(draft: str, passages: Sequence[Passage], weight: Callable[[str], float]) -> Verified:
    """Check every sentence of `draft` against `passages`; `weight` gives a word's inverse document frequency."""
    text, written = remove_marks(draft)
    checker = SupportChecker(passages, weight)
    sentences: list[Sentence] = []
    found: list[Support] = []
    marked, position = [], 0
    for span in split_sentences(text):
        sentence, supports = check_sentence(span.text, checker)
        sentences.append(sentence)
        found.extend(supports)
        end = span.end if not span.text.endswith("|") else span.end - 1  # inside the last cell of a table row
        marked.append(text[position:end] + "".join(f"[{n}]" for n in sentence.citations))
        position = end
    marked.append(text[position:])
    numbers = {passage.n for passage in passages}
    return Verified(
        text="".join(marked).strip(),
        sentences=tuple(sentences),
        citations=tuple(_citation(passage, [s for s in found if s.n == passage.n]) for passage in passages),
        invented_citations=tuple(sorted({n for n in written if n not in numbers})),
    )


def check_sentence(text: str, checker: SupportChecker) -> tuple[Sentence, list[Support]]:
    """One sentence's verdict, and where its support stands (empty when there is none)."""
    if not makes_claim(text):
        return Sentence(text, "no_claim"), []
    supports = checker.check(text)
    enough = [support for support in supports if support.is_enough]
    score = round(supports[0].score, 3) if supports else 0.0
    verdict: Verdict = "supported" if enough else "unsupported"
    return Sentence(text, verdict, tuple(support.n for support in enough), score), enough


def makes_claim(text: str) -> bool:
    """Whether a sentence says something that could be wrong: not a heading that leads in, not a question."""
    if not content_words(text):
        return False
    return bool(read_figures(text)) or not (_LEADS_IN.search(text) or _ASKS.search(text))


def remove_marks(draft: str) -> tuple[str, list[int]]:
    """`draft` without citation marks, and the numbers they held."""
    numbers: list[int] = []
    for match in _MARK.finditer(draft):
        digits = next(group for group in match.groups() if group)
        numbers.extend(int(number) for number in re.findall(r"\d+", digits))
    return _MARK.sub("", draft), numbers


def _citation(passage: Passage, supports: Sequence[Support]) -> Citation:
    start = min((support.start for support in supports), default=passage.start)
    end = max((support.end for support in supports), default=passage.end)
    return Citation(
        n=passage.n,
        document_id=passage.document.id,
        title=passage.document.title,
        section=passage.section,
        page=passage.page,
        address=passage.document.address,
        quote=passage.document.text[start:end],
        start=start,
        end=end,
        used=bool(supports),
    )
