"""A conversation as a file to keep: /export/<conversation>.md, .docx or .json."""

from __future__ import annotations

import re
import urllib.parse

from fastapi import APIRouter, Request, Response

from assistant.interfaces.identity import user_of
from assistant.keeping.conversations import Conversations
from assistant.keeping.export import conversation_json, conversation_markdown
from assistant.keeping.export_docx import conversation_docx

_KINDS = {
    "md": ("text/markdown; charset=utf-8", conversation_markdown),
    "json": ("application/json", conversation_json),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", conversation_docx),
}
_UNSAFE_IN_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')


def build_exports(conversations: Conversations) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/export/{name}", include_in_schema=False)
    def export(name: str, request: Request) -> Response:
        own = conversations.of(user_of(request.scope).id)
        conversation, _, kind = name.rpartition(".")
        turns = own.turns(conversation)
        if not turns or kind not in _KINDS:
            return Response("there is no such conversation; it may have been deleted", status_code=404)
        media_type, write = _KINDS[kind]
        title = own.title(conversation)
        file_name = urllib.parse.quote((_UNSAFE_IN_NAME.sub(" ", title).strip() or "conversation") + f".{kind}")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{file_name}"}
        return Response(write(title, turns), media_type=media_type, headers=headers)

    return router
