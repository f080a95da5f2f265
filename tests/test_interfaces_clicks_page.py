"""No press, click or word of a person is lost, or taken twice, while the page draws itself anew; in a real browser."""

from __future__ import annotations

import pytest

from tests.visits import EN, ZH, Visit, browser, page_home, page_url, visit

__all__ = ["browser", "page_home", "page_url", "visit"]  # fixtures
pytestmark = pytest.mark.browser

# Asks a suggested question in the very frame in which it appears.
AT_ONCE = """async rounds => {
  const asked = () => document.querySelectorAll('#chat [data-testid=user]').length;
  for (let round = 1; round <= rounds; round++) {
    const before = asked();
    const option = () => document.querySelector('#chat .option');
    while (!option()) await new Promise(requestAnimationFrame);
    option().click();
    const until = Date.now() + 20000;
    while (asked() === before && Date.now() < until) await new Promise(requestAnimationFrame);
  }
  return asked();
}"""


def test_what_is_asked_as_soon_as_an_answer_stands_there_is_not_lost(visit: Visit) -> None:
    visit.ask(ZH)
    assert visit.page.evaluate(AT_ONCE, 4) == 5


def test_a_double_click_asks_once(visit: Visit) -> None:
    question = "创业公司怎样控制推理的成本？"
    visit.page.fill("#question textarea", question)
    visit.page.dblclick("#send")
    visit.answered(question)
    visit.page.wait_for_timeout(1000)
    visit.page.reload()
    visit.page.wait_for_selector(f"#listed a:has-text('{question}')")
    assert visit.page.locator("#listed a", has_text=question).count() == 1


@pytest.mark.parametrize("redrawn", ["document.querySelector('#listed nav').outerHTML += ''", "0"])
def test_a_click_on_a_list_that_is_redrawn_meanwhile_is_not_lost(visit: Visit, redrawn: str) -> None:
    visit.ask(ZH)
    visit.page.wait_for_function("location.search.includes('c=')")
    conversation = visit.page.url.split("c=")[1]
    visit.page.click("#new")
    visit.page.wait_for_selector("#chat .example")
    visit.page.wait_for_function("!location.search")
    link = visit.page.locator(f"#listed a[data-conversation='{conversation}']")
    link.hover()
    visit.page.mouse.down()
    visit.page.evaluate(redrawn)
    visit.page.mouse.up()
    visit.page.wait_for_selector("#chat [data-testid=bot]")
    visit.page.wait_for_function("id => location.search.endsWith(id)", arg=conversation)


def test_a_press_on_a_button_that_is_drawn_anew_meanwhile_counts_once(visit: Visit) -> None:
    visit.page.evaluate(
        """() => { window.pressed = 0; window.draw = () => {
        const old = document.querySelector('#anew'), button = document.createElement('button');
        button.id = 'anew'; button.textContent = 'anew'; button.style = 'position:fixed;top:0;left:0;z-index:99';
        button.onclick = () => window.pressed++;
        old ? old.replaceWith(button) : document.body.append(button); }; window.draw(); }"""
    )
    for redraws, count in ((False, 1), (True, 2)):
        visit.page.hover("#anew")
        visit.page.mouse.down()
        if redraws:
            visit.page.evaluate("window.draw()")
        visit.page.mouse.up()
        visit.page.wait_for_timeout(200)
        assert visit.page.evaluate("window.pressed") == count


def test_what_is_typed_while_an_answer_comes_stays(visit: Visit) -> None:
    visit.page.fill("#question textarea", ZH)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function("document.querySelector('#question textarea').value === ''")
    visit.page.fill("#question textarea", EN)
    visit.answered(ZH)
    visit.page.wait_for_timeout(500)
    assert visit.page.input_value("#question textarea") == EN
