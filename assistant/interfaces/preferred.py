"""The language to speak to whoever sends a request."""

from __future__ import annotations

from starlette.requests import Request

from corpus.document import Language
from index.chunk import LANGUAGES


def preferred_language(request: Request) -> Language:
    """The language asked for or chosen on a page before, else the first of the browser's that is spoken here."""
    chosen = (request.query_params.get("language"), request.cookies.get("language"))
    preferred = [part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
    return next((known for name in (*chosen, *preferred) for known in LANGUAGES if known == name), "en")
