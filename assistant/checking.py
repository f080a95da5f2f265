"""Any text against any documents: the verification that answers go through, without a question or a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from assistant.evidence.reading import Passage
from assistant.verifying.sentences import split_sentences
from assistant.verifying.support import SupportChecker
from assistant.verifying.verification import Verified, verify
from corpus.document import Document
from corpus.language import document_language
from index.chunk import Hit
from index.generation import Generation
from index.lexicon import counterparts
from index.search import Searcher

# A sentence rests on one place, or on a few: what does not come up among so many passages does not say it.
_HITS_A_SENTENCE = 6


def check_text(text: str, documents: Iterable[Document]) -> Verified:
    """Check every sentence of `text` against all of `documents`; citations point into them.

    The documents are searched by words, so that a long text against many documents stays a matter of seconds.
    """
    searcher = Searcher(Generation.build(documents, encoders=()))
    return verify(text, SupportChecker(_passages(text, searcher), searcher.weight, counterparts=counterparts))


def check_record(verified: Verified) -> dict[str, Any]:
    """What came of a check, ready for JSON; citations that carry no sentence are left out."""
    return {
        "supported_share": round(verified.supported_share, 3),
        "sentences": [asdict(sentence) for sentence in verified.sentences],
        "citations": [asdict(citation) for citation in verified.citations if citation.used],
    }


def _passages(text: str, searcher: Searcher) -> list[Passage]:
    """The passages in which any sentence might stand, numbered in the order of the text."""
    found: dict[str, Hit] = {}
    for span in split_sentences(text):
        for hit in searcher.search(span.text, language=document_language(span.text), limit=_HITS_A_SENTENCE):
            found.setdefault(hit.chunk.id, hit)
    documents = searcher.generation.documents
    return [
        Passage(
            n=number,
            document=documents[hit.chunk.document_id],
            section=hit.chunk.section,
            start=hit.chunk.start,
            end=hit.chunk.end,
            relevance=hit.relevance,
            page=hit.chunk.page,
        )
        for number, hit in enumerate(found.values(), start=1)
    ]
