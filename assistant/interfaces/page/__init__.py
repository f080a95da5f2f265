"""The page, in one language. Only this package and server.py import gradio; what is shown is made in rendering.py."""

from __future__ import annotations

import html
from pathlib import Path

import gradio as gr

from assistant.interfaces.page.asker import asker
from assistant.interfaces.page.chat import build_chat, connect_chat
from assistant.interfaces.page.chat_acts import ChatActs
from assistant.interfaces.page.company import build_company, connect_company
from assistant.interfaces.page.conversation_list import build_list, connect_list
from assistant.interfaces.page.library import build_library, connect_library
from assistant.interfaces.page.light_blocks import LightBlocks
from assistant.interfaces.page.planner import build_planner, connect_planner
from assistant.interfaces.page.planner_texts import PLANNER_TEXTS
from assistant.interfaces.page.texts import TEXTS
from assistant.running.service import Service
from corpus.document import Language

_FOLDER = Path(__file__).parent
CSS = (_FOLDER / "page.css").read_text(encoding="utf-8")
_SCRIPT = (_FOLDER / "page.js").read_text(encoding="utf-8")


def build_page(service: Service, language: Language) -> gr.Blocks:
    """The page over one service. A further tab is built and connected like the library's."""
    texts = TEXTS[language]
    with LightBlocks(title=texts["title"], analytics_enabled=False, fill_width=True) as page:
        gr.HTML(_head_html(language), elem_id="head")
        health = gr.HTML("", elem_id="health")
        with gr.Tabs() as tabs:
            with gr.Tab(texts["chat"], id="chat", elem_id="chat-tab"), gr.Row():
                conversation = gr.Textbox(visible="hidden", elem_id="conversation")
                list_parts = build_list(language)
                chat_parts = build_chat(language, conversation)
            with gr.Tab(texts["library"], elem_id="library-tab") as library_tab:
                library_parts = build_library(language)
            with gr.Tab(PLANNER_TEXTS[language]["planner"], elem_id="planner-tab") as planner_tab:
                company_parts = build_company(service.planner, language)
                planner_parts = build_planner(language)
        chats = ChatActs(service, language)
        answers = connect_chat(chats, chat_parts)
        connect_list(service, language, page, list_parts, chat_parts, chats, answers)
        connect_library(service, language, page, library_tab, library_parts, chat_parts.choice)
        connect_planner(service.planner, language, planner_tab, planner_parts, tabs, chat_parts.question)
        connect_company(service.planner, language, page, company_parts, planner_parts.profile)
        page.load(_Status(service, language).html, None, health, api_visibility="private", show_progress="hidden")
    return page


def head_script(language: Language) -> str:
    """What page.js needs to know, and page.js."""
    return f"<script>window.assistantLanguage = {language!r};\n{_SCRIPT}</script>"


def _head_html(language: Language) -> str:
    texts = TEXTS[language]
    other = "en" if language == "zh" else "zh"
    return (
        f'<div class="title"><h1>{texts["title"]}</h1>'
        f'<span class="choices"><button type="button" id="theme" title="{texts["theme"]}" '
        f'aria-label="{texts["theme"]}">◐</button>'
        f'<a class="language" href="/{other}/" hreflang="{other}" lang="{other}">{texts["other_language"]}</a>'
        "</span></div>"
        f'<p class="subtitle">{texts["subtitle"]}</p>'
    )


class _Status:
    """The line below the title."""

    def __init__(self, service: Service, language: Language) -> None:
        self._service = service
        self._texts = TEXTS[language]

    def html(self, request: gr.Request) -> str:
        """What answers and whether it does, asked with one token; and who is signed in, with the way out."""
        user, way_out = asker(request), ""
        if user.id:
            name = html.escape(self._texts["signed_in"].format(name=user.name))
            way_out = (
                f'<form method="post" action="/logout">{name} '
                f'<button type="submit" id="sign-out">{self._texts["sign_out"]}</button></form>'
            )
        return self._health() + way_out

    def _health(self) -> str:
        backend, texts = self._service.assistant.backend, self._texts
        if backend.client is None:
            return f'<p title="{html.escape(backend.reason)}"><span class="dot"></span>{texts["quotes"]}</p>'
        is_well = backend.client.is_answering()
        # A server that was down at the start has only now said what its model is called.
        name = html.escape(texts[backend.name].format(model=backend.client.model or texts["model"]))
        dot = '<span class="dot well"></span>' if is_well else '<span class="dot ill"></span>'
        return f"<p>{dot}{texts['answers' if is_well else 'silent'].format(name=name)}</p>"
