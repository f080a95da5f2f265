"""The shell around pages and API: known hosts and origins only, no foreign content, bounded bodies. No Gradio here."""

from __future__ import annotations

import urllib.parse
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.interfaces.api import build_api
from assistant.interfaces.cost_api import build_cost_api
from assistant.interfaces.exporting import build_exports
from assistant.service import Service
from corpus.document import Language
from corpus.reader import MAX_BYTES
from index.chunk import LANGUAGES

# Questions are short. Files are uploaded on one route only, several at a time.
MAX_BODY_BYTES = 2 * 2**20
MAX_UPLOAD_BYTES = 4 * MAX_BYTES

# Gradio's own description of the pages' endpoints, which nobody outside a page needs.
_CLOSED = tuple(
    f"/{language}{path}"
    for language in LANGUAGES
    for path in ("/openapi.json", "/docs", "/redoc", "/gradio_api/openapi.json", "/gradio_api/info")
)
_UPLOADS = frozenset(f"/{language}/gradio_api/upload" for language in LANGUAGES)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "form-action 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def build_shell(service: Service) -> FastAPI:
    """The API, exports, and at `/` the way to the page in the asker's language."""
    app = FastAPI(title="Founder Assistant", docs_url=None, redoc_url=None)
    app.include_router(build_api(service))
    app.include_router(build_cost_api(service.planner))
    app.include_router(build_exports(service.conversations))

    @app.get("/", include_in_schema=False)
    def choose_language(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/{_wanted_language(request)}/{query}")

    @app.get("/favicon.ico", include_in_schema=False)
    def no_icon() -> Response:
        return Response(status_code=204)

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if not _is_served(request):
            return Response("not served here", status_code=403)
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.add_middleware(BodyLimit)
    return app


def _is_served(request: Request) -> bool:
    """Whether a request is one for us to answer."""
    path = request.url.path
    # Gradio fetches a public address for whoever asks and streams it on: a way out for what a page must not send.
    if "/file=http" in path or "/proxy=" in path or path in _CLOSED:
        return False
    origin = request.headers.get("origin")
    if request.method in _READING or origin is None:
        return True
    return urllib.parse.urlsplit(origin).netloc == request.headers.get("host")


def _wanted_language(request: Request) -> Language:
    """The language that was chosen on a page before, else the first of the browser's that is spoken here."""
    chosen = request.cookies.get("language")
    preferred = [part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
    return next((known for name in (chosen, *preferred) for known in LANGUAGES if known == name), "en")


class BodyLimit:
    """Ends a request whose body is larger than its route takes, whatever its headers say, with 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = MAX_UPLOAD_BYTES if scope["path"] in _UPLOADS else MAX_BODY_BYTES
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
