"""The chat tab: its components, and which event does what (chat_acts.py)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import gradio as gr

from assistant.interfaces.page.chat_acts import ChatActs
from assistant.interfaces.page.choosing import build_choice
from assistant.interfaces.page.texts import EXAMPLES, RATINGS, TEXTS
from assistant.interfaces.rendering import empty_sources_html
from corpus.document import Language

# More than are answered at once (assistant/running/places.py), so that one too many is told so and does not wait.
ANSWERS_AT_ONCE = 96


@dataclass(frozen=True, slots=True)
class ChatParts:
    """The tab's components. `conversation`, hidden, holds the id of the open one; the address bar repeats it."""

    chat: gr.Chatbot
    sources: gr.HTML
    question: gr.Textbox
    notice: gr.HTML
    exports: gr.HTML
    conversation: gr.Textbox
    stop: gr.Button
    choice: gr.Dropdown
    send: gr.Button

    @property
    def shown(self) -> list[Any]:
        """What an answer changes."""
        return [getattr(self, field.name) for field in fields(self) if field.name != "send"]


def build_chat(language: Language, conversation: gr.Textbox) -> ChatParts:
    """The middle and right column: the chat with its question box, and the sources."""
    texts = TEXTS[language]
    with gr.Column(scale=5, min_width=320):
        chat = gr.Chatbot(
            label=texts["chat"], show_label=False, height="62vh", buttons=[], latex_delimiters=[], allow_tags=False,
            sanitize_html=True, editable="user", elem_id="chat", group_consecutive_messages=False,
            feedback_options=[texts[rating] for rating in RATINGS], autoscroll=False,  # page.js scrolls
            placeholder=texts["begin"], examples=[{"text": example} for example in EXAMPLES[language]],
        )  # fmt: skip
        notice = gr.HTML("", elem_id="notice")
        choice = build_choice(language)
        with gr.Row():
            question = gr.Textbox(
                label=texts["ask"], show_label=False, placeholder=texts["ask"], lines=1, max_lines=6, scale=6,
                autofocus=True, elem_id="question", container=False, min_width=150,
            )  # fmt: skip
            send = gr.Button(texts["send"], variant="primary", scale=1, min_width=70, elem_id="send")
            stop = gr.Button(texts["stop"], scale=1, min_width=70, visible=False, elem_id="stop")
        exports = gr.HTML("", elem_id="exports")
    with gr.Column(scale=4, min_width=320):
        gr.Markdown(f"### {texts['sources']}")
        sources = gr.HTML(empty_sources_html(language), elem_id="sources")
    return ChatParts(chat, sources, question, notice, exports, conversation, stop, choice, send)


def connect_chat(acts: ChatActs, parts: ChatParts) -> list[Any]:
    """Wire the events up. Returns those that end with an answer, for whoever must know."""
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    # An event is over a moment after its last is shown: what is asked in that moment would else be dropped by Gradio.
    asking = quiet | {"trigger_mode": "multiple", "concurrency_limit": ANSWERS_AT_ONCE, "concurrency_id": "answers"}
    chat, there = parts.chat, [parts.conversation, parts.choice]
    typed = [parts.question, *there]
    answers = [
        trigger(act, inputs, parts.shown, **asking)
        for trigger, act, inputs in (
            (parts.send.click, acts.ask, typed),
            (parts.question.submit, acts.ask, typed),
            (chat.example_select, acts.ask_example, there),
            (chat.option_select, acts.ask_suggested, there),
            (chat.retry, acts.ask_again, there),
            (chat.edit, acts.ask_edited, there),
        )
    ]
    parts.stop.click(acts.stopped, None, [parts.notice, parts.stop], cancels=answers, **quiet)
    chat.select(acts.sources_of, parts.conversation, parts.sources, trigger_mode="always_last", **quiet)
    chat.like(acts.rate, parts.conversation, None, trigger_mode="multiple", **quiet)
    return answers
