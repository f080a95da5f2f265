"""What the library tab shows, as HTML. What a document holds is data here: it is escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence

from assistant.interfaces.page.texts import TEXTS, UNREADABLE_ZH
from assistant.interfaces.passage_view import passage_html
from assistant.library import Failure
from corpus.document import Document, Language
from index.chunk import Chunk, Hit
from index.generation import Generation


def counts_html(generation: Generation, language: Language) -> str:
    """How much there is."""
    entries = generation.entries().values()
    yours = sum(entry.kind == "user" for entry in entries)
    text = TEXTS[language]["counts"].format(documents=len(entries), passages=generation.chunk_count, yours=yours)
    return f"<p>{text}</p>"


def document_choices(generation: Generation, language: Language) -> list[tuple[str, str]]:
    """Names and ids: a person's own documents first, then those in the page's language."""
    own: list[tuple[str, str]] = []
    same: list[tuple[str, str]] = []
    other: list[tuple[str, str]] = []
    for id, entry in sorted(generation.entries().items(), key=lambda item: item[1].title):
        if entry.kind == "user":
            own.append((TEXTS[language]["yours"].format(title=entry.title), id))
        else:
            (same if entry.language == language else other).append((entry.title, id))
    return own + same + other


def document_html(generation: Generation, document_id: str, language: Language) -> str:
    """A document's sections, each with its passages as they are searched."""
    document = generation.documents.get(document_id)
    if document is None:
        return ""
    by_section: dict[str, list[Chunk]] = {}
    for chunk in generation.documents.chunks_of(document_id):
        by_section.setdefault(chunk.section, []).append(chunk)
    sections = "".join(_section_html(heading, chunks, language) for heading, chunks in by_section.items())
    return f"{_head_html(document)}{sections}"


def found_html(hits: Sequence[Hit], language: Language) -> str:
    """Passages that a search found."""
    if not hits:
        return f"<p>{TEXTS[language]['nothing_found']}</p>"
    return "".join(
        f'<details class="source"><summary>{html.escape(hit.chunk.title)} › {html.escape(hit.chunk.section)}</summary>'
        f"{_passage_html(hit.chunk)}</details>"
        for hit in hits
    )


def added_html(added: Sequence[Document], failures: Sequence[Failure], language: Language) -> str:
    """What came of adding files: each that failed with its reason."""
    texts = TEXTS[language]
    parts = []
    if added:
        names = ", ".join(html.escape(document.address) for document in added)
        parts.append(f'<p role="status">{texts["added"].format(names=names)}</p>')
    if failures:
        lines = "".join(f"<li>{html.escape(f.file.name)}: {html.escape(_advice(f, language))}</li>" for f in failures)
        parts.append(f'<div role="alert"><p>{texts["not_added"]}</p><ul>{lines}</ul></div>')
    return "".join(parts)


def note_html(text: str) -> str:
    """A line that says what is going on."""
    return f'<p role="status">{html.escape(text)}</p>'


def _advice(failure: Failure, language: Language) -> str:
    return UNREADABLE_ZH.get(failure.reason, failure.advice) if language == "zh" else failure.advice


def _head_html(document: Document) -> str:
    return f'<h3>{html.escape(document.title)}</h3><p class="address">{html.escape(document.address)}</p>'


def _section_html(heading: str, chunks: Sequence[Chunk], language: Language) -> str:
    texts = TEXTS[language]
    count = texts["passages"].format(count=len(chunks))
    return (
        f'<details class="source"><summary>{html.escape(heading or texts["start"])} '
        f'<span class="state">{count}</span></summary>{"".join(map(_passage_html, chunks))}</details>'
    )


def _passage_html(chunk: Chunk) -> str:
    page = f'<span class="state">{chunk.page}</span> ' if chunk.page else ""
    return f'<div class="passage">{page}{passage_html(chunk.text)}</div>'
