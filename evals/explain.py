"""An Outcome told to people: what was asked, answered and expected, with sources and verdicts."""

from __future__ import annotations

from assistant.answer import Answer
from evals.case import HELD_OUT, Case
from evals.outcome import Outcome


def explain(outcome: Outcome) -> str:
    """Question, answer, what was expected, sources and verdicts; of a case that is kept aside only the scores."""
    case, answer = outcome.case, outcome.answer
    if HELD_OUT in case.tags:
        scores = (f"  {name}: {score.value:.2f}" for name, score in outcome.scores.items())
        return "\n".join(["kept aside from tuning (tag held-out): only its scores are told", *scores])
    lines = [*outcome.failures, "", f"question ({case.language}): {case.question}"]
    lines += [f"  after: {turn.question}" for turn in case.history]
    lines += [f"  asked of: {attached.name}" for attached in case.documents]
    lines += ["expected:", *(f"  {line}" for line in _expected(case))]
    if answer is None:
        lines += ["found:", *(f"  {place}. {name}" for place, name in enumerate(outcome.retrieved[:10], start=1))]
        return "\n".join(lines)
    lines += [f"answer ({answer.status}{', ' + answer.reason if answer.reason else ''}):"]
    lines += [f"  {line}" for line in answer.answer.splitlines()]
    lines += ["sources:", *(f"  {line}" for line in _sources(answer))]
    lines += ["verdicts:", *(f"  {s.verdict:<11} {s.score:.2f} {list(s.citations)} {s.text}" for s in answer.sentences)]
    lines += ["scores:", *(f"  {name}: {score.value:.2f} {score.reason}" for name, score in outcome.scores.items())]
    return "\n".join(lines)


def _expected(case: Case) -> list[str]:
    lines = [f"status {case.status}"]
    lines += [f"section {section}" for section in case.sections]
    lines += [f"key point {' / '.join(wordings)}" for wordings in case.key_points]
    lines += [f"number {number.value:g} {number.unit}".rstrip() for number in case.numbers]
    lines += [f"not {string}" for string in case.forbidden]
    return lines


def _sources(answer: Answer) -> list[str]:
    return [
        f"[{citation.n}]{'' if citation.used else ' (not cited)'} {citation.document_id} › {citation.section}: "
        + " ".join(citation.quote.split())[:200]
        for citation in answer.citations
    ]
