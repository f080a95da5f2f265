"""The shell around pages and API: known hosts, origins and users, bounded bodies, no foreign content. No Gradio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.interfaces.api import build_api
from assistant.interfaces.cost_api import build_cost_api
from assistant.interfaces.door import Door
from assistant.interfaces.exporting import build_exports
from assistant.interfaces.login import build_login
from assistant.interfaces.pace import BodyPace
from assistant.interfaces.page_door import UPLOADS, PageDoor
from assistant.interfaces.preferred import preferred_language
from assistant.keeping.accounts import Accounts
from assistant.running.service import Service
from corpus.reader import MAX_BYTES

# Questions are short. Files are uploaded on one route only, several at a time.
MAX_BODY_BYTES = 2 * 2**20
MAX_UPLOAD_BYTES = 4 * MAX_BYTES

# By these names a browser on this machine reaches it.
LOOPBACK = ("127.0.0.1", "localhost")

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "form-action 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers would then not say where our own forms come from.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in: by which host names, as which users (anybody where there are no accounts), by https alone."""

    accounts: Accounts | None = None
    hosts: tuple[str, ...] = LOOPBACK
    is_secure: bool = False


THIS_MACHINE = Access()


def build_shell(service: Service, access: Access = THIS_MACHINE) -> FastAPI:
    """The API, exports, login, and at `/` the way to the page in the asker's language."""
    app = FastAPI(title="Founder Assistant", docs_url=None, redoc_url=None)
    app.include_router(build_api(service))
    app.include_router(build_cost_api(service.planner))
    app.include_router(build_exports(service.conversations))
    if access.accounts is not None:
        app.include_router(build_login(access.accounts, is_secure=access.is_secure))
        _describe_key(app)

    @app.get("/", include_in_schema=False)
    def choose_language(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/{preferred_language(request)}/{query}")

    @app.get("/favicon.ico", include_in_schema=False)
    def no_icon() -> Response:
        return Response(status_code=204)

    # The last one added is the first to see a request.
    app.add_middleware(PageDoor)
    app.add_middleware(Door, accounts=access.accounts)
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(access.hosts), www_redirect=False)
    app.add_middleware(BodyLimit)
    app.add_middleware(BodyPace)
    app.add_middleware(SafeHeaders, is_secure=access.is_secure)
    return app


def _describe_key(app: FastAPI) -> None:
    """Say in the API's description that it wants a key."""
    describe = app.openapi

    def with_key() -> dict[str, Any]:
        described = describe()
        described.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        described["security"] = [{"key": []}]
        return described

    app.openapi = with_key  # type: ignore[method-assign]


class SafeHeaders:
    """Puts the headers on every answer that keep foreign content out."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self._app = app
        self._is_secure = is_secure
        self._headers = _HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add them; and take out what only a proxy could rightly say, but anybody can."""
        if scope["type"] == "http":
            kept = [(name, value) for name, value in scope["headers"] if not name.startswith(b"x-forwarded-")]
            scope = {**scope, "headers": kept, "scheme": "https" if self._is_secure else scope["scheme"]}

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, adding)


class BodyLimit:
    """Ends a request whose body is larger than its route takes, whatever its headers say, with 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = MAX_UPLOAD_BYTES if scope["path"] in UPLOADS else MAX_BODY_BYTES
        seen = 0
        refused = False

        async def counted() -> Message:
            nonlocal seen, refused
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                refused = True
                await Response("too large", status_code=413)(scope, receive, send)
                return {"type": "http.disconnect"}
            return message

        async def unless_refused(message: Message) -> None:
            if not refused:
                await send(message)

        await self._app(scope, counted, unless_refused)
