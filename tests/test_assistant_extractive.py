"""Quotes come from the passages that answer: in the asker's language, unless the nearest one is in the other."""

from __future__ import annotations

import pytest

from assistant.evidence.reading import Passage
from assistant.writing.extractive import quote_best_sentences, with_said
from tests.doubles import make_document

CHINESE = "机房温度保持在 22 到 25 度。温度超过 30 度时系统自动给值班手机发短信。"
ENGLISH = "We may let desks to other firms for up to a year. Smoking is forbidden in every room."
QUESTION = "How warm may the server room get before somebody is told?"


@pytest.mark.parametrize(
    ("chinese", "english", "begins_with"),
    [(0.9, 0.5, "- 机房温度"), (0.5, 0.9, "- We may let")],
)
def test_the_nearest_passage_is_quoted_whatever_its_language(chinese: float, english: float, begins_with: str) -> None:
    passages = [
        Passage(1, make_document(CHINESE, language="zh"), "温度", 0, len(CHINESE), chinese),
        Passage(2, make_document(ENGLISH), "Letting", 0, len(ENGLISH), english),
    ]
    quotes = quote_best_sentences(QUESTION, passages, lambda word: 1.0)
    assert quotes.startswith(begins_with)
    assert ("温度" in quotes) == (chinese > english)


def test_a_sentence_of_the_other_language_is_chosen_by_its_words_there() -> None:
    text = f"{CHINESE}外来人员进机房要有人全程陪同。仓库里常备两块电源。硬盘用满四年就换。"
    passage = Passage(1, make_document(text, language="zh"), "", 0, len(text), 0.9)
    asked = "Are old hard disks replaced?"
    assert "硬盘用满四年就换" in quote_best_sentences(asked, [passage], lambda word: 1.0, limit=2)


def test_what_was_said_stands_behind_the_quotes_once() -> None:
    assert with_said("- One.", ["One.", "Two.", "| a row |"]) == "- One.\n- Two."
