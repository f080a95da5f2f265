"""True sentences of the shipped corpus with one figure or one name exchanged: made anew, the same at every run.

Every sentence of a guide or digest that holds a figure (or a name of `NAMES`) is a candidate; those taken are chosen by
the hash of their text. A figure gets another leading digit, its digits kept in number, or ten times its value; a name
gives way to the next of its kind. The hash also decides which of the figures, which change, which name. Left out:
sentences of tables, and swaps that give a figure or name which the same sentence has elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, cast

from assistant.evidence.reading import Passage
from assistant.verifying.sentences import split_sentences
from corpus.document import Document
from evals.claims import passage_of

# Names of one kind that the corpus uses; any may stand for any other of its row.
NAMES = (
    ("GPT-2", "GPT-3", "GPT-4", "Llama 2", "Llama 3", "BLOOM", "PaLM", "Gopher", "Chinchilla", "DeepSeek-V3", "Qwen3",
     "OPT-175B", "Mixtral", "Falcon"),
    ("A100", "H100", "V100", "H200", "B200", "A6000", "RTX 4090"),
    ("OpenAI", "Anthropic", "Google", "Meta", "Microsoft", "Mistral", "DeepMind", "Databricks"),
    ("LoRA", "QLoRA", "AdaLoRA", "DPO", "RLHF"),
    ("GPTQ", "AWQ", "SmoothQuant", "SparseGPT"),
    ("vLLM", "SGLang", "TensorRT-LLM", "Splitwise", "DistServe"),
    ("BERT", "DistilBERT", "T5", "LSTM", "ViT"),
    ("谷歌", "微软", "英伟达", "亚马逊"),
)  # fmt: skip
_KIND = {name: row for row in NAMES for name in row}
_NAME = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in sorted(_KIND, key=len, reverse=True)),
                   re.ASCII)  # fmt: skip
# A figure as written, without the digits inside names (GPT-4) and list numbers.
_FIGURE = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)*(?![\w]*-)", re.ASCII)
# Characters of a sentence that says something by itself.
_LENGTHS = {"zh": range(15, 120), "en": range(40, 260)}

Swapped = Literal["number", "name"]


@dataclass(frozen=True, slots=True)
class Swap:
    """A sentence made untrue, and the passage that says otherwise. What was put in may stand there too."""

    kind: Swapped
    sentence: str
    was: str
    now: str
    passage: Passage

    @property
    def is_in_passage(self) -> bool:
        """Whether the passage holds the new figure or name elsewhere, which makes the swap harder to see."""
        return self.now in self.passage.text


def make_swaps(documents: Iterable[Document], *, each: int) -> list[Swap]:
    """The first `each` number swaps and `each` name swaps of every language, in the order of their hashes."""
    found = [swap for document in documents if document.kind != "table" for swap in _swaps(document)]
    taken: Counter[tuple[str, str]] = Counter()
    chosen = []
    for swap in sorted(found, key=lambda swap: _hash(swap.sentence)):
        key = (swap.passage.document.language, swap.kind)
        if taken[key] < each:
            taken[key] += 1
            chosen.append(swap)
    return chosen


def swap_number(sentence: str) -> tuple[str, str, str] | None:
    """The sentence with one figure changed, what the figure was and what it is now; None when it holds none."""
    return _swap(sentence, list(_FIGURE.finditer(sentence)), _other_figure)


def swap_name(sentence: str) -> tuple[str, str, str] | None:
    """The same for a name of `NAMES`."""
    return _swap(sentence, list(_NAME.finditer(sentence)), _other_name)


def _swaps(document: Document) -> Iterator[Swap]:
    for section in document.sections:
        passage = passage_of(document, section)
        for span in split_sentences(passage.text):
            if len(span.text) not in _LENGTHS[document.language] or span.text.startswith("|"):
                continue
            for kind, found in (("number", swap_number(span.text)), ("name", swap_name(span.text))):
                if found is not None:
                    yield Swap(cast(Swapped, kind), *found, passage)


def _swap(sentence: str, matches: list[re.Match[str]], other: Callable[[str, int], str]) -> tuple[str, str, str] | None:
    if not matches:
        return None
    number = _hash(sentence)
    match = matches[number % len(matches)]
    now = other(match.group(), number // 64)
    if any(one.group() == now for one in matches):
        return None
    return sentence[: match.start()] + now + sentence[match.end() :], match.group(), now


def _other_figure(figure: str, number: int) -> str:
    """Another leading digit, another last one, or ten times as much."""
    way = number % 3
    if way == 0 and figure.isdigit() and int(figure):
        return f"{figure}0"
    place = 0 if way == 1 else len(figure) - 1
    digit = int(figure[place]) % 9 + 1
    return f"{figure[:place]}{digit}{figure[place + 1 :]}"


def _other_name(name: str, number: int) -> str:
    others = [other for other in _KIND[name] if other != name]
    return others[number % len(others)]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
