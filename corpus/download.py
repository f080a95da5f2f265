"""One file over HTTP, politely: resumed where it broke off, tried a few times, waiting as long as the server asks.

Knows nothing of papers. What has arrived lies in `<name>.part`, with what tells its version in `<name>.part.tag`, and
gets its own name when all of it is there and begins as it must.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from corpus.errors import CorpusError

_TIMEOUT_S = 30.0
_TRIES = 4
_LONGEST_WAIT_S = 120.0
_MAX_BYTES = 64 * 2**20  # what the library can read
_OK, _PARTIAL, _NOT_SATISFIABLE, _TOO_MANY = 200, 206, 416, 429
_BUSY = frozenset({_TOO_MANY, 500, 502, 503, 504})
_REFUSED = frozenset({401, 403})


class DownloadError(CorpusError):
    """A file could not be had; `is_for_all` when no other file of the same server can be had now, either."""

    def __init__(self, advice: str, *, is_for_all: bool = False) -> None:
        super().__init__(advice)
        self.is_for_all = is_for_all


class _BusyError(Exception):
    """It cannot be had now: in `wait_s` seconds or later, perhaps."""

    def __init__(self, problem: str, *, wait_s: float = 0.0, is_for_all: bool = False) -> None:
        super().__init__(problem)
        self.wait_s = wait_s
        self.is_for_all = is_for_all


@dataclass(frozen=True, slots=True)
class Downloader:
    """Fetches files one after the other; `pause_s` is the least it waits between two tries, `magic` how files begin."""

    client: httpx2.Client
    magic: bytes
    pause_s: float
    sleep: Callable[[float], None] = time.sleep

    def fetch(self, url: str, target: Path) -> None:
        """Fetch `url` to `target`.

        :raises DownloadError: when it cannot be had; what has arrived is kept, unless it is of no use.
        """
        part = target.with_name(target.name + ".part")
        for tries in range(1, _TRIES + 1):
            try:
                _download(self.client, url, part)
                break
            except _BusyError as error:
                busy = error
            except httpx2.HTTPError as error:
                is_away = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
                problem = f"{url} {'cannot be reached' if is_away else 'broke off'} ({error})"
                busy = _BusyError(problem, is_for_all=is_away)
            is_too_long = busy.wait_s > _LONGEST_WAIT_S
            if is_too_long or tries == _TRIES:
                advice = f"{busy}; run the same command again later: it goes on"
                raise DownloadError(advice, is_for_all=busy.is_for_all or is_too_long) from busy
            self.sleep(max(busy.wait_s, self.pause_s * 2**tries))
        if not self.is_complete(part):
            _forget(part)
            raise DownloadError(f"{url} sent something else than such a file; open it in a browser to see what it says")
        part.replace(target)
        _forget(part)

    def is_complete(self, file: Path) -> bool:
        """Whether `file` is there. It gets its name when all of it has arrived, so only its beginning is looked at."""
        try:
            with file.open("rb") as opened:
                return opened.read(len(self.magic)) == self.magic
        except FileNotFoundError:
            return False


def polite_client(user_agent: str) -> httpx2.Client:
    """A client that names itself. It asks for plain answers: a packed one could not be gone on with at a byte."""
    headers = {"User-Agent": user_agent, "Accept-Encoding": "identity"}
    return httpx2.Client(headers=headers, follow_redirects=True, timeout=_TIMEOUT_S)


def _download(client: httpx2.Client, url: str, part: Path) -> None:
    """Add to `part` what it lacks. Its validator, kept beside it, makes sure that both halves are of one file."""
    tag = _tag_of(part)
    version = tag.read_text(encoding="utf-8") if tag.exists() else ""
    have = part.stat().st_size if part.exists() and version else 0
    headers = {"Range": f"bytes={have}-", "If-Range": version} if have else {}
    with client.stream("GET", url, headers=headers) as response:
        _check_status(response, url, part)
        is_rest = response.status_code == _PARTIAL
        if not is_rest:
            have = 0
            _forget(part)  # first, so that an old half never lies beside a new version
            tag.write_text(_validator(response), encoding="utf-8")
        elif not have or not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            _forget(part)
            raise _BusyError(f"{url} answered with another part than the one asked for")
        with part.open("ab") as file:
            for block in response.iter_bytes():  # in no fixed size: a block begun would be lost where it breaks off
                have += len(block)
                if have > _MAX_BYTES:
                    break
                file.write(block)
    if have > _MAX_BYTES:
        _forget(part)
        raise DownloadError(f"{url} is larger than {_MAX_BYTES >> 20} MiB; that is more than the library reads")


def _check_status(response: httpx2.Response, url: str, part: Path) -> None:
    status = response.status_code
    if status in (_OK, _PARTIAL):
        return
    if status in _BUSY:
        wait_s = _wait_s(response.headers.get("Retry-After", ""))
        raise _BusyError(f"{url} answered {status}, busy", wait_s=wait_s, is_for_all=status == _TOO_MANY)
    if status == _NOT_SATISFIABLE:  # what is here is more than there is: begin again
        _forget(part)
        raise _BusyError(f"{url} answered {status}")
    if status in _REFUSED:
        raise DownloadError(f"{url} answered {status}, it refuses programs; try again tomorrow", is_for_all=True)
    raise DownloadError(f"{url} answered {status}; open it in a browser to see what it says")


def _wait_s(retry_after: str) -> float:
    """Seconds or a date, as the header has it; 0 when it says nothing that can be understood."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def _validator(response: httpx2.Response) -> str:
    """What tells this version of a file from another one; a weak tag or a packed answer does not."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return ""
    tag = str(response.headers.get("ETag", ""))
    return tag if tag.startswith('"') else str(response.headers.get("Last-Modified", ""))


def _tag_of(part: Path) -> Path:
    return part.with_name(part.name + ".tag")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _tag_of(part).unlink(missing_ok=True)
