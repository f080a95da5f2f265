"""The library tab: add files, look into documents, search passages, remove."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import gradio as gr

from assistant.collection_names import as_name
from assistant.errors import CollectionNameError
from assistant.interfaces.page.asker import asker
from assistant.interfaces.page.choosing import Choosing
from assistant.interfaces.page.library_view import (
    added_html,
    counts_html,
    document_choices,
    document_html,
    found_html,
    note_html,
)
from assistant.interfaces.page.light_blocks import SKIP
from assistant.interfaces.page.texts import TEXTS
from assistant.interfaces.rendering import collection_label
from assistant.library import as_uploaded, read_files
from assistant.running.service import Service
from corpus.document import Document, Language
from index.errors import IndexLayerError
from index.generation import Generation

_HITS = 12
_TOLD_EVERY_S = 0.3


@dataclass(frozen=True, slots=True)
class LibraryParts:
    """The tab's components; `said`, hidden, carries what a person answered to a question of the browser."""

    collection: gr.Dropdown
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
            collection = gr.Dropdown(
                [], label=texts["collection"], info=texts["collection_hint"], allow_custom_value=True,
                elem_id="collection",
            )  # fmt: skip
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
    return LibraryParts(collection, files, status, counts, document, remove, shown, find, found, said)


def connect_library(
    service: Service, language: Language, page: gr.Blocks, tab: gr.Tab, parts: LibraryParts, choice: gr.Dropdown
) -> None:
    """Wire the events up; `choice` is the chat's box of collections, which may become more here."""
    acts = LibraryActs(service, language)
    choosing = Choosing(service, language)
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    of = parts.collection
    listing: Any = (acts.listed, of, [parts.counts, parts.document])
    tab.select(acts.shelf, of, of, **quiet).then(*listing, **quiet)
    of.change(*listing, **quiet)
    of.change(lambda: "", None, parts.found, **quiet)
    # One at a time: whoever adds next waits for the lock of the collection anyway.
    parts.files.upload(
        acts.add, [parts.files, of], [parts.status, parts.files], concurrency_limit=1, concurrency_id="write", **quiet
    ).then(*listing, **quiet).then(choosing.renewed, choice, choice, **quiet)
    parts.document.change(acts.look_into, [parts.document, of], [parts.shown, parts.remove], **quiet)
    parts.find.submit(acts.find, [parts.find, of], parts.found, **quiet)
    parts.remove.click(
        acts.remove, [parts.said, parts.document, of], parts.status, concurrency_limit=1, concurrency_id="write",
        js=f"(said, id, of) => [confirm({TEXTS[language]['remove_sure']!r}) ? 'yes' : '', id, of]", **quiet,
    ).then(*listing, **quiet)  # fmt: skip


class LibraryActs:
    """What the tab's events do."""

    def __init__(self, service: Service, language: Language) -> None:
        self._service = service
        self._language = language
        self._texts = TEXTS[language]

    def shelf(self, name: str | None) -> gr.Dropdown:
        """The collections to look into and add to; at first the usual one."""
        shelves = self._service.shelves
        options = [(collection_label(of, self._language), of) for of in shelves.names]
        return gr.Dropdown(choices=options, value=as_name(name or "") or shelves.usual)

    def listed(self, name: str | None, request: gr.Request) -> tuple[str, gr.Dropdown]:
        """How much there is, and the documents to look into."""
        generation = self._generation(name)
        if generation is None:
            return note_html(self._none(name)), gr.Dropdown(choices=[], value=None)
        choices = document_choices(generation, self._language)
        shared = f"<p>{self._texts['shared']}</p>" if asker(request).id else ""
        return counts_html(generation, self._language) + shared, gr.Dropdown(choices=choices, value=None)

    def add(self, paths: list[str] | None, name: str | None) -> Iterator[tuple[str, None]]:
        """Read and index what was uploaded, saying how far it is; the uploaded copies are gone afterwards."""
        files = [Path(path) for path in paths or ()]
        told: SimpleQueue[str] = SimpleQueue()
        worker = Thread(target=self._add, args=(files, as_name(name or ""), told), daemon=True)
        worker.start()
        line = ""
        while worker.is_alive() or not told.empty():
            try:
                line = told.get(timeout=_TOLD_EVERY_S)
            except Empty:
                continue
            yield line, None
        yield line, None

    def _add(self, files: list[Path], name: str, told: SimpleQueue[str]) -> None:
        def reading(done: int, total: int) -> None:
            told.put(note_html(self._texts["reading"].format(number=done + 1, count=total)))

        def indexing(done: int, total: int) -> None:
            told.put(note_html(self._texts["indexing"].format(done=done, total=total)))

        try:
            self._service.shelves.library(name)
            read = read_files(files, reading)
            documents = [as_uploaded(document) for document in read.documents]
            if documents:
                self._service.add(documents, indexing, collection=name)
            told.put(added_html(documents, read.failures, self._language))
        except CollectionNameError as error:
            told.put(note_html(self._no_name(error)))
        except (IndexLayerError, OSError) as error:
            told.put(note_html(self._texts["failed"].format(error=error)))
        finally:
            for file in files:
                file.unlink(missing_ok=True)

    def look_into(self, document_id: str | None, name: str | None, request: gr.Request) -> tuple[str, gr.Button]:
        """A document's sections and passages; what was added can be removed by an admin."""
        generation = self._generation(name)
        if generation is None:
            return "", gr.Button(visible=False)
        document = generation.documents.get(document_id or "")
        is_removable = document is not None and document.kind == "user" and asker(request).is_admin
        return document_html(generation, document_id or "", self._language), gr.Button(visible=is_removable)

    def find(self, words: str, name: str | None) -> str:
        """The passages nearest to some words."""
        if not words.strip() or self._generation(name) is None:
            return ""
        searcher = self._service.shelves.searcher(as_name(name or ""))
        return found_html(searcher.search(words, language=self._language, limit=_HITS), self._language)

    def remove(self, sure: str, document_id: str | None, name: str | None, request: gr.Request) -> Any:  # noqa: ANN401 - HTML, or nothing changed
        """Take a document out: for everybody, so only an admin may."""
        generation = self._generation(name)
        document: Document | None = generation.documents.get(document_id or "") if generation else None
        if sure != "yes" or document is None or not asker(request).is_admin:
            return SKIP
        try:
            self._service.remove(document.id, collection=as_name(name or ""))
        except (IndexLayerError, OSError) as error:
            return note_html(self._texts["failed"].format(error=error))
        return note_html(self._texts["removed"].format(title=document.title))

    def _generation(self, name: str | None) -> Generation | None:
        """The index of a collection; None where there is none, or none that can be opened."""
        shelves, name = self._service.shelves, as_name(name or "")
        if name and name not in shelves.names:
            return None
        with suppress(IndexLayerError):
            return shelves.generation(name)
        return None

    def _none(self, name: str | None) -> str:
        """Why there is nothing to look into."""
        name = as_name(name or "")
        try:
            self._service.shelves.library(name)
        except CollectionNameError as error:
            return self._no_name(error)
        return self._texts["collection_new"].format(name=name)

    def _no_name(self, error: CollectionNameError) -> str:
        if error.alike:
            return self._texts["collection_alike"].format(name=error.alike)
        return self._texts["collection_name"]
