"""Streams damaged at random: a right answer or a typed error, at once, and never a broken character.

    python -m tests.test_serving_stream_damage 2000

makes as many as are wanted; the suite itself makes some.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence

import pytest

from serving.errors import ServerError, StreamBrokenError
from serving.talking.client import ChatClient
from serving.talking.deadlines import Deadlines
from serving.talking.message import Message
from tests.fault_server import DONE, HEAD, RESET, Step, event, fault_server, refusal_of, reply_of

TEXT = "推理成本占 60%，🙂 batching 让每张卡多服务三倍用户。Größe: 7B×4-bit ≈ 4 GB。"
ASK = [Message("user", "成本？")]
IN_THE_SUITE = 200
# Whatever happens, a request ends within this: its deadlines, three tries and their pauses.
LONGEST_S = 4.0

Mutation = Callable[[random.Random, bytes], Sequence[Step]]


def cut_into_bytes(chance: random.Random, stream: bytes) -> Sequence[Step]:
    places = sorted(chance.sample(range(1, len(stream)), 40))
    return [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]


def with_other_line_ends(chance: random.Random, stream: bytes) -> Sequence[Step]:
    head, _, body = stream.partition(b"\r\n\r\n")
    return cut_into_bytes(chance, head + b"\r\n\r\n" + body.replace(b"\n", chance.choice([b"\r\n", b"\r"])))


def with_comments(chance: random.Random, stream: bytes) -> Sequence[Step]:
    lines = stream[len(HEAD) :].split(b"\n\n")
    for _ in range(5):
        lines.insert(chance.randrange(len(lines)), chance.choice([b": ping", b"event: x\nid: 3", b"retry: 1", b""]))
    return [HEAD, b"\n\n".join(lines)]


def ended_early(chance: random.Random, stream: bytes) -> Sequence[Step]:
    end = chance.randrange(len(stream))
    return [stream[:end], *([RESET] if chance.random() < 0.5 else [])]


def with_flipped_bytes(chance: random.Random, stream: bytes) -> Sequence[Step]:
    damaged = bytearray(stream)
    for _ in range(chance.choice([1, 1, 3, 20])):
        damaged[chance.randrange(len(HEAD), len(stream))] = chance.randrange(256)
    return [bytes(damaged)]


def with_garbage(chance: random.Random, stream: bytes) -> Sequence[Step]:
    place = chance.randrange(len(stream))
    return [stream[:place], chance.randbytes(chance.choice([1, 10, 5000])), stream[place:]]


def with_a_strange_event(chance: random.Random, stream: bytes) -> Sequence[Step]:
    strange = chance.choice(
        [
            b"data: {}\n\n", b"data: []\n\n", b"data: null\n\n", b"data: 3\n\n", b'data: {"choices": []}\n\n',
            b'data: {"choices": [null]}\n\n', b'data: {"choices": [{"delta": null}]}\n\n', b"data: \n\n",
            b'data: {"choices": [{"delta": {"content": null}}]}\n\n', b'data: {"choices": "x", "usage": []}\n\n',
            b'data: {"choices": [{"delta": {"content": ["x"]}}]}\n\n', b"data: {\n\n", b"data: [DONE\n\n",
            b'data: {"error": "gone"}\n\n', b'data: {"choices": [{"delta": {"content": "\\ud83d"}}]}\n\n',
            b'data: {"usage": {"prompt_tokens": "many"}}\n\n', b"data: " + b"[" * 100_000 + b"\n\n",
            event(finish="length"), event(None, tool_calls=[{}]), DONE,
        ]
    )  # fmt: skip
    ends = [place + 2 for place in range(len(HEAD), len(stream)) if stream[place : place + 2] == b"\n\n"]
    place = chance.choice(ends)
    return [stream[:place] + strange + stream[place:]]


def another_reply(chance: random.Random, stream: bytes) -> Sequence[Step]:
    return [
        chance.choice(
            [
                b"", b"\x00" * 100, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
                b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nshort", b"HTTP/1.1 204 No\r\n\r\n", HEAD,
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                b"HTTP/1.1 302 No\r\nLocation: /x\r\n\r\n",
                refusal_of(chance.choice([400, 401, 418, 429, 500, 503]), body=b"<html>"), b"HTTP/1.1 999\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip", stream.replace(b"200 OK", b"100 OK"),
            ]
        )
    ]  # fmt: skip


# Those that change nothing of what is said, and those that may.
HARMLESS: Sequence[Mutation] = (cut_into_bytes, with_other_line_ends, with_comments)
HARMFUL: Sequence[Mutation] = (ended_early, with_flipped_bytes, with_garbage, with_a_strange_event, another_reply)


def ask_damaged(seed: int, mutation: Mutation) -> tuple[str, str]:
    """(what came, the error's class or nothing) of one damaged stream; what came is shown to people."""
    chance = random.Random(seed)
    size = chance.choice([1, 2, 7, 1000])
    with fault_server(mutation(chance, reply_of(TEXT, size=size))) as server:
        client = ChatClient(
            server.url, model="m", deadlines=Deadlines(connect_s=1, first_token_s=1, idle_s=0.5, total_s=2)
        )
        came = ""
        try:
            for piece in client.stream(ASK, max_tokens=5):
                came += piece
        except StreamBrokenError as error:
            return error.text if error.text == came else f"{came!r} is not {error.text!r}\ufffd", type(error).__name__
        except ServerError as error:
            assert came == ""
            return came, type(error).__name__
        finally:
            client.close()
            assert client.gate.inside == 0
    return came, ""


def check(seed: int) -> str:
    """Ask one, and see that it ended as it may. Returns how."""
    mutations = [*HARMLESS, *HARMFUL]
    mutation = mutations[seed % len(mutations)]
    began = time.monotonic()
    came, error = ask_damaged(seed, mutation)
    assert time.monotonic() - began < LONGEST_S, f"{mutation.__name__} {seed} took {time.monotonic() - began:.1f} s"
    came.encode()  # no half of a character
    assert "\ufffd" not in came, f"{mutation.__name__} {seed}: {came!r}"
    if mutation in HARMLESS:
        assert (came, error) == (TEXT, ""), f"{mutation.__name__} {seed}: {came!r} {error}"
    if mutation is ended_early:
        assert TEXT.startswith(came)
        assert error or came == TEXT
    return error or "whole"


@pytest.mark.parametrize("part", range(4))
def test_a_damaged_stream_ends_in_a_right_answer_or_a_typed_error(part: int) -> None:
    ends = {check(seed) for seed in range(part, IN_THE_SUITE, 4)}
    assert "whole" in ends
    assert ends - {"whole"}


if __name__ == "__main__":
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seen: dict[str, int] = {}
    for number in range(total):
        ended = check(number)
        seen[ended] = seen.get(ended, 0) + 1
    print(f"{total} damaged streams: " + ", ".join(f"{count} {name}" for name, count in sorted(seen.items())))  # noqa: T201
