"""A text or Markdown file -> Document. Runs in `corpus.readers.child`.

What Markdown hides when it is shown (comments, elements of HTML that are not displayed) is left out; so are characters
that nobody sees. Lines that an editor broke are joined again; plain text is kept as it is otherwise.
"""

from __future__ import annotations

import re
from pathlib import Path

from corpus.document import Document, Section
from corpus.errors import UnreadableFileError
from corpus.markdown import first_title, split_sections
from corpus.readers.composing import no_text, user_document
from corpus.readers.encodings import decode
from corpus.readers.hard_wrapped import unwrapped
from corpus.readers.visible import visible_lines

MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})

_MAX_REPLACED = 0.001  # of the characters may be marks of letters that were lost before
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_COMMENT_LINE = re.compile(r"^ {0,3}\[(?://|comment)\]: .*\n?", re.MULTILINE | re.IGNORECASE)
_HIDDEN_ELEMENT = re.compile(
    r"""<(script|style|template)\b[^<>]{0,1000}>.*?(?:</\1\s*>|\Z)
      | <(\w{1,20})\b(?=[^<>]{0,1000}(?:\shidden\b|display\s*:\s*none|visibility\s*:\s*hidden))[^<>]{0,1000}>
        .*?(?:</\2\s*>|\Z)""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_CODE = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|(`+)[^`\n]+\2", re.DOTALL | re.MULTILINE)


def read_text(path: Path) -> Document:
    """Read one file of plain text or Markdown.

    :raises UnreadableFileError: encoding or no_text.
    """
    text = visible_lines(decoded(path, path.read_bytes()))
    if is_markdown := path.suffix.lower() in MARKDOWN_SUFFIXES or bool(first_title(text)):
        text = _displayed(text)
    text = unwrapped(text)
    if not text.strip():
        raise no_text(path)
    sections = split_sections(text) if is_markdown else ()
    return user_document(path, first_title(text), text, sections or (Section("", 0, len(text.rstrip())),))


def decoded(path: Path, raw: bytes) -> str:
    """The text of a file.

    :raises UnreadableFileError: encoding, when that cannot be told.
    """
    text = decode(raw)
    if text is None or text.count("\ufffd") > len(text) * _MAX_REPLACED:
        raise wrong_encoding(path)
    return text


def wrong_encoding(path: Path) -> UnreadableFileError:
    """The refusal of a file whose letters are not known."""
    advice = "is not text in UTF-8, UTF-16, GB18030 or Big5; save it as UTF-8 first"
    return UnreadableFileError(str(path), "encoding", advice)


def _displayed(text: str) -> str:
    """Markdown without what is hidden, except in code, where that is what it shows."""
    parts: list[str] = []
    end = 0
    for code in _CODE.finditer(text):
        parts += [_without_hidden(text[end : code.start()]), code.group()]
        end = code.end()
    return "".join([*parts, _without_hidden(text[end:])])


def _without_hidden(text: str) -> str:
    return _COMMENT_LINE.sub("", _HIDDEN_ELEMENT.sub("", _COMMENT.sub("", text)))
