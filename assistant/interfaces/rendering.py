"""Answers and sources as what the page shows. What a model or a document wrote is data here: it is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from assistant.answer import Answer, Citation, Sentence
from assistant.collection_names import DEFAULT_COLLECTION
from assistant.interfaces.calculation_view import calculation_html
from assistant.interfaces.passage_view import Quote, links_as_text, passage_html
from assistant.keeping.conversation import KeptTurn, ReadPassage
from assistant.keeping.export import with_sources
from assistant.verifying.verification import Checked, marks_of
from corpus.document import Language

UNSUPPORTED = {"zh": "〔资料不支持〕", "en": "(not supported by the sources)"}
COMPUTED = {"zh": "〔计算得出〕", "en": "(computed)"}
PARTIAL = {"zh": "只有部分内容有资料支持。", "en": "Only part of this is supported by the sources."}
DRAFT = {"zh": "模型的草稿，缺少资料支持：", "en": "The model's draft, which lacks support:"}
BROKEN = {"zh": "回答中断了，以上是已写出的部分。", "en": "The answer broke off; this is what had come."}
INCOMPLETE = {"zh": "回答没有写完，以上是已写出的部分。", "en": "This answer was not finished; this is what had come."}
NO_ANSWER = {
    "zh": "模型没有应答，请稍后再问；`assistant doctor` 可查看状态。（{error}）",
    "en": "The model did not answer; ask again later, or see `assistant doctor`. ({error})",
}
_SEARCHED_AS = {"zh": "检索：", "en": "Searched as: "}
_COPY = {"zh": "复制回答和来源", "en": "Copy answer with sources"}
_READ_NOT_USED = {"zh": "读过，未引用", "en": "read, not cited"}
_PAGE = {"zh": "第 {page} 页", "en": "page {page}"}
_ASKED_OF = {"zh": "资料库：", "en": "Asked of: "}
_SHIPPED = {"zh": "{name}（自带资料）", "en": "{name} (shipped documents)"}
_NOTHING_YET = {"zh": "来源会显示在这里。", "en": "Sources will appear here."}

# Verdicts that are said in words; a supported sentence has its marks, and what claims nothing has none.
_IN_WORDS = {"unsupported": UNSUPPORTED, "computed": COMPUTED}

# What Markdown would make a link, an image, HTML or a formula of.
_SCHEME = re.compile(r"(?i)\b(https?|ftp|file|data|javascript|vbscript|mailto):")
_WWW = re.compile(r"(?i)\bwww\.")


def plain_markdown(text: str) -> str:
    """`text` as Markdown in which nothing is a link, an image, HTML or a formula; lists, tables and emphasis stay."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    escaped = escaped.replace("](", "]\u200b(").replace("]:", "]\u200b:").replace("$", "&#36;").replace("```", "'''")
    return _WWW.sub(lambda match: match.group()[:-1] + "&#46;", _SCHEME.sub(r"\1&#58;", escaped))


def typed_text(shown: str) -> str:
    """What was typed, of a question that was edited in the form `plain_markdown` gave it."""
    return html.unescape(shown).replace("\u200b", "")


def source_anchor(turn: int, n: int) -> str:
    """The id of a source in the panel; page.js follows it."""
    return f"s-{turn}-{n}"


def marked_text(sentence: Sentence, language: Language) -> str:
    """A sentence as plain text with its marks, or its verdict in words."""
    if sentence.verdict in _IN_WORDS:
        return f"{sentence.text} {_IN_WORDS[sentence.verdict][language]}"
    return sentence.text + marks_of(sentence)


def checked_markdown(checked: Sequence[Checked], language: Language, turn: int | None) -> str:
    """Finished sentences, each with its marks or its warning; a mark leads to the source in the panel of `turn`.

    Sentences of a line that rest on the same passages, or on none, have one mark behind the last of them.
    """
    parts = []
    for place, one in enumerate(checked):
        following = checked[place + 1] if place + 1 < len(checked) else None
        goes_on = following is not None and _is_one_run(one, following)
        shown = (
            plain_markdown(links_as_text(one.sentence.text))
            if goes_on
            else _sentence_markdown(one.sentence, language, turn)
        )
        parts += [plain_markdown(one.before), shown]
    return "".join(parts)


def _is_one_run(first: Checked, second: Checked) -> bool:
    a, b = first.sentence, second.sentence
    is_line = "\n" not in second.before and not a.text.endswith("|")
    return is_line and a.verdict != "no_claim" and (a.verdict, a.citations) == (b.verdict, b.citations)


def turn_markdown(turn: KeptTurn, language: Language) -> str:
    """What a kept turn shows as its answer; `language` is the page's, for a turn that has no answer."""
    if turn.answer is not None:
        return answer_markdown(turn.answer, turn.id)
    if turn.state == "failed":
        return plain_markdown(NO_ANSWER[language].format(error=turn.text))
    return f"{plain_markdown(turn.text)}\n\n*{INCOMPLETE[language]}*"


def answer_markdown(answer: Answer, turn: int | None = None) -> str:
    """The answer with every unsupported sentence marked in words; above a refused draft, what stands in its place.

    Marks lead to the sources in the panel of `turn`; without one they are plain.
    """
    if answer.status == "refused":
        return plain_markdown(answer.answer) + _refused_draft(answer.sentences, answer, turn)
    checked, position, left_out = list[Checked](), 0, list[Sentence]()
    for sentence in answer.sentences:
        shown = _as_in_answer(sentence)
        start = answer.answer.find(shown, position)
        if start < 0:
            left_out.append(sentence)
            continue
        checked.append(Checked(answer.answer[position:start], sentence))
        position = start + len(shown)
    parts = [checked_markdown(checked, answer.language, turn), plain_markdown(answer.answer[position:])]
    if answer.reason in ("quoted_instead", "lead_not_supported"):
        parts.append(_refused_draft(left_out, answer, turn))
    elif answer.status == "partial":
        note = BROKEN if answer.reason == "broken_off" else PARTIAL
        parts.append(f"\n\n*{note[answer.language]}*")
    return "".join(parts)


def turn_sources_html(turn: KeptTurn, language: Language, asked_of: str = "") -> str:
    """The panel of a kept turn; `asked_of` is the line about collections, where there are several."""
    if turn.answer is None:
        return sources_html(turn.passages, (), language, turn.id)
    answer = turn.answer
    head = asked_of
    if answer.standalone_question != turn.question:
        head += searched_as_html(answer.standalone_question, language)
    if answer.status in ("answered", "partial"):
        copied = _attribute(with_sources(answer))
        head += f'<button type="button" class="copy" data-copy="{copied}">{_COPY[language]}</button>'
    head += calculation_html(answer.calculations, answer.language)
    return head + sources_html(turn.passages, answer.citations, language, turn.id)


def searched_as_html(question: str, language: Language) -> str:
    """The question as it was searched for, when that is not how it was asked."""
    return f'<p class="searched">{_SEARCHED_AS[language]}{html.escape(question)}</p>'


def collection_label(name: str, language: Language) -> str:
    """What people call a collection."""
    return _SHIPPED[language].format(name=name) if name == DEFAULT_COLLECTION else name


def asked_of_html(names: Sequence[str], language: Language) -> str:
    """Which collections were asked."""
    labels = ("、" if language == "zh" else ", ").join(collection_label(name, language) for name in names)
    return f'<p class="searched">{_ASKED_OF[language]}{html.escape(labels)}</p>'


def sources_html(passages: Sequence[ReadPassage], citations: Sequence[Citation], language: Language, turn: int) -> str:
    """The passages that were read, those that carry a sentence first and with the quote marked."""
    if not passages:
        return f'<p class="empty">{_NOTHING_YET[language]}</p>'
    by_number = {citation.n: citation for citation in citations}
    ordered = sorted(passages, key=lambda p: (p.n in by_number and not by_number[p.n].used, p.n))
    return "".join(_source_html(passage, by_number.get(passage.n), language, turn) for passage in ordered)


def empty_sources_html(language: Language) -> str:
    """The panel before anything was asked."""
    return sources_html((), (), language, 0)


def _as_in_answer(sentence: Sentence) -> str:
    marks = marks_of(sentence)
    return f"{sentence.text[:-1]}{marks}|" if sentence.text.endswith("|") else sentence.text + marks


def _sentence_markdown(sentence: Sentence, language: Language, turn: int | None) -> str:
    text = plain_markdown(links_as_text(sentence.text))
    mark = marks_of(sentence)
    if turn is not None:
        mark = "".join(f"[[{n}]](#{source_anchor(turn, n)})" for n in sentence.citations)
    if sentence.verdict in _IN_WORDS:
        mark = f" *{_IN_WORDS[sentence.verdict][language]}*"
    return f"{text[:-1]}{mark} |" if text.endswith("|") else text + mark


def _refused_draft(draft: Sequence[Sentence], answer: Answer, turn: int | None) -> str:
    claims = [sentence for sentence in draft if sentence.verdict != "no_claim"]
    if not claims or answer.reason == "not_in_sources":
        return ""
    lines = "\n".join(f"> {_sentence_markdown(sentence, answer.language, turn)}  " for sentence in draft)
    return f"\n\n{DRAFT[answer.language]}\n\n{lines}"


def _source_html(passage: ReadPassage, citation: Citation | None, language: Language, turn: int) -> str:
    used = citation is not None and citation.used
    page = f" · {_PAGE[language].format(page=passage.page)}" if passage.page else ""
    state = "" if used or citation is None else f' <span class="state">{_READ_NOT_USED[language]}</span>'
    return (
        f'<details class="source" id="{source_anchor(turn, passage.n)}"{" open" if used or citation is None else ""}>'
        f"<summary><b>[{passage.n}]</b> {html.escape(passage.heading)}{page}{state}</summary>"
        f'<div class="passage">{passage_html(passage.text, _quote_in(passage, citation))}</div>'
        f'<div class="address">{html.escape(passage.address)}</div></details>'
    )


def _quote_in(passage: ReadPassage, citation: Citation | None) -> Quote | None:
    return (citation.start - passage.start, citation.end - passage.start) if citation and citation.used else None


def _attribute(text: str) -> str:
    """`text` as an HTML attribute that keeps its line breaks."""
    return html.escape(text).replace("\n", "&#10;")
