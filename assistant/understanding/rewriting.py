"""A follow-up in the model's words, where it means one of the things that the last answer lists.

Which "the second one" is stands in that answer, out of the reach of rules. The model is asked for one short line; what
the rules made stands in when the line does not come in time or says other things.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from assistant.understanding.question import Turn, Understood, question_language
from assistant.writing.prompting import as_data, phrases
from index.words import content_words
from serving.errors import ServingError
from serving.talking.client import ChatClient
from serving.talking.message import Message

_ONE_OF_SEVERAL = re.compile(
    r"第[一二三四五](?:种|个|条|点|步|项)|前者|后者|\bthe (?:first|second|third|fourth|last|former|latter)\b",
    re.IGNORECASE,
)

_SECONDS = 8.0
_TOKENS = 48
_READ = 600  # characters of the last answer; what it lists comes first
_LONGEST_LINE = 160
_MOST_NEW = 1


def rewritten(client: ChatClient, understood: Understood, history: Sequence[Turn]) -> Understood:
    """`understood` in the model's words, where it means one of the things that the last answer lists."""
    if not history or not history[-1].answer or not _ONE_OF_SEVERAL.search(understood.text):
        return understood
    last = history[-1]
    texts = phrases(understood.language)
    prompt = texts.rewrite.format(
        question=last.question, answer=as_data(last.answer[:_READ]), follow_up=as_data(understood.text)
    )
    line = _line(client, prompt)
    return replace(understood, standalone=line) if _is_a_rewriting(line, understood, last) else understood


def _line(client: ChatClient, prompt: str) -> str:
    """What the model writes within the time there is; empty when it does not."""
    until = time.monotonic() + _SECONDS
    written = ""
    try:
        with closing(client.stream([Message("user", prompt)], max_tokens=_TOKENS)) as stream:
            for piece in stream:
                written += piece
                if "\n" in written.strip() or time.monotonic() > until:
                    break
    except ServingError:
        return ""
    if time.monotonic() > until:
        return ""
    return written.strip().split("\n")[0].strip(' "“”')


def _is_a_rewriting(line: str, understood: Understood, last: Turn) -> bool:
    """Whether `line` is a question in the asker's language that names the thing, and says no more than was said."""
    if not 0 < len(line) <= _LONGEST_LINE or line[-1] not in "?？" or question_language(line) != understood.language:
        return False
    asked = set(content_words(_ONE_OF_SEVERAL.sub(" ", understood.text)))
    before = set(content_words(f"{last.question}\n{last.answer}"))
    said = set(content_words(line))
    names_it = bool(said & before - asked) and not _ONE_OF_SEVERAL.search(line)
    return names_it and len(said - before - asked) <= _MOST_NEW and 2 * len(said & asked) >= len(asked)
