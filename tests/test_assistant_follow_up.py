"""A follow-up takes along what it leans on, and nothing else; the model says which of several things is meant."""

from __future__ import annotations

import pytest

from assistant.understanding.follow_up import standalone
from assistant.understanding.question import Turn, understand
from assistant.understanding.rewriting import rewritten
from serving.talking.client import ChatClient
from serving.talking.deadlines import Deadlines
from tests.doubles import Script, ScriptedHandler, says, scripted_server


@pytest.mark.parametrize(
    ("questions", "text", "expected"),
    [
        (["什么是烧钱倍数？"], "那 2.1 算好还是不好？", "什么是烧钱倍数？ 那 2.1 算好还是不好？"),
        (["评测要多少案例？", "1000 条呢？"], "那 400 条呢？", "评测要多少案例？ 1000 条呢？ 那 400 条呢？"),
        (["GPU 该租还是买？"], "那员工股权怎么给？", "那员工股权怎么给？"),
        (["What is LoRA?"], "And QLoRA?", "What is LoRA? And QLoRA?"),
        (["May a model grade answers?"], "Is it biased?", "May a model grade answers? Is it biased?"),
        (["What does QLoRA need?"], "And how do we hire a finance director?", "And how do we hire a finance director?"),
        (["What is LoRA?"], "What is a burn multiple?", "What is a burn multiple?"),
        ([], "And QLoRA?", "And QLoRA?"),
    ],
)  # fmt: skip
def test_what_a_follow_up_leans_on_comes_along(questions: list[str], text: str, expected: str) -> None:
    assert standalone(text, questions) == expected


HISTORY = [
    Turn("How can several jobs share one GPU?", "There are three ways: MIG slices, time-sharing, a shared model.")
]
SECOND = "What is the risk of the second one?"
BY_RULES = f"{HISTORY[0].question} {SECOND}"


def ask_model(script: Script) -> str:
    with scripted_server(script) as (url, _):
        client = ChatClient(url, model="scripted", deadlines=Deadlines(idle_s=2.0))
        try:
            return rewritten(client, understand(SECOND, HISTORY), HISTORY).standalone
        finally:
            client.close()


def test_the_model_says_which_of_several_things_is_meant() -> None:
    assert (
        ask_model(says("What is the risk of time-sharing one GPU?\nIt is"))
        == "What is the risk of time-sharing one GPU?"
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Time-sharing has the risk that one job takes the memory of all.",
        "What is the risk of a volcano under the data centre in Iceland?",
        "分时共用有什么风险？",
        "What does a shared model cost?",
        "What is the risk of the second way?",
        "What is the risk?",
    ],
)
def test_the_rules_stand_in_for_a_line_that_says_other_things(line: str) -> None:
    assert ask_model(says(line)) == BY_RULES


def test_the_rules_stand_in_for_a_server_that_fails() -> None:
    def fails(handler: ScriptedHandler, body: dict[str, object]) -> None:
        handler.send_error(400)

    assert ask_model(fails) == BY_RULES
