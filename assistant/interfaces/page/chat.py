"""The chat tab: ask, follow the sources, ask again, rate, export."""

from __future__ import annotations

import html
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, fields
from typing import Any

import gradio as gr

from assistant.assistant import Assistant
from assistant.conversation import KeptTurn
from assistant.errors import BadQuestionError
from assistant.interfaces.page.asker import asker
from assistant.interfaces.page.screen import GrowingAnswer, messages_of
from assistant.interfaces.page.texts import EXAMPLES, RATINGS, TEXTS
from assistant.interfaces.rendering import empty_sources_html, turn_sources_html, typed_text
from assistant.service import Asked, Service
from assistant.suggestions import suggest
from corpus.document import Language
from serving.errors import ServingError

EXPORTS = {"md": "Markdown", "docx": "Word", "json": "JSON"}
_LONGEST_GIVEN_BACK = 10_000

# More wait until one has ended; what the model server takes at once is its client's affair.
ANSWERS_AT_ONCE = 64

# Only an answer that is being written can be stopped.
_NO_STOP = gr.update(visible=False)

# Values for the outputs of `ChatParts.shown`, in their order.
Shown = tuple[Any, ...]


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
    send: gr.Button

    @property
    def shown(self) -> list[Any]:
        """What an answer changes."""
        return [getattr(self, field.name) for field in fields(self)][:7]


def build_chat(language: Language, conversation: gr.Textbox) -> ChatParts:
    """The middle and right column: the chat with its question box, and the sources."""
    texts = TEXTS[language]
    with gr.Column(scale=5, min_width=320):
        chat = gr.Chatbot(
            label=texts["chat"], show_label=False, height="62vh", buttons=[], latex_delimiters=[], allow_tags=False,
            sanitize_html=True, editable="user", elem_id="chat", group_consecutive_messages=False,
            feedback_options=[texts[rating] for rating in RATINGS],
            examples=[{"text": example} for example in EXAMPLES[language]],
        )  # fmt: skip
        notice = gr.HTML("", elem_id="notice")
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
    return ChatParts(chat, sources, question, notice, exports, conversation, stop, send)


def connect_chat(service: Service, language: Language, parts: ChatParts) -> list[Any]:
    """Wire the events up. Returns those that end with an answer, for whoever must know."""
    acts = ChatActs(service, language)
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    typed, chat = [parts.question, parts.conversation], parts.chat
    answers = [
        trigger(act, inputs, parts.shown, concurrency_limit=ANSWERS_AT_ONCE, concurrency_id="answers", **quiet)
        for trigger, act, inputs in (
            (parts.send.click, acts.ask, typed),
            (parts.question.submit, acts.ask, typed),
            (chat.example_select, acts.ask_example, parts.conversation),
            (chat.option_select, acts.ask_suggested, parts.conversation),
            (chat.retry, acts.ask_again, parts.conversation),
            (chat.edit, acts.ask_edited, parts.conversation),
        )
    ]
    parts.stop.click(acts.stopped, None, [parts.notice, parts.stop], cancels=answers, **quiet)
    chat.select(acts.sources_of, parts.conversation, parts.sources, **quiet)
    chat.like(acts.rate, parts.conversation, None, **quiet)
    return answers


class ChatActs:
    """What the chat's events do. What the browser holds of a conversation is not believed: it is read from the disk."""

    def __init__(self, service: Service, language: Language) -> None:
        self._service = service
        self._language = language
        self._texts = TEXTS[language]

    def ask(self, question: str, conversation: str, request: gr.Request) -> Generator[Shown, None, None]:
        """Answer in the open conversation, or begin one."""
        try:
            turns = self._turns(conversation, request)
            asked = self._service.ask(conversation, question, owner=asker(request).id)
        except BadQuestionError as error:
            yield self._not_asked(error, question)
        else:
            yield from self._follow(asked, turns, question.strip(), request)

    def ask_example(self, conversation: str, event: gr.SelectData, request: gr.Request) -> Generator[Shown, None, None]:
        """Ask one of the examples."""
        yield from self.ask(str(event.value["text"]), conversation, request)

    def ask_suggested(
        self, conversation: str, event: gr.SelectData, request: gr.Request
    ) -> Generator[Shown, None, None]:
        """Ask what was suggested."""
        yield from self.ask(str(event.value), conversation, request)

    def ask_again(self, conversation: str, event: gr.RetryData, request: gr.Request) -> Generator[Shown, None, None]:
        """Ask the same again; the turns from there on are replaced."""
        yield from self._ask_again(conversation, event.index, "", request)

    def ask_edited(self, conversation: str, event: gr.EditData, request: gr.Request) -> Generator[Shown, None, None]:
        """Ask in other words; the turns from there on are replaced."""
        yield from self._ask_again(conversation, event.index, typed_text(event.value), request)

    def _ask_again(
        self,
        conversation: str,
        index: Any,  # noqa: ANN401 - Gradio's
        question: str,
        request: gr.Request,
    ) -> Generator[Shown, None, None]:
        turns = self._turns(conversation, request)
        place = _turn_at(turns, index)
        if place is None:
            yield self.opened(conversation, request)
            return
        question = question or turns[place].question
        try:
            asked = self._service.ask_again(conversation, turns[place].id, question, owner=asker(request).id)
        except BadQuestionError as error:
            yield self._not_asked(error, question)
        else:
            yield from self._follow(asked, turns[:place], question, request)

    def _follow(
        self, asked: Asked, before: list[KeptTurn], question: str, request: gr.Request
    ) -> Generator[Shown, None, None]:
        """The page while an answer comes, and once it is there."""
        growing = GrowingAnswer(messages_of(before, self._language), question, asked, self._language)
        rest = (self._exports(asked.conversation), asked.conversation, gr.Button(visible=True))
        yield growing.messages, growing.sources, "", "", *rest
        # Stopped by the asker, this generator is closed, and so must be the one below it, to keep what had come.
        with closing(asked.events):
            try:
                for event in asked.events:
                    if growing.take(event):
                        yield growing.messages, growing.sources, "", "", *rest
            except ServingError:
                shown = self.opened(asked.conversation, request)
                yield *shown[:2], question, *shown[3:]
                return
        yield self.opened(asked.conversation, request)

    def opened(self, conversation: str, request: gr.Request) -> Shown:
        """A kept conversation as the page shows it; an empty page when there is none."""
        turns = self._turns(conversation, request)
        if not turns:
            notice = self._notice(self._texts["gone"]) if conversation else ""
            empty = gr.Chatbot(value=[], feedback_value=None), empty_sources_html(self._language)
            return *empty, "", notice, "", "", _NO_STOP
        chat = gr.Chatbot(
            value=messages_of(turns, self._language, self._suggestions(turns[-1])),
            feedback_value=[self._texts[turn.rating] if turn.rating in RATINGS else None for turn in turns],
        )
        sources = turn_sources_html(turns[-1], self._language)
        return chat, sources, "", "", self._exports(conversation), conversation, _NO_STOP

    def opened_anew(self, request: gr.Request) -> Shown:
        """The empty page."""
        return self.opened("", request)

    def opened_at_start(self, conversation: str, request: gr.Request) -> Shown:
        """The same when the page opens. What was typed or asked meanwhile stays: an empty page is there already."""
        if not conversation:
            return (gr.skip(),) * 7
        chat, sources, _, *rest = self.opened(conversation, request)
        return chat, sources, gr.skip(), *rest

    def sources_of(self, conversation: str, event: gr.SelectData, request: gr.Request) -> Any:  # noqa: ANN401 - HTML, or nothing changed
        """The panel of the turn whose message was chosen."""
        turns = self._turns(conversation, request)
        place = _turn_at(turns, event.index)
        return gr.skip() if place is None else turn_sources_html(turns[place], self._language)

    def rate(self, conversation: str, event: gr.LikeData, request: gr.Request) -> None:
        """Keep what a person thinks of an answer."""
        turns = self._turns(conversation, request)
        place = _turn_at(turns, event.index)
        if place is not None:
            labels = {True: "good", False: "bad", "": ""} | {self._texts[rating]: rating for rating in RATINGS}
            self._service.conversations.of(asker(request).id).rate(turns[place].id, labels.get(event.liked, ""))

    def _turns(self, conversation: str, request: gr.Request) -> list[KeptTurn]:
        return self._service.conversations.of(asker(request).id).turns(conversation)

    def stopped(self) -> tuple[str, Any]:
        """What is said when the asker stops an answer."""
        return self._notice(self._texts["stopped"]), _NO_STOP

    def _not_asked(self, error: BadQuestionError, question: str) -> Shown:
        # The question goes back into its box, to be mended, unless it is what is too long.
        given_back = question if len(question) < _LONGEST_GIVEN_BACK else ""
        return gr.skip(), gr.skip(), given_back, self._notice(str(error)), gr.skip(), gr.skip(), gr.skip()

    def _notice(self, text: str) -> str:
        return f'<p role="status">{html.escape(text)}</p>'

    def _suggestions(self, turn: KeptTurn) -> list[str]:
        assistant: Assistant = self._service.assistant
        return suggest(turn.answer, assistant.searcher) if turn.answer else []

    def _exports(self, conversation: str) -> str:
        links = (f'<a href="/export/{conversation}.{kind}" download>{name}</a>' for kind, name in EXPORTS.items())
        return f"<p>{self._texts['export']} {' · '.join(links)}</p>"


def _turn_at(turns: list[KeptTurn], index: Any) -> int | None:  # noqa: ANN401 - Gradio's
    """Which turn a message belongs to: every turn has two."""
    place = index // 2 if isinstance(index, int) else -1
    return place if 0 <= place < len(turns) else None
