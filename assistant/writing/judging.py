"""A checked draft -> its status and text: answered, in part, or refused with what can be asked instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Answer, Status
from assistant.evidence.asked import Read, read_fact, tells_number
from assistant.understanding.asides import Aside
from assistant.understanding.question import asks_for_money
from assistant.verifying.quantities import CURRENCIES, read_figures
from assistant.verifying.verification import Verified
from assistant.writing.draft import Draft
from assistant.writing.prompting import phrases
from corpus.document import Language
from index.chunk import Hit

# Below this share of supported claims the answer is called partial.
PARTIAL_BELOW = 0.5
_LONGEST_DECLINING = 200
_DECLINING = re.compile(
    r"(?:not|n't|no) (?:\w+ ){0,3}(?:provided|mentioned|specified|stated|contain|answer|information)"
    r"|(?:资料|文中|原文)[^。]{0,12}(?:没有|未|不)(?:[^。]{0,6})(?:提|给出|说明|包含|涉及|答案)|没有[^。]{0,8}(?:资料|信息|答案)"
)
_NEAREST_TOPICS = 3
_LIST_MARK = re.compile(r"[-*•] |\d{1,2}[.)] ")


def judge(blank: Answer, draft: Draft, verified: Verified, hits: Sequence[Hit]) -> Answer:
    """`blank` with the status, reason and text that a checked draft deserves."""
    checked = with_verified(blank, verified)
    if not draft.text.strip():
        return replace(refuse(checked, hits, "no_answer_came"), status="error")
    if declines(draft.text):
        return refuse(checked, hits, "not_in_sources")
    if verified.supported_share == 0:
        if draft.broken:  # what had come is too little to judge the question by
            return replace(refuse(checked, hits, "broken_off"), status="error")
        return refuse(checked, hits, "nothing_supported")
    if _lacks_figure(blank, verified):
        return refuse(checked, hits, "figure_not_in_sources")
    if verified.supported_share < PARTIAL_BELOW and _lacks_lead(verified):
        return refuse(checked, hits, "little_supported")
    status, reason = _standing(draft, verified)
    return replace(checked, status=status, reason=reason, answer=shown(draft, verified, blank.language))


def _standing(draft: Draft, verified: Verified) -> tuple[Status, str]:
    """Status and reason of a draft with some support: the gravest of what is amiss."""
    if draft.broken:
        return "partial", "broken_off"
    if draft.is_foreign:
        return "partial", "other_language"
    if verified.supported_share < PARTIAL_BELOW:
        return "partial", "little_supported"
    return ("partial", "lead_not_supported") if _lacks_lead(verified) else ("answered", "")


def shown(draft: Draft, verified: Verified, language: Language) -> str:
    """The text that people read: what was written, from its first supported sentence on, labelled when it is not in
    their language.
    """
    text = verified.text if draft.broken else _from_supported(verified)
    return f"{phrases(language).other_language}\n\n{text}" if draft.is_foreign else text


def with_quotes(answer: Answer, draft: Draft, verified: Verified, lead: str) -> Answer:
    """`answer` with what was quoted below its draft, behind `lead`.

    Of a refused draft the text is the quotes alone; its sentences without support are kept before theirs.
    """
    quoted = with_verified(answer, verified)
    if answer.status != "refused":
        return replace(quoted, answer=shown(draft, verified, answer.language))
    text = verified.text[verified.text.rindex(lead) :]
    at = max(n for n, sentence in enumerate(verified.sentences) if sentence.text == lead)
    drafted = (sentence for sentence in verified.sentences[:at] if sentence.verdict != "supported")
    sentences = (*drafted, *verified.sentences[at:])
    return replace(quoted, status="partial", reason="quoted_instead", answer=text, sentences=sentences)


def refuse(answer: Answer, hits: Sequence[Hit], reason: str, *, unknown: Sequence[str] = ()) -> Answer:
    """The fixed sentence, the names and words that the sources do not hold, and what could be asked instead."""
    texts = phrases(answer.language)
    separator = "；" if answer.language == "zh" else "; "
    text = texts.refused
    if unknown:
        text += texts.unknown.format(names=("、" if answer.language == "zh" else ", ").join(unknown))
    topics = list(dict.fromkeys(hit.chunk.section or hit.chunk.title for hit in hits))[:_NEAREST_TOPICS]
    if topics:
        text += "\n\n" + texts.nearest.format(topics=separator.join(topics))
    return replace(answer, status="refused", reason=reason, answer=text)


def refuse_early(
    blank: Answer, hits: Sequence[Hit], names: Sequence[str], unsaid: Sequence[str], *, has_passages: bool
) -> Answer | None:
    """The refusal before anything is written: no passage, none with the `names`, or none with the `unsaid` words."""
    if names:
        return refuse(blank, hits, "name_not_in_sources", unknown=names)
    if not has_passages:
        return refuse(blank, hits, "nothing_relevant")
    return refuse(blank, hits, "fact_not_in_sources", unknown=unsaid) if unsaid else None


def reply(blank: Answer, aside: Aside) -> Answer:
    """The answer to what is no question to the sources."""
    status: Status = "answered" if aside.kind == "small_talk" else "refused"
    return replace(blank, status=status, reason=aside.kind, answer=aside.reply)


def with_verified(answer: Answer, verified: Verified) -> Answer:
    """`answer` with the sentences and citations of a checked draft."""
    return replace(
        answer,
        sentences=verified.sentences,
        citations=verified.citations,
        invented_citations=verified.invented_citations,
    )


def _lacks_lead(verified: Verified) -> bool:
    """Whether what is said first, which readers take for the answer, is without support."""
    return verified.claims[0].verdict == "unsupported"


def _from_supported(verified: Verified) -> str:
    """The text without the sentences before the first claim that has support."""
    if not _lacks_lead(verified):
        return verified.text
    first = next(claim for claim in verified.claims if claim.verdict != "unsupported")
    start = verified.text.index(first.text.removesuffix("|"))  # where a row of a table has its mark
    line = verified.text[verified.text.rfind("\n", 0, start) + 1 : start]
    return (line if _LIST_MARK.fullmatch(line) else "") + verified.text[start:]


def _lacks_figure(asked: Answer, verified: Verified) -> bool:
    """Whether the first figure, the money asked for, or the number of a named thing stands in no supported sentence."""
    if verified.lead_lacks_figure or (asks_for_money(asked.question) and not _names_money(verified)):
        return True
    fact = read_fact(asked.standalone_question, asked.language)
    cited = {citation.n: f"{citation.title}\n{citation.section}" for citation in verified.citations}
    supported = [sentence for sentence in verified.sentences if sentence.verdict == "supported"]
    said = [Read(sentence.text, cited[n]) for sentence in supported for n in sentence.citations]
    return fact is not None and not tells_number(fact, asked.standalone_question, said)


def _names_money(verified: Verified) -> bool:
    """Whether a sentence that a source says holds an amount of money."""
    said = [sentence.text for sentence in verified.sentences if sentence.verdict == "supported"]
    return any(figure.unit in CURRENCIES for text in said for figure in read_figures(text))


def declines(draft: str) -> bool:
    """Whether the model itself says, and says only, that the passages do not hold the answer."""
    return len(draft) < _LONGEST_DECLINING and _DECLINING.search(draft) is not None
