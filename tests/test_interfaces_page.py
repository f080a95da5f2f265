"""The chat page in a real browser, over the real index: what a person sees, and what nobody else hears."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest

from assistant.home import Home
from index.generation import Generation

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_url(shared_home: Home, generation: Generation) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "assistant.interfaces.cli", "chat", "--port", str(port), "--no-browser"]
    server = subprocess.Popen(
        [*command, "--backend", "extractive", "--home", str(shared_home.folder)], cwd=ROOT, stderr=subprocess.PIPE
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
                break
            except (URLError, OSError):
                assert server.poll() is None, server.stderr.read().decode() if server.stderr else ""
                time.sleep(0.25)
        yield url
    finally:
        server.terminate()
        server.wait(30)
        if server.stderr:
            server.stderr.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        chromium = session.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize(
    ("width", "height", "locale", "question", "word", "button"),
    [
        (1440, 900, "zh-CN", "怎样控制大模型创业的成本？", "成本", "提问"),
        (390, 844, "en-US", "How does quantization cut serving cost?", "bits", "Ask"),
    ],
)
def test_a_question_is_answered_beside_its_marked_sources(
    browser: Any, page_url: str, width: int, height: int, locale: str, question: str, word: str, button: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
    page = context.new_page()
    problems: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "//" in request.url else None)
    page.goto(page_url)
    page.fill("#question textarea", question)
    assert page.inner_text("#send") == button
    page.keyboard.press("Enter")
    page.wait_for_selector("#sources mark", timeout=30_000)
    page.wait_for_selector("#chat [data-testid=bot]")
    assert word in page.inner_text("#chat [data-testid=bot]")
    assert "[1]" in page.inner_text("#chat [data-testid=bot]")
    assert page.inner_text("#sources mark").strip()
    assert page.input_value("#question textarea") == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert problems == []
    assert hosts == {page_url.split("/")[2]}
    context.close()


def test_an_empty_question_gets_a_friendly_word_and_a_long_one_its_limit(browser: Any, page_url: str) -> None:
    page = browser.new_page()
    page.goto(page_url)
    for question, answer in (("?", "请输入一个问题"), ("成本" * 3000, "问题太长")):
        page.fill("#question textarea", question)
        page.click("#send")
        page.wait_for_function(f"document.querySelector('#chat').innerText.includes({answer!r})", timeout=20_000)
        page.click("#clear")
        page.wait_for_function("!document.querySelector('#chat [data-testid=bot]')", timeout=20_000)
    page.close()


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/", {"Host": "evil.example"}, None, 400),
        ("/gradio_api/file=https://example.org/", {}, None, 403),
        ("/gradio_api/file=/etc/passwd", {}, None, 403),
        ("/openapi.json", {}, None, 403),
        ("/gradio_api/run/answer", {"Content-Type": "application/json"}, b'{"data": ["cost?", []]}', 404),
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


def test_a_huge_body_is_refused(page_url: str) -> None:
    head = b'--cut\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
    body = head + b"x" * (3 * 2**20) + b"\r\n--cut--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=cut"}
    request = urllib.request.Request(f"{page_url}/gradio_api/upload", body, kind, method="POST")
    with pytest.raises((HTTPError, URLError, ConnectionError)) as caught:
        urllib.request.urlopen(request, timeout=20)
    if isinstance(caught.value, HTTPError):
        caught.value.close()
        assert caught.value.code == 413
