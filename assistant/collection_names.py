"""What a collection may be called: words of any script, and yet a folder on every system. Several are one choice.

A name is compared and kept in one form (`as_name`): typed on another keyboard it is still the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from assistant.errors import CollectionNameError

DEFAULT_COLLECTION = "default"
MOST_BYTES = 100  # file systems take 255; the rest is room for what is put around a name

# Between the names of collections that are asked together.
_TOGETHER = "+"

_SPACES = re.compile("[ \u3000]+")  # U+3000 is the space of a Chinese keyboard
_SIGNS = frozenset(" -_")
# Windows keeps these to itself, whatever their case.
_RESERVED = re.compile(r"(?i)con|prn|aux|nul|(?:com|lpt)[0-9]")
# Letters and marks that show nothing: with them two names look like one.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)  # fmt: skip


def as_name(typed: str) -> str:
    """`typed` as names are kept: composed characters, single spaces, none around. It need not be a name."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", typed)).strip(" ")


def check_name(name: str) -> None:
    """Pass over what a collection may be called.

    :raises CollectionNameError: when no folder could be called so everywhere, or people could not tell what it says.
    """
    is_word = bool(name) and _is_letter_or_digit(name[0]) and all(map(_may_stand, name))
    if not is_word or _UNSEEN.search(name) or _RESERVED.fullmatch(name) or len(name.encode()) > MOST_BYTES:
        raise CollectionNameError(
            f"{name!r} cannot name a collection: use letters, digits, - and _, with spaces between them, a letter or "
            f"digit first, at most {MOST_BYTES} bytes (33 Chinese characters)"
        )


def check_unlike(name: str, others: Iterable[str]) -> None:
    """Pass over a name that differs from all `others` by more than capitals.

    :raises CollectionNameError: naming the other, whose folder would on some systems be the same.
    """
    for other in others:
        if _folded(other) == _folded(name):
            raise CollectionNameError(
                f"there is a collection {other!r} already, which differs from {name!r} by capitals alone", alike=other
            )


def collection_names(choice: str) -> list[str]:
    """The names of collections in `one+other`, each once."""
    return list(dict.fromkeys(map(as_name, choice.split(_TOGETHER))))


def choice_of(names: Iterable[str]) -> str:
    """Collections that are asked together as one name, `one+other`."""
    return _TOGETHER.join(names)


def as_choice(typed: str) -> str:
    """What was typed of one collection or of several, as choices are kept."""
    return choice_of(collection_names(typed))


def as_argument(name: str) -> str:
    """A name as it is typed on a command line."""
    return f'"{name}"' if " " in name else name


def _is_letter_or_digit(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("L") or category == "Nd"


def _may_stand(character: str) -> bool:
    return character in _SIGNS or _is_letter_or_digit(character) or unicodedata.category(character).startswith("M")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())
