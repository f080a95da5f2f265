"""What graders must know of the documents: which section a passage stands in, and whether it says a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assistant.answer import Answer, Citation
from assistant.evidence.reading import Passage
from assistant.verifying.support import SupportChecker
from corpus.document import Document
from evals.ranking import once
from index.chunk import make_chunk
from index.lexicon import counterparts


class Library:
    """The documents that were searched; `weight` gives a word's inverse document frequency."""

    def __init__(self, documents: Mapping[str, Document], weight: Callable[[str], float]) -> None:
        self._documents = documents
        self._weight = weight

    def sections_read(self, answer: Answer) -> list[str]:
        """The sections of the passages the model was given, in their order, each once."""
        return once(self._section_of(citation) for citation in answer.citations)

    def says(self, citation: Citation, sentence: str, question: str) -> bool:
        """Whether the citation's quote stands in its document and, by itself, carries `sentence`.

        A figure that `question` gives need not be in the quote.
        """
        document = self._documents.get(citation.document_id)
        if document is None or document.text[citation.start : citation.end] != citation.quote:
            return False
        passage = Passage(citation.n, document, citation.section, citation.start, citation.end, relevance=1.0)
        checker = SupportChecker([passage], self._weight, question, counterparts)
        return any(support.is_enough for support in checker.check(sentence))

    def _section_of(self, citation: Citation) -> str:
        document = self._documents.get(citation.document_id)
        sections = document.sections if document else ()
        for section in sections:
            if document is not None and section.start <= citation.start < section.end:
                return make_chunk(document, section, citation.start, citation.end).evidence
        return f"{citation.document_id}#{citation.section}"
