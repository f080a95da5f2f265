"""What CSS hides: enough of it to see what a page does not show. Knows declarations and plain rules, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_HIDING = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:0(?:\.0*)?%?"
    r"|font-size:0(?:\.0*)?(?:px|pt|em|rem|%)?|(?:left|right|top|text-indent|margin-left):-\d{4,}\w*)"
    r"(?=;|!|$)"
)
_SHOWING = re.compile(r"(?:^|;)(?:display:(?!none)\w|visibility:visible|opacity:(?:1|0?\.[1-9]))")
_LONGEST = 200_000  # characters of a sheet are looked at
_RULES = 3_000


def hides(declarations: str) -> bool:
    """Whether an element with these declarations is not seen."""
    return bool(declarations) and bool(_HIDING.search(_plain(declarations)))


def hidden_selectors(sheet: str) -> Iterator[tuple[str, bool]]:
    """(selector, whether it hides), in order, of the rules that hide or show again. Print rules are not looked at."""
    for number, (selector, declarations) in enumerate(_rules(_COMMENT.sub("", sheet[:_LONGEST]))):
        plain = _plain(declarations)
        if number < _RULES and (_HIDING.search(plain) or _SHOWING.search(plain)):
            yield selector, bool(_HIDING.search(plain))


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The rules outside of any block, and those within `@media` blocks for screens of every size."""
    start, depth, skip_to = 0, 0, 0
    selector = ""
    for match in re.finditer(r"[{};]", sheet):
        at, mark = match.start(), match.group()
        if mark == "{":
            head = sheet[start:at].strip()
            if head.startswith("@"):
                depth += 1
                if not re.fullmatch(r"@(?:media\s+(?:all|screen)|layer\b.*|supports\b.*)", head, re.DOTALL):
                    skip_to = skip_to or depth
                start, selector = at + 1, ""
                continue
            selector, start = head, at + 1
        elif mark == "}":
            if selector:
                if not skip_to:
                    yield selector, sheet[start:at]
                selector = ""
            elif depth:
                skip_to = 0 if skip_to == depth else skip_to
                depth -= 1
            start = at + 1
        elif not selector:
            start = at + 1


def _plain(declarations: str) -> str:
    """Without comments, escapes and spaces, in small letters."""
    text = re.sub(r"\\([0-9a-fA-F]{1,6})\s?", lambda found: _character(found.group(1)), _COMMENT.sub("", declarations))
    return re.sub(r"[\s\\]+", "", text).lower()


def _character(code: str) -> str:
    return chr(int(code, 16)) if int(code, 16) < 0xD800 else ""
