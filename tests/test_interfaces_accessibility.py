"""What a screen reader, a keyboard and weak eyes meet: axe-core's rules on every tab, and the focus one can see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.visits import EN, ZH, Visit, browser, page_home, page_url

__all__ = ["browser", "page_home", "page_url"]  # fixtures
pytestmark = pytest.mark.browser

# Both languages, widths and schemes, each with each other once.
VIEWS = [
    ("zh-CN", 1440, 900, "light"),
    ("zh-CN", 390, 844, "dark"),
    ("en-US", 1440, 900, "dark"),
    ("en-US", 390, 844, "light"),
]


@pytest.fixture(params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}-{view[3]}")
def seen(request: pytest.FixtureRequest, browser: Any, page_url: str) -> Iterator[tuple[Visit, str]]:
    locale, width, height, scheme = request.param
    visit = Visit(browser, page_url, locale=locale, width=width, height=height)
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    visit.page.wait_for_timeout(500)  # colours change gradually
    yield visit, ZH if locale == "zh-CN" else EN
    visit.context.close()


def serious(visit: Visit) -> list[str]:
    """What axe finds serious or critical: the rule, the element and why."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return [
        f"{found['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for found in axe.run(visit.page).response["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


def test_axe_finds_nothing_serious_on_any_tab(seen: tuple[Visit, str]) -> None:
    visit, question = seen
    assert serious(visit) == []
    visit.ask(question)
    assert serious(visit) == []
    tabs = visit.page.get_by_role("tab")
    for number in range(1, tabs.count()):
        tabs.nth(number).click()
        visit.page.wait_for_timeout(1000)
        assert serious(visit) == [], tabs.nth(number).inner_text()


def test_what_has_the_focus_can_be_seen(browser: Any, page_url: str) -> None:
    visit = Visit(browser, page_url)
    visit.ask(ZH)
    unseen, names = [], set()
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        found = visit.page.evaluate(
            """() => { const e = document.activeElement; if (e === document.body) return null;
            const near = [e, e.parentElement, e.closest('label')].filter(Boolean).map(x => getComputedStyle(x));
            const shown = near.some(s => (s.outlineStyle !== 'none' && s.outlineWidth !== '0px')
              || s.boxShadow !== 'none' || s.borderColor !== 'rgb(228, 228, 231)');
            return [e.outerHTML.slice(0, 120), shown, e.getAttribute('aria-label') || e.title || e.innerText
              || e.placeholder || e.labels?.[0]?.innerText || '']; }"""
        )
        if found is not None:
            names.add(found[2])
            unseen += [found[0]] if not found[1] else []
    assert unseen == []
    assert "" not in names
    assert len(names) > 12
    visit.context.close()


def test_light_and_dark_are_chosen_and_remembered(browser: Any, page_url: str) -> None:
    visit = Visit(browser, page_url)
    dark = "document.body.classList.contains('dark')"
    was = visit.page.evaluate(dark)
    visit.page.click("#theme")
    assert visit.page.evaluate(dark) != was
    visit.open(page_url)
    visit.page.wait_for_function(f"{dark} === {str(not was).lower()}")
    visit.context.close()
