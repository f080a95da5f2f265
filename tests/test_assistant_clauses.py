"""A clause that goes another way than the one it resembles, and limits that nobody set, speak against a claim."""

from __future__ import annotations

import re

import pytest

from assistant.verifying.clauses import added_limits, clause_differences
from assistant.verifying.deciding import decides_unsaid
from assistant.verifying.echo import only_says_back
from assistant.verifying.inert import foreign_addresses, inert
from index.words import content_words

NODES = "By day all nodes serve the users, and at night some nodes are released for research."
节点 = "白天全部节点做推理，夜间释放一部分节点做研究。"


@pytest.mark.parametrize(
    ("claim", "said", "word"),
    [
        ("Some nodes are released for research by day.", NODES, "by day"),
        ("夜间全部节点做推理。", 节点, "夜间"),
        ("规划时用较高的一组更稳妥，较低的一组不用。", "规划时，用较低的一组更稳妥；较高的一组只作参考。", "较高"),
    ],
)
def test_another_direction_than_in_the_nearest_clause_is_found(claim: str, said: str, word: str) -> None:
    assert word in clause_differences(claim, said)


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("All nodes serve the users by day.", NODES),
        ("夜间释放节点做研究。", 节点),
        ("The sky is wide at night.", NODES),
    ],
)
def test_the_same_direction_is_no_difference(claim: str, said: str) -> None:
    assert clause_differences(claim, said) == []


@pytest.mark.parametrize(
    ("claim", "said", "found"),
    [
        ("It works only when somebody opens the mail.", "It works when somebody opens the mail.", ["only"]),
        ("It worked without anybody opening it, only once read.", "It worked when nobody opened it, not later.", []),
        ("It was tested on only 17.9% of them.", "It was tested on 17.9% of them.", []),
        ("At least 5 models are used.", "5 models are used.", ["at least"]),
        ("At least 5 models are used.", "5 or more models are used.", []),
        ("A filter stops all attacks.", "A filter stops many attacks.", ["all"]),
        ("卡最多分成 7 份。", "卡分成 7 份。", ["最多"]),
        ("每周只向负责人公布用量。", "每周向大家公布用量。", ["只向"]),
        ("每周只看用量。", "每周仅看用量。", []),
    ],
)
def test_a_limit_must_be_the_passage_s_own(claim: str, said: str, found: list[str]) -> None:
    assert added_limits(claim, said) == found


@pytest.mark.parametrize(
    ("written", "gone"),
    [
        ("![a](https://c.invalid/p?d=1)", "!["),
        ("[more](https://c.invalid)", "]("),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("[x](javascript:alert(1))", "javascript:alert"),
        ("see www.c.invalid and HTTPS://C.invalid", "www.c"),
        ("[r]: http://c.invalid", "]:"),
    ],
)
def test_nothing_is_a_link_an_image_or_html_any_more(written: str, gone: str) -> None:
    shown = inert(written)
    assert gone not in shown
    assert not re.search(r"\w://", shown)


def test_ordinary_text_stays_as_it_is() -> None:
    text = "At a < b and 3:1 the cost is $5 [note] (see below); data: 4 TB."
    assert inert(text) == text


def test_an_address_must_stand_in_the_passage() -> None:
    passage = "Write to https://papers.example.org/a today."
    assert foreign_addresses("See https://papers.example.org/a.", passage) == []
    assert foreign_addresses("See https://collector.invalid/a.", passage) == ["https://collector.invalid/a."]


@pytest.mark.parametrize(
    ("sentence", "says_back"),
    [
        ("Four bits cut the bill of a month by $4,320.", True),
        ("Four bits halve the bill of a month, to $2,160.", False),
    ],
)
def test_a_question_with_a_figure_put_in_needs_a_sentence_that_says_it(sentence: str, says_back: bool) -> None:
    said = "With four bits the bill of a month is halved, to $2,160. Two cards for 720 hours come to $4,320."
    asked = set(content_words("By how much do four bits cut the bill of a month?"))
    assert only_says_back(sentence, said, asked, lambda word: 1.0) is says_back


def test_a_figure_that_a_passage_in_the_other_language_holds_is_more_than_the_question_said() -> None:
    sentence = "Anthropic needed about 250 poisoned documents to plant a backdoor in 2025."
    asked = frozenset(content_words("How many poisoned documents did Anthropic need to plant a backdoor in 2025?"))
    assert not only_says_back(sentence, "", asked, lambda word: 1.0)
    assert only_says_back("Anthropic needed poisoned documents to plant a backdoor.", "", asked, lambda word: 1.0)


COSTS_MORE = "Pre-training costs $200K and more. Of 12 people 5 work on data."
OPTIONS = "A company can call an API, tune open weights, or train its own model.\n\n| Own model | $200K |"
COSTS_MORE_ZH = "预训练要花 20 万美元以上。12 人里有 5 人做数据。"


@pytest.mark.parametrize(
    ("question", "sentence", "said", "decides"),
    [
        ("Should we train a model or call an API?", "Call an API, since pre-training costs $200K.", COSTS_MORE, True),
        ("Should we train a model or call an API?", "Pre-training costs $200K and more.", COSTS_MORE, False),
        ("Our bill doubled. Where do we look?", "Our bill doubled, so 5 people work on data.", COSTS_MORE, False),
        ("How many people clean our data?", "To clean data for people, 5 of 12 work on data.", COSTS_MORE, False),
        ("Should we train our own model?", "Train your own model, since a company can.", OPTIONS, True),
        ("Should we train our own model?", "Do not train your own model.", "Do not train your own model.", False),
        ("该自己买机器，还是租机器？", "自己买机器，因为预训练要花 20 万美元以上。", COSTS_MORE_ZH, True),
        ("机器适合直接上生产吗？", "机器适合直接上生产，因为 12 人里有 5 人做数据。", COSTS_MORE_ZH, True),
        ("机器突然坏了，怎么处理数据？", "机器突然坏了，12 人里有 5 人做数据。", COSTS_MORE_ZH, False),
        ("预训练要花多少？", "预训练要花 20 万美元以上，所以先做数据。", COSTS_MORE_ZH, False),
    ],
)
def test_a_choice_that_only_the_question_words_make_is_told(
    question: str, sentence: str, said: str, decides: bool
) -> None:
    assert decides_unsaid(sentence, said, question, lambda word: 1.0) is decides
