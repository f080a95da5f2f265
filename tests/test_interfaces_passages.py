"""A passage as the page shows it: tables and links to read, nothing live, the quote exactly where it lies."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.interfaces.passage_view import links_as_text, passage_html
from tests.test_interfaces_rendering import ATTACKS

TABLE = "Prices:\n| Model | Price |\n|---|:---:|\n| **H100** | $2.5 [1](guide-a) |\n| A\\|B | `x|y` |\nEnd."
TAGS = {"div", "table", "thead", "tbody", "tr", "th", "td", "strong", "code", "mark"}


def seen(shown: str) -> str:
    """What a person reads."""
    return html.unescape(re.sub(r"<[^>]*>", "", shown))


def marked(shown: str) -> str:
    """What is highlighted."""
    return html.unescape("".join(re.findall(r"<mark>(.*?)</mark>", shown, re.DOTALL)))


def test_a_table_is_a_table() -> None:
    assert passage_html(TABLE) == (
        'Prices:\n<div class="rows" tabindex="0"><table><thead><tr><th>Model</th><th>Price</th></tr></thead><tbody>'
        "<tr><td><strong>H100</strong></td><td>$2.5 1</td></tr><tr><td>A\\|B</td><td>`x</td><td>y`</td></tr>"
        "</tbody></table></div>End."
    )


def test_rows_without_a_head_are_a_table_too() -> None:
    assert passage_html("| a | b |\n| c | d") == (
        '<div class="rows" tabindex="0"><table><tbody>'
        "<tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></tbody></table></div>"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see [Cost control](guide-cost-control-en#a).", "see Cost control."),
        ("see [prices](https://example.org/p \"t\").", "see prices (https://example.org/p)."),
        ("see [https://example.org](https://example.org).", "see https://example.org."),
        ("![a chart](https://example.org/x.png) shows", "a chart shows"),
        ("## Budget\n- first\n  * second", "<strong>Budget</strong>\n• first\n  • second"),
        ("a * b and **c** `d`", "a * b and <strong>c</strong> <code>d</code>"),
        ("[1] and [x][r] stay", "[1] and [x][r] stay"),
    ],
)  # fmt: skip
def test_signs_of_markdown_are_read_not_shown(text: str, shown: str) -> None:
    assert passage_html(text) == shown


def test_links_of_a_sentence_are_text_and_the_rest_stays() -> None:
    text = "see [annex](https://example.org/a), ![chart](x.png), [cost](guide-cost) and **bold** `code` [1]"
    assert links_as_text(text) == "see annex (https://example.org/a), chart, cost and **bold** `code` [1]"


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("form", ["{}", "| {} | x |\n|---|---|\n| {} | y |", "**{}**", "# {}", "[{}](javascript:x)"])
def test_nothing_in_a_passage_is_live(attack: str, form: str) -> None:
    text = form.replace("{}", attack)
    assert set(re.findall(r"</?([a-z]+)", passage_html(text, (0, len(text))))) <= TAGS


@pytest.mark.parametrize("quote", ["H100** | $2.5", "Model | Price |\n|---|:---:|\n| **H100", "End.", "Prices:\n| Mo"])
def test_the_quote_is_marked_wherever_it_begins_and_ends(quote: str) -> None:
    start = TABLE.index(quote)
    signs = re.compile(r"[|*`\s:-]|\[|\]\([^)]*\)")
    shown = marked(passage_html(TABLE, (start, start + len(quote))))
    assert signs.sub("", shown) == signs.sub("", quote)


@given(st.text(alphabet="ab |*`[]()!#-\n<&\\", max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_no_text_breaks_it_and_no_letter_is_lost(text: str, start: int, length: int) -> None:
    quote = (min(start, len(text)), min(start + length, len(text)))
    shown = passage_html(text, quote)
    assert set(re.findall(r"</?([a-z]+)", shown)) <= TAGS
    assert shown.count("<mark>") == shown.count("</mark>")
    if "](" not in text:  # of a link the address is left out
        assert re.findall("[ab]", seen(shown)) == re.findall("[ab]", text)
