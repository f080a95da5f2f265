"""HTTP to one model server, with deadlines that hold. Every failure becomes an error of this layer."""

from __future__ import annotations

import email.utils
import ssl
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2

from serving.errors import (
    ServerError,
    ServerRefusedError,
    ServerSilentError,
    ServerUnreachableError,
)
from serving.talking.deadlines import Deadlines
from serving.talking.reply import refusal
from serving.talking.sse import DamagedStreamError, read_object
from serving.talking.watchdog import WATCHDOG, Watch

FIRST_TOKEN, IDLE, TOTAL = "first_token_s", "idle_s", "total_s"

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What a broken connection can raise besides httpx2's own errors, when it is shut down under its reader; a RuntimeError
# when the client was closed.
_BROKEN = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ssl.SSLError, OSError, RuntimeError)
_MOST_READ = 2**20


class Wire:
    """The connections to one server. Any number of threads may use it."""

    def __init__(self, base_url: str, *, api_key: str, deadlines: Deadlines) -> None:
        """`base_url` ends in the server's `/v1`."""
        self.base_url = base_url.rstrip("/")
        self.root = self.base_url.removesuffix("/v1")
        self.deadlines = deadlines
        self._client = httpx2.Client(
            headers={
                "Authorization": f"Bearer {api_key or 'none'}",
                "Accept-Encoding": "identity",
                "Connection": "close",
            },
            # A new connection for each request: one that the server has just closed would break it, and the watch
            # learns of a socket when it is made.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
            # A proxy of the environment cannot reach this machine's loopback.
            trust_env=not is_loopback(self.base_url),
        )

    @contextmanager
    def stream(self, body: Mapping[str, Any], watch: Watch) -> Iterator[httpx2.Response]:
        """Send a chat request; its reply, begun. `watch` has to end the first step itself.

        :raises ServerError: when the server does not begin to reply, or refuses.
        """
        watch.allow(FIRST_TOKEN, self.deadlines.first_token_s)
        watch.allow(TOTAL, self.deadlines.total_s)
        with WATCHDOG.watched(watch):
            try:
                request = self._client.build_request(
                    "POST",
                    f"{self.base_url}/chat/completions",
                    json=body,
                    timeout=httpx2.Timeout(None, connect=self.deadlines.connect_s),
                    extensions={"trace": watch.trace},
                )
                response = self._client.send(request, stream=True)
            except (*_BROKEN, ValueError) as error:
                raise self._unreached(error, watch) from error
            try:
                if response.status_code >= 300:
                    raise self._refused(response, watch)
                yield response
            finally:
                response.close()

    def ask(self, method: str, url: str, body: Mapping[str, Any] | None = None, *, within_s: float) -> dict[str, Any]:
        """A short request for a JSON object.

        :raises ServerError: when it is not answered within `within_s`, or not with one.
        """
        watch = Watch()
        watch.allow(TOTAL, within_s)
        timeout = httpx2.Timeout(within_s, connect=min(within_s, self.deadlines.connect_s))
        try:
            with (
                WATCHDOG.watched(watch),
                self._client.stream(
                    method, url, json=body, timeout=timeout, extensions={"trace": watch.trace}
                ) as response,
            ):
                if response.status_code >= 300:
                    raise self._refused(response, watch)
                return read_object(_whole(response))
        except DamagedStreamError as error:
            raise ServerUnreachableError(f"{url} does not speak the protocol ({error})") from error
        except (*_BROKEN, ValueError) as error:
            raise self._unreached(error, watch) from error

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def silent(self, watch: Watch) -> ServerSilentError:
        """The error for a step that was late."""
        seconds = getattr(self.deadlines, watch.expired, 0)
        return ServerSilentError(f"the model server at {self.base_url} wrote nothing for {seconds:.0f} s")

    def _unreached(self, error: Exception, watch: Watch) -> ServerError:
        if watch.expired or isinstance(error, httpx2.ReadTimeout):
            return self.silent(watch)
        return ServerUnreachableError(f"no model server answers at {self.base_url} ({error or type(error).__name__})")

    def _refused(self, response: httpx2.Response, watch: Watch) -> ServerError:
        status, wait = response.status_code, _retry_after(response.headers.get("Retry-After", ""))
        try:
            text = _whole(response)
        except (*_BROKEN, ValueError) as error:
            return self._unreached(error, watch)
        try:
            told = refusal(read_object(text), status=status, retry_after_s=wait)
        except DamagedStreamError:
            told = ServerRefusedError(f"{status}: {text[:100]!r}", status=status, retry_after_s=wait)
        return ServerRefusedError(
            f"the model server at {self.base_url} refused ({told})", status=status, retry_after_s=wait
        )


def is_loopback(base_url: str) -> bool:
    """Whether the server runs on this machine."""
    try:
        return urllib.parse.urlsplit(base_url).hostname in _LOOPBACK
    except ValueError:  # no address at all: the first request tells
        return False


def body_of(response: httpx2.Response) -> Iterator[bytes]:
    """The bytes of a reply as they come.

    :raises OSError: when the connection breaks.
    """
    try:
        yield from response.iter_raw()
    except _BROKEN as error:
        raise ConnectionError(str(error) or type(error).__name__) from error


def is_stream(response: httpx2.Response) -> bool:
    """Whether events come. Some servers send the whole reply in JSON although a stream was asked for."""
    return "json" not in response.headers.get("Content-Type", "")


def _whole(response: httpx2.Response) -> str:
    read = b""
    for chunk in response.iter_raw():
        read += chunk
        if len(read) > _MOST_READ:
            raise DamagedStreamError("a reply without end")
    return read.decode("utf-8", errors="replace")


def _retry_after(value: str) -> float:
    """Seconds, or the time of a date; 0 for what is neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
