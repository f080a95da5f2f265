"""Documents -> Chunks, with exact offsets. The one adapter of langchain-text-splitters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from langchain_text_splitters import RecursiveCharacterTextSplitter

from corpus.document import Document, Section
from corpus.language import weigh
from index.chunk import Chunk, make_chunk

# Part of a collection's manifest: raise it whenever the same document would be cut in another way.
SPLITTER_VERSION = 2

# About 110 English words or 200 Chinese characters: a few of them fit what a laptop reads in six seconds, and all of
# one fits the 256 tokens of the English embedder.
MAX_WEIGHT = 765

# From the strongest boundary to the weakest; the last one cuts anywhere, so that no text is too long.
_SEPARATORS = [
    r"\n\n+|\n(?=\s*(?:[-*+]|\d+[.)])\s)",  # one level, so that a sentence stays with the list it leads in
    r"\n",
    r"(?<=[。！？；])",
    r"(?<=[.!?;])\s+",
    r"(?<=[，、])",
    r"(?<=,)\s+",
    r"\s+",
    "",
]


def split_documents(documents: Iterable[Document]) -> list[Chunk]:
    """Cut every document into chunks, in order."""
    return [chunk for document in documents for chunk in split_document(document)]


def split_document(document: Document) -> list[Chunk]:
    """Cut one document. Chunks never cross a section; whitespace around them is left out."""
    return [chunk for section in document.sections for chunk in _split_section(document, section)]


_splitter = RecursiveCharacterTextSplitter(
    separators=_SEPARATORS,
    is_separator_regex=True,
    # Nothing is dropped between or around pieces, so their lengths add up to exact offsets.
    keep_separator="end",
    strip_whitespace=False,
    chunk_size=MAX_WEIGHT,
    chunk_overlap=0,
    length_function=weigh,
)


def _split_section(document: Document, section: Section) -> list[Chunk]:
    body = document.text[section.start : section.end]
    chunks: list[Chunk] = []
    position = section.start
    for piece in _splitter.split_text(body):
        start = position + len(piece) - len(piece.lstrip())
        end = position + len(piece.rstrip())
        position += len(piece)
        if re.search(r"\w", document.text[start:end]):
            chunks.append(make_chunk(document, section, start, end))
    return chunks
