"""The library tab: add files, look into documents, search passages, remove."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import gradio as gr

from assistant.interfaces.page.asker import asker
from assistant.interfaces.page.library_view import (
    added_html,
    counts_html,
    document_choices,
    document_html,
    found_html,
    note_html,
)
from assistant.interfaces.page.texts import TEXTS
from assistant.library import as_uploaded, read_files
from assistant.service import Service
from corpus.document import Document, Language
from index.errors import IndexLayerError

_HITS = 12
_TOLD_EVERY_S = 0.3


@dataclass(frozen=True, slots=True)
class LibraryParts:
    """The tab's components; `said`, hidden, carries what a person answered to a question of the browser."""

    files: gr.File
    status: gr.HTML
    counts: gr.HTML
    document: gr.Dropdown
    remove: gr.Button
    shown: gr.HTML
    find: gr.Textbox
    found: gr.HTML
    said: gr.Textbox


def build_library(language: Language) -> LibraryParts:
    """The tab's content."""
    texts = TEXTS[language]
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            files = gr.File(label=texts["add"], file_count="multiple", height=150, elem_id="files")
            gr.HTML(f'<p class="state">{texts["kinds"]}</p>', elem_id="kinds")
            status = gr.HTML("", elem_id="library-status")
            counts = gr.HTML("", elem_id="counts")
            find = gr.Textbox(label=texts["find"], elem_id="find")
            found = gr.HTML("", elem_id="found", elem_classes="passages")
        with gr.Column(scale=3, min_width=320):
            document = gr.Dropdown(
                [], value=None, label=texts["document"], info=texts["document_hint"], elem_id="document"
            )
            shown = gr.HTML("", elem_id="shown", elem_classes="passages")
            remove = gr.Button(texts["remove"], size="sm", visible=False, elem_id="remove")
    said = gr.Textbox(visible="hidden")
    return LibraryParts(files, status, counts, document, remove, shown, find, found, said)


def connect_library(service: Service, language: Language, page: gr.Blocks, tab: gr.Tab, parts: LibraryParts) -> None:
    """Wire the events up."""
    acts = LibraryActs(service, language)
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    listing: Any = (acts.listed, None, [parts.counts, parts.document])
    tab.select(*listing, **quiet)
    # One at a time: whoever adds next waits for the lock of the collection anyway.
    parts.files.upload(
        acts.add, parts.files, [parts.status, parts.files], concurrency_limit=1, concurrency_id="write", **quiet
    ).then(*listing, **quiet)
    parts.document.change(acts.look_into, parts.document, [parts.shown, parts.remove], **quiet)
    parts.find.submit(acts.find, parts.find, parts.found, **quiet)
    parts.remove.click(
        acts.remove, [parts.said, parts.document], parts.status, concurrency_limit=1, concurrency_id="write",
        js=f"(said, id) => [confirm({TEXTS[language]['remove_sure']!r}) ? 'yes' : '', id]", **quiet,
    ).then(*listing, **quiet)  # fmt: skip


class LibraryActs:
    """What the tab's events do."""

    def __init__(self, service: Service, language: Language) -> None:
        self._service = service
        self._language = language
        self._texts = TEXTS[language]

    def listed(self, request: gr.Request) -> tuple[str, gr.Dropdown]:
        """How much there is, and the documents to look into."""
        generation = self._service.assistant.searcher.generation
        choices = document_choices(generation, self._language)
        shared = f"<p>{self._texts['shared']}</p>" if asker(request).id else ""
        return counts_html(generation, self._language) + shared, gr.Dropdown(choices=choices, value=None)

    def add(self, paths: list[str] | None) -> Iterator[tuple[str, None]]:
        """Read and index what was uploaded, saying how far it is; the uploaded copies are gone afterwards."""
        files = [Path(path) for path in paths or ()]
        told: SimpleQueue[str] = SimpleQueue()
        worker = Thread(target=self._add, args=(files, told), daemon=True)
        worker.start()
        line = ""
        while worker.is_alive() or not told.empty():
            try:
                line = told.get(timeout=_TOLD_EVERY_S)
            except Empty:
                continue
            yield line, None
        yield line, None

    def _add(self, files: list[Path], told: SimpleQueue[str]) -> None:
        def reading(done: int, total: int) -> None:
            told.put(note_html(self._texts["reading"].format(number=done + 1, count=total)))

        def indexing(done: int, total: int) -> None:
            told.put(note_html(self._texts["indexing"].format(done=done, total=total)))

        try:
            read = read_files(files, reading)
            documents = [as_uploaded(document) for document in read.documents]
            if documents:
                self._service.add(documents, indexing)
            told.put(added_html(documents, read.failures, self._language))
        except (IndexLayerError, OSError) as error:
            told.put(note_html(self._texts["failed"].format(error=error)))
        finally:
            for file in files:
                file.unlink(missing_ok=True)

    def look_into(self, document_id: str | None, request: gr.Request) -> tuple[str, gr.Button]:
        """A document's sections and passages; what was added can be removed by an admin."""
        generation = self._service.assistant.searcher.generation
        document = generation.documents.get(document_id or "")
        is_removable = document is not None and document.kind == "user" and asker(request).is_admin
        return document_html(generation, document_id or "", self._language), gr.Button(visible=is_removable)

    def find(self, words: str) -> str:
        """The passages nearest to some words."""
        if not words.strip():
            return ""
        searcher = self._service.assistant.searcher
        return found_html(searcher.search(words, language=self._language, limit=_HITS), self._language)

    def remove(self, sure: str, document_id: str | None, request: gr.Request) -> Any:  # noqa: ANN401 - HTML, or nothing changed
        """Take a document out: for everybody, so only an admin may."""
        generation = self._service.assistant.searcher.generation
        document: Document | None = generation.documents.get(document_id or "")
        if sure != "yes" or document is None or not asker(request).is_admin:
            return gr.skip()
        try:
            self._service.remove(document.id)
        except (IndexLayerError, OSError) as error:
            return note_html(self._texts["failed"].format(error=error))
        return note_html(self._texts["removed"].format(title=document.title))
