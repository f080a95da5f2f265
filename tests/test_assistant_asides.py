"""Greetings get a reply, personal advice is declined, and questions to the sources are neither."""

from __future__ import annotations

import pytest

from assistant.understanding.asides import read_aside
from assistant.understanding.question import question_language


@pytest.mark.parametrize(
    "text",
    [
        "你好",
        "您好！",
        "hi",
        "Hello there!",
        "Good morning",
        "谢谢",
        "谢谢你！",
        "Thanks a lot",
        "你是谁？",
        "你能做什么？",
        "您会什么",
        "Who are you?",
        "What can you do?",
        "how do i use this",
        "help",
        "OK",
        "再见",
    ],
)
def test_small_talk_gets_a_short_reply_in_its_language(text: str) -> None:
    language = question_language(text)
    assert language is not None
    aside = read_aside(text, language)
    assert aside is not None
    assert aside.kind == "small_talk"
    assert question_language(aside.reply) == language


@pytest.mark.parametrize(
    "text",
    [
        "英伟达的股票值得买吗？",
        "现在该不该买比特币？",
        "推荐哪只股票？买哪只股票好",
        "我最近失眠，怎么办？",
        "头疼吃什么药？",
        "我欠钱不还会不会坐牢？",
        "Should I buy Nvidia stock now?",
        "Which stocks should I buy?",
        "I have had a headache for a week, what is it?",
        "Can I sue my landlord?",
    ],
)
def test_advice_about_a_person_is_declined(text: str) -> None:
    language = question_language(text)
    assert language is not None
    aside = read_aside(text, language)
    assert aside is not None
    assert aside.kind == "personal_advice"


@pytest.mark.parametrize(
    "text",
    [
        "你好，怎样控制成本？",
        "怎样给员工分股票期权？",
        "股权激励值得做吗？",
        "要不要买 H100？",
        "值得买卡还是租卡？",
        "GPU 会涨价吗？",
        "谢谢，那推理呢？",
        "Hello, how do we cut cost?",
        "Should we buy GPUs or rent them?",
        "How should we share stock options?",
        "What can you do about GPU cost overruns in a small team?",
        "What are you supposed to log for the EU AI Act?",
        "Can we be sued for training on copyrighted books?",
        "What medicine use cases suit large models?",
        "help me choose a GPU",
        "How do we raise money without giving up shares?",
    ],
)
def test_questions_to_the_sources_are_no_aside(text: str) -> None:
    language = question_language(text)
    assert language is not None
    assert read_aside(text, language) is None
