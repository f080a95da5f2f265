"""What the chat shows: of turns that are kept, and of one that is being answered. No Gradio here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.events import Event, Found, Wrote
from assistant.interfaces.page.texts import TEXTS
from assistant.interfaces.rendering import (
    checked_markdown,
    empty_sources_html,
    plain_markdown,
    searched_as_html,
    sources_html,
    turn_markdown,
)
from assistant.keeping.conversation import KeptTurn, ReadPassage
from assistant.running.service import Asked
from assistant.verifying.verification import Checked
from corpus.document import Language

Messages = list[dict[str, Any]]

# Nobody reads faster than this. The end is always shown.
_LEAST_PAUSE_S = 0.03


def messages_of(turns: Sequence[KeptTurn], language: Language, suggestions: Sequence[str] = ()) -> Messages:
    """Kept turns as the chat's messages, with what could be asked next below the last."""
    messages: Messages = []
    for turn in turns:
        messages.append(asked_message(turn.question))
        messages.append({"role": "assistant", "content": turn_markdown(turn, language)})
    if messages and suggestions:
        messages[-1]["options"] = [{"value": question, "label": question} for question in suggestions]
    return messages


def asked_message(question: str) -> dict[str, Any]:
    """A question as the chat's message."""
    return {"role": "user", "content": plain_markdown(question)}


class GrowingAnswer:
    """What the page shows of one answer while it comes."""

    def __init__(self, before: Messages, question: str, asked: Asked, language: Language, asked_of: str = "") -> None:
        """`asked_of`: the line about collections, where there are several."""
        self._before = [*before, asked_message(question)]
        self._question = question
        self._turn = asked.turn
        self._language = language
        self._asked_of = asked_of
        self._waiting = f"*{TEXTS[language]['searching']}*"
        self._checked: list[Checked] = []
        self._tail = ""
        self._has_text = False
        self._next_draw = 0.0
        self._found = Found((), question, language)
        self.sources = empty_sources_html(language)

    @property
    def messages(self) -> Messages:
        """The whole chat as it is now."""
        return [*self._before, {"role": "assistant", "content": self._content()}]

    def take(self, event: Event, now: float) -> bool:
        """Take an event in; whether the page should be redrawn `now`, in seconds."""
        if isinstance(event, Found):
            self._found = event
            self.sources = self._panel()
            if event.passages:
                reading = TEXTS[self._language]["reading_passages"].format(count=len(event.passages))
                self._waiting = f"*{reading}*"
            return True
        if isinstance(event, Checked):
            self._checked.append(event)
        elif isinstance(event, Wrote):
            self._tail, self._has_text = event.tail, True
            return now >= self._next_draw
        return False

    def drawn(self, began: float, ended: float) -> None:
        """Note when the last redrawing began and ended, in seconds.

        It is as long until the next one: where many ask, what came meanwhile is drawn together, so that what is drawn
        never falls behind what has come, and half of the time is left for everything else.
        """
        self._next_draw = ended + max(_LEAST_PAUSE_S, ended - began)

    def _content(self) -> str:
        if not self._has_text:
            return self._waiting
        return checked_markdown(self._checked, self._found.language, self._turn) + plain_markdown(self._tail)

    def _panel(self) -> str:
        passages = [ReadPassage.of(passage) for passage in self._found.passages]
        standalone = self._found.standalone_question
        head = "" if standalone == self._question else searched_as_html(standalone, self._language)
        return self._asked_of + head + sources_html(passages, (), self._language, self._turn)
