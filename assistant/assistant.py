"""The heart: retrieve -> prompt -> generate -> verify. What users meet and what is measured goes through here."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Answer, Status, Timing, TokenUsage
from assistant.asides import Aside, read_aside
from assistant.extractive import quote_best_sentences
from assistant.prompting import phrases, write_prompt
from assistant.question import Turn, Understood, understand
from assistant.reading import Passage, choose_passages
from assistant.settings import Settings
from assistant.verification import Checked, DraftVerifier, Verified
from corpus.document import Language
from index.chunk import Hit
from index.lexicon import translate
from index.search import Searcher
from serving.backend import Backend
from serving.client import estimate_tokens
from serving.errors import StreamBrokenError

# Below this share of supported claims the answer is called partial.
PARTIAL_BELOW = 0.5
_HITS = 24
_LONGEST_DECLINING = 200
_DECLINING = re.compile(
    r"(?:not|n't|no) (?:\w+ ){0,3}(?:provided|mentioned|specified|stated|contain|answer|information)"
    r"|(?:资料|文中|原文)[^。]{0,12}(?:没有|未|不)(?:[^。]{0,6})(?:提|给出|说明|包含|涉及|答案)|没有[^。]{0,8}(?:资料|信息|答案)"
)
_NEAREST_TOPICS = 3


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that will be read; comes before any text."""

    passages: tuple[Passage, ...]
    standalone_question: str
    language: Language


@dataclass(frozen=True, slots=True)
class Wrote:
    """The model wrote on: `tail` is all that stands behind the last checked sentence."""

    tail: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The checked answer; always the last event."""

    answer: Answer


Event = Found | Wrote | Checked | Finished


class Assistant:
    """Answers questions from one collection with one backend. Any number of threads may ask."""

    def __init__(self, searcher: Searcher, backend: Backend, settings: Settings, *, collection: str) -> None:
        self.searcher = searcher
        self._settings = settings
        self._collection = collection
        self.backend = backend

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer `question`; see `stream`."""
        answer: Answer | None = None
        for event in self.stream(question, history):
            if isinstance(event, Finished):
                answer = event.answer
        if answer is None:
            raise RuntimeError("the stream ended without an answer")
        return answer

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """Answer `question` step by step: the passages, the draft as it grows, each sentence checked, the answer.

        :raises BadQuestionError: when it cannot be asked as it is.
        :raises ServerError: when the model's server does not begin to answer.
        """
        clock = _Clock()
        understood = understand(question, history)
        blank = self._blank_answer(understood)
        if aside := read_aside(understood.text, understood.language):
            yield Found((), understood.text, understood.language)
            yield Finished(clock.stamp(_reply(blank, aside)))
            return
        hits = self.searcher.search(understood.standalone, language=understood.language, limit=_HITS)
        passages = self._choose(hits)
        clock.retrieved()
        yield Found(tuple(passages), understood.standalone, understood.language)
        if not passages:
            yield Finished(clock.stamp(self._refusal(blank, hits, "nothing_relevant")))
            return
        draft = _Draft(DraftVerifier(passages, self.searcher.weight, understood.standalone, translate))
        yield from self._generate(understood, passages, draft, clock)
        verified = draft.verifier.finish(cut=draft.cut)
        clock.verified()
        yield Finished(clock.stamp(self._judge(replace(blank, usage=draft.usage), draft, verified, hits)))

    def _choose(self, hits: Sequence[Hit]) -> list[Passage]:
        client = self.backend.client
        count: Callable[[str], int] = client.count_tokens if client else estimate_tokens
        return choose_passages(hits, self.searcher.generation.documents, self._settings.reading, count)

    def _generate(
        self, understood: Understood, passages: Sequence[Passage], draft: _Draft, clock: _Clock
    ) -> Iterator[Wrote | Checked]:
        """Fill `draft`, checking each sentence as it is complete. A break keeps what had come."""
        client = self.backend.client
        if client is None:
            quoted = quote_best_sentences(understood.standalone, passages, self.searcher.weight)
            clock.wrote()
            yield from draft.take(quoted)
        else:
            prompt = write_prompt(understood.standalone, passages, understood.language)
            stream = client.stream(prompt, max_tokens=self._settings.serving.max_tokens)
            try:
                for piece in stream:
                    clock.wrote()
                    yield from draft.take(piece)
                    if draft.verifier.repeats:
                        break
            except StreamBrokenError:
                draft.broken = True
            finally:
                stream.close()
            draft.cut = stream.finish_reason == "length"
            draft.usage = TokenUsage(stream.usage.prompt_tokens, stream.usage.completion_tokens)
        if not draft.cut:
            yield from draft.verifier.last_checked()

    def _blank_answer(self, understood: Understood) -> Answer:
        return Answer(
            id=uuid.uuid4().hex,
            question=understood.text,
            standalone_question=understood.standalone,
            language=understood.language,
            status="error",
            reason="",
            answer="",
            backend=self.backend.name,
            model=self.backend.model,
            collection=self._collection,
            index_id=self.searcher.generation.id,
            prompt_version=phrases(understood.language).version,
            settings_id=self._settings.id,
        )

    def _judge(self, blank: Answer, draft: _Draft, verified: Verified, hits: Sequence[Hit]) -> Answer:
        """Status, reason and text of a checked draft."""
        checked = replace(
            blank,
            sentences=verified.sentences,
            citations=verified.citations,
            invented_citations=verified.invented_citations,
        )
        if not draft.text.strip():
            return replace(self._refusal(checked, hits, "no_answer_came"), status="error")
        if _declines(draft.text):
            return self._refusal(checked, hits, "not_in_sources")
        if verified.supported_share == 0:
            if draft.broken:  # what had come is too little to judge the question by
                return replace(self._refusal(checked, hits, "broken_off"), status="error")
            return self._refusal(checked, hits, "nothing_supported")
        if verified.lead_lacks_figure:
            return self._refusal(checked, hits, "figure_not_in_sources")
        status: Status = "answered"
        reason = ""
        if verified.supported_share < PARTIAL_BELOW:
            if verified.claims[0].verdict == "unsupported":
                return self._refusal(checked, hits, "little_supported")
            status, reason = "partial", "little_supported"
        if draft.broken:
            status, reason = "partial", "broken_off"
        return replace(checked, status=status, reason=reason, answer=verified.text)

    def _refusal(self, answer: Answer, hits: Sequence[Hit], reason: str) -> Answer:
        """The fixed sentence, and what could be asked instead."""
        texts = phrases(answer.language)
        topics = list(dict.fromkeys(hit.chunk.section or hit.chunk.title for hit in hits))[:_NEAREST_TOPICS]
        text = texts.refused
        if topics:
            joined = ("；" if answer.language == "zh" else "; ").join(topics)
            text += "\n\n" + texts.nearest.format(topics=joined)
        return replace(answer, status="refused", reason=reason, answer=text)


def _reply(blank: Answer, aside: Aside) -> Answer:
    status: Status = "answered" if aside.kind == "small_talk" else "refused"
    return replace(blank, status=status, reason=aside.kind, answer=aside.reply)


def _declines(draft: str) -> bool:
    """Whether the model itself says, and says only, that the passages do not hold the answer."""
    return len(draft) < _LONGEST_DECLINING and _DECLINING.search(draft) is not None


class _Draft:
    """What the model wrote, checked as far as it is complete, and how it ended."""

    def __init__(self, verifier: DraftVerifier) -> None:
        self.text = ""
        self.verifier = verifier
        self.broken = False
        self.cut = False
        self.usage = TokenUsage()

    def take(self, piece: str) -> Iterator[Wrote | Checked]:
        """Take the next piece in."""
        self.text += piece
        yield from self.verifier.feed(piece)
        yield Wrote(self.verifier.tail)


class _Clock:
    """Takes the times of `Timing`."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._retrieved = self._first = self._last = self._verified = 0

    def _now(self) -> int:
        return round((time.perf_counter() - self._start) * 1000)

    def retrieved(self) -> None:
        self._retrieved = self._now()

    def wrote(self) -> None:
        self._last = self._now()
        self._first = self._first or self._last

    def verified(self) -> None:
        self._verified = self._now()

    def stamp(self, answer: Answer) -> Answer:
        timing = Timing(
            retrieve=self._retrieved,
            first_token=self._first,
            generate=max(0, self._last - self._retrieved),
            verify=max(0, self._verified - self._last) if self._verified else 0,
            total=self._now(),
        )
        return replace(answer, timing_ms=timing)
