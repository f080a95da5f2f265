"""Bodies that trickle are not waited for."""

from __future__ import annotations

import asyncio
import time

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A body may take so long, and a second more for so many bytes that came of it.
BODY_WITHIN_S = 20.0
SLOWEST_BYTES_PER_S = 4096


class BodyPace:
    """Ends a request whose body comes too slowly, with 408."""

    def __init__(
        self, app: ASGIApp, within_s: float = BODY_WITHIN_S, slowest_bytes_per_s: float = SLOWEST_BYTES_PER_S
    ) -> None:
        self._app = app
        self._within_s = within_s
        self._slowest = slowest_bytes_per_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the body, but not for ever; for what comes after it as long as it takes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, seen = time.monotonic(), 0
        is_whole = is_refused = False

        async def paced() -> Message:
            nonlocal seen, is_whole, is_refused
            if is_whole:
                return await receive()
            left = started + self._within_s + seen / self._slowest - time.monotonic()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, left))
            except TimeoutError:
                is_whole = is_refused = True
                await Response("too slow", status_code=408, headers={"Connection": "close"})(scope, receive, send)
                return {"type": "http.disconnect"}
            seen += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            return message

        async def unless_refused(message: Message) -> None:
            if not is_refused:
                await send(message)

        await self._app(scope, paced, unless_refused)
