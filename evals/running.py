"""Cases are asked here, of the Assistant that users get or of the search alone, and graded.

What a case is asked of: the collection; or the documents it brings, indexed in memory by themselves; or, with the tag
`across`, an index without the documents of its own language, because the shipped ones exist in both, so that otherwise
nothing would be searched across languages.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from assistant.answer import Answer, Timing
from assistant.app import Workspace, open_assistant, warm_up
from assistant.assistant import Assistant
from assistant.evidence.finding import find_hits
from assistant.understanding.question import understand
from assistant.writing.prompting import phrases
from corpus.document import Document
from evals.cache import ReplyCache, code_version, reply_key
from evals.case import ACROSS, Case
from evals.citations import citation_precision, citation_recall
from evals.graders import ANSWER_GRADERS, RETRIEVAL_GRADERS, Score
from evals.library import Library
from evals.outcome import Outcome, Reply
from evals.ranking import once
from index.chunk import LANGUAGES
from index.generation import Generation
from index.search import Searcher

SEARCH_ONLY = "retrieval"
# Passages read from the search, so that several of one section still leave five sections.
_HITS = 40


class System(Protocol):
    """What is measured."""

    def ask(self, case: Case) -> Reply:
        """What comes when `case` is asked."""
        ...

    def grade(self, case: Case, reply: Reply) -> Outcome:
        """How good it is."""
        ...

    def describe(self) -> dict[str, str]:
        """Everything that its replies depend on besides the case."""
        ...


class Runner:
    """Asks a system and grades what comes; what it was asked before is taken from `cache`."""

    def __init__(self, system: System, cache: ReplyCache | None) -> None:
        self._system = system
        self._cache = cache
        self.description = system.describe() | {"code": code_version()}

    def run(self, case: Case, repeat: int = 0) -> Outcome:
        """Ask `case`, for the `repeat`-th time, unless the reply is known, and grade it."""
        key = reply_key(case, self.description, repeat)
        reply = self._cache.get(key) if self._cache else None
        if reply is None:
            reply = self._system.ask(case)
            if self._cache:
                self._cache.put(key, reply)
        return self._system.grade(case, reply)


class SearchSystem:
    """The search alone."""

    def __init__(self, searchers: _Searchers, collection: str) -> None:
        self._searchers = searchers
        self._collection = collection

    def ask(self, case: Case) -> Reply:
        """See `System`."""
        searcher = self._searchers.of(case)
        start = time.perf_counter()
        understood = understand(case.question, case.history)
        hits = find_hits(searcher, understood, _HITS)
        return Reply(found=tuple(once(hit.chunk.evidence for hit in hits)), seconds=time.perf_counter() - start)

    def grade(self, case: Case, reply: Reply) -> Outcome:
        """See `System`."""
        scores = _retrieval_scores(case, reply.found) | {"seconds": Score(reply.seconds)}
        return Outcome(case, reply.found, None, _measured(scores))

    def describe(self) -> dict[str, str]:
        """See `System`."""
        return {"backend": SEARCH_ONLY, "collection": self._collection, "index_id": self._searchers.main.generation.id}


class AnswerSystem:
    """The whole Assistant. What it retrieved are the passages it read, which are fewer than a search finds."""

    def __init__(self, assistant: Assistant, workspace: Workspace, searchers: _Searchers, collection: str) -> None:
        self._assistant = assistant
        self._workspace = workspace
        self._searchers = searchers
        self._collection = collection

    def ask(self, case: Case) -> Reply:
        """See `System`. Whatever is raised becomes an answer with status error, which is graded like any other."""
        searcher = self._searchers.of(case)
        try:
            answer = self._assistant_with(searcher).ask(case.question, case.history)
        except Exception as error:  # a call that fails is a failed case, not a missing one
            answer = _failed(case, error)
        return Reply(answer=answer)

    def grade(self, case: Case, reply: Reply) -> Outcome:
        """See `System`."""
        answer = reply.answer or _failed(case, ValueError("no answer"))
        searcher = self._searchers.of(case)
        library = Library(searcher.generation.documents, searcher.weight)
        retrieved = library.sections_read(answer)
        scores = _retrieval_scores(case, retrieved)
        scores["citation recall"] = citation_recall(case, answer, library)
        scores["citation precision"] = citation_precision(case, answer, library)
        scores |= {name: grade(case, answer) for name, grade in ANSWER_GRADERS.items()}
        return Outcome(case, tuple(retrieved), answer, _measured(scores))

    def describe(self) -> dict[str, str]:
        """See `System`."""
        return {
            "backend": self._assistant.backend.name,
            "model": self._assistant.backend.model,
            "collection": self._collection,
            "index_id": self._searchers.main.generation.id,
            "settings_id": self._workspace.settings.id,
            "prompts": " ".join(phrases(language).version for language in LANGUAGES),
        }

    def _assistant_with(self, searcher: Searcher) -> Assistant:
        if searcher is self._searchers.main:
            return self._assistant
        return Assistant(searcher, self._assistant.backend, self._workspace.settings, collection=self._collection)


@contextmanager
def open_runner(
    workspace: Workspace, *, collection: str, search_only: bool, cache: ReplyCache | None = None
) -> Iterator[Runner]:
    """What answers the cases, warm; what was started is stopped when the body ends."""
    if search_only:
        generation = workspace.generation(collection, notice=lambda line: None, progress=lambda done, total: None)
        searcher = workspace.searcher(generation)
        searcher.warm_up()
        yield Runner(SearchSystem(_Searchers(searcher, workspace), collection), cache)
        return
    with open_assistant(workspace, collection=collection) as assistant:
        warm_up(assistant)
        searchers = _Searchers(assistant.searcher, workspace)
        yield Runner(AnswerSystem(assistant, workspace, searchers, collection), cache)


class _Searchers:
    """The search of the whole collection, and others, each made when first needed."""

    def __init__(self, main: Searcher, workspace: Workspace) -> None:
        self.main = main
        self._encoders = workspace.encoders()
        self._others: dict[object, Searcher] = {}

    def of(self, case: Case) -> Searcher:
        """The search that `case` is asked of."""
        if case.documents:
            return self._other(case.documents, [attached.document for attached in case.documents])
        if ACROSS in case.tags:
            whole = self.main.generation.documents.values()
            return self._other(case.language, [d for d in whole if d.language != case.language])
        return self.main

    def _other(self, key: object, documents: Sequence[Document]) -> Searcher:
        if key not in self._others:
            generation = Generation.build(documents, self._encoders, reuse=self.main.generation)
            self._others[key] = Searcher(generation, self._encoders)
            self._others[key].warm_up()
        return self._others[key]


def _retrieval_scores(case: Case, retrieved: Sequence[str]) -> dict[str, Score | None]:
    return {name: grade(case, retrieved) for name, grade in RETRIEVAL_GRADERS.items()}


def _measured(scores: dict[str, Score | None]) -> dict[str, Score]:
    return {name: score for name, score in scores.items() if score is not None}


def _failed(case: Case, error: Exception) -> Answer:
    return Answer(
        id=case.id,
        question=case.question,
        standalone_question=case.question,
        language=case.language,
        status="error",
        reason=f"{type(error).__name__}: {error}",
        answer="",
        timing_ms=Timing(),
    )
