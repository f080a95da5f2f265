"""Gradio's routes, as far as the page needs them, each bound to its user.

Gradio knows its users by a session's name that a browser makes up, gives an answer's stream to whoever names it, and an
uploaded file to whoever knows its path. Here a session, an upload and an uploaded file belong to the user who came with
them first; what the page does not need is closed to everybody.
"""

from __future__ import annotations

import json
import re
import threading
import urllib.parse
from collections import OrderedDict
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.interfaces.identity import user_of
from index.chunk import LANGUAGES

_MOST = 20_000
_PREFIX = re.compile(f"/({'|'.join(LANGUAGES)})(?=/|$)")
_API = "/gradio_api"
UPLOADS = frozenset(f"/{language}{_API}/upload" for language in LANGUAGES)

# What the page's own files are; nothing in them is anybody's.
_OPEN = re.compile(rf"/?|/(assets|static)/.*|/theme\.css|/config/?|{_API}/(theme\.css|startup-events|app_id)/?")
_BY_BODY = re.compile(rf"{_API}/(queue/join|cancel|reset)/?")
_BY_QUERY = re.compile(rf"{_API}/queue/data")
_BY_PATH = re.compile(rf"{_API}/heartbeat/(?P<session>[^/]+)")
_BY_UPLOAD = re.compile(rf"{_API}/(upload|upload_progress)")


class Claims:
    """What belongs to whom: to who names it first. Of very many, those named longest ago are forgotten."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def claim(self, name: str, owner: str) -> bool:
        """Whether `name` is, or now becomes, `owner`'s."""
        with self._lock:
            is_owners = self._owners.setdefault(name, owner) == owner
            if is_owners:
                self._owners.move_to_end(name)
            if len(self._owners) > _MOST:
                self._owners.popitem(last=False)
            return is_owners

    def has(self, name: str, owner: str) -> bool:
        """Whether `name` is `owner`'s already."""
        with self._lock:
            return self._owners.get(name) == owner


class PageDoor:
    """Passes on what is not for a page, and of what is, what its user may have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._sessions = Claims()
        self._uploads = Claims()
        self._files = Claims()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through or refuse with 403."""
        page = _PREFIX.match(scope["path"]) if scope["type"] == "http" else None
        if page is None:
            await self._app(scope, receive, send)
            return
        path = scope["path"][page.end() :]
        if _BY_BODY.fullmatch(path):
            body = await _whole_body(receive)
            if body is None:
                return
            receive = _replayed(body, receive)
            is_let_in = self._may_send(body, user_of(scope).id, Headers(scope=scope).get("host", ""))
        else:
            is_let_in = self._may_have(path, scope)
        if not is_let_in:
            await Response("not yours, or not served here", status_code=403)(scope, receive, send)
        elif scope["path"] in UPLOADS:
            await self._app(scope, receive, self._noting_files(send, user_of(scope).id))
        else:
            await self._app(scope, receive, send)

    def _may_have(self, path: str, scope: Scope) -> bool:
        query = urllib.parse.parse_qs(scope["query_string"].decode("latin-1"))
        if _OPEN.fullmatch(path):  # a deep link would open another's saved state
            return "deep_link" not in query
        owner = user_of(scope).id
        if heartbeat := _BY_PATH.fullmatch(path):
            return self._sessions.claim(heartbeat["session"], owner)
        if _BY_QUERY.fullmatch(path):
            return all(self._sessions.claim(name, owner) for name in query.get("session_hash", ()))
        if _BY_UPLOAD.fullmatch(path):
            return all(self._uploads.claim(name, owner) for name in query.get("upload_id", ()))
        return False

    def _may_send(self, body: bytes, owner: str, host: str) -> bool:
        """Whether a message names only what is its sender's. What cannot be read is Gradio's to complain about."""
        try:
            message = json.loads(body)
        except ValueError:
            return True
        if not isinstance(message, dict):
            return True
        name = message.get("session_hash")
        if name is not None and not self._sessions.claim(str(name), owner):
            return False
        return all(self._files.has(path, owner) for path in _paths(message.get("data"), host))

    def _noting_files(self, send: Send, owner: str) -> Send:
        """Note where Gradio put the files of an upload: its answer says so."""
        answer = bytearray()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.body":
                answer.extend(message.get("body", b""))
                if not message.get("more_body"):
                    for path in _listed(bytes(answer)):
                        self._files.claim(path, owner)
            await send(message)

        return noting


async def _whole_body(receive: Receive) -> bytes | None:
    """A request's body; None when its sender went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body.extend(message.get("body", b""))
        if not message.get("more_body"):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    is_given = False

    async def again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _paths(data: Any, host: str) -> list[str]:  # noqa: ANN401 - JSON
    """Every file that a message's data names, by its path or by our own address of it; another address is no file."""
    found, waiting = list[str](), [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found += [str(value["path"])] if value.get("path") is not None else []
            found += [_path_of(str(value["url"]), host)] if value.get("url") is not None else []
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


def _path_of(address: str, host: str) -> str:
    """The path in an address of ours; of any other the address itself, which nobody uploaded."""
    parts = urllib.parse.urlsplit(address)
    _, ours, path = parts.path.partition(f"{_API}/file=")
    return urllib.parse.unquote(path) if ours and parts.netloc == host else address


def _listed(answer: bytes) -> list[str]:
    try:
        paths = json.loads(answer)
    except ValueError:
        return []
    return [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []
