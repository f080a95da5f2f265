"""The server of page and API, which does not wait for ever for the head of a request; for its body see pace.py.

The one adapter of uvicorn, which by itself waits as long as somebody likes: each such connection keeps one of the files
that a process may have open.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientProtocol(H11Protocol):
    """Closes a connection whose next request has begun, or whose first has not, and whose head is not there in time."""

    head_within_s: ClassVar[float] = 10.0

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._relax()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._relax()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.head_within_s, self._give_up)

    def _relax(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.IDLE:
            self.transport.close()


def page_server(
    app: ASGIApp, host: str, port: int, *, stop_within_s: int, certificate: str = "", key: str = ""
) -> uvicorn.Server:
    """The server of page and API; certificate and key are files, both empty for http."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=PatientProtocol,
            ws="none",
            log_level="warning",
            timeout_graceful_shutdown=stop_within_s,
            proxy_headers=False,
            workers=1,
            ssl_certfile=certificate or None,
            ssl_keyfile=key or None,
        )
    )
