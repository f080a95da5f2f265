"""Citation recall and precision in the sense of ALCE (Gao et al. 2023), with the support checker in place of NLI.

A claim is recalled when the assistant called it supported and a cited quote, looked up anew in its document, says it
(or when a shown calculation gives it). A citation is precise when its quote says the claim by itself. The checker looks
at one passage at a time, so a claim that two passages only carry together counts as not recalled, and every citation
beside one that suffices must suffice too. NOT covered: what the checker itself does not see (support.py).
"""

from __future__ import annotations

from assistant.answer import Answer, Citation, Sentence
from evals.case import Case
from evals.graders import Score, is_answer
from evals.library import Library


def citation_recall(case: Case, answer: Answer, library: Library) -> Score | None:
    """The share of the claims that their own citations carry."""
    claims = [sentence for sentence in answer.sentences if sentence.verdict != "no_claim"]
    if not claims or not is_answer(answer):
        return None
    bare = [sentence.text for sentence in claims if not _is_recalled(sentence, answer, library)]
    return Score(1 - len(bare) / len(claims), f"not carried: {'; '.join(bare)}" if bare else "all")


def citation_precision(case: Case, answer: Answer, library: Library) -> Score | None:
    """The share of the citations that carry their claim."""
    pairs = [(sentence, n) for sentence in answer.sentences for n in sentence.citations]
    if not pairs or not is_answer(answer):
        return None
    wrong = [f"[{n}] {s.text}" for s, n in pairs if not _says(n, s, answer, library)]
    return Score(1 - len(wrong) / len(pairs), f"not said by the source: {'; '.join(wrong)}" if wrong else "all")


def _is_recalled(sentence: Sentence, answer: Answer, library: Library) -> bool:
    if sentence.verdict == "computed":
        return True
    return sentence.verdict == "supported" and any(_says(n, sentence, answer, library) for n in sentence.citations)


def _says(n: int, sentence: Sentence, answer: Answer, library: Library) -> bool:
    citation: Citation | None = next((citation for citation in answer.citations if citation.n == n), None)
    return citation is not None and library.says(citation, sentence.text, answer.standalone_question)
