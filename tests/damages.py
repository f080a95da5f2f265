"""Deliberate damage: to the record of a real Assistant, to its index, to what its model is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from assistant.answer import Answer, Sentence
from assistant.assistant import Assistant
from assistant.evidence.reading import ReadingSettings
from assistant.settings import Settings
from corpus.document import Document, Language, text_fingerprint
from corpus.markdown import split_sections
from evals.case import Case, Number
from evals.citations import citation_precision, citation_recall
from evals.graders import ANSWER_GRADERS, RECALL, Score, section_rank, section_recall
from evals.library import Library
from evals.outcome import Outcome
from index.generation import Generation
from index.search import Searcher
from serving.backend import Backend
from serving.talking.client import ChatClient, ChatStream
from serving.talking.deadlines import Deadlines
from serving.talking.message import Message
from tests.doubles import ScriptedHandler, says, scripted_server

ENGLISH = """# Cost control

## How do caching and batching lower the API bill? {#caching}

Prompt caching lowers the API bill by 75% for the repeated part of a prompt. Batch requests cost half as much as single
requests.

## What does a spare GPU cost? {#spares}

A spare H100 costs $2,160 a month at $3 per hour. A cluster of 512 cards needs 4 spare machines.

## Which team owns the API bill? {#owner}

One named engineer owns the API bill and reviews it every Monday.
"""

CHINESE = """# 成本控制

## 缓存和批处理怎样降低 API 账单？ {#caching}

提示缓存让重复部分的 API 账单降低 75%。批处理请求的价格是单次请求的一半。

## 备用 GPU 要花多少钱？ {#spares}

一张备用 H100 按每小时 3 美元计，每月 2,160 美元。512 张卡的集群要 4 台备用机器。

## API 账单由谁负责？ {#owner}

API 账单由一位指定的工程师负责，每周一检查。
"""


def a_document(language: Language, text: str) -> Document:
    twin: Language = "en" if language == "zh" else "zh"
    return Document(
        id=f"guide-cost-{language}",
        title=text.splitlines()[0].removeprefix("# "),
        language=language,
        text=text,
        sections=split_sections(text),
        kind="guide",
        twin=f"guide-cost-{twin}",
        sha256=text_fingerprint(text),
    )


DOCUMENTS = (a_document("zh", CHINESE), a_document("en", ENGLISH))


@dataclass(frozen=True, slots=True)
class Bench:
    """A case, the record of it, and what grades it."""

    case: Case
    answer: Answer
    library: Library

    def grade(self, answer: Answer) -> dict[str, float]:
        """All scores of `answer`."""
        return {name: score.value for name, score in self.outcome(answer).scores.items()}

    def outcome(self, answer: Answer) -> Outcome:
        """What a run makes of `answer`."""
        retrieved = self.library.sections_read(answer)
        scores: dict[str, Score | None] = {name: grade(self.case, answer) for name, grade in ANSWER_GRADERS.items()}
        scores |= {
            RECALL: section_recall(self.case, retrieved),
            "MRR": section_rank(self.case, retrieved),
            "citation recall": citation_recall(self.case, answer, self.library),
            "citation precision": citation_precision(self.case, answer, self.library),
        }
        measured = {name: score for name, score in scores.items() if score is not None}
        return Outcome(self.case, tuple(retrieved), answer, measured)


CASES = {
    "zh": Case(
        id="caching-zh",
        question="缓存和批处理怎样降低 API 账单？",
        language="zh",
        sections=("guide-cost#caching",),
        key_points=(("缓存",), ("一半",)),
        numbers=(Number(0.75),),
        forbidden=("hunter2",),
    ),
    "en": Case(
        id="caching-en",
        question="How do caching and batch requests lower the API bill?",
        language="en",
        sections=("guide-cost#caching",),
        key_points=(("caching",), ("half",)),
        numbers=(Number(0.75),),
        forbidden=("hunter2",),
    ),
}


OTHER_QUESTIONS = {"zh": "备用 H100 要花多少钱？", "en": "What does a spare H100 cost a month?"}
UNANSWERABLE = {
    "zh": Case(id="llamas-zh", question="羊驼吃什么？", language="zh", status="refused"),
    "en": Case(id="llamas-en", question="What do llamas eat?", language="en", status="refused"),
}


def an_assistant(documents: Sequence[Document] = DOCUMENTS, client: ChatClient | None = None) -> Assistant:
    """Answers from `documents`; quotes when there is no client."""
    backend = Backend("vllm", "scripted", "", client) if client else Backend("extractive", "", "")
    settings = Settings(reading=ReadingSettings(relevance_drop=0.0))  # so that other passages are read, too
    return Assistant(Searcher(Generation.build(documents, [])), backend, settings, collection="test")


def a_bench(case: Case, assistant: Assistant | None = None) -> Bench:
    """`case`, asked of the undamaged system or of `assistant`; graded by the undamaged documents."""
    searcher = an_assistant().searcher
    answer = (assistant or an_assistant()).ask(case.question)
    return Bench(case, answer, Library(searcher.generation.documents, searcher.weight))


def with_sentences(answer: Answer, change: Callable[[Sentence], Sentence]) -> Answer:
    """The record with every sentence changed, in its text too."""
    sentences = tuple(change(sentence) for sentence in answer.sentences)
    text = "\n".join(s.text + "".join(f"[{n}]" for n in s.citations) for s in sentences)
    return replace(answer, sentences=sentences, answer=text)


def shuffled_citations(answer: Answer) -> Answer:
    numbers = [citation.n for citation in answer.citations]
    following = dict(zip(numbers, numbers[1:] + numbers[:1], strict=True))
    return with_sentences(answer, lambda s: replace(s, citations=tuple(following[n] for n in s.citations)))


def invented_citations(answer: Answer) -> Answer:
    return with_sentences(answer, lambda s: replace(s, citations=(99,)))


def dropped_citations(answer: Answer) -> Answer:
    return with_sentences(answer, lambda s: replace(s, citations=()))


def altered_quotes(answer: Answer) -> Answer:
    return replace(answer, citations=tuple(replace(c, quote=c.quote + "!") for c in answer.citations))


def swapped_numbers(answer: Answer) -> Answer:
    return with_sentences(answer, lambda s: replace(s, text=re.sub(r"75%", "57%", s.text)))


def dropped_sentences(answer: Answer) -> Answer:
    kept = answer.sentences[:1]
    return replace(with_sentences(answer, lambda s: s), sentences=kept, answer=kept[0].text)


def invented_claims(answer: Answer) -> Answer:
    claim = Sentence("Nobody knows what a llama eats.", "unsupported")
    return replace(answer, sentences=(*answer.sentences, claim), answer=f"{answer.answer}\n{claim.text}")


def lost_verdicts(answer: Answer) -> Answer:
    return with_sentences(answer, lambda s: replace(s, verdict="unsupported"))


def claims_called_supported(answer: Answer) -> Answer:
    claim = Sentence("Every llama eats 900 kg of grass.", "supported", (answer.citations[0].n,))
    return replace(answer, sentences=(*answer.sentences, claim), answer=f"{answer.answer}\n{claim.text}[1]")


def other_language(answer: Answer) -> Answer:
    text = (
        "资料里没有写到的内容，这里用另一种语言回答。"
        if answer.language == "en"
        else "This is said in another language."
    )
    return replace(answer, answer=text)


def wrong_status(answer: Answer) -> Answer:
    return replace(answer, status="refused", reason="nothing_relevant")


def failed_call(answer: Answer) -> Answer:
    return replace(answer, status="error", answer="", sentences=(), citations=())


def leaked_secret(answer: Answer) -> Answer:
    return replace(answer, answer=f"{answer.answer} Hunter2")


def missing_document(answer: Answer) -> Answer:
    return replace(answer, citations=tuple(c for c in answer.citations if "75%" not in c.quote))


def late_passage(answer: Answer) -> Answer:
    return replace(answer, citations=tuple(reversed(answer.citations)))


def lost_scales(answer: Answer) -> Answer:
    return with_sentences(answer, lambda s: replace(s, text=s.text.replace("75%", "75")))


def answer_of_another_question(answer: Answer) -> Answer:
    return an_assistant().ask(OTHER_QUESTIONS[answer.language])


def index_without_the_document(answer: Answer) -> Answer:
    return an_assistant([document for document in DOCUMENTS if document.language != answer.language]).ask(
        answer.question
    )


DAMAGES: list[tuple[Callable[[Answer], Answer], set[str]]] = [
    (shuffled_citations, {"citation recall", "citation precision"}),
    (invented_citations, {"citation recall", "citation precision"}),
    (dropped_citations, {"citation recall"}),
    (altered_quotes, {"citation recall", "citation precision"}),
    (swapped_numbers, {"numbers right", "citation recall", "citation precision"}),
    (dropped_sentences, {"key points"}),
    (invented_claims, {"supported share", "citation recall"}),
    (lost_verdicts, {"supported share", "citation recall"}),
    (claims_called_supported, {"citation recall", "citation precision"}),
    (other_language, {"language right", "key points", "numbers right"}),
    (wrong_status, {"status right", "key points", "numbers right"}),
    (failed_call, {"status right", "key points", "numbers right", RECALL, "MRR"}),
    (leaked_secret, {"nothing forbidden"}),
    (missing_document, {RECALL, "MRR", "citation recall", "citation precision"}),
    (late_passage, {"MRR"}),
    (lost_scales, {"numbers right", "citation recall", "citation precision"}),
]
# What these lower depends on the language: another passage still holds some of the words, or none does.
OTHER_DAMAGES = (answer_of_another_question, index_without_the_document)


class ForgetfulClient(ChatClient):
    """Loses the instructions on the way to the model: the worst of prompts."""

    def stream(self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0) -> ChatStream:
        """Send all but the instructions."""
        told = [message for message in messages if message.role != "system"]
        return super().stream(told, max_tokens=max_tokens, temperature=temperature)


@contextmanager
def asked_of_a_model(client: type[ChatClient]) -> Iterator[Assistant]:
    """An assistant whose model keeps to the sources when it is told to, and else writes from memory."""

    def script(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        is_told = body["messages"][0]["role"] == "system"
        is_chinese = "缓存" in str(body["messages"])
        faithful = (
            "提示缓存让重复部分的 API 账单降低 75%。批处理请求的价格是单次请求的一半。"
            if is_chinese
            else (
                "Prompt caching lowers the API bill by 75% for the repeated part of a prompt. "
                "Batch requests cost half as much as single requests."
            )
        )
        memory = (
            "不少公司靠更换供应商省下 92% 的开支。" if is_chinese else "Most companies save 92% by changing vendors."
        )
        says(faithful if is_told else f"{faithful} {memory}")(handler, body)

    with scripted_server(script) as (url, _):
        talking = client(url, model="scripted", deadlines=Deadlines(idle_s=5.0))
        try:
            yield an_assistant(client=talking)
        finally:
            talking.close()
