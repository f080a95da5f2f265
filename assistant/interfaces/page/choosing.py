"""Which collections are asked: the choice above the question, there as soon as there is something to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from assistant.collection_names import collection_names
from assistant.interfaces.page.texts import TEXTS
from assistant.interfaces.rendering import asked_of_html, collection_label
from assistant.running.service import Service
from corpus.document import Language


def build_choice(language: Language) -> gr.Dropdown:
    """The box; what there is to choose comes when the page opens."""
    return gr.Dropdown(
        [], value=[], multiselect=True, label=TEXTS[language]["ask_of"], visible=False, elem_id="choice", min_width=150
    )  # fmt: skip


class Choosing:
    """What can be chosen, and what was."""

    def __init__(self, service: Service, language: Language) -> None:
        self._shelves = service.shelves
        self._language = language

    def box(self, choice: str = "") -> Any:  # noqa: ANN401 - an update of Gradio's
        """The box with `choice` chosen, of what there is of it; hidden where there is but one collection."""
        names = self._shelves.names
        options = [(collection_label(name, self._language), name) for name in names]
        chosen = collection_names(self._shelves.known(collection_names(choice)))
        return gr.Dropdown(choices=options, value=chosen, visible=len(names) > 1)

    def renewed(self, chosen: Sequence[str] | None) -> Any:  # noqa: ANN401 - an update of Gradio's
        """The box after collections came or went; what is chosen stays."""
        return self.box(self.read(chosen))

    def read(self, chosen: Sequence[str] | None) -> str:
        """What is chosen, as far as it is there."""
        return self._shelves.known(chosen or ())

    def html(self, choice: str) -> str:
        """What an answer was asked of; nothing where there was no choice."""
        return asked_of_html(collection_names(choice), self._language) if len(self._shelves.names) > 1 else ""
