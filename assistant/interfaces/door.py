"""The door: lets in who is signed in or has a key, and who sits at this machine where nobody has to sign in."""

from __future__ import annotations

import json
import urllib.parse
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.interfaces.identity import LOCAL, remember
from assistant.keeping.accounts import Accounts, User

SESSION_COOKIE = "founder-assistant"
# What anybody may have: the way in, and whether this program runs.
PUBLIC = frozenset({"/login", "/healthz", "/favicon.ico"})

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_NOT_SIGNED_IN = {
    "detail": {
        "reason": "not_signed_in",
        "message": "sign in on the page, or send a key: Authorization: Bearer fa-… (`assistant users key NAME`)",
    }
}


class Door:
    """Finds out who sends each request. Without `accounts` that is always whoever sits at this machine."""

    def __init__(self, app: ASGIApp, accounts: Accounts | None) -> None:
        self._app = app
        self._accounts = accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or send it to the login."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no route speaks WebSocket
            return
        headers = Headers(scope=scope)
        user, by_cookie = self._who(headers)
        if not _is_from_here(scope["method"], headers, by_cookie=by_cookie):
            await Response("not served here", status_code=403)(scope, receive, send)
        elif user is None and scope["path"] not in PUBLIC:
            await _turned_away(scope, headers)(scope, receive, send)
        else:
            if user is not None:
                remember(scope, user)
            await self._app(scope, receive, send)

    def _who(self, headers: Headers) -> tuple[User | None, bool]:
        """The user, and whether it was the browser that said so by itself."""
        if self._accounts is None:
            return LOCAL, False
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._accounts.by_key(key.strip()), False
        token = session_token(headers)
        return (self._accounts.in_session(token), True) if token else (None, False)


def session_token(headers: Headers) -> str:
    """The token of the session's cookie; empty without one."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(SESSION_COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _is_from_here(method: str, headers: Headers, *, by_cookie: bool) -> bool:
    """Whether a request that may change something comes from our own pages, or from a program and no page at all."""
    origin = headers.get("origin")
    if method in _READING:
        return True
    if origin is None:  # browsers always name one
        return not by_cookie
    return urllib.parse.urlsplit(origin).netloc == headers.get("host")


def _turned_away(scope: Scope, headers: Headers) -> Response:
    if scope["method"] in _READING and "text/html" in headers.get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        wanted = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"/login?next={urllib.parse.quote(wanted, safe='')}", status_code=303)
    return Response(
        json.dumps(_NOT_SIGNED_IN, ensure_ascii=False), status_code=401, media_type="application/json",
        headers={"WWW-Authenticate": "Bearer"},
    )  # fmt: skip
