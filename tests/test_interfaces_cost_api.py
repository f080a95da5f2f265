"""The API's calculators and its check of any text, without an index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.calculating.planner import Planner
from assistant.interfaces.cost_api import build_cost_api
from corpus.tables import load_tables


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(build_cost_api(Planner(load_tables(), tmp_path / "company.toml")))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_every_calculator_is_listed_and_its_example_calculates(client: TestClient) -> None:
    listed = client.get("/api/cost").json()
    assert len(listed) >= 30
    for calculator in listed:
        reply = client.post(f"/api/cost/{calculator['name']}", json={"inputs": calculator["example"]})
        assert reply.status_code == 200, reply.text
        record = reply.json()
        assert record["name"] == calculator["name"]
        assert float(record["value"]) == float(record["value"])
        assert record["steps"]
        assert calculator["inputs"].keys() >= calculator["example"].keys()


def test_a_calculation_is_written_in_the_language_asked_for(client: TestClient) -> None:
    inputs = {"parameters": "7B", "tokens": "2T", "price": "$2.5/h"}
    english = client.post("/api/cost/train", json={"inputs": inputs}).json()
    chinese = client.post("/api/cost/train", json={"inputs": inputs, "language": "zh"}).json()
    assert english["value"] == chinese["value"]
    assert english["inputs"]["parameters"] == "7 billion parameters"
    assert chinese["inputs"]["parameters"] == "70 亿参数"


@pytest.mark.parametrize(
    ("inputs", "reason", "names", "message"),
    [
        ({"parameters": "7B"}, "missing_input", ["tokens"], "还需要知道：训练 token 数"),
        ({"parameters": "7B", "tokens": "2T", "mfu": "many"}, "bad_input", ["mfu"], "算力利用率（MFU）：“many”看不懂"),
        ({"colour": "red"}, "bad_input", ["colour"], "没有 'colour' 这一项"),
        ({"parameters": "7B", "tokens": "2T", "mfu": "400%"}, "bad_input", ["mfu"], "不可能是"),
    ],
)
def test_what_cannot_be_calculated_is_said_in_words(
    client: TestClient, inputs: dict[str, str], reason: str, names: list[str], message: str
) -> None:
    reply = client.post("/api/cost/train", json={"inputs": inputs, "language": "zh"})
    assert reply.status_code == 422
    detail = reply.json()["detail"]
    assert (detail["reason"], detail["inputs"]) == (reason, names)
    assert message in detail["message"]


def test_an_unknown_calculator_is_not_found(client: TestClient) -> None:
    reply = client.post("/api/cost/astrology", json={"inputs": {}, "language": "zh"})
    assert reply.status_code == 404
    assert "没有名为 'astrology' 的计算器" in reply.json()["detail"]["message"]


def test_a_text_is_checked_against_the_sources_that_come_with_it(client: TestClient) -> None:
    sources = [
        {"name": "contract.md", "text": "# Terms\n\n## Price\n\nThe licence costs 417,000 euros a year.\n"},
        {"name": "contract.md", "text": "# Terms\n\n## Price\n\nThe licence costs 417,000 euros a year.\n"},
        {"name": "附件", "text": "合同于 2027 年 5 月结束。"},
    ]
    text = "The licence costs 417,000 euros a year. The licence costs 500,000 euros a year. 合同于 2027 年 5 月结束。"
    record = client.post("/api/check", json={"text": text, "sources": sources}).json()
    assert [sentence["verdict"] for sentence in record["sentences"]] == ["supported", "unsupported", "supported"]
    assert {citation["address"] for citation in record["citations"]} == {"contract.md", "附件"}


@pytest.mark.parametrize(
    "body",
    [
        {"text": "Yes.", "sources": []},
        {"text": "", "sources": [{"name": "a", "text": "b"}]},
        {"text": "Yes.", "sources": [{"name": "a", "text": ""}]},
        {"text": "Yes.", "sources": [{"name": "a", "text": "b"}], "shipped": True},
    ],
)
def test_a_check_without_a_text_or_sources_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post("/api/check", json=body).status_code == 422
