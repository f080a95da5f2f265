"""How fast answers come, against the same engine driven alone with the same prompts in the same run.

    python -m evals.speed --backend embedded --plot speed.png
    python -m evals.speed --backend vllm --concurrency 1,8,64      (with ASSISTANT_BASE_URL)

The prompts are those that the assistant writes for questions of evals/cases on the collection. Each is sent twice,
through the assistant's client and straight over HTTP to the engine, in turns, and never the same twice: a number in
front of it keeps the engine from knowing its beginning. Ratios are medians over prompts. Last, questions are asked on
the passages of the one before, which the engine has read already.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.app import Workspace, open_assistant, switch_telemetry_off
from assistant.assistant import Assistant
from assistant.events import Found
from assistant.home import Home
from assistant.settings import Settings
from assistant.writing.prompting import write_prompt
from evals.speed_engine import Timed, straight, through
from evals.speed_plot import plot_speed
from serving.talking.client import ChatClient
from serving.talking.message import Message

Prompt = list[Message]
Send = Callable[[Prompt], Timed]

CASES = Path(__file__).parent / "cases" / "guides.jsonl"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of so many questions at once. Seconds; `first_s` are sorted."""

    at_once: int
    requests_per_s: float
    first_s: tuple[float, ...]


class Salt:
    """Makes each prompt one that was never sent: engines keep what they have read."""

    def __init__(self) -> None:
        self._number = itertools.count(1)

    def on(self, prompt: Prompt) -> Prompt:
        """`prompt` with a number before its first word; always as many tokens."""
        return [replace(prompt[0], content=f"({next(self._number):04d}) {prompt[0].content}"), *prompt[1:]]


def prompts_of(assistant: Assistant, count: int) -> list[tuple[Prompt, Prompt]]:
    """(prompt, another question on the same passages), in turn Chinese and English."""
    made: dict[str, list[tuple[Prompt, Prompt]]] = {"zh": [], "en": []}
    others = {"zh": "其中哪一点最重要，为什么？", "en": "Which of these points matters most, and why?"}
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        question, language = case["question"], case["language"]
        if len(made[language]) >= (count + 1) // 2:
            continue
        found = _found(assistant, question)
        if found and found.passages:
            first, second = (write_prompt(text, found.passages, language) for text in (question, others[language]))
            made[language].append((first, second))
    return [pair for both in zip(made["zh"], made["en"], strict=False) for pair in both][:count]


def _found(assistant: Assistant, question: str) -> Found | None:
    events = assistant.stream(question)
    return next((event for event in events if isinstance(event, Found)), None)


def in_turns(sends: Sequence[Send], prompts: Sequence[Prompt], salt: Salt) -> Iterator[list[Timed]]:
    """For each prompt what each way of sending took; who begins changes from prompt to prompt."""
    for number, prompt in enumerate(prompts):
        order = list(range(len(sends)))[:: 1 if number % 2 else -1]
        took = {place: sends[place](salt.on(prompt)) for place in order}
        yield [took[place] for place in range(len(sends))]


def under_load(send: Send, prompts: Sequence[Prompt], at_once: int, salt: Salt) -> Load:
    """`prompts`, `at_once` at the same time; a first token's time begins when a question is handed in."""
    salted = [salt.on(prompt) for prompt in prompts]
    with ThreadPoolExecutor(at_once) as pool:
        took = list(pool.map(send, salted))
    span = max(one.ended for one in took) - min(one.began for one in took)
    return Load(at_once, len(took) / span, tuple(sorted(one.first_s for one in took)))


def measure(client: ChatClient, pairs: Sequence[tuple[Prompt, Prompt]], options: argparse.Namespace) -> None:
    """Measure, and print the tables."""
    salt = Salt()
    ways: list[Send] = [
        lambda prompt: through(client, prompt, options.tokens),
        lambda prompt: straight(client, prompt, options.tokens),
    ]
    prompts = [first for first, _ in pairs]
    ways[1](salt.on(prompts[0]))  # the first request of all pays for pages of the weights
    both = list(in_turns(ways, prompts, salt))
    _print_single(both)
    loads = [
        [under_load(way, list(itertools.islice(itertools.cycle(prompts), max(4, 2 * n))), n, salt) for way in ways]
        for n in options.concurrency
    ]
    _print_loads(loads)
    _print_follow_ups(ways[0], pairs[: options.follow_ups], salt)
    if options.plot:
        plot_speed(
            options.plot, both, [(ours.at_once, ours.requests_per_s, alone.requests_per_s) for ours, alone in loads]
        )


def _print_single(both: Sequence[Sequence[Timed]]) -> None:
    ours, alone = zip(*both, strict=True)
    print(f"\none at a time, {len(both)} prompts of {statistics.median(one.prompt_tokens for one in ours):.0f} tokens")
    print("| | assistant | engine alone | ratio |\n|---|---|---|---|")
    for name, value in (("first token, s", "first_s"), ("decoding, tokens/s", "rate")):
        pairs = [(getattr(a, value), getattr(b, value)) for a, b in zip(ours, alone, strict=True)]
        ratio = statistics.median(a / b for a, b in pairs)
        a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"| {name} | {a:.2f} | {b:.2f} | {ratio:.3f} |")


def _print_loads(loads: Sequence[Sequence[Load]]) -> None:
    print("\n| at once | requests/s | engine alone | ratio | first token p50 / p99, s | engine alone |")
    print("|---|---|---|---|---|---|")
    for ours, alone in loads:
        first, first_alone = (" / ".join(f"{one:.2f}" for one in _percentiles(load)) for load in (ours, alone))
        ratio = ours.requests_per_s / alone.requests_per_s
        print(
            f"| {ours.at_once} | {ours.requests_per_s:.3f} | {alone.requests_per_s:.3f} | {ratio:.3f} | {first} "
            f"| {first_alone} |"
        )


def _percentiles(load: Load) -> tuple[float, float]:
    last = len(load.first_s) - 1
    return load.first_s[last // 2], load.first_s[round(0.99 * last)]


def _print_follow_ups(send: Send, pairs: Sequence[tuple[Prompt, Prompt]], salt: Salt) -> None:
    ratios = []
    for first, second in pairs:
        beginning = salt.on(first)
        took = send(beginning), send([beginning[0], *second[1:]])
        ratios.append(took[1].first_s / took[0].first_s)
    if ratios:
        print(
            f"\na second question on the same passages, {len(ratios)} conversations: its first token comes after "
            f"{statistics.median(ratios):.2f} of the time of the first one's (worst {max(ratios):.2f})"
        )


def main() -> int:
    """Measure the backend that the settings choose."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", default="")
    parser.add_argument("--backend", choices=("auto", "embedded", "vllm"), default="auto")
    parser.add_argument("--prompts", type=int, default=6, help="how many (default: 6)")
    parser.add_argument("--tokens", type=int, default=48, help="of an answer (default: 48)")
    parser.add_argument("--follow-ups", type=int, default=3, help="conversations of two questions (default: 3)")
    parser.add_argument(
        "--concurrency",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[2, 4],
        help="questions at once, such as 1,8,64 (default: 2,4)",
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw it")
    options = parser.parse_args()
    switch_telemetry_off()
    home = Home.find(options.home)
    workspace = Workspace(home, Settings.load(home, flags={"backend": options.backend}))
    with open_assistant(workspace, notice=lambda line: print(line, file=sys.stderr)) as assistant:
        if assistant.backend.client is None:
            print("no model answers: there is nothing to measure", file=sys.stderr)
            return 3
        measure(assistant.backend.client, prompts_of(assistant, options.prompts), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
