"""Text as a person sees it: without the characters that nobody sees, and in the characters that people type."""

from __future__ import annotations

import re
import unicodedata

# Bullets of the fonts Symbol and Wingdings, which have no other code.
BULLETS = re.compile(r"[\uf06c\uf06e\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc]")

# Ligatures, and the radicals that some Chinese producers write instead of the characters: neither would be found.
_FOLDED = re.compile(r"[\ufb00-\ufb06\u2e80-\u2fdf]")
# Control characters, soft hyphens, zero-width and direction marks, variation selectors, private use, tags.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffd\uffff\ud800-\udfff"
    r"\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
# Joiners shape Arabic, Persian and Indic letters and emoji; between any others they only hide or part words.
_IDLE_JOINERS = re.compile(r"(?<![\u0600-\u109f\u200c\u200d\u2600-\u27bf\U0001f000-\U0001faff])[\u200c\u200d]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def visible(text: str) -> str:
    """`text` without what is not seen. Length changes, so this comes before any offset."""
    if text.isascii() and text.isprintable():  # most cells of most tables
        return text
    if _SURROGATE.search(text):  # where characters have 16 bits, one beyond them arrives as two halves
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _FOLDED.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    return _IDLE_JOINERS.sub("", _UNSEEN.sub("", BULLETS.sub("•", text)))


def visible_lines(text: str) -> str:
    """The same for text with lines of its own: their ends become plain line feeds first."""
    return visible(_LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """The same on one line, with single spaces: a heading, a cell."""
    return " ".join(visible(_LINE_ENDS.sub(" ", text)).split())


def printable(text: str) -> str:
    """`text` for a message: nothing in it steers a terminal or begins a line."""
    return "".join(character if character.isprintable() else "?" for character in text)
