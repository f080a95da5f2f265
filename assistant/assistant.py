"""The heart: calculate -> retrieve -> prompt -> generate -> verify. What users meet and what is measured."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial

from assistant.answer import Answer
from assistant.calculating.asking import find_request
from assistant.calculating.asking_model import ask_model
from assistant.calculating.calculated import Calculated, NotCalculated, work_out
from assistant.calculating.cues import read_question
from assistant.events import Event, Finished, Found, Written, Wrote
from assistant.evidence.context import choose_within
from assistant.evidence.finding import find_hits, read_for_fact, read_hits
from assistant.evidence.reading import Passage
from assistant.profile import Company
from assistant.settings import Settings
from assistant.understanding.asides import read_aside
from assistant.understanding.question import Turn, Understood, asks_for_figure, understand
from assistant.understanding.rewriting import rewritten
from assistant.verifying.second_opinion import opinions_of
from assistant.verifying.support import SupportChecker
from assistant.verifying.verification import Checked, DraftVerifier, Verified
from assistant.writing.clock import Clock
from assistant.writing.draft import Draft
from assistant.writing.extractive import carries_figure, quote_best_sentences, quote_further, with_said
from assistant.writing.judging import judge, refuse_early, reply, with_quotes
from assistant.writing.prompting import phrases, write_prompt
from corpus.tables import Tables, load_tables
from index.chunk import Hit
from index.lexicon import counterparts
from index.search import Searcher
from serving.backend import Backend
from serving.errors import ServerError

_HITS = 24
_QUOTES_BESIDE_CALCULATION = 2
# Reasons of a refusal that lie with the draft, not with the sources.
_DRAFT_FAILED = frozenset({"nothing_supported", "little_supported", "figure_not_in_sources"})


class Assistant:
    """Answers questions from one collection with one backend. Any number of threads may ask."""

    def __init__(
        self,
        searcher: Searcher,
        backend: Backend,
        settings: Settings,
        *,
        collection: str,
        tables: Tables | None = None,
        company: Callable[[], Company] = Company,
    ) -> None:
        """`company` is asked at every calculation, because people edit its profile meanwhile."""
        self.searcher = searcher
        self._settings = settings
        self._collection = collection
        self.backend = backend
        self.tables = tables or load_tables()
        self._company = company

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer `question`; see `stream`."""
        answer: Answer | None = None
        for event in self.stream(question, history):
            if isinstance(event, Finished):
                answer = event.answer
        if answer is None:
            raise RuntimeError("the stream ended without an answer")
        return answer

    def on(self, searcher: Searcher, collection: str) -> Assistant:
        """The same assistant on another index, that of `collection`."""
        return self._with(searcher, self.backend, collection)

    def asked_by(self, asker: str) -> Assistant:
        """The same assistant for one asker: where several wait for the model, askers take turns."""
        return self._with(self.searcher, self.backend.asked_by(asker), self._collection)

    def _with(self, searcher: Searcher, backend: Backend, collection: str) -> Assistant:
        return Assistant(
            searcher,
            backend,
            self._settings,
            collection=collection,
            tables=self.tables,
            company=self._company,
        )

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """Answer `question` step by step; the events and their order stand in events.py.

        :raises BadQuestionError: when it cannot be asked as it is.
        :raises ServerError: when the model's server does not begin to answer.
        """
        clock = Clock()
        understood = self._understand(question, history)
        clock.rewrote()
        blank = self._blank_answer(understood)
        if aside := read_aside(understood.text, understood.language):
            yield Found((), understood.text, understood.language)
            yield Finished(clock.stamp(reply(blank, aside)))
            return
        calculated = self._calculate(understood, history)
        if isinstance(calculated, NotCalculated):
            refused = replace(blank, status="refused", reason=calculated.reason, answer=calculated.text)
            yield Finished(clock.stamp(refused))
            return
        if calculated:
            yield calculated
        hits = find_hits(self.searcher, understood, _HITS)
        choose = partial(self._choose, understood)
        passages, unknown_names = read_hits(hits, understood.standalone, choose)
        unsaid: list[str] = []
        if not calculated:
            passages, unsaid = read_for_fact(hits, passages, understood, self.searcher, choose)
        clock.retrieved()
        yield Found(tuple(passages), understood.standalone, understood.language)
        if calculated:
            yield from calculated.sentences
            made = self._comment(blank, understood, passages, calculated)
        elif early := refuse_early(blank, hits, unknown_names, unsaid, has_passages=bool(passages)):
            yield Finished(clock.stamp(early))
            return
        else:
            made = self._answer(blank, understood, passages, hits, clock)
        answer = yield from made
        clock.verified()
        yield Finished(clock.stamp(answer))

    def _answer(
        self, blank: Answer, understood: Understood, passages: Sequence[Passage], hits: Sequence[Hit], clock: Clock
    ) -> Generator[Wrote | Checked | Written, None, Answer]:
        """The answer out of the passages; what of them goes further than the model's draft is quoted below it."""
        draft = self._draft(passages, understood.standalone)
        is_away = not (yield from self._write(draft, understood, passages, clock))
        yield from draft.close()
        verified = draft.verified()
        # A server that came up while it was asked has only now said what its model is called.
        blank = replace(blank, usage=draft.usage, model=self.backend.client.model if self.backend.client else "")
        answer = judge(blank, draft, verified, hits)
        if is_away:
            reason = answer.reason or "model_away"
            return replace(answer, backend="extractive", model="", reason=reason)
        if self.backend.client is None or draft.broken:
            return answer
        lead, quotes = self._quotes(answer, draft, verified, passages)
        if quotes:
            yield from draft.take(f"\n\n{lead}\n{quotes}")
            yield from draft.close()
            answer = with_quotes(answer, draft, draft.verified(), lead)
        return answer

    def _write(
        self, draft: Draft, understood: Understood, passages: Sequence[Passage], clock: Clock
    ) -> Generator[Wrote | Checked | Written, None, bool]:
        """Let the model write, or quote where there is none. False when quotes had to stand in for a model.

        :raises ServerError: when the model does not begin to answer and nothing may stand in for it.
        """
        quotes = partial(quote_best_sentences, understood.standalone, passages, self.searcher.weight)
        client = self.backend.client
        if client is None:
            yield from clock.writing(draft.take(quotes()))
            return True
        prompt = write_prompt(understood.standalone, passages, understood.language, client.capabilities.context_tokens)
        try:
            again, most = phrases(understood.language).only_language, self._settings.serving.max_tokens
            yield from clock.writing(draft.write(client, prompt, most, understood.language, again))
        except ServerError:
            if not self.backend.stands_in:
                raise
            yield from clock.writing(draft.take(f"{phrases(understood.language).model_away}\n\n{quotes()}"))
            return False
        if not draft.broken:
            yield Written()
        return True

    def _quotes(self, answer: Answer, draft: Draft, verified: Verified, passages: Sequence[Passage]) -> tuple[str, str]:
        """What stands below the draft of a small model, and its lead: what goes further, or what was said in its place.

        Passages that were near enough to be read answer by themselves, a question for a figure when they have one.
        """
        texts, weight = phrases(answer.language), self.searcher.weight
        question = answer.standalone_question
        if answer.status != "refused":
            used = [passage for passage in passages if any(c.used and c.n == passage.n for c in verified.citations)]
            return texts.further, quote_further(question, verified.text, used, weight)
        if answer.reason not in _DRAFT_FAILED:
            return "", ""
        said = [sentence.text for sentence in verified.sentences if sentence.verdict == "supported"]
        quotes = with_said(quote_best_sentences(question, passages, weight), said)
        if asks_for_figure(question) and not carries_figure(question, quotes, passages, weight):
            return "", ""
        return texts.quoted_instead, quotes

    def _comment(
        self, blank: Answer, understood: Understood, passages: Sequence[Passage], calculated: Calculated
    ) -> Generator[Wrote | Checked | Written, None, Answer]:
        """A calculation's answer: behind its sentences what the sources say about it. No model is asked: its words
        about figures add nothing that the sources and the steps do not say better.
        """
        draft = self._draft(passages, f"{understood.standalone}\n{calculated.text}")
        quotes = quote_best_sentences(
            understood.standalone, passages, self.searcher.weight, limit=_QUOTES_BESIDE_CALCULATION
        )
        if quotes:
            yield from draft.take(f"\n\n{phrases(understood.language).further}\n{quotes}")
        yield from draft.close()
        verified = draft.verified()
        return calculated.join(blank, verified.text, verified)

    def _draft(self, passages: Sequence[Passage], known: str) -> Draft:
        """An empty draft; figures of the `known` text may be repeated in it."""
        opinions = opinions_of(self.backend.client, self._settings.checking)
        checker = SupportChecker(passages, self.searcher.weight, known, counterparts, opinions, copied=True)
        return Draft(DraftVerifier(checker))

    def _understand(self, question: str, history: Sequence[Turn]) -> Understood:
        """What is asked, made to stand alone: by rules, and by the model where they do not suffice."""
        understood = understand(question, history)
        client = self.backend.client
        return understood if client is None else rewritten(client, understood, history)

    def _calculate(self, understood: Understood, history: Sequence[Turn]) -> Calculated | NotCalculated | None:
        """The calculation asked for: by rules, and where they do not suffice as the model reads the question."""
        company, earlier = self._company(), [turn.question for turn in history]
        request = find_request(understood.text, earlier, self.tables, currency=company.currency)
        made = work_out(request, self.tables, understood.language, company) if request else None
        if isinstance(made, Calculated) or self.backend.client is None:
            return made
        asked = ask_model(self.backend.client, read_question(understood.text, self.tables), request)
        by_model = work_out(asked, self.tables, understood.language, company) if asked else None
        return by_model if isinstance(by_model, Calculated) else made

    def _choose(self, understood: Understood, hits: Sequence[Hit]) -> list[Passage]:
        documents, client = self.searcher.generation.documents, self.backend.client
        settings = self._settings
        return choose_within(hits, documents, settings.reading, client, understood, settings.serving.max_tokens)

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
            model=self.backend.client.model if self.backend.client else "",
            collection=self._collection,
            index_id=self.searcher.generation.id,
            prompt_version=phrases(understood.language).version,
            settings_id=self._settings.id,
        )
