"""A conversation as a Word file. The one adapter of docx (python-docx) for writing."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import docx

from assistant.answer import Answer
from assistant.keeping.conversation import KeptTurn
from assistant.keeping.export import WORDS, source_heading

# XML has no place for these, and python-docx raises on them.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LIST_ITEM = re.compile(r"^\s*[-*] +")


def conversation_docx(title: str, turns: Sequence[KeptTurn]) -> bytes:
    """The file's bytes. The answer's Markdown is kept as text, but for its lists."""
    document = docx.Document()
    document.add_heading(_clean(title), level=0)
    for turn in turns:
        document.add_heading(_clean(" ".join(turn.question.split())), level=1)
        if turn.answer is None:
            document.add_paragraph(_clean(turn.text))
            document.add_paragraph().add_run(WORDS["en"]["incomplete"]).italic = True
        else:
            _add_answer(document, turn.answer)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_answer(document: docx.document.Document, answer: Answer) -> None:
    words = WORDS[answer.language]
    for line in filter(str.strip, answer.answer.splitlines()):
        style = "List Bullet" if _LIST_ITEM.match(line) else None
        document.add_paragraph(_clean(_LIST_ITEM.sub("", line)), style=style)
    if answer.status == "refused":
        return
    for sentence in answer.sentences:
        if sentence.verdict in ("unsupported", "computed"):
            paragraph = document.add_paragraph()
            paragraph.add_run(f"{words['verdicts']}: ").bold = True
            paragraph.add_run(_clean(f"{sentence.text} ({words[sentence.verdict]})"))
    used = [citation for citation in answer.citations if citation.used]
    if used:
        document.add_heading(words["sources"], level=2)
    for citation in used:
        document.add_paragraph(_clean(source_heading(citation, words["page"])))
        document.add_paragraph(_clean(" ".join(citation.quote.split())), style="Intense Quote")


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
