"""Statuses and verdicts in the words of people's formats, .xlsx and .md; .csv and .jsonl keep the programs' words."""

from __future__ import annotations

from assistant.answer import Answer, Status, Verdict
from corpus.document import Language

STATUS: dict[Language, dict[Status, str]] = {
    "en": {"answered": "answered", "partial": "partly answered", "refused": "refused", "error": "failed"},
    "zh": {"answered": "已回答", "partial": "部分回答", "refused": "拒答", "error": "失败"},
}
VERDICT: dict[Language, dict[Verdict, str]] = {
    "en": {"supported": "supported", "computed": "computed", "unsupported": "not supported", "no_claim": "no claim"},
    "zh": {"supported": "有资料支持", "computed": "计算得出", "unsupported": "资料不支持", "no_claim": "不含论断"},
}
_MARK: dict[Language, str] = {"en": " (not supported by the sources)", "zh": "〔资料不支持〕"}
_PAGE: dict[Language, str] = {"en": "p. {page}", "zh": "第 {page} 页"}


def marked_text(answer: Answer) -> str:
    """The answer's Markdown with every unsupported sentence marked in words."""
    parts, position = [], 0
    for sentence in answer.sentences:
        start = answer.answer.find(sentence.text, position)
        if start < 0:
            continue
        end = start + len(sentence.text)
        if sentence.verdict == "unsupported":
            end -= sentence.text.endswith("|")  # a table's row stays one
            parts += [answer.answer[position:end], _MARK[answer.language]]
        else:
            parts.append(answer.answer[position:end])
        position = end
    return "".join(parts) + answer.answer[position:]


def source_lines(answer: Answer) -> list[str]:
    """The sources that carry a sentence, a line each."""
    lines = []
    for citation in answer.citations:
        if citation.used:
            heading = f"{citation.title} › {citation.section}" if citation.section else citation.title
            page = ", " + _PAGE[answer.language].format(page=citation.page) if citation.page else ""
            lines.append(f"[{citation.n}] {heading}{page}")
    return lines


def supported_of(answer: Answer) -> tuple[int, int]:
    """(claims that a source or a calculation carries, claims)."""
    claims = [sentence for sentence in answer.sentences if sentence.verdict != "no_claim"]
    return sum(sentence.verdict != "unsupported" for sentence in claims), len(claims)
