"""The application around the page: loopback only, known hosts only, no foreign content, bounded requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import gradio as gr
from fastapi import FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.assistant import Assistant
from assistant.interfaces.page import CSS, build_page, texts

# Questions are short; nothing is uploaded through the page yet.
MAX_BODY_BYTES = 2 * 2**20
AT_ONCE = 2
WAITING = 32

# Gradio's own description of the page's endpoints, which nobody outside the page needs.
_CLOSED = frozenset({"/openapi.json", "/docs", "/redoc", "/gradio_api/openapi.json"})

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "form-action 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def build_app(assistant: Assistant) -> FastAPI:
    """The page at `/` and a health check at `/healthz`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok", "backend": assistant.backend.name}

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        # Gradio fetches a public address for whoever asks and streams it on: a way out for what a page must not send.
        path = request.url.path
        if "/file=http" in path or "/proxy=" in path or path in _CLOSED:
            return Response("not served here", status_code=403)
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.add_middleware(BodyLimit)
    page = build_page(assistant)
    page.queue(api_open=False, max_size=WAITING, default_concurrency_limit=AT_ONCE)
    gr.mount_gradio_app(
        app, page, path="/", show_error=False, enable_monitoring=False, run_history=False, max_file_size=MAX_BODY_BYTES,
        footer_links=[], allowed_paths=[], css=CSS, i18n=texts(), ssr_mode=False, theme=gr.themes.Default(),
    )  # fmt: skip
    return app


class BodyLimit:
    """Ends a request whose body is larger than `MAX_BODY_BYTES`, whatever its headers say, with 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = 0
        refused = False

        async def counted() -> Message:
            nonlocal seen, refused
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MAX_BODY_BYTES:
                refused = True
                await Response("too large", status_code=413)(scope, receive, send)
                return {"type": "http.disconnect"}
            return message

        async def unless_refused(message: Message) -> None:
            if not refused:
                await send(message)

        await self._app(scope, counted, unless_refused)
