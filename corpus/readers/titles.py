"""The title that a file gives itself in its properties, unless a program made it up."""

from __future__ import annotations

import re

from corpus.readers.visible import one_line

_FILE_NAME = re.compile(r"\.(docx?|pdf|tex|dvi|ps|rtf|odt|pptx?|xlsx?|indd|qxp|wpd|txt|html?)$", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"untitled\W*|title|(?:word )?document\d*|slide \d+|powerpoint presentation|powerpoint 演示文稿|无标题|未命名",
    re.IGNORECASE,
)
_PROGRAM = re.compile(r"^Microsoft (?:Office )?(?:Word|PowerPoint|Excel) - ")
_LETTER = re.compile(r"[^\W\d_]")


def given_title(title: str) -> str:
    """`title` without the name of the program that wrote it; empty when it says nothing."""
    title = _PROGRAM.sub("", one_line(title))
    is_made_up = _FILE_NAME.search(title) or _NO_TITLE.fullmatch(title) or len(_LETTER.findall(title)) < 2
    return "" if is_made_up else title
