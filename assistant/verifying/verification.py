"""A draft -> checked sentences and citations: marks are found by alignment, not believed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Citation, Sentence, Verdict
from assistant.evidence.reading import Passage
from assistant.verifying.inert import inert
from assistant.verifying.quantities import read_figures
from assistant.verifying.sentences import Span, split_sentences
from assistant.verifying.support import Support, SupportChecker
from index.words import content_words

# [1], [1, 2], 【3】, ［２］, [^1]; full-width digits count as digits.
_MARK = re.compile(r"\s*(?:\[\^?(\d+(?:\s*[,，、]\s*\d+)*)\]|【(\d+(?:\s*[,，、]\s*\d+)*)】|［(\d+)］)")
_LEADS_IN = re.compile(r"[:：]\s*\**\s*$")
# A sentence can only have ended when one of these was written.
_MAY_END = re.compile(r"[\s。！？；.!?]")
_SHORTEST_LOOP = 12
_ASKS = re.compile(r"[?？]\s*$")


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence of the draft that is complete, its verdict, and what stands between it and the one before it."""

    before: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Verified:
    """A checked draft: `text` carries the marks that the check found, whatever marks the draft had.

    `lead_lacks_figure`: the first claim, which should be the answer itself, names a figure that no passage has.
    """

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    invented_citations: tuple[int, ...]
    lead_lacks_figure: bool

    @property
    def claims(self) -> list[Sentence]:
        """The sentences that say something which could be wrong."""
        return [sentence for sentence in self.sentences if sentence.verdict != "no_claim"]

    @property
    def supported_share(self) -> float:
        """The share of claims that are supported or computed; 0 when nothing is claimed."""
        return sum(claim.verdict != "unsupported" for claim in self.claims) / len(self.claims) if self.claims else 0.0


def verify(draft: str, checker: SupportChecker) -> Verified:
    """Check every sentence of `draft` against the checker's passages."""
    verifier = DraftVerifier(checker)
    verifier.feed(draft)
    return verifier.finish()


class DraftVerifier:
    """Checks a draft while it is being written, each sentence as soon as the next one begins."""

    def __init__(self, checker: SupportChecker) -> None:
        self._checker = checker
        self._passages = checker.passages
        self._draft = ""
        self._text = ""  # the draft without the marks it came with
        self._done = 0  # up to where `_text` is checked
        self._dropped: list[int] = []  # marks of the draft before its end was left out
        self._marked = ""
        self._sentences: list[Sentence] = []
        self._supports: list[Support] = []
        self._lead_lacks_figure = False
        self._said: set[str] = set()
        self.repeats = False  # a sentence came again: a small model that loops does not stop by itself

    @property
    def tail(self) -> str:
        """What is written behind the last checked sentence."""
        return self._text[self._done :]

    def feed(self, piece: str, *, until_repeated: bool = False) -> list[Checked]:
        """Take the next piece of the draft and check the sentences that it completes, or those before one that came
        already.
        """
        self._draft += piece
        self._text, _ = remove_marks(self._draft)
        if not _MAY_END.search(piece):
            return []
        checked = []
        for span in self._open_sentences()[:-1]:
            self.repeats = until_repeated and span.text in self._said and len(span.text) >= _SHORTEST_LOOP
            if self.repeats:
                break
            checked += self._check(span)
        return checked

    def finish(self) -> Verified:
        """Check what is left and return the whole."""
        for span in self._open_sentences():
            self._check(span)
        numbers = {passage.n for passage in self._passages}
        return Verified(
            text=(self._marked + self.tail).strip(),
            sentences=tuple(self._sentences),
            citations=tuple(
                _citation(passage, [s for s in self._supports if s.n == passage.n]) for passage in self._passages
            ),
            invented_citations=tuple(sorted({*remove_marks(self._draft)[1], *self._dropped} - numbers)),
            lead_lacks_figure=self._lead_lacks_figure,
        )

    def cut_off(self) -> None:
        """Leave out the unfinished end of a draft that was cut, unless it is all there is."""
        if self._sentences:
            self._dropped = remove_marks(self._draft)[1]
            self._draft = self._text = self._text[: self._done]

    def last_checked(self) -> list[Checked]:
        """Check what is left and return it sentence by sentence, as `feed` would have."""
        return [checked for span in self._open_sentences() for checked in self._check(span)]

    def _open_sentences(self) -> list[Span]:
        return [span for span in split_sentences(self._text) if span.start >= self._done]

    def _check(self, span: Span) -> list[Checked]:
        """The sentence as it is shown; none when a source's own words, which it would give, have been given already."""
        sentence, supports = check_sentence(span.text, self._checker)
        if said := self._checker.in_source_words(span.text, supports):
            if any(said in other.text for other in self._sentences):
                self._done = span.end
                return []
            sentence, supports = check_sentence(said, self._checker)
        is_lead = sentence.verdict != "no_claim" and all(other.verdict == "no_claim" for other in self._sentences)
        if is_lead and sentence.verdict == "unsupported":
            self._lead_lacks_figure = bool(supports and supports[0].missing_figures)
        before = self._text[self._done : span.start]
        # The mark of a table row goes into its last cell.
        text = sentence.text
        body, edge = (text[:-1], "|") if text.endswith("|") else (text, "")
        self._marked += before + body + marks_of(sentence) + edge
        self._done = span.end
        self._said.add(span.text)
        self._sentences.append(sentence)
        self._supports.extend(support for support in supports if support.is_enough)
        return [Checked(before, sentence)]


def marks_of(sentence: Sentence) -> str:
    """The citation marks of a sentence: `[1][3]`."""
    return "".join(f"[{n}]" for n in sentence.citations)


def check_sentence(text: str, checker: SupportChecker) -> tuple[Sentence, list[Support]]:
    """One sentence's verdict, and the passages that say it (or the one that comes nearest).

    What is not supported leads nowhere: see inert.py.
    """
    if not makes_claim(text):
        return Sentence(inert(text), "no_claim"), []
    supports = checker.check(text)
    enough = tuple(support.n for support in supports if support.is_enough)
    score = round(supports[0].score, 3) if supports else 0.0
    verdict: Verdict = "supported" if enough else "unsupported"
    return Sentence(text if enough else inert(text), verdict, enough, score), supports


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
