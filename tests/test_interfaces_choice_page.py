"""Choosing on the page which collections are asked: one's own, another, both; kept with the conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.app import Workspace
from assistant.home import Home
from assistant.library import Library
from assistant.settings import Settings
from tests.doubles import make_document
from tests.test_interfaces_accessibility import serious
from tests.visits import Visit, browser, page_served

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.browser

BOARD = "# Board notes\n\n## Budget\n\n| Project | Budget |\n|---|---|\n| Kestrel | 417,000 euros |\n\n" \
    "The Kestrel project has a budget of 417,000 euros, see the [annex](https://example.org/annex).\n"  # fmt: skip
ASKED = "What is the budget of the Kestrel project?"


@pytest.fixture(scope="module")
def page_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = Home(tmp_path_factory.mktemp("choice") / "home")
    workspace = Workspace(home, Settings.load(home, flags={"backend": "extractive"}))
    texts = {"notes": "The runway is how long the cash lasts.", "hiring": "The Osprey team hires in Lisbon in autumn."}
    for name, text in texts.items():
        Library(workspace.collection(name), []).add([make_document(text, name=name)])
    with page_served(home.folder, "--backend", "extractive", "--collection", "notes") as url:
        yield url


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=lambda size: str(size[0]))
def visit(request: pytest.FixtureRequest, browser: Any, page_url: str) -> Iterator[Visit]:
    width, height = request.param
    visit = Visit(browser, page_url, locale="en-US", width=width, height=height)
    yield visit
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.problems == []
    assert visit.hosts == {page_url.split("/")[2]}
    visit.context.close()


def choose(visit: Visit, *names: str) -> None:
    """Choose these besides what is chosen."""
    for name in names:
        visit.page.click("#choice input")
        visit.page.get_by_role("option", name=name, exact=True).click()
        visit.page.keyboard.press("Escape")


def chosen(visit: Visit) -> str:
    return " ".join(visit.page.inner_text("#choice").split())


def ask(visit: Visit, question: str) -> None:
    visit.page.fill("#question textarea", question)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function(
        "q => [...document.querySelectorAll('#chat .user')].at(-1)?.innerText.includes(q)"
        " && document.querySelector('#sources .copy') && location.search.includes('c=')",
        arg=question, timeout=30_000,
    )  # fmt: skip


def test_a_collection_is_begun_chosen_asked_and_kept(visit: Visit) -> None:
    name = f"董事会 {visit.page.viewport_size['width']}"
    visit.tab("Library")
    visit.page.wait_for_selector("#counts p")
    for typed, why in (("Board!", "This cannot be a name."), ("Notes", "There is a collection “notes”")):
        visit.page.fill("#collection input", typed)
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector(f"#counts :text({why!r})")
    visit.page.fill("#collection input", name)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#counts :text('no documents yet')")
    file = {"name": "notes.md", "mimeType": "text/markdown", "buffer": BOARD.encode()}
    visit.page.set_input_files("#files input[type=file]", [file])
    visit.page.wait_for_selector("#library-status :text('Added: notes.md')", timeout=60_000)
    visit.page.wait_for_selector("#counts :text('Documents: 1,')")
    visit.tab("Chat")
    choose(visit, name)
    assert serious(visit) == []
    ask(visit, ASKED)
    assert "417,000" in visit.bot()
    assert f"Asked of: notes, {name}" in visit.page.inner_text("#sources")
    assert visit.page.inner_text("#sources td >> nth=0") == "Kestrel"
    assert "annex (https://example.org/annex)" in visit.page.inner_text("#sources")
    visit.page.reload()
    visit.page.wait_for_selector("#sources .searched")
    visit.page.wait_for_function(f"document.querySelector('#choice')?.innerText.includes({name!r})")
    assert "notes" in chosen(visit)


def test_another_conversation_brings_its_own_choice(visit: Visit) -> None:
    choose(visit, "hiring")
    ask(visit, "Where does the Osprey team hire?")
    first = visit.page.url
    visit.page.click("#new")
    visit.page.wait_for_function("!location.search")
    visit.page.locator("#choice").get_by_label("Remove hiring").or_(
        visit.page.locator("#choice .token", has_text="hiring").locator("[class*=remove]")
    ).first.click()
    ask(visit, "How long does the cash last?")
    assert "Asked of: notes" in visit.page.inner_text("#sources")
    assert "hiring" not in chosen(visit)
    visit.page.goto(first)
    visit.page.wait_for_selector("#sources :text('Asked of: notes, hiring')")
    visit.page.wait_for_function("document.querySelector('#choice')?.innerText.includes('hiring')")
