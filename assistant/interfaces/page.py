"""The chat page. The one adapter of gradio: builds the Blocks; what they show is made in rendering.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from assistant.answer import Citation
from assistant.assistant import Assistant
from assistant.calculating.calculated import Calculated
from assistant.errors import BadQuestionError
from assistant.events import Event, Found, Wrote
from assistant.interfaces.calculation_view import calculation_html
from assistant.interfaces.rendering import (
    answer_markdown,
    checked_markdown,
    empty_sources_html,
    plain_markdown,
    sources_html,
)
from assistant.question import Turn
from assistant.verifying.verification import Checked
from serving.errors import ServingError

EXAMPLES = (
    "怎样控制大模型创业的成本？",
    "AI 大模型创业会遇到哪些管理挑战？",
    "How does quantization cut serving cost?",
    "What builds a management advantage in a large-model startup?",
)

CSS = """
footer { display: none !important; }
.gradio-container { max-width: 1440px !important; margin: 0 auto !important; }
#head h1 { font-size: 1.35rem; margin: 0; }
#head p { margin: .15rem 0 0; opacity: .8; }
#sources { max-height: 72vh; overflow-y: auto; }
#sources .source { border: 1px solid var(--border-color-primary); border-radius: 8px; padding: .5rem .75rem;
  margin-bottom: .6rem; background: var(--background-fill-secondary); }
#sources summary { cursor: pointer; line-height: 1.4; }
#sources .passage { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.6; margin-top: .5rem;
  font-size: .92rem; }
#sources mark { background: #ffe58a; color: #1f2328; padding: 0 .1em; border-radius: 2px; }
#sources .address, #sources .state, #sources .searched { font-size: .8rem; opacity: .75; overflow-wrap: anywhere; }
#sources .empty { opacity: .75; }
"""

_TEXTS = gr.I18n(
    en={
        "subtitle": "Answers from a cited corpus and your own documents, on this machine. Every sentence is checked "
        "against its source.",
        "ask": "Ask in Chinese or English",
        "send": "Ask",
        "stop": "Stop",
        "clear": "New conversation",
        "sources": "Sources",
        "examples": "For example",
        "chat": "Conversation",
    },
    zh={
        "subtitle": "依据有出处的资料和你自己的文档，在本机回答；每句话都与来源核对。",
        "ask": "用中文或英文提问",
        "send": "提问",
        "stop": "停止",
        "clear": "新对话",
        "sources": "来源",
        "examples": "例如",
        "chat": "对话",
    },
)

_SEARCHED_AS = {"zh": "检索：{question}", "en": "Searched as: {question}"}
_SERVER_FAILED = "模型没有应答，请稍后再问；`assistant doctor` 可查看状态。The model did not answer: {error}"
# Tokens come faster than a page needs to be redrawn; sentences and the end are always shown.
_REDRAW_EVERY_CHARACTERS = 6
_LONGEST_GIVEN_BACK = 10_000

Messages = list[dict[str, Any]]
Shown = tuple[Messages, str, str]


def build_page(assistant: Assistant) -> gr.Blocks:
    """The page over one assistant."""
    with gr.Blocks(title="Founder Assistant", analytics_enabled=False, fill_width=True) as page:
        with gr.Column(elem_id="head"):
            gr.Markdown("# 大模型创业战略助手 · Founder Assistant")
            gr.Markdown(_TEXTS("subtitle"))
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                chat = gr.Chatbot(
                    label=_TEXTS("chat"), height="62vh", buttons=["copy"], latex_delimiters=[], allow_tags=False,
                    sanitize_html=True, elem_id="chat",
                )  # fmt: skip
                with gr.Row():
                    question = gr.Textbox(
                        show_label=False, placeholder=_TEXTS("ask"), lines=1, max_lines=6, scale=6, autofocus=True,
                        elem_id="question", container=False,
                    )  # fmt: skip
                    send = gr.Button(_TEXTS("send"), variant="primary", scale=1, min_width=80, elem_id="send")
                    stop = gr.Button(_TEXTS("stop"), scale=1, min_width=80, elem_id="stop")
                gr.Examples([[example] for example in EXAMPLES], question, label=_TEXTS("examples"))
                clear = gr.Button(_TEXTS("clear"), size="sm", elem_id="clear")
            with gr.Column(scale=2, min_width=320):
                gr.Markdown(_TEXTS("sources"))
                sources = gr.HTML(empty_sources_html(), elem_id="sources")
        _connect(assistant, chat, question, sources, send, stop, clear)
    return page


def _connect(
    assistant: Assistant,
    chat: gr.Chatbot,
    question: gr.Textbox,
    sources: gr.HTML,
    send: gr.Button,
    stop: gr.Button,
    clear: gr.Button,
) -> None:
    def answer(text: str, messages: Messages) -> Iterator[Shown]:
        yield from respond(assistant, text, messages)

    asked = [
        trigger(answer, [question, chat], [chat, sources, question], api_visibility="private", show_progress="hidden")
        for trigger in (send.click, question.submit)
    ]
    stop.click(None, cancels=asked, api_visibility="private")
    clear.click(
        lambda: ([], empty_sources_html(), ""), None, [chat, sources, question], api_visibility="private", cancels=asked
    )


def respond(assistant: Assistant, text: str, messages: Messages) -> Iterator[Shown]:
    """(messages, sources, the question box) as the answer grows. `messages` is what the page holds so far."""
    screen = _Screen([*messages, {"role": "user", "content": plain_markdown(text.strip())}], text.strip())
    try:
        for event in assistant.stream(text, _turns(messages)):
            if screen.take(event):
                yield screen.shown()
    except BadQuestionError as error:
        # The question goes back into its box, to be mended, unless it is what is too long.
        yield screen.failed(str(error), text if len(text) < _LONGEST_GIVEN_BACK else "")
    except ServingError as error:
        yield screen.failed(_SERVER_FAILED.format(error=error), text)


class _Screen:
    """What the page shows of one answer while it grows."""

    def __init__(self, asked: Messages, question: str) -> None:
        self._asked = asked
        self._question = question
        self._content = "…"
        self._done = ""
        self._drawn = 0
        self._found = Found((), question, "zh")
        self._panel = empty_sources_html()
        self._calculations = ""

    def take(self, event: Event) -> bool:
        """Take an event in; whether the page should be redrawn."""
        if isinstance(event, Calculated):
            self._content = plain_markdown(event.text)
            self._calculations = calculation_html(event.calculations, event.language)
        elif isinstance(event, Found):
            self._found = event
            self._panel = self._sources(())
        elif isinstance(event, Checked):
            self._done += checked_markdown(event, self._found.language)
            return False
        elif isinstance(event, Wrote):
            self._content = self._done + plain_markdown(event.tail)
            if len(self._content) < self._drawn + _REDRAW_EVERY_CHARACTERS:
                return False
            self._drawn = len(self._content)
        else:
            self._content = answer_markdown(event.answer)
            self._panel = self._sources(event.answer.citations)
        return True

    def shown(self) -> Shown:
        """The page as it is now."""
        return [*self._asked, {"role": "assistant", "content": self._content}], self._panel, ""

    def failed(self, message: str, given_back: str) -> Shown:
        """The page with a message in place of an answer."""
        return [*self._asked, {"role": "assistant", "content": plain_markdown(message)}], self._panel, given_back

    def _sources(self, citations: Sequence[Citation]) -> str:
        language, standalone = self._found.language, self._found.standalone_question
        searched_as = "" if standalone == self._question else _SEARCHED_AS[language].format(question=standalone)
        return self._calculations + sources_html(self._found.passages, citations, language, searched_as=searched_as)


def _turns(messages: Messages) -> list[Turn]:
    """The conversation so far; Gradio gives every content as a list of blocks."""
    texts = [(message["role"], _text_of(message["content"])) for message in messages]
    return [
        Turn(question, answer)
        for (role, question), (next_role, answer) in zip(texts, texts[1:], strict=False)
        if role == "user" and next_role == "assistant"
    ]


def _text_of(content: Any) -> str:  # noqa: ANN401 - a string or Gradio's blocks
    if isinstance(content, str):
        return content
    return "".join(str(block.get("text", "")) for block in content if isinstance(block, dict))


def texts() -> gr.I18n:
    """The page's texts in both languages, chosen by the browser."""
    return _TEXTS
