"""Question and Passages -> the messages a model is sent. The texts stand in prompts/<language>.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from assistant.evidence.reading import Passage
from corpus.document import Language
from serving.talking.message import Message

_FOLDER = Path(__file__).parent / "prompts"

# In a smaller context the worked example is left out.
_LEAST_FOR_EXAMPLE = 2048

# What a chat template would read as the end of a turn or the start of a role, in any of the common templates.
_ROLE_MARKERS = re.compile(r"<\|[^|>]{0,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>", re.IGNORECASE)

# Links between shipped sections: what a small model would copy.
_LINKS = re.compile(r"\[([^\]]+)\]\((?:guide|paper|table)-[^)\s]+\)")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts of one language."""

    version: str
    system: str
    passages: str
    passage: str
    refused: str
    nearest: str
    empty: str
    too_long: str
    language: str
    about: str
    thanks: str
    personal_advice: str
    further: str
    quoted_instead: str
    unknown: str
    only_language: str
    other_language: str
    model_away: str
    rewrite: str
    example: Mapping[str, str]
    opinion: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpinionPrompt:
    """What a model is sent for an opinion, and the words of its answer."""

    messages: tuple[Message, ...]
    yes: str
    no: str


@cache
def phrases(language: Language) -> Phrases:
    """The texts of `language`."""
    table = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Phrases(**{field.name: table[field.name] for field in fields(Phrases)})


def opinion_prompt(sentence: str, passage: str, language: Language) -> OpinionPrompt:
    """Does `passage` say what `sentence` says? Instructions and examples come first, the same for every pair."""
    texts = phrases(language).opinion
    pair, yes, no = texts["pair"], texts["yes"], texts["no"]
    messages = [Message("system", texts["system"])]
    for example in texts["examples"]:
        shown = pair.format(passage=example["passage"], sentence=example["sentence"])
        messages += [Message("user", shown), Message("assistant", yes if example["says"] else no)]
    asked = pair.format(passage=as_data(passage), sentence=as_data(sentence))
    return OpinionPrompt((*messages, Message("user", asked)), yes, no)


def instructions(language: Language) -> list[Message]:
    """The system message and a worked example: the same for every question, so that a server keeps them read."""
    texts = phrases(language)
    asked = texts.passages.format(passages=texts.example["passages"], question=texts.example["question"])
    return [Message("system", texts.system), Message("user", asked), Message("assistant", texts.example["answer"])]


def write_prompt(
    question: str, passages: Sequence[Passage], language: Language, context_tokens: int = 0
) -> list[Message]:
    """Instructions, numbered passages and question. What is not ours is data: role markers in it are broken.

    In a context so small (`context_tokens`, 0 where it is not known) that the example would take the passages' place it
    is left out.
    """
    texts = phrases(language)
    numbered = "\n\n".join(
        texts.passage.format(
            n=passage.n, heading=as_data(passage.section or passage.heading), text=as_data(passage.text)
        )
        for passage in passages
    )
    body = texts.passages.format(passages=numbered, question=as_data(question))
    system, *example = instructions(language)
    is_small = 0 < context_tokens < _LEAST_FOR_EXAMPLE
    return [system, *(() if is_small else example), Message("user", body)]


def empty_prompt(question: str, language: Language, context_tokens: int = 0) -> list[Message]:
    """The prompt without passages: what every one of them stands beside."""
    return write_prompt(question, (), language, context_tokens)


def as_data(text: str) -> str:
    """`text` for a prompt: role markers in it are broken, links of the shipped documents are plain words."""
    text = _LINKS.sub(r"\1", text)
    return _ROLE_MARKERS.sub(lambda match: match.group().replace("<", "‹").replace(">", "›").replace("[", "⟦"), text)
