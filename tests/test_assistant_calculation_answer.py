"""A question for a number on its whole way: computed sentences first, passages behind, or what must be asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.calculating.calculated import Calculated
from assistant.events import Finished, Found
from assistant.interfaces.calculation_view import calculation_html, calculation_text
from assistant.record import to_record
from assistant.settings import Settings
from assistant.verifying.verification import Checked
from index.generation import Generation
from index.search import Searcher
from serving.backend import Backend
from serving.talking.client import ChatClient
from serving.talking.deadlines import Deadlines
from tests.doubles import HashEncoder, Script, ScriptedHandler, make_document, says, scripted_server

QUESTION = "How long is our runway with $3M in the bank and a burn of $200k a month?"
PASSAGE = "Runway is cash divided by the monthly net burn. Start raising when nine months of runway are left."
# Hashed words come less near to each other than those of a real embedder.
SETTINGS = Settings(reading=replace(Settings().reading, min_relevance=0.1, min_relevance_open=0.1))


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    encoder = HashEncoder()
    texts = [PASSAGE, "Cheese is made of milk.", "Trains run on rails.", "Birds sing at dawn.", "The sea is salty."]
    documents = [make_document(text, name=f"doc-{n}", heading=text.split()[0]) for n, text in enumerate(texts)]
    return Searcher(Generation.build(documents, [encoder]), [encoder])


@pytest.fixture(scope="module")
def quoting(searcher: Searcher) -> Assistant:
    return Assistant(searcher, Backend("extractive", "", ""), SETTINGS, collection="default")


def ask_model(searcher: Searcher, script: Script, question: str = QUESTION) -> tuple[Answer, list[dict[str, Any]]]:
    with scripted_server(script) as (url, requests):
        client = ChatClient(url, model="scripted", deadlines=Deadlines(idle_s=5.0))
        try:
            backend = Backend("vllm", "scripted", "", client)
            return Assistant(searcher, backend, SETTINGS, collection="default").ask(question), list(requests)
        finally:
            client.close()


def test_the_calculation_comes_first_and_its_sentences_are_computed(quoting: Assistant) -> None:
    events = list(quoting.stream(QUESTION))
    assert isinstance(events[0], Calculated)
    assert isinstance(events[1], Found)
    first = next(event for event in events if isinstance(event, Checked))
    assert (first.sentence.verdict, "15 months" in first.sentence.text) == ("computed", True)
    assert isinstance(events[-1], Finished)


def test_the_record_holds_the_calculation_and_a_quote_beside_it(quoting: Assistant) -> None:
    record = to_record(quoting.ask(QUESTION))
    assert (record["status"], record["calculations"][0]["name"]) == ("answered", "runway")
    assert float(record["calculations"][0]["value"]) == pytest.approx(15)
    assert {"computed", "supported"} <= {sentence["verdict"] for sentence in record["sentences"]}
    assert "Runway is cash divided by the monthly net burn.[" in record["answer"]
    assert any(citation["used"] for citation in record["citations"])


def test_no_model_is_asked_about_a_figure_that_was_computed(searcher: Searcher) -> None:
    answer, requests = ask_model(searcher, says("It is 99 months."))
    assert not any("messages" in request for request in requests)
    assert answer.answer.startswith("Runway: 15 months, by the calculation")
    assert "99" not in answer.answer


def must_not_be_asked(handler: ScriptedHandler, body: dict[str, Any]) -> None:
    raise AssertionError


@pytest.mark.parametrize(
    ("question", "reason", "says_what"),
    [
        ("训练一个 7B 模型要多少钱？", "input_missing", "训练 token 数"),
        ("What does it cost to train a 7B model at 140% MFU on 1T tokens?", "input_impossible", "140%"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_what_is_needed(
    quoting: Assistant, question: str, reason: str, says_what: str
) -> None:
    answer = quoting.ask(question)
    assert (answer.status, answer.reason, answer.calculations) == ("refused", reason, ())
    assert says_what in answer.answer


def test_the_view_escapes_what_it_shows(quoting: Assistant) -> None:
    calculation = quoting.ask(QUESTION).calculations[0]
    hostile = to_record(quoting.ask(QUESTION))["calculations"][0]["formula"] + "<script>"
    assert calculation.formula in calculation_text([calculation], "en")
    shown = calculation_html([type(calculation)(**{**_fields(calculation), "formula": hostile})], "zh")
    assert "<script>" not in shown
    assert "公式" in shown


def _fields(calculation: Any) -> dict[str, Any]:
    return {name: getattr(calculation, name) for name in type(calculation).__dataclass_fields__}
