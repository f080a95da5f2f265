"""The answer record: everything one needs to check an answer. Plain data; its contract stands in README.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from corpus.document import Language

Status = Literal["answered", "partial", "refused", "error"]
Verdict = Literal["supported", "computed", "unsupported", "no_claim"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer and what became of it.

    `citations` are numbers of passages that say it; `score`, 0 to 1, is how well the best of them does.
    """

    text: str
    verdict: Verdict
    citations: tuple[int, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage the model was given.

    `quote` is the document's text at `start:end`: the part that carries sentences when `used`, else the whole passage.
    """

    n: int
    document_id: str
    title: str
    section: str
    page: int | None
    address: str
    quote: str
    start: int
    end: int
    used: bool


@dataclass(frozen=True, slots=True)
class Calculation:
    """A shown calculation (assistant/calculating/calculation.py makes these).

    `value` is the number in `unit`, in full; `notes` say what limits it, such as a price that is old.
    """

    name: str
    inputs: dict[str, str]
    formula: str
    steps: tuple[str, ...]
    value: str
    unit: str
    sources: tuple[str, ...]
    assumed: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of the request, as the model's server counted them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds by stage; `first_token` counts from the question."""

    rewrite: int = 0
    retrieve: int = 0
    first_token: int = 0
    generate: int = 0
    verify: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One question's record. `status` and `reason` are for programs; `answer` is Markdown with [n] marks."""

    id: str
    question: str
    standalone_question: str
    language: Language
    status: Status
    reason: str
    answer: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    invented_citations: tuple[int, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    backend: str = ""
    model: str = ""
    collection: str = ""
    index_id: str = ""
    prompt_version: str = ""
    settings_id: str = ""
    usage: TokenUsage = field(default_factory=TokenUsage)
    timing_ms: Timing = field(default_factory=Timing)
