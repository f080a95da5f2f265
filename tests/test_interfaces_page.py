"""The page in a real browser, over the real index: what a person sees and does."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.doubles import ScriptedHandler, scripted_server
from tests.visits import (
    EN,
    LAST_QUESTION_STANDS_ON_TOP,
    NOTES,
    ZH,
    Visit,
    browser,
    page_home,
    page_served,
    page_url,
    visit,
)  # fmt: skip

__all__ = ["browser", "page_home", "page_url", "visit"]  # fixtures
pytestmark = pytest.mark.browser


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
