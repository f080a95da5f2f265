"""Keeps what a reasoning model thinks out of what it says: `<think>` blocks, also unclosed and cut anywhere."""

from __future__ import annotations

import re

_NAMES = "think|thinking|thought|reasoning"
# A tag quoted as code is spoken of, not used.
_OPENS = re.compile(rf"(?<!`)(?:<(?:{_NAMES})>|\[THINK\])", re.IGNORECASE)
_CLOSES = re.compile(rf"</(?:{_NAMES})>|\[/THINK\]", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")
# What may be the beginning of a tag whose rest has not come yet.
_PERHAPS = re.compile(r"[<\[][/A-Za-z]*$")
# Models whose template opens the block in the prompt, so that only its end is written.
_OPENED_BY_TEMPLATE = re.compile(r"(?:^|[^a-z])(?:r1|qwq)(?:[^a-z]|$)|-thinking", re.IGNORECASE)


class ThoughtFilter:
    """Takes the pieces of one reply, gives back what is said."""

    def __init__(self, model: str = "") -> None:
        self._begins_thinking = _OPENED_BY_TEMPLATE.search(model) is not None
        self.is_thinking = self._begins_thinking
        self._held = ""
        self._said_any = False
        self._thought = ""

    def feed(self, piece: str) -> str:
        """What of `piece`, and of what was held back, is surely said."""
        text, said = self._held + piece, ""
        self._held = ""
        while text:
            tag = (_CLOSES if self.is_thinking else _OPENS).search(text)
            if tag:
                said += self._pass(text[: tag.start()])
                self.is_thinking = not self.is_thinking
                text, self._thought, self._begins_thinking = text[tag.end() :], "", False
                continue
            perhaps = _PERHAPS.search(text[-_LONGEST_TAG:])
            cut = len(text) - len(perhaps.group()) if perhaps else len(text)
            self._held = text[cut:]
            said += self._pass(text[:cut])
            break
        return self._without_lead(said)

    def end(self) -> str:
        """What was held back for want of an end. Of an unclosed thought nothing; of one that was only expected, all."""
        rest, self._held = self._held, ""
        if self._begins_thinking:  # the template opened no block after all
            return self._without_lead(self._thought + rest)
        return "" if self.is_thinking else self._without_lead(rest)

    def _pass(self, text: str) -> str:
        if not self.is_thinking:
            return text
        if self._begins_thinking:
            self._thought += text
        return ""

    def _without_lead(self, text: str) -> str:
        """No empty lines between a thought and what is said."""
        if not self._said_any:
            text = text.lstrip()
            self._said_any = bool(text)
        return text
