"""Prompts fit into the context that is really there, whatever a server can say of itself."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from assistant.evidence.context import choose_within, cut_to_fit
from assistant.evidence.reading import ReadingSettings
from assistant.understanding.question import Understood
from assistant.writing.prompting import write_prompt
from index.chunk import Chunk, Hit
from serving.talking.client import ChatClient
from serving.talking.counting import estimate_tokens
from tests.doubles import make_document
from tests.fault_server import FaultServer, fault_server

TEMPLATE_TOKENS = 30
TRIES = 500


def tokens_of(text: str) -> int:
    """A tokenizer that knows no Chinese well: 1.5 tokens a character; of others 3 characters a token."""
    chinese = sum(character >= "\u2e80" for character in text)
    return round(1.5 * chinese + (len(text) - chinese) / 3)


def prompt_tokens(body: Mapping[str, Any]) -> int:
    return sum(tokens_of(message["content"]) + 4 for message in body["messages"]) + TEMPLATE_TOKENS


def hits_of(chance: random.Random) -> tuple[list[Hit], dict[str, Any]]:
    """Passages of one to six hundred characters, Chinese, English or both."""
    hits, documents = [], {}
    for n in range(8):
        size = chance.randint(10, 600)
        chinese = "".join(chance.choice("模型成本算力决定团队预算数据量参数训练推理。，") for _ in range(size))
        english = "".join(
            chance.choice("the cost of a model 37 gpu hours. -") + chance.choice("aeiou ") for _ in range(size)
        )
        text = chance.choice([chinese, english, chinese[: size // 2] + english[: size // 2]])
        document = make_document(text, name=f"d{n}", heading="节")
        chunk = Chunk(f"c{n}", document.id, "d", "节", "zh", text, 0, len(text), f"e{n}")
        hits.append(Hit(chunk, 1.0 - n / 20, 1.0 - n / 20))
        documents[document.id] = document
    return hits, documents


@pytest.mark.parametrize("counts", [True, False])
def test_no_prompt_is_refused_whatever_its_parts_measure(counts: bool) -> None:
    """The server refuses what does not fit, as vLLM does: prompt and answer together."""
    chance = random.Random(1)
    with fault_server(owner="vllm" if counts else "somebody") as server:
        clients = [_client(server, context, counts) for context in (768, 1024, 2048, 8192)]
        used = []
        for _ in range(TRIES):
            client, context = chance.choice(clients)
            hits, documents = hits_of(chance)
            asked = Understood("q", "成本多少？" * chance.randint(1, 20), "zh")
            reading = ReadingSettings(passage_tokens=chance.choice([440, 3000]), max_passages=6)
            max_tokens = chance.choice([64, 320, 1200])
            passages = choose_within(hits, documents, reading, client, asked, max_tokens)
            body = client._body(write_prompt(asked.standalone, passages, "zh", context), max_tokens, 0.0)
            assert asked.standalone in body["messages"][-1]["content"]
            assert prompt_tokens(body) + body["max_tokens"] <= context
            assert body["max_tokens"] >= min(max_tokens, 64)
            used.append((prompt_tokens(body) + max_tokens) / context)
        for client, _ in clients:
            client.close()
    assert max(used) > 0.8  # what is there is used


def _client(server: FaultServer, context: int, counts: bool) -> tuple[ChatClient, int]:
    owner = "vllm" if counts else "somebody"
    server.routes["/v1/models"] = lambda body: {
        "data": [{"id": "scripted", "owned_by": owner, "max_model_len": context}]
    }
    if counts:
        server.routes["/tokenize"] = lambda body: {"tokens": [0] * tokens_of(body["prompt"])}
    server.routes["/v1/chat/completions"] = lambda body: {
        "choices": [{"message": {"content": "1"}}],
        "usage": {"prompt_tokens": prompt_tokens(body), "completion_tokens": 1},
    }
    client = ChatClient(server.url, model="")
    client.connect()
    return client, context


def test_the_best_passage_is_cut_at_a_sentence_where_even_it_is_too_long() -> None:
    hits, documents = hits_of(random.Random(3))
    passages = choose_within(hits, documents, ReadingSettings(passage_tokens=3000), None, Understood("", "", "zh"), 9)
    assert len(passages) > 2
    assert cut_to_fit(passages, 10**6, estimate_tokens) == passages
    kept = cut_to_fit(passages, 200, estimate_tokens)
    assert kept == passages[: len(kept)]
    (begun,) = cut_to_fit(passages, 30, estimate_tokens)
    assert passages[0].text.startswith(begun.text)
    assert len(begun.text) < len(passages[0].text)
