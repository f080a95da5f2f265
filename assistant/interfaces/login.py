"""In and out: /login and /logout. Only where users sign in."""

from __future__ import annotations

import urllib.parse

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse

from assistant.interfaces.door import SESSION_COOKIE, session_token
from assistant.interfaces.login_page import LOGIN_TEXTS, login_html
from assistant.interfaces.preferred import preferred_language
from assistant.keeping.accounts import SESSION_S, Accounts
from assistant.keeping.signing_in import SigningIn, TooManyTriesError, WrongPasswordError
from corpus.document import Language
from index.chunk import LANGUAGES

# Longer names and passwords are nobody's.
_MOST_BYTES = 20_000


def build_login(accounts: Accounts, *, is_secure: bool) -> APIRouter:
    """The routes; `is_secure` says that browsers reach us by https alone."""
    router = APIRouter(include_in_schema=False)
    signing_in = SigningIn(accounts)

    @router.get("/login")
    def show(request: Request, next: str = "/") -> Response:
        token = session_token(request.headers)
        if token and accounts.in_session(token):
            return RedirectResponse(_within(next), status_code=303)
        return HTMLResponse(login_html(preferred_language(request), wanted=_within(next)))

    @router.post("/login")
    async def sign_in(request: Request) -> Response:
        # A form of two fields is read without a further library.
        fields = urllib.parse.parse_qs((await request.body())[:_MOST_BYTES].decode("utf-8", "replace"))
        name, password, wanted, language = (fields.get(k, [""])[0] for k in ("name", "password", "next", "language"))
        spoken = next((known for known in LANGUAGES if known == language), preferred_language(request))
        try:
            token = await run_in_threadpool(signing_in.sign_in, name.strip(), password)
        except (WrongPasswordError, TooManyTriesError) as error:
            return _not_let_in(error, spoken, name.strip(), _within(wanted))
        response = RedirectResponse(_within(wanted), status_code=303)
        response.set_cookie(
            SESSION_COOKIE, token, max_age=SESSION_S, httponly=True, samesite="lax", secure=is_secure, path="/"
        )
        return response

    @router.post("/logout")
    def sign_out(request: Request) -> Response:
        accounts.end_session(session_token(request.headers))
        response = RedirectResponse("/login", status_code=303)
        response.delete_cookie(SESSION_COOKIE, path="/")
        return response

    return router


def _not_let_in(error: Exception, language: Language, name: str, wanted: str) -> Response:
    texts = LOGIN_TEXTS[language]
    if isinstance(error, TooManyTriesError):
        complaint = texts["locked"].format(minutes=-(-error.wait_s // 60))
        page = login_html(language, name=name, wanted=wanted, complaint=complaint)
        return HTMLResponse(page, status_code=429, headers={"Retry-After": str(error.wait_s)})
    return HTMLResponse(login_html(language, name=name, wanted=wanted, complaint=texts["wrong"]), status_code=401)


def _within(wanted: str) -> str:
    """Where to go, if that is here: a path, not another host's address."""
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_path else "/"
