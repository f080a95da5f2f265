"""The side list of conversations: open, search, rename, delete, begin anew."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.interfaces.page.asker import asker
from assistant.interfaces.page.chat import ChatParts
from assistant.interfaces.page.chat_acts import ChatActs, Shown
from assistant.interfaces.page.light_blocks import SKIP
from assistant.interfaces.page.texts import TEXTS
from assistant.keeping.conversation import Listed
from assistant.keeping.conversations import Conversations
from assistant.running.service import Service
from corpus.document import Language

# More would be a burden to the browser; older ones are found by searching.
LISTED = 60

_ADDRESS = "id => window.assistantPage.address(id)"


@dataclass(frozen=True, slots=True)
class ListParts:
    """The list's components. Hidden, `choose` is pressed by page.js with the `chosen` conversation, and `said` carries
    what a person answered to a question of the browser.
    """

    fold: gr.Accordion
    listed: gr.HTML
    choose: gr.Button
    chosen: gr.Textbox
    search: gr.Textbox
    new: gr.Button
    rename: gr.Button
    delete: gr.Button
    said: gr.Textbox


def build_list(language: Language) -> ListParts:
    """The left column."""
    texts = TEXTS[language]
    with gr.Column(scale=2, min_width=230, elem_id="side"):
        new = gr.Button(texts["new"], size="sm", elem_id="new")
        with gr.Accordion(texts["conversations"], open=True, elem_id="fold") as fold:
            search = gr.Textbox(
                label=texts["search"], show_label=False, placeholder=texts["search"], container=False, elem_id="search"
            )
            listed = gr.HTML("", elem_id="listed")
            with gr.Row():
                rename = gr.Button(texts["rename"], size="sm", min_width=60, elem_id="rename")
                delete = gr.Button(texts["delete"], size="sm", min_width=60, elem_id="delete")
        choose = gr.Button(visible="hidden", elem_id="choose")
        chosen = gr.Textbox(visible="hidden")
        said = gr.Textbox(visible="hidden", elem_id="said")
    return ListParts(fold, listed, choose, chosen, search, new, rename, delete, said)


def connect_list(
    service: Service,
    language: Language,
    page: gr.Blocks,
    parts: ListParts,
    chat: ChatParts,
    chats: ChatActs,
    answers: list[Any],
) -> None:
    """Wire the events up; `answers` are the events that end with an answer, after which the list changes."""
    texts = TEXTS[language]
    acts = ListActs(service, language, chats)
    opened = chats.opened
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    # Else a click is dropped while the answer to one before is on its way.
    every: dict[str, Any] = quiet | {"trigger_mode": "multiple"}
    listing: Any = (acts.listed, parts.search, parts.listed)
    # In one event: whoever asks before a second one came would have their answer overwritten by what it had read.
    page.load(
        chats.opened_at_start, [chat.conversation, parts.said], [*chat.shown, parts.fold],
        js="() => window.assistantPage.start()", **quiet,
    ).then(*listing, **quiet)  # fmt: skip
    parts.choose.click(
        opened,
        parts.chosen,
        chat.shown,
        cancels=answers,
        js="() => window.assistantPage.chosen",
        trigger_mode="always_last",
        **quiet,
    )
    parts.search.change(*listing, trigger_mode="always_last", **quiet)
    parts.new.click(chats.opened_anew, None, chat.shown, cancels=answers, **every).then(
        None, chat.conversation, None, js=_ADDRESS
    ).then(*listing, **every)
    parts.rename.click(
        acts.rename, [parts.said, chat.conversation], parts.said,
        js=f"(said, id) => [id && prompt({texts['new_name']!r}) || '', id]", **every,
    ).then(*listing, **every)  # fmt: skip
    parts.delete.click(
        acts.delete, [parts.said, chat.conversation], chat.shown, cancels=answers,
        js=f"(said, id) => [id && confirm({texts['sure']!r}) ? 'yes' : '', id]", **every,
    ).then(None, chat.conversation, None, js=_ADDRESS).then(*listing, **every)  # fmt: skip
    # A new conversation stands in the list as soon as its first question is kept.
    chat.conversation.change(*listing, trigger_mode="always_last", **quiet)
    chat.conversation.change(None, chat.conversation, None, js=_ADDRESS)


class ListActs:
    """What the list's events do."""

    def __init__(self, service: Service, language: Language, chats: ChatActs) -> None:
        self._conversations = service.conversations
        self._chats = chats
        self._language = language

    def listed(self, search: str, request: gr.Request) -> str:
        """The list. Where nothing changed it is the same text, and the browser touches nothing."""
        return list_html(self._of(request).listed(search, limit=LISTED), search, self._language)

    def rename(self, name: str, conversation: str, request: gr.Request) -> str:
        """Give the open conversation the name that was typed."""
        self._of(request).rename(conversation, name)
        return ""

    def delete(self, sure: str, conversation: str, request: gr.Request) -> Shown:
        """Delete the open conversation when the asker is sure, and show the empty page.

        In one event: what came after this one would open again what another had deleted meanwhile.
        """
        if sure != "yes":
            return (SKIP,) * 8
        self._of(request).delete(conversation)
        return self._chats.opened_anew(request)

    def _of(self, request: gr.Request) -> Conversations:
        return self._conversations.of(asker(request).id)


def list_html(found: Sequence[Listed], search: str, language: Language) -> str:
    """Conversations as links, which work as such too. Which of them is open, page.js marks."""
    texts = TEXTS[language]
    if not found:
        return f'<p class="empty">{texts["none_found" if search.strip() else "none_yet"]}</p>'
    links = "".join(
        f'<li><a href="?c={listed.id}" data-conversation="{listed.id}" title="{html.escape(listed.title)}">'
        f"{html.escape(listed.title)}</a></li>"
        for listed in found
    )
    more = f'<p class="empty">{texts["more"].format(count=LISTED)}</p>' if len(found) == LISTED else ""
    return f'<nav aria-label="{texts["conversations"]}"><ul>{links}</ul></nav>{more}'
