"""Statuses and verdicts in the words of people's formats, .xlsx and .md; .csv and .jsonl keep the programs' words."""

from __future__ import annotations

from assistant.answer import Answer, Status, Verdict
from corpus.document import Language

STATUS: dict[Language, dict[Status, str]] = {
    "en": {"answered": "answered", "partial": "partly answered", "refused": "refused", "error": "failed"},
    "zh": {"answered": "已回答", "partial": "部分回答", "refused": "拒答", "error": "失败"},
}
VERDICT: dict[Language, dict[Verdict, str]] = {
    "en": {"supported": "supported", "computed": "computed", "unsupported": "not supported", "no_claim": "no claim"},
    "zh": {"supported": "有资料支持", "computed": "计算得出", "unsupported": "资料不支持", "no_claim": "不含论断"},
}
# What a program reads in `reason`, for people; a word that is not here is shown as it is.
REASON: dict[Language, dict[str, str]] = {
    "en": {
        "nothing_relevant": "the sources say nothing about it",
        "nothing_supported": "no sentence of the draft stands in the sources",
        "lead_not_supported": "what the draft begins with does not stand in the sources",
        "little_supported": "too little of the draft stands in the sources",
        "figure_not_in_sources": "the figure does not stand in the sources",
        "name_not_in_sources": "a name does not stand in the sources",
        "not_in_sources": "the sources do not say it",
        "fact_not_in_sources": "the sources do not speak of what is asked",
        "quoted_instead": "the sources are quoted in place of the draft",
        "broken_off": "the model broke off",
        "model_away": "the model was away; the sources are quoted",
        "other_language": "the model wrote in the other language",
        "no_answer_came": "the model wrote nothing",
        "small_talk": "no question to the sources",
        "personal_advice": "advice for a person's own case",
        "input_missing": "a figure is missing in the question",
        "input_impossible": "a figure in the question is impossible",
        "input_unclear": "it is not clear what a figure in the question is",
        "no_such_value": "there is no such value",
        "server_failed": "the model's server failed",
        "set_aside": "set aside: the engine died at it twice",
        "internal_error": "a fault of the program",
        "empty_question": "the question is empty",
        "question_too_long": "the question is too long",
        "language_not_supported": "neither Chinese nor English",
    },
    "zh": {
        "nothing_relevant": "资料里没有相关内容",
        "nothing_supported": "草稿没有一句能在资料里找到依据",
        "lead_not_supported": "草稿开头的结论没有资料依据",
        "little_supported": "草稿只有很少内容有资料依据",
        "figure_not_in_sources": "数字不在资料中",
        "name_not_in_sources": "名称不在资料中",
        "not_in_sources": "资料没有说明",
        "fact_not_in_sources": "资料没有提到所问的事",
        "quoted_instead": "用资料原文代替草稿",
        "broken_off": "模型中途断开",
        "model_away": "模型不在线，引用资料原文",
        "other_language": "模型用了另一种语言",
        "no_answer_came": "模型没有写出内容",
        "small_talk": "不是向资料提出的问题",
        "personal_advice": "属于个人事务的建议",
        "input_missing": "问题里缺少数字",
        "input_impossible": "问题里的数字不成立",
        "input_unclear": "问题里有一个数字不清楚指什么",
        "no_such_value": "不存在这样的值",
        "server_failed": "模型服务器出错",
        "set_aside": "已搁置：引擎两次在此崩溃",
        "internal_error": "程序出错",
        "empty_question": "问题为空",
        "question_too_long": "问题太长",
        "language_not_supported": "不是中文或英文",
    },
}
SUPPORTED: dict[Language, str] = {
    "en": "{supported} of {claims} claims supported",
    "zh": "{claims} 条论断中 {supported} 条有依据",
}
_MARK: dict[Language, str] = {"en": " (not supported by the sources)", "zh": "〔资料不支持〕"}
_PAGE: dict[Language, str] = {"en": "p. {page}", "zh": "第 {page} 页"}


def marked_text(answer: Answer) -> str:
    """The answer's Markdown with every unsupported sentence marked in words."""
    parts, position = [], 0
    for sentence in answer.sentences:
        start = answer.answer.find(sentence.text, position)
        if start < 0:
            continue
        end = start + len(sentence.text)
        if sentence.verdict == "unsupported":
            end -= sentence.text.endswith("|")  # a table's row stays one
            parts += [answer.answer[position:end], _MARK[answer.language]]
        else:
            parts.append(answer.answer[position:end])
        position = end
    return "".join(parts) + answer.answer[position:]


def source_lines(answer: Answer) -> list[str]:
    """The sources that carry a sentence, a line each."""
    lines = []
    for citation in answer.citations:
        if citation.used:
            heading = f"{citation.title} › {citation.section}" if citation.section else citation.title
            page = ", " + _PAGE[answer.language].format(page=citation.page) if citation.page else ""
            lines.append(f"[{citation.n}] {heading}{page}")
    return lines


def supported_of(answer: Answer) -> tuple[int, int]:
    """(claims that a source or a calculation carries, claims)."""
    claims = [sentence for sentence in answer.sentences if sentence.verdict != "no_claim"]
    return sum(sentence.verdict != "unsupported" for sentence in claims), len(claims)
