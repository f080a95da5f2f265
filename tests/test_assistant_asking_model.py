"""Where rules find nothing the model chooses among what the question holds; it cannot bring a figure of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from assistant.calculating.asking import Request
from assistant.calculating.asking_model import ask_model
from assistant.calculating.calculated import Calculated, work_out
from assistant.calculating.cues import read_question
from corpus.tables import load_tables
from serving.talking.client import ChatClient
from serving.talking.deadlines import Deadlines
from tests.doubles import ScriptedHandler, scripted_server

TABLES = load_tables()
QUESTION = "With $2M left and monthly costs of $100k, when is the money gone?"


def asked(choose: Callable[[dict[str, Any]], dict[str, str]], question: str = QUESTION) -> tuple[Request | None, int]:
    """The request made when the model answers each schema's properties with what `choose` says; and how often asked."""

    def script(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        schema = body["response_format"]["json_schema"]["schema"]
        content = json.dumps(choose(schema["properties"]))
        choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        handler.reply({"id": "1", "object": "chat.completion", "created": 0, "model": "scripted", "choices": [choice]})

    with scripted_server(script) as (url, requests):
        client = ChatClient(url, model="scripted", deadlines=Deadlines(idle_s=5.0))
        try:
            return ask_model(client, read_question(question, TABLES), None), len(requests)
        finally:
            client.close()


def runway(properties: dict[str, Any]) -> dict[str, str]:
    if "calculator" in properties:
        return {"calculator": "runway"}
    return {name: {"cash": "$2M", "spending": "$100k"}.get(name, "none") for name in properties}


def test_the_models_choice_is_computed() -> None:
    request, times = asked(runway)
    assert request
    made = work_out(request, TABLES, "en")
    assert isinstance(made, Calculated)
    assert made.text.startswith("Runway: 20 months")
    assert times == 2


def test_a_figure_that_is_not_in_the_question_is_not_taken() -> None:
    request, _ = asked(lambda p: {"calculator": "runway"} if "calculator" in p else dict.fromkeys(p, "$5M"))
    assert request is None


def test_an_unknown_calculator_and_none_make_no_calculation() -> None:
    for name in ("none", "horoscope"):
        request, times = asked(lambda p, name=name: {"calculator": name})  # type: ignore[misc]
        assert (request, times) == (None, 1)


def test_a_question_for_facts_does_not_trouble_the_model() -> None:
    assert asked(runway, "How did DeepSeek train V3 for $5.6M on 2,048 GPUs?") == (None, 0)
