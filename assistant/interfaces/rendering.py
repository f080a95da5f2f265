"""Answers and sources as what the page shows. What a model or a document wrote is data here: it is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from assistant.answer import Answer, Citation, Sentence
from assistant.reading import Passage
from assistant.verifying.verification import Checked, marks_of
from corpus.document import Language

UNSUPPORTED = {"zh": "〔资料不支持〕", "en": "(not supported by the sources)"}
PARTIAL = {"zh": "只有部分内容有资料支持。", "en": "Only part of this is supported by the sources."}
DRAFT = {"zh": "模型的草稿没有资料支持：", "en": "The model's draft, which the sources do not support:"}
BROKEN = {"zh": "回答中断了，以上是已写出的部分。", "en": "The answer broke off; this is what had come."}
_READ_NOT_USED = {"zh": "读过，未引用", "en": "read, not cited"}
_PAGE = {"zh": "第 {page} 页", "en": "page {page}"}
_NOTHING_YET = {"zh": "来源会显示在这里。", "en": "Sources will appear here."}

# What Markdown would make a link, an image, HTML or a formula of.
_SCHEME = re.compile(r"(?i)\b(https?|ftp|file|data|javascript|vbscript|mailto):")
_WWW = re.compile(r"(?i)\bwww\.")


def plain_markdown(text: str) -> str:
    """`text` as Markdown in which nothing is a link, an image, HTML or a formula; lists, tables and emphasis stay."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    escaped = escaped.replace("](", "]\u200b(").replace("]:", "]\u200b:").replace("$", "&#36;").replace("```", "'''")
    return _WWW.sub(lambda match: match.group()[:-1] + "&#46;", _SCHEME.sub(r"\1&#58;", escaped))


def checked_markdown(checked: Checked, language: Language) -> str:
    """A finished sentence with its marks or its warning."""
    return plain_markdown(checked.before) + _sentence_markdown(checked.sentence, language)


def answer_markdown(answer: Answer) -> str:
    """The answer with every unsupported sentence marked in words; of a refusal, the draft below it."""
    if answer.status == "refused":
        return plain_markdown(answer.answer) + _refused_draft(answer)
    parts, position = [], 0
    for sentence in answer.sentences:
        shown = _as_in_answer(sentence)
        start = answer.answer.find(shown, position)
        if start < 0:
            continue
        parts += [plain_markdown(answer.answer[position:start]), _sentence_markdown(sentence, answer.language)]
        position = start + len(shown)
    parts.append(plain_markdown(answer.answer[position:]))
    if answer.status == "partial":
        note = BROKEN if answer.reason == "broken_off" else PARTIAL
        parts.append(f"\n\n*{note[answer.language]}*")
    return "".join(parts)


def sources_html(
    passages: Sequence[Passage], citations: Sequence[Citation], language: Language, *, searched_as: str = ""
) -> str:
    """The passages that were read, those that carry a sentence first and with the quote marked."""
    if not passages:
        return f'<p class="empty">{_NOTHING_YET[language]}</p>'
    by_number = {citation.n: citation for citation in citations}
    ordered = sorted(passages, key=lambda p: (p.n in by_number and not by_number[p.n].used, p.n))
    head = f'<p class="searched">{html.escape(searched_as)}</p>' if searched_as else ""
    return head + "".join(_source_html(passage, by_number.get(passage.n), language) for passage in ordered)


def empty_sources_html() -> str:
    """The panel before anything was asked."""
    return f'<p class="empty">{_NOTHING_YET["zh"]} {_NOTHING_YET["en"]}</p>'


def _as_in_answer(sentence: Sentence) -> str:
    marks = marks_of(sentence)
    return f"{sentence.text[:-1]}{marks}|" if sentence.text.endswith("|") else sentence.text + marks


def _sentence_markdown(sentence: Sentence, language: Language) -> str:
    text = plain_markdown(sentence.text)
    mark = f" *{UNSUPPORTED[language]}*" if sentence.verdict == "unsupported" else marks_of(sentence)
    return f"{text[:-1]}{mark} |" if text.endswith("|") else text + mark


def _refused_draft(answer: Answer) -> str:
    claims = [sentence for sentence in answer.sentences if sentence.verdict != "no_claim"]
    if not claims or answer.reason == "not_in_sources":
        return ""
    lines = "\n".join(f"> {_sentence_markdown(sentence, answer.language)}  " for sentence in answer.sentences)
    return f"\n\n{DRAFT[answer.language]}\n\n{lines}"


def _source_html(passage: Passage, citation: Citation | None, language: Language) -> str:
    used = citation is not None and citation.used
    page = f" · {_PAGE[language].format(page=passage.page)}" if passage.page else ""
    state = "" if used or citation is None else f' <span class="state">{_READ_NOT_USED[language]}</span>'
    return (
        f'<details class="source"{" open" if used or citation is None else ""}>'
        f"<summary><b>[{passage.n}]</b> {html.escape(passage.heading)}{page}{state}</summary>"
        f'<div class="passage">{_passage_html(passage, citation if used else None)}</div>'
        f'<div class="address">{html.escape(passage.document.address)}</div></details>'
    )


def _passage_html(passage: Passage, citation: Citation | None) -> str:
    if citation is None:
        return html.escape(passage.text)
    start, end = citation.start - passage.start, citation.end - passage.start
    before, quote, after = passage.text[:start], passage.text[start:end], passage.text[end:]
    return f"{html.escape(before)}<mark>{html.escape(quote)}</mark>{html.escape(after)}"
