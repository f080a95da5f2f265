"""Cases are asked here, of the Assistant that users get or of the search alone, and graded.

A case with the tag `across` is asked of an index without the documents of its own language: the shipped ones exist in
both, so that otherwise nothing would be searched across languages.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from assistant.answer import Answer, Timing
from assistant.app import Workspace, open_assistant, warm_up
from assistant.assistant import Assistant
from assistant.question import understand
from corpus.document import Language
from evals.case import ACROSS, Case
from evals.citations import citation_precision, citation_recall
from evals.graders import ANSWER_GRADERS, RECALL_DEPTH, Score, section_rank, section_recall
from evals.library import Library
from evals.ranking import once
from index.generation import Generation
from index.search import Searcher

SEARCH_ONLY = "retrieval"
RECALL = f"recall@{RECALL_DEPTH}"
# A case fails when one of these is zero; the other metrics are reported.
MUST_HOLD = ("status right", "language right", "nothing forbidden", RECALL)
# Passages read from the search, so that several of one section still leave five sections.
_HITS = 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: the sections found, best first, the answer unless only searched, and the scores."""

    case: Case
    retrieved: tuple[str, ...]
    answer: Answer | None
    scores: dict[str, Score]

    @property
    def failures(self) -> list[str]:
        """What makes the case fail, a line each."""
        return [
            f"{name}: {self.scores[name].reason}"
            for name in MUST_HOLD
            if name in self.scores and self.scores[name].value == 0
        ]


class System(Protocol):
    """What is measured."""

    def run(self, case: Case) -> Outcome:
        """Ask `case` and grade what comes."""
        ...

    def describe(self) -> dict[str, str]:
        """What it was, for the report."""
        ...


class SearchSystem:
    """The search alone."""

    def __init__(self, searchers: _Searchers, collection: str) -> None:
        self._searchers = searchers
        self._collection = collection

    def run(self, case: Case) -> Outcome:
        """See `System`."""
        searcher = self._searchers.of(case)
        start = time.perf_counter()
        understood = understand(case.question, case.history)
        hits = searcher.search(understood.standalone, language=understood.language, limit=_HITS)
        seconds = Score(time.perf_counter() - start)
        retrieved = once(hit.chunk.evidence for hit in hits)
        return Outcome(
            case, tuple(retrieved), None, _measured(_retrieval_scores(case, retrieved) | {"seconds": seconds})
        )

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

    def run(self, case: Case) -> Outcome:
        """See `System`. Whatever is raised becomes an answer with status error, which is graded like any other."""
        searcher = self._searchers.of(case)
        try:
            answer = self._assistant_with(searcher).ask(case.question, case.history)
        except Exception as error:  # a call that fails is a failed case, not a missing one
            answer = _failed(case, error)
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
        }

    def _assistant_with(self, searcher: Searcher) -> Assistant:
        if searcher is self._searchers.main:
            return self._assistant
        return Assistant(searcher, self._assistant.backend, self._workspace.settings, collection=self._collection)


@contextmanager
def open_system(workspace: Workspace, *, collection: str, search_only: bool) -> Iterator[System]:
    """What answers the cases, warm; what was started is stopped when the body ends."""
    if search_only:
        generation = workspace.generation(collection, notice=lambda line: None, progress=lambda done, total: None)
        searcher = Searcher(generation, workspace.encoders())
        searcher.warm_up()
        yield SearchSystem(_Searchers(searcher, workspace), collection)
        return
    with open_assistant(workspace, collection=collection) as assistant:
        warm_up(assistant)
        yield AnswerSystem(assistant, workspace, _Searchers(assistant.searcher, workspace), collection)


class _Searchers:
    """The search of the whole collection, and those without one language, made when first needed."""

    def __init__(self, main: Searcher, workspace: Workspace) -> None:
        self.main = main
        self._encoders = workspace.encoders()
        self._without: dict[Language, Searcher] = {}

    def of(self, case: Case) -> Searcher:
        """The search that `case` is asked of."""
        if ACROSS not in case.tags:
            return self.main
        if case.language not in self._without:
            whole = self.main.generation
            documents = [d for d in whole.documents.values() if d.language != case.language]
            generation = Generation.build(documents, self._encoders, reuse=whole)
            self._without[case.language] = Searcher(generation, self._encoders)
            self._without[case.language].warm_up()
        return self._without[case.language]


def _retrieval_scores(case: Case, retrieved: list[str]) -> dict[str, Score | None]:
    return {RECALL: section_recall(case, retrieved), "MRR": section_rank(case, retrieved)}


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
