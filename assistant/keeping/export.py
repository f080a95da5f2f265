"""A conversation as a file: Markdown and JSON with quotes and verdicts. Word is made in export_docx.py."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict

from assistant.answer import Answer, Citation
from assistant.keeping.conversation import KeptTurn
from assistant.record import to_record

# What an export says in the language of the answer.
WORDS = {
    "zh": {
        "sources": "来源", "unsupported": "资料不支持", "computed": "计算得出", "incomplete": "回答没有写完。",
        "page": "第 {page} 页", "verdicts": "核对",
    },
    "en": {
        "sources": "Sources", "unsupported": "not supported by the sources", "computed": "computed",
        "incomplete": "This answer was not finished.", "page": "page {page}", "verdicts": "Checked",
    },
}  # fmt: skip

# Where Markdown begins an image, a link or its address, HTML, or an address that stands alone in brackets.
_LIVE = re.compile(r"<|!(?=\[)|(?<=\])[(:]|&(?=#?\w+;)")
# Not escaped by a backslash: one that stands before it would escape that.
_ENTITIES = {"<": "&lt;", "&": "&amp;"}


def conversation_json(title: str, turns: Sequence[KeptTurn]) -> str:
    """Everything that is kept: of every turn the record and the passages that were read."""
    kept = [
        {
            "question": turn.question, "asked_at": turn.asked_at, "state": turn.state, "rating": turn.rating,
            "text": turn.text, "record": to_record(turn.answer) if turn.answer else None,
            "passages": [asdict(passage) for passage in turn.passages],
        }
        for turn in turns
    ]  # fmt: skip
    return json.dumps({"title": title, "turns": kept}, ensure_ascii=False, indent=2)


def conversation_markdown(title: str, turns: Sequence[KeptTurn]) -> str:
    """A document to read and to hand on."""
    parts = [f"# {title}"]
    for turn in turns:
        parts.append(f"## {' '.join(turn.question.split())}")
        parts.append(with_sources(turn.answer) if turn.answer else f"{turn.text}\n\n*{WORDS['en']['incomplete']}*")
    return _inert("\n\n".join(parts)) + "\n"


def _inert(markdown: str) -> str:
    """Markdown in which nothing is a link, an image or HTML, whoever wrote it: who opens the file fetches nothing."""
    return _LIVE.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), markdown)


def with_sources(answer: Answer) -> str:
    """The answer, what of it is not supported or computed, and the quotes that carry the rest."""
    words = WORDS[answer.language]
    parts = [answer.answer]
    marked = [
        f"- {sentence.text} ({words[sentence.verdict]})"
        for sentence in answer.sentences
        if sentence.verdict in ("unsupported", "computed") and answer.status != "refused"
    ]
    if marked:
        parts.append(f"{words['verdicts']}:\n\n" + "\n".join(marked))
    used = [citation for citation in answer.citations if citation.used]
    if used and answer.status != "refused":
        parts.append(f"{words['sources']}:\n\n" + "\n".join(_source_line(c, words["page"]) for c in used))
    return "\n\n".join(parts)


def source_heading(citation: Citation, page: str) -> str:
    """Title, section, page and address in one line; `page` is the wording of a page number."""
    heading = f"{citation.title} › {citation.section}" if citation.section else citation.title
    place = f", {page.format(page=citation.page)}" if citation.page else ""
    return f"[{citation.n}] {heading}{place} ({citation.address})"


def _source_line(citation: Citation, page: str) -> str:
    quote = " ".join(citation.quote.split())
    return f"{source_heading(citation, page)}\n   > {quote}"
