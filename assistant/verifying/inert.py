"""What a model writes must lead nowhere: addresses that no source has, and text that renders as a link, image or HTML.

An image fetched by whatever shows an answer carries what stands in its address to a stranger, and nobody has to click.
So an address that a passage does not hold speaks against the sentence, and a sentence that no passage says is written
so that it renders as plain text wherever Markdown is shown. A supported sentence stays as it is, addresses and all.
"""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,11}://|\b(?:javascript|data|vbscript|mailto):|\bwww\.)[^\s<>\"'）)\]]*", re.I
)
_TAG = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
_SCHEME = re.compile(r"(?<=[a-z])(?=://)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_RUNS = re.compile(r"\b(javascript|data|vbscript|mailto):(?=\S)", re.IGNORECASE)


def foreign_addresses(sentence: str, passage: str) -> list[str]:
    """The addresses of `sentence` that do not stand in `passage`."""
    return [match.group() for match in _ADDRESS.finditer(sentence) if match.group().rstrip(".,;:!?。，") not in passage]


def inert(text: str) -> str:
    """`text` readable as before, in which nothing is a link, an image or HTML."""
    text = text.replace("![", "[").replace("](", "] (").replace("]:", "] :")
    text = _RUNS.sub(r"\1 :", _SCHEME.sub(" ", text))
    return _TAG.sub("‹", text)
