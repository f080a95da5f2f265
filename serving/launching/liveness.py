"""Whether a server really writes: a token of its own, or that its count of tokens moves while it is busy."""

from __future__ import annotations

import http.client
import urllib.request

from serving.talking.client import ChatClient

_ASK_WITHIN_S = 5.0
_COUNTS = ("vllm:generation_tokens_total", "vllm:prompt_tokens_total")


class Liveness:
    """Asks one server again and again."""

    def __init__(self, base_url: str, *, model: str, key: str) -> None:
        self._client = ChatClient(base_url, model=model, api_key=key)
        self._metrics = base_url.removesuffix("/v1") + "/metrics"
        self._key = key
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy knows no loopback of ours
        self._seen = -1.0

    def writes_a_token(self) -> bool:
        """Whether one token comes within ten seconds. A port that is open, or a list of models, says nothing."""
        return self._client.is_answering()

    def moves(self) -> bool:
        """Whether it writes a token, or wrote or read any for others since the last call."""
        before, self._seen = self._seen, self._count()
        return self.writes_a_token() or self._seen > before >= 0

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _count(self) -> float:
        """Tokens read and written since it started; -1 where it does not tell."""
        request = urllib.request.Request(self._metrics, headers={"Authorization": f"Bearer {self._key}"})
        try:
            with self._opener.open(request, timeout=_ASK_WITHIN_S) as reply:
                lines = reply.read().decode("utf-8", errors="replace").splitlines()
            counts = [float(line.rpartition(" ")[2]) for line in lines if line.startswith(_COUNTS)]
        except (OSError, http.client.HTTPException, ValueError):  # one that dies amid its reply raises the second
            return -1.0
        return sum(counts) if counts else -1.0
