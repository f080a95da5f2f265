"""The real embedded model: what is kept read, two who ask at once, and memory given back and taken again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.home import Home
from assistant.writing.prompting import instructions
from index.generation import LANGUAGES
from serving.launching.embedded import EmbeddedServer
from serving.launching.sizing import Sizing
from serving.talking.client import ChatClient
from serving.talking.message import Message
from serving.talking.observation import Observation

pytestmark = pytest.mark.llm
NAME = "qwen2.5-coder-1.5b"


def weights(home: Home) -> Path:
    return home.models / NAME / "model.gguf"


@pytest.fixture(scope="module")
def client(shared_llm_home: Home) -> Iterator[ChatClient]:
    server = EmbeddedServer.start(weights(shared_llm_home), name=NAME)
    yield server.client
    server.stop()


def ask(client: ChatClient, *messages: Message, max_tokens: int = 4) -> Observation:
    seen: list[Observation] = []
    client.observers.append(seen.append)
    for _ in client.stream(messages, max_tokens=max_tokens):
        pass
    client.observers.remove(seen.append)
    return seen[-1]


def test_instructions_are_read_once_for_each_language_whoever_asks_between(client: ChatClient) -> None:
    for language in LANGUAGES:
        ask(client, *instructions(language), Message("user", "?"), max_tokens=1)
    for number in range(4):  # more than there are slots
        for language in LANGUAGES:
            seen = ask(client, *instructions(language), Message("user", f"{number}：1+{number}=?"))
            shared = sum(client.count_tokens(message.content) for message in instructions(language))
            assert seen.usage.cached_tokens >= shared


def test_a_second_question_on_the_same_passages_reads_only_itself(client: ChatClient) -> None:
    passages = "推理成本由显存带宽、批大小和利用率决定。" * 20
    first = ask(client, *instructions("zh"), Message("user", f"{passages}\n\n问题：什么决定成本？"))
    second = ask(client, *instructions("zh"), Message("user", f"{passages}\n\n问题：批大小有什么用？"))
    assert second.usage.prompt_tokens - second.usage.cached_tokens < 40
    assert second.first_token_s < 0.5 * first.first_token_s


def test_two_askers_share_it_and_neither_starves(client: ChatClient) -> None:
    done: list[str] = []

    def talk(name: str, questions: int) -> None:
        for number in range(questions):
            list(client.asked_by(name).stream([Message("user", f"{name}{number}：数到三")], max_tokens=4))
            done.append(name)

    threads = [threading.Thread(target=talk, args=("many", 1)) for _ in range(4)]
    threads.append(threading.Thread(target=talk, args=("one", 2)))
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert sorted(done) == ["many"] * 4 + ["one"] * 2
    assert done.index("one") <= 3
    assert client.gate.inside == 0


def test_memory_is_given_back_when_idle_and_the_next_question_loads_it_again(shared_llm_home: Home) -> None:
    server = EmbeddedServer.start(
        weights(shared_llm_home), name=NAME, idle_unload_s=1, sizing=Sizing(2, slots=1, context_tokens=2048)
    )
    try:
        ask(server.client, Message("user", "1"))
        loaded = _resident()
        until = time.monotonic() + 20
        while _resident() > loaded - 2**29 and time.monotonic() < until:
            time.sleep(0.2)
        assert _resident() < loaded - 2**29
        assert server.client.is_well()
        assert _resident() < loaded - 2**29  # a look at it wakes nobody
        assert ask(server.client, Message("user", "2"), max_tokens=3).usage.completion_tokens > 0
    finally:
        server.stop()


def _resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096
