"""Small choices of a model: an object of a given form, a word weighed against another."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from serving.errors import ServerError
from serving.talking.choosing import complete, log_odds
from serving.talking.client import ChatClient
from serving.talking.message import Message
from tests.fault_server import DONE, HEAD, FaultServer, event, fault_server, refusal_of, reply_of

ASK = [Message("user", "Yes or no?")]


def weighed(**chances: float) -> bytes:
    """A stream of one token, with the probabilities of what might have stood in its place."""
    told = [{"token": token, "logprob": math.log(chance)} for token, chance in chances.items()]
    choice = {"delta": {"content": told[0]["token"]}, "logprobs": {"content": [{"top_logprobs": told}]}}
    return HEAD + b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n" + event(finish="length") + DONE


@contextmanager
def talking_to(*replies: bytes) -> Iterator[tuple[ChatClient, FaultServer]]:
    with fault_server(*([reply] for reply in replies)) as server:
        client = ChatClient(server.url, model="scripted")
        yield client, server
        client.close()


def test_what_a_server_does_not_take_is_left_out_after_one_try() -> None:
    with talking_to(refusal_of(400), reply_of('{"a": 1}')) as (client, server):
        for _ in range(2):
            assert complete(client, ASK, schema={"type": "object"}, max_tokens=50) == '{"a": 1}'
        assert ["response_format" in body for body in server.streams] == [True, False, False]


@pytest.mark.parametrize(
    ("chances", "odds"),
    [
        ({"Yes": 0.6, "No": 0.2}, math.log(3)),
        ({"Well": 0.5, " no": 0.4, "yes": 0.1, "Yes": 0.05}, math.log(0.25)),
        ({"Yes": 0.9, "Sure": 0.1}, math.inf),
        ({"No": 0.9, "Nope": 0.1}, -math.inf),
        ({"Well": 0.9, "Perhaps": 0.1}, None),
    ],
)
def test_a_word_is_weighed_against_another(chances: dict[str, float], odds: float | None) -> None:
    with talking_to(weighed(**chances)) as (client, server):
        assert log_odds(client, ASK, "Yes", "No") == pytest.approx(odds)
        assert server.streams[0]["max_tokens"] == 1


@pytest.mark.parametrize(("written", "odds"), [("Yes", math.inf), ("no", -math.inf), ("Maybe", None)])
def test_of_a_server_without_probabilities_the_word_it_writes_counts(written: str, odds: float | None) -> None:
    with talking_to(refusal_of(400), reply_of(written, size=9)) as (client, server):
        assert log_odds(client, ASK, "Yes", "No") == odds
        assert ["logprobs" in body for body in server.streams] == [True, False]


@pytest.mark.parametrize("told", [None, 3, [], {"content": 3}, {"content": [{"top_logprobs": [7, {"token": 1}]}]}])
def test_probabilities_of_another_shape_are_passed_over(told: Any) -> None:
    body = {"choices": [{"delta": {"content": "Yes"}, "logprobs": told, "finish_reason": "stop"}]}
    with talking_to(HEAD + b"data: " + json.dumps(body).encode() + b"\n\n" + DONE) as (client, _):
        assert log_odds(client, ASK, "Yes", "No") == math.inf


def test_a_server_that_refuses_says_so() -> None:
    with talking_to(refusal_of(401)) as (client, _), pytest.raises(ServerError):
        log_odds(client, ASK, "Yes", "No")
