"""Who an event of the page comes from."""

from __future__ import annotations

import gradio as gr

from assistant.interfaces.identity import user_of
from assistant.keeping.accounts import User


def asker(request: gr.Request) -> User:
    """The user that the door found out; what the browser says of itself has no part in it."""
    return user_of(request.request.scope)
