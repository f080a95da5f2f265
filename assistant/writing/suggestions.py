"""What could be asked next: headings near the answer that are questions, of sections it did not read."""

from __future__ import annotations

from assistant.answer import Answer
from index.search import Searcher

_NEAR = 30
_MARKS = ("?", "？")


def suggest(answer: Answer, searcher: Searcher, *, at_most: int = 3) -> list[str]:
    """Questions in the asker's language that stand over sections of the index, so that it can answer them."""
    hits = searcher.search(answer.standalone_question, language=answer.language, limit=_NEAR)
    read = {(citation.document_id, citation.section) for citation in answer.citations}
    chunks = [hit.chunk for hit in hits if (hit.chunk.document_id, hit.chunk.section) not in read]
    questions = dict.fromkeys(
        chunk.section for chunk in chunks if chunk.section.endswith(_MARKS) and chunk.language == answer.language
    )
    questions.pop(answer.question, None)
    return list(questions)[:at_most]
