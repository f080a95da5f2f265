"""Documents -> pairs of texts that say the same in two languages -> Bridges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.document import Document, Language, Section
from index.bridge import Bridge, texts_fingerprint
from index.encoder import EncoderSpec, Vectors

# With fewer twin sections than this most words of a question are unknown.
FEWEST_TWINS = 100

# Between paragraphs, list items and table rows.
_BETWEEN = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+|]|\d+[.)]))")


@dataclass(frozen=True, slots=True)
class TwinSection:
    """A section in two languages: heading, questions and blocks, one for one; `text` is the whole on the first side."""

    text: str
    blocks: tuple[str, ...]
    their_blocks: tuple[str, ...]


def learnable_twins(
    documents: Iterable[Document], encoder: EncoderSpec, foreign: Iterable[Language]
) -> dict[Language, list[TwinSection]]:
    """For each language of `foreign` the twins that lead to the encoder's languages, where there are enough."""
    every = list(documents)
    found = {
        language: [s for to in sorted(encoder.languages) for s in twin_sections(every, of=language, to=to)]
        for language in foreign
    }
    return {language: sections for language, sections in found.items() if len(sections) >= FEWEST_TWINS}


def learn_bridge(sections: Sequence[TwinSection], vectors: Mapping[str, Vectors]) -> Bridge:
    """Learn from every block, and from every section as a whole, whose vector is the mean of its blocks'.

    :param vectors: of every text of `their_blocks`.
    """
    rows: list[Vectors] = []
    for section in sections:
        blocks = [vectors[block] for block in section.their_blocks]
        mean = np.mean(blocks, axis=0)
        rows += [*blocks, mean / np.linalg.norm(mean)]
    return Bridge.learn(_learned_texts(sections), np.array(rows, dtype=np.float32))


def twins_fingerprint(sections: Sequence[TwinSection]) -> str:
    """The fingerprint of the bridge that `learn_bridge` makes of them."""
    return texts_fingerprint(_learned_texts(sections))


def twin_sections(documents: Iterable[Document], *, of: Language, to: Language) -> list[TwinSection]:
    """Every section that is there in both languages with as many blocks; the heading is the first block."""
    by_id = {document.id: document for document in documents}
    found: list[TwinSection] = []
    for document in by_id.values():
        twin = by_id.get(document.twin)
        if document.language == of and twin is not None and twin.language == to:
            found.extend(_shared(document, twin))
    return found


def _shared(document: Document, twin: Document) -> Iterator[TwinSection]:
    theirs = {section.anchor: section for section in twin.sections if section.anchor}
    for section in document.sections:
        other = theirs.get(section.anchor)
        if other is None:
            continue
        blocks, their_blocks = _blocks(document, section), _blocks(twin, other)
        if len(blocks) == len(their_blocks):
            yield TwinSection(document.text[section.start : section.end], blocks, their_blocks)


def _blocks(document: Document, section: Section) -> tuple[str, ...]:
    text = document.text[section.start : section.end]
    return (
        section.heading,
        *section.questions,
        *(block.strip() for block in _BETWEEN.split(text) if re.search(r"\w", block)),
    )


def _learned_texts(sections: Sequence[TwinSection]) -> list[str]:
    return [text for section in sections for text in (*section.blocks, f"{section.blocks[0]}\n{section.text}")]
