"""What became of a job, counted as its rows go by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from assistant.answer import Answer
from assistant.batch.outcome import Outcome
from assistant.batch.words import supported_of

MOST_FAILED = 1000


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row without an answer, and why."""

    id: str
    line: int
    question: str
    reason: str
    message: str


@dataclass(slots=True)
class Summary:
    """Counts over all rows that went by; `failed` names the first thousand. Tokens and times are the model's own."""

    rows: int = 0
    not_asked: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    claims: int = 0
    supported: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answering_s: float = 0.0
    failed: list[FailedRow] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a row."""
        self.rows += 1
        answer = outcome.answer
        if answer is None:
            self.not_asked += 1
            return
        self._add_answer(answer)
        if answer.status == "error" and len(self.failed) < MOST_FAILED:
            row = outcome.row
            self.failed.append(FailedRow(row.id, row.line, row.question, answer.reason, answer.answer))

    def _add_answer(self, answer: Answer) -> None:
        self.statuses[answer.status] += 1
        self.languages[answer.language] += 1
        if answer.reason:
            self.reasons[answer.reason] += 1
        self.prompt_tokens += answer.usage.prompt_tokens
        self.completion_tokens += answer.usage.completion_tokens
        self.answering_s += answer.timing_ms.total / 1000
        if answer.status in ("answered", "partial"):
            self.verdicts.update(sentence.verdict for sentence in answer.sentences)
            supported, claims = supported_of(answer)
            self.supported += supported
            self.claims += claims

    @property
    def supported_share(self) -> float | None:
        """The share of claims in shown answers that a source or a calculation carries; None where there are none."""
        return self.supported / self.claims if self.claims else None
