"""Who sends a request, as the door found out and everything behind it reads."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from assistant.keeping.accounts import User
from assistant.keeping.conversations import NOBODY

# Whoever sits at this machine, where nobody has to sign in.
LOCAL = User(NOBODY, "", is_admin=True)

_KEY = "assistant.user"


def remember(scope: MutableMapping[str, Any], user: User) -> None:
    """Say who sends the request of `scope`."""
    scope[_KEY] = user


def user_of(scope: Mapping[str, Any]) -> User:
    """Who sends it. A request that did not come through the door has no user, and fails here."""
    user: User = scope[_KEY]
    return user
