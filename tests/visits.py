"""Visits of the page in a real browser: a server over the real index, a visitor who notes every error and host."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from assistant.home import Home
from index.generation import Generation
from tests.doubles import running

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
ZH, EN = "怎样控制大模型创业的成本？", "How does quantization cut serving cost?"
NOTES = "# 董事会纪要\n\n## 预算\n\n红隼项目的预算是 417,000 欧元，到 2027 年 5 月结束。\n"

# Buttons and links that a screen reader could not name.
NAMELESS = """elements => elements.filter(e => e.offsetParent && !(e.ariaLabel || e.title || e.innerText.trim()))
    .map(e => e.outerHTML)"""

# An answer is read from its beginning: the end of a long one does not push it out of sight.
LAST_QUESTION_STANDS_ON_TOP = """() => {
    const top = element => element.getBoundingClientRect().top;
    const pane = document.querySelector('#chat .bubble-wrap'), last = [...pane.querySelectorAll('.user')].at(-1);
    return Math.abs(top(last) - top(pane)) < 40 || pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 1;
}"""

LEAVING = re.compile("AbortError|Connection errored out")


@contextmanager
def page_served(home: Path, *options: str, **environment: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "assistant.interfaces.cli", "chat", "--port", str(port), "--no-browser"]
    server = subprocess.Popen(
        [*command, "--home", str(home), *options], cwd=ROOT, stderr=subprocess.PIPE, env={**os.environ, **environment}
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
def page_home(shared_home: Home, generation: Generation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of these tests' own with the shipped collection, already indexed."""
    home = tmp_path_factory.mktemp("page") / "home"
    shutil.copytree(shared_home.folder / "collections" / "default", home / "collections" / "default")
    (home / "models").symlink_to(shared_home.models)
    return home


@pytest.fixture(scope="module")
def page_url(page_home: Path) -> Iterator[str]:
    with page_served(page_home, "--backend", "extractive") as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        chromium = session.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """A visitor of the page in one language, who notes every error and every host."""

    def __init__(self, browser: Any, url: str, *, locale: str = "zh-CN", width: int = 1440, height: int = 900) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.hosts: set[str] = set()
        # Leaving a page ends its requests, which Gradio logs.
        self.page.on(
            "console",
            lambda m: self.problems.append(m.text) if m.type == "error" and not LEAVING.search(m.text) else None,
        )
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda r: self.hosts.add(r.url.split("/")[2]) if r.url.startswith("http") else None)
        self.open(url)

    def open(self, url: str) -> None:
        """Go there and wait until the page is connected: the first event has answered."""
        self.page.goto(url)
        self.page.wait_for_selector("#question textarea")
        self.page.wait_for_selector("#health p")

    def ask(self, question: str) -> None:
        """Type a question and wait for its answer."""
        self.page.fill("#question textarea", question)
        self.page.keyboard.press("Enter")
        self.answered(question)

    def answered(self, question: str) -> None:
        """Wait until the last turn is `question` and complete: only then what could be asked next is there."""
        self.page.wait_for_function(
            "q => [...document.querySelectorAll('#chat .user')].at(-1)?.innerText.includes(q.slice(0, 30)) &&"
            " document.querySelector('#chat .option')", arg=question, timeout=30_000
        )  # fmt: skip

    def bot(self) -> str:
        """The last answer."""
        return str(self.page.locator("#chat [data-testid=bot]").last.inner_text())

    def click_and_say(self, selector: str, said: str | None) -> None:
        """Click, and answer what the browser then asks: None says no."""
        asked: list[Any] = []
        self.page.once("dialog", lambda d: asked.append(d.dismiss() if said is None else d.accept(said)))
        self.page.click(selector)
        for _ in range(500):
            if asked:
                return
            self.page.wait_for_timeout(20)
        pytest.fail(f"{selector} asked nothing")

    def tab(self, name: str) -> None:
        """Open a tab."""
        self.page.get_by_role("tab", name=name).click()


@pytest.fixture
def visit(browser: Any, page_url: str) -> Iterator[Visit]:
    visit = Visit(browser, page_url)
    yield visit
    assert visit.problems == []
    assert visit.hosts == {page_url.split("/")[2]}
    visit.context.close()


# What none of the answers, questions or sources may hold.
LIVE = ("img", "svg image", "form", "input", "video", "script", "iframe", "[style*=fixed]", ".katex")


class _Listens(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.heard.append(self.path)  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def canary() -> Iterator[tuple[str, list[str]]]:
    """An address that must hear nothing."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Listens)
    server.heard = []  # type: ignore[attr-defined]
    with running(server) as address:
        yield address, server.heard  # type: ignore[attr-defined]
