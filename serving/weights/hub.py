"""Files of a model hub over HTTPS, resumed where they broke off. Used only for models that name a hub."""

from __future__ import annotations

from pathlib import Path

import httpx2

from serving.errors import FetchError

_TIMEOUT_S = 30.0


def download(url: str, target: Path, size: int) -> None:
    """Download `url` to `target`, going on behind what `target` already holds.

    :raises FetchError: when the server does not deliver; `target` keeps what came.
    """
    have = target.stat().st_size if target.exists() else 0
    if have >= size:
        return
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with httpx2.stream("GET", url, headers=headers, follow_redirects=True, timeout=_TIMEOUT_S) as response:
            response.raise_for_status()
            # A server that ignores the range sends the whole file again.
            mode = "ab" if response.status_code == httpx2.codes.PARTIAL_CONTENT else "wb"
            with target.open(mode) as file:
                for block in response.iter_bytes():
                    file.write(block)
    except httpx2.HTTPError as error:
        raise FetchError(
            f"{url} could not be fetched ({error}); check the network and run the same command again: it goes on"
        ) from error
