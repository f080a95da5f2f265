"""The cost planner in a real browser, in both languages and both widths, over a collection of one document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.app import Workspace
from assistant.home import Home
from assistant.library import Library
from assistant.settings import Settings
from tests.doubles import make_document
from tests.visits import NAMELESS, Visit, browser, page_served

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.browser

WIDTHS = [("zh-CN", 1440, 900), ("en-US", 1440, 900), ("zh-CN", 390, 844), ("en-US", 390, 844)]
WORDS = {
    "zh-CN": {
        "planner": "成本测算", "runway": "现金跑道", "value": "15 个月", "cash": "300万美元", "spending": "26万美元/月",
        "revenue": "6万美元/月", "unread": "看不懂", "missing": "还需要知道", "burn": "20万美元/月",
        "asked": "300 万美元", "kept": "已保存", "from": "取自公司档案", "shown_cash": "300 万美元",
    },
    "en-US": {
        "planner": "Cost planner", "runway": "runway", "value": "15 months", "cash": "$3M", "spending": "$260k/month",
        "revenue": "$60k/month", "unread": "cannot be read", "missing": "please also say", "burn": "$200k/month",
        "asked": "$3 million", "kept": "Saved", "from": "from the company profile", "shown_cash": "$3 million",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def page_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = Home(tmp_path_factory.mktemp("planner") / "home")
    workspace = Workspace(home, Settings.load(home, flags={"backend": "extractive"}))
    Library(workspace.collection("notes"), []).add([make_document("The runway is how long the cash lasts.")])
    with page_served(home.folder, "--backend", "extractive", "--collection", "notes") as url:
        yield url


def fill(visit: Visit, name: str, text: str) -> None:
    visit.page.fill(f"#{name} input, #{name} textarea", text)


def open_planner(visit: Visit, words: dict[str, str]) -> None:
    visit.tab(words["planner"])
    visit.page.wait_for_selector("#input-tokens")


def choose_runway(visit: Visit, words: dict[str, str]) -> None:
    visit.page.click("#calculator input")
    visit.page.fill("#calculator input", words["runway"])
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#input-cash")


@pytest.fixture(params=WIDTHS, ids=lambda given: f"{given[0]}-{given[1]}")
def planned(request: pytest.FixtureRequest, browser: Any, page_url: str) -> Iterator[tuple[Visit, dict[str, str]]]:
    locale, width, height = request.param
    visit = Visit(browser, page_url, locale=locale, width=width, height=height)
    open_planner(visit, WORDS[locale])
    yield visit, WORDS[locale]
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.problems == []
    assert visit.hosts == {page_url.split("/")[2]}
    visit.context.close()


def test_a_result_comes_while_one_types_and_is_asked_about(planned: tuple[Visit, dict[str, str]]) -> None:
    visit, words = planned
    choose_runway(visit, words)
    fill(visit, "input-cash", words["cash"])
    visit.page.wait_for_selector(f"#plan .plan-missing:has-text({words['missing']!r})")
    fill(visit, "input-spending", words["spending"])
    fill(visit, "input-revenue", words["revenue"])
    visit.page.wait_for_selector(f"#plan .plan-value:has-text({words['value']!r})")
    assert visit.page.locator("#plan .steps li").count() >= 2
    visit.page.wait_for_function("document.querySelector('#plan .curve')?.naturalWidth > 0")
    assert visit.page.get_attribute("#plan .curve", "alt")
    assert visit.page.eval_on_selector_all("button, a", NAMELESS) == []
    visit.page.click("#plan-ask")
    visit.page.wait_for_selector("#question textarea", state="visible")
    question = visit.page.input_value("#question textarea")
    assert words["value"] in question
    assert words["asked"] in question
    visit.page.click("#send")
    visit.page.wait_for_selector("#chat [data-testid=bot]")


def test_what_cannot_be_read_is_said_and_mended(planned: tuple[Visit, dict[str, str]]) -> None:
    visit, words = planned
    fill(visit, "input-parameters", "7B")
    fill(visit, "input-tokens", "<img src=x onerror=alert(1)>")
    visit.page.wait_for_selector(f"#plan .plan-missing:has-text({words['unread']!r})")
    assert visit.page.locator("#plan img").count() == 0
    assert not visit.page.is_visible("#plan-ask")
    fill(visit, "input-tokens", "2T")
    visit.page.wait_for_selector("#plan .plan-value")


def test_the_profile_is_kept_and_stands_in_for_empty_fields(planned: tuple[Visit, dict[str, str]]) -> None:
    visit, words = planned
    visit.page.get_by_role("button", name={"成本测算": "公司档案"}.get(words["planner"], "Company profile")).click()
    visit.page.wait_for_selector("#company-keep:not([disabled])")
    fill(visit, "company-cash", words["cash"])
    fill(visit, "company-monthly_burn", words["burn"])
    visit.page.click("#company-keep")
    visit.page.wait_for_selector(f"#company-status :text({words['kept']!r})")
    assert visit.page.input_value("#company-cash input, #company-cash textarea") == words["shown_cash"]
    choose_runway(visit, words)
    visit.page.wait_for_selector(f"#plan .plan-value:has-text({words['value']!r})")
    assert words["from"] in visit.page.inner_text("#plan")
    assert words["from"] in visit.page.inner_text("#input-cash")
    for key in ("company-cash", "company-monthly_burn"):
        fill(visit, key, "")
    visit.page.click("#company-keep")
    visit.page.wait_for_selector(f"#plan .plan-missing:has-text({words['missing']!r})")
