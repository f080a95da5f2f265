"""`grade(case, answer) -> Score`: one property of an answer each. None means not measured, which is not zero.

NOT covered: whether an answer is well written, complete beyond its key points, or true beyond its sources.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer import Answer
from assistant.verifying.quantities import is_same_value, read_all_figures
from assistant.verifying.sentences import split_sentences
from assistant.verifying.verification import remove_marks
from corpus.language import HAN, document_language
from evals.case import Case, Number
from evals.ranking import reciprocal_rank

RECALL_DEPTH = 5
RECALL = f"recall@{RECALL_DEPTH}"

_SPACE_BY_HAN = re.compile(rf"\s+(?={HAN.pattern})|(?<={HAN.pattern})\s+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


@dataclass(frozen=True, slots=True)
class Score:
    """How good one property is, 0 to 1 (seconds and tokens: how many), and why."""

    value: float
    reason: str = ""


Grader = Callable[[Case, Answer], Score | None]
RetrievalGrader = Callable[[Case, Sequence[str]], Score | None]


def section_recall(case: Case, retrieved: Sequence[str]) -> Score | None:
    """1 when a right section is among the first five; any one of a case's sections is enough."""
    if not case.sections:
        return None
    first = list(retrieved[:RECALL_DEPTH])
    found = [section for section in first if section in case.sections]
    return Score(1.0, f"found {found[0]}") if found else Score(0.0, f"none of {list(case.sections)} in {first}")


def section_rank(case: Case, retrieved: Sequence[str]) -> Score | None:
    """The reciprocal rank of the first right section."""
    return Score(reciprocal_rank(retrieved, set(case.sections))) if case.sections else None


def parts_found(case: Case, retrieved: Sequence[str]) -> Score | None:
    """The share of a question's parts of which a right section is among the first five."""
    if not case.parts:
        return None
    first = list(retrieved[:RECALL_DEPTH])
    missing = [list(sections) for sections in case.parts if not set(sections) & set(first)]
    return Score(1 - len(missing) / len(case.parts), f"none of {missing} in {first}" if missing else "all")


def status(case: Case, answer: Answer) -> Score:
    """Answered, in part or whole, or refused, as the case expects. An error is neither."""
    became = "answered" if answer.status == "partial" else answer.status
    reason = f"{answer.status} ({answer.reason})" if answer.reason else answer.status
    return Score(float(became == case.status), f"{reason}, expected {case.status}")


def language(case: Case, answer: Answer) -> Score | None:
    """Whether the text is in the asker's language; of a refusal its first paragraph: headings of sources follow."""
    text = remove_marks(answer.answer)[0]
    if answer.status == "refused":
        text = text.split("\n\n")[0]
    if not text.strip():
        return None
    written = document_language(text)
    return Score(float(written == case.language), f"written in {written}, asked in {case.language}")


def key_points(case: Case, answer: Answer) -> Score | None:
    """The share of the key points of which one accepted wording stands in the answer; a refusal has none."""
    if not case.key_points:
        return None
    text = fold(_what_is_said(answer))
    missing = [wordings[0] for wordings in case.key_points if not any(has_wording(text, w) for w in wordings)]
    return Score(1 - len(missing) / len(case.key_points), f"missing: {'; '.join(missing)}" if missing else "all")


def numbers(case: Case, answer: Answer) -> Score | None:
    """The share of the expected figures that stand in the answer, each in one sentence with its unit."""
    if not case.numbers:
        return None
    sentences = [span.text for span in split_sentences(_what_is_said(answer))]
    missing = [f"{n.value:g} {n.unit}".strip() for n in case.numbers if not any(_has_number(s, n) for s in sentences)]
    return Score(1 - len(missing) / len(case.numbers), f"missing: {'; '.join(missing)}" if missing else "all")


def nothing_forbidden(case: Case, answer: Answer) -> Score | None:
    """Whether none of the forbidden strings stands in the answer."""
    if not case.forbidden:
        return None
    text = fold(answer.answer)
    found = [string for string in case.forbidden if fold(string) in text]
    return Score(float(not found), f"holds {'; '.join(found)}" if found else "clean")


def supported_share(case: Case, answer: Answer) -> Score | None:
    """The share of the claims that the assistant itself found supported or computed."""
    claims = [sentence for sentence in answer.sentences if sentence.verdict != "no_claim"]
    if not claims or not is_answer(answer):
        return None
    unsupported = [sentence.text for sentence in claims if sentence.verdict == "unsupported"]
    return Score(1 - len(unsupported) / len(claims), "; ".join(unsupported) or "all")


def seconds(case: Case, answer: Answer) -> Score:
    """From the question to the checked answer."""
    return Score(answer.timing_ms.total / 1000)


def tokens(case: Case, answer: Answer) -> Score | None:
    """Tokens read and written, as the model's server counted them."""
    used = answer.usage.prompt_tokens + answer.usage.completion_tokens
    return Score(float(used), f"{answer.usage.prompt_tokens} read") if used else None


RETRIEVAL_GRADERS: dict[str, RetrievalGrader] = {
    RECALL: section_recall,
    "MRR": section_rank,
    "parts found": parts_found,
}
ANSWER_GRADERS: dict[str, Grader] = {
    "status right": status,
    "language right": language,
    "key points": key_points,
    "numbers right": numbers,
    "nothing forbidden": nothing_forbidden,
    "supported share": supported_share,
    "seconds": seconds,
    "tokens": tokens,
}


def is_answer(answer: Answer) -> bool:
    """Whether something was answered, in part at least."""
    return answer.status in ("answered", "partial")


def fold(text: str) -> str:
    """`text` as wordings are compared: width, case, thousands separators and spaces beside Han do not count."""
    folded = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_SPACE_BY_HAN.sub("", folded).split())


def has_wording(folded_text: str, wording: str) -> bool:
    """Whether `wording` stands there: not from the middle of a word, and no figure as a part of another one."""
    wanted = fold(wording)
    before = r"(?<![\d.])" if wanted[0].isdigit() else r"(?<![a-z])" if wanted[0].isascii() else ""
    after = r"(?!\d|\.\d)" if wanted[-1].isdigit() else ""
    return re.search(before + re.escape(wanted) + after, folded_text) is not None


def _what_is_said(answer: Answer) -> str:
    return remove_marks(answer.answer)[0] if is_answer(answer) else ""


def _has_number(sentence: str, wanted: Number) -> bool:
    if fold(wanted.unit) not in fold(sentence):
        return False
    return any(
        is_same_value(figure.value, wanted.value)
        or abs(figure.value - wanted.value) <= wanted.tolerance * abs(wanted.value)
        for figure in read_all_figures(sentence)
    )
