"""What the chat's events do. What the browser holds of a conversation is not believed: it is read from the disk."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from functools import partial
from typing import Any

import gradio as gr

from assistant.collection_names import collection_names
from assistant.errors import BadQuestionError, TooManyQuestionsError
from assistant.events import Found
from assistant.interfaces.page.asker import asker
from assistant.interfaces.page.choosing import Choosing
from assistant.interfaces.page.light_blocks import SKIP
from assistant.interfaces.page.screen import GrowingAnswer, messages_of
from assistant.interfaces.page.tabs import Tabs
from assistant.interfaces.page.texts import RATINGS, TEXTS
from assistant.interfaces.rendering import empty_sources_html, turn_sources_html, typed_text
from assistant.keeping.conversation import KeptTurn
from assistant.running.service import Asked, Service
from assistant.writing.suggestions import suggest
from corpus.document import Language
from index.errors import IndexLayerError
from serving.errors import ServingError

EXPORTS = {"md": "Markdown", "docx": "Word", "json": "JSON"}
_LONGEST_GIVEN_BACK = 10_000

# Only an answer that is being written can be stopped.
_NO_STOP = gr.update(visible=False)

# Values for the outputs of `ChatParts.shown` (chat.py), in their order.
Shown = tuple[Any, ...]
Answers = Generator[Shown, None, None]
# Names of collections, as the box holds them.
Chosen = list[str] | None

# Why a question is not even taken.
NOT_ASKED = (BadQuestionError, TooManyQuestionsError, IndexLayerError)


class ChatActs:
    """One method for each event, in one language."""

    def __init__(self, service: Service, language: Language) -> None:
        self._service = service
        self._language = language
        self._texts = TEXTS[language]
        self._choosing = Choosing(service, language)
        self._tabs = Tabs()

    def ask(self, question: str, conversation: str, chosen: Chosen, request: gr.Request) -> Answers:
        """Answer in the open conversation, or begin one."""
        owner, choice = asker(request).id, self._choosing.read(chosen)
        turns = self._turns(conversation, request)
        ask = partial(self._service.ask, conversation, question, owner=owner, choice=choice)
        yield from self._answer(ask, turns, question.strip(), choice, request)

    def ask_example(self, conversation: str, chosen: Chosen, event: gr.SelectData, request: gr.Request) -> Answers:
        """Ask one of the examples."""
        yield from self.ask(str(event.value["text"]), conversation, chosen, request)

    def ask_suggested(self, conversation: str, chosen: Chosen, event: gr.SelectData, request: gr.Request) -> Answers:
        """Ask what was suggested."""
        yield from self.ask(str(event.value), conversation, chosen, request)

    def ask_again(self, conversation: str, chosen: Chosen, event: gr.RetryData, request: gr.Request) -> Answers:
        """Ask the same again; the turns from there on are replaced."""
        yield from self._ask_again(conversation, chosen, event.index, "", request)

    def ask_edited(self, conversation: str, chosen: Chosen, event: gr.EditData, request: gr.Request) -> Answers:
        """Ask in other words; the turns from there on are replaced."""
        yield from self._ask_again(conversation, chosen, event.index, typed_text(event.value), request)

    def _ask_again(
        self,
        conversation: str,
        chosen: Chosen,
        index: Any,  # noqa: ANN401 - Gradio's
        question: str,
        request: gr.Request,
    ) -> Answers:
        turns = self._turns(conversation, request)
        place = _turn_at(turns, index)
        if place is None:
            yield self.opened(conversation, request)
            return
        question = question or turns[place].question
        owner, choice = asker(request).id, self._choosing.read(chosen)
        ask = partial(self._service.ask_again, conversation, turns[place].id, question, owner=owner, choice=choice)
        yield from self._answer(ask, turns[:place], question, choice, request)

    def _answer(
        self, ask: Callable[[], Asked], before: list[KeptTurn], question: str, choice: str, request: gr.Request
    ) -> Answers:
        """The page while an answer comes, and once it is there; nothing while another one is on its way to this tab."""
        tab = str(request.session_hash)
        answering = self._tabs.begin(tab)  # held by this generator until it ends
        if answering is None:
            yield (SKIP,) * 8
            return
        try:
            asked = ask()
        except NOT_ASKED as error:
            self._tabs.end(tab)
            yield self._not_asked(error, question)
            return
        yield from self._follow(asked, before, question, choice, request)
        # Before the last is shown: what is asked as soon as it stands there must not be lost.
        self._tabs.end(tab)
        yield self._ended(asked, question, request)

    def _follow(self, asked: Asked, before: list[KeptTurn], question: str, choice: str, request: gr.Request) -> Answers:
        """The page while an answer comes."""
        asked_of = self._choosing.html(choice)
        growing = GrowingAnswer(messages_of(before, self._language), question, asked, self._language, asked_of)
        stop = gr.Button(visible=True)
        yield (
            growing.messages,
            growing.sources,
            "",
            "",
            self._exports(asked.conversation),
            asked.conversation,
            stop,
            SKIP,
        )
        # Stopped by the asker, this generator is closed, and so must be the one below it, to keep what had come.
        with closing(asked.events), suppress(ServingError):  # that nothing came is kept, and shown at the end
            for event in asked.events:
                began = time.monotonic()
                if growing.take(event, began):
                    # And nothing else: what is typed meanwhile stays, and a notice of a stop.
                    sources = growing.sources if isinstance(event, Found) else SKIP
                    yield growing.messages, sources, *(SKIP,) * 6
                    growing.drawn(began, time.monotonic())

    def _ended(self, asked: Asked, question: str, request: gr.Request) -> Shown:
        """The page once an answer is there; where none came the question goes back into its box."""
        shown = self.opened(asked.conversation, request)
        turn = next((turn for turn in self._turns(asked.conversation, request) if turn.id == asked.turn), None)
        return *shown[:2], question if turn and turn.state == "failed" else SKIP, *shown[3:]

    def opened(self, conversation: str, request: gr.Request) -> Shown:
        """A kept conversation as the page shows it; an empty page when there is none. No answer is waited for then."""
        self._tabs.end(str(request.session_hash))
        turns = self._turns(conversation, request)
        if not turns:
            notice = self._notice(self._texts["gone"]) if conversation else ""
            empty = gr.Chatbot(value=[], feedback_value=None), empty_sources_html(self._language)
            return *empty, "", notice, "", "", _NO_STOP, SKIP
        chat = gr.Chatbot(
            value=messages_of(turns, self._language, self._suggestions(turns[-1])),
            feedback_value=[self._texts[turn.rating] if turn.rating in RATINGS else None for turn in turns],
        )
        choice = self._service.conversations.of(asker(request).id).choice(conversation)
        rest = self._exports(conversation), conversation, _NO_STOP, self._choosing.box(choice)
        return chat, self._sources(turns[-1]), "", "", *rest

    def opened_anew(self, request: gr.Request) -> Shown:
        """The empty page."""
        return self.opened("", request)

    def opened_at_start(self, conversation: str, is_wide: str, request: gr.Request) -> tuple[Any, ...]:
        """The same when the page opens, and whether the list is unfolded. What was typed or asked meanwhile stays."""
        fold = gr.Accordion(open=is_wide != "false")
        if not conversation:
            return *(SKIP,) * 7, self._choosing.box(), fold
        chat, sources, _, *rest = self.opened(conversation, request)
        return chat, sources, SKIP, *rest, fold

    def sources_of(self, conversation: str, event: gr.SelectData, request: gr.Request) -> Any:  # noqa: ANN401 - HTML, or nothing changed
        """The panel of the turn whose message was chosen."""
        turns = self._turns(conversation, request)
        place = _turn_at(turns, event.index)
        return SKIP if place is None else self._sources(turns[place])

    def rate(self, conversation: str, event: gr.LikeData, request: gr.Request) -> None:
        """Keep what a person thinks of an answer."""
        turns = self._turns(conversation, request)
        place = _turn_at(turns, event.index)
        if place is not None:
            labels = {True: "good", False: "bad", "": ""} | {self._texts[rating]: rating for rating in RATINGS}
            self._service.conversations.of(asker(request).id).rate(turns[place].id, labels.get(event.liked, ""))

    def _turns(self, conversation: str, request: gr.Request) -> list[KeptTurn]:
        return self._service.conversations.of(asker(request).id).turns(conversation)

    def stopped(self, request: gr.Request) -> tuple[str, Any]:
        """What is said when the asker stops an answer. Another can be asked for while this one is being ended."""
        self._tabs.end(str(request.session_hash))
        return self._notice(self._texts["stopped"]), _NO_STOP

    def _not_asked(self, error: Exception, question: str) -> Shown:
        # The question goes back into its box, to be mended or asked later, unless it is what is too long.
        given_back = question if len(question) < _LONGEST_GIVEN_BACK else ""
        if isinstance(error, TooManyQuestionsError):
            why = self._texts[error.reason].format(count=error.count)
        else:
            why = str(error) if isinstance(error, BadQuestionError) else self._texts["failed"].format(error=error)
        return SKIP, SKIP, given_back, self._notice(why), *(SKIP,) * 4

    def _sources(self, turn: KeptTurn) -> str:
        asked_of = self._choosing.html(turn.answer.collection) if turn.answer else ""
        return turn_sources_html(turn, self._language, asked_of)

    def _notice(self, text: str) -> str:
        return f'<p role="status">{html.escape(text)}</p>'

    def _suggestions(self, turn: KeptTurn) -> list[str]:
        if turn.answer is None:
            return []
        choice = self._service.shelves.known(collection_names(turn.answer.collection))
        return suggest(turn.answer, self._service.assistant_on(choice).searcher)

    def _exports(self, conversation: str) -> str:
        links = (f'<a href="/export/{conversation}.{kind}" download>{name}</a>' for kind, name in EXPORTS.items())
        return f"<p>{self._texts['export']} {' · '.join(links)}</p>"


def _turn_at(turns: list[KeptTurn], index: Any) -> int | None:  # noqa: ANN401 - Gradio's
    """Which turn a message belongs to: every turn has two."""
    place = index // 2 if isinstance(index, int) else -1
    return place if 0 <= place < len(turns) else None
