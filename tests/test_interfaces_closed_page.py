"""What is not for the page is closed: other hosts and origins, files, silent connections, huge bodies."""

from __future__ import annotations

import socket
import urllib.request
from urllib.error import HTTPError, URLError

import pytest

from tests.visits import page_home, page_url

__all__ = ["page_home", "page_url"]  # fixtures
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/", {"Host": "evil.example"}, None, 400),
        ("/en/gradio_api/file=https://example.org/", {}, None, 403),
        ("/zh/gradio_api/file=/etc/passwd", {}, None, 403),
        ("/en/gradio_api/file=corpus/papers.toml", {}, None, 403),
        ("/zh/openapi.json", {}, None, 403),
        ("/en/gradio_api/run/ask", {"Content-Type": "application/json"}, b'{"data": ["cost?", ""]}', 403),
        ("/zh/gradio_api/queue/join", {"Origin": "https://evil.example"}, b"{}", 403),
    ],
)
def test_what_is_not_for_the_page_is_closed(
    page_url: str, path: str, headers: dict[str, str], body: bytes | None, status: int
) -> None:
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(page_url + path, body, headers), timeout=10)
    caught.value.close()
    assert caught.value.code == status


def test_headers_keep_foreign_content_out(page_url: str) -> None:
    request = urllib.request.Request(page_url, headers={"Origin": "https://evil.example"})
    with urllib.request.urlopen(request, timeout=10) as response:
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in response.headers


def test_a_connection_that_never_asks_is_closed(page_url: str) -> None:
    host, port = page_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as silent:
        assert silent.recv(1) == b""


def test_a_huge_body_is_refused(page_url: str) -> None:
    body = b"x" * (3 * 2**20)
    request = urllib.request.Request(f"{page_url}/en/gradio_api/queue/join", body, method="POST")
    with pytest.raises((HTTPError, URLError, ConnectionError)) as caught:
        urllib.request.urlopen(request, timeout=20)
    if isinstance(caught.value, HTTPError):
        caught.value.close()
        assert caught.value.code == 413
