"""How the page holds up while many ask: `python -m tests.page_load [--askers 50] [--embedded]`.

A real server is asked over Gradio's own protocol, by signed-out visitors each in a session of their own, who each ask
something else. The scripted model writes the time into each token, so that a token's way from the engine to the visitor
can be measured; the embedded one gives times to the passages and of everything else. Beside the askers, one visitor
lists, searches, plans.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from corpus.language import HAN
from tests.doubles import ScriptedHandler, scripted_server
from tests.visits import page_served

HOME = Path(__file__).parent.parent / ".home"
QUESTIONS = Path(__file__).parent.parent / "evals" / "cases" / "guides.jsonl"  # nearly all reach the model
TOKENS, EVERY_S = 60, 0.1
_STAMP = re.compile(r"T(\d{13})")


def stamps(handler: ScriptedHandler, body: dict[str, Any]) -> None:
    """Write the time, token after token, with a word in the asker's language: in another it would be asked for anew.

    Asked which calculator a question wants, it says none, as soon as a server would.
    """
    word = "成本" if HAN.search(body["messages"][-1]["content"]) else "cost"
    handler.begin_stream()
    if "response_format" in body:
        time.sleep(EVERY_S)
        handler.piece('{"calculator": "none"}')
        handler.end_stream()
        return
    for _ in range(0 if body.get("max_tokens") == 1 else TOKENS):
        handler.piece(f"T{time.time() * 1000:.0f} {word} ")
        time.sleep(EVERY_S)
    handler.end_stream()


class Page:
    """A visitor's session, in Gradio's protocol."""

    def __init__(self, url: str, number: int) -> None:
        self.session = f"load{number}x{time.time_ns()}"
        self.http = httpx.Client(base_url=url, timeout=300, headers={"Origin": url})
        config = self.http.get("/en/config").json()
        self._parts = {part["id"]: {"value": None} | part["props"] for part in config["components"]}
        for part in config["components"]:
            if part["type"] == "textbox":  # an empty one sends an empty text
                self._parts[part["id"]]["value"] = self._parts[part["id"]]["value"] or ""
        self._events = config["dependencies"]
        for event in self._events:  # what a browser does before anybody can ask: else the first event would set all up
            if any(kind == "load" for _, kind in event["targets"]):
                list(self.send(event))

    def event(self, name: str, trigger: str) -> dict[str, Any]:
        """The event of a component."""
        for event in self._events:
            if any(
                (self._parts.get(target, {}).get("elem_id"), kind) == (name, trigger)
                for target, kind in event["targets"]
            ):
                return dict(event)
        raise LookupError(f"{name} {trigger}")

    def send(self, event: dict[str, Any], **typed: object) -> Iterator[str]:
        """The lines that come of an event, to its end: with what was `typed`, by name of the part, the rest as shown.

        :raises RuntimeError: when the page answers with an error.
        """
        parts = [self._parts[part] for part in event["inputs"]]
        names = {str(part.get("elem_id")).replace("-", "_") for part in parts}
        if unknown := typed.keys() - names:
            raise LookupError(f"the event reads {names}, not {unknown}")
        data = [typed.get(str(part.get("elem_id")).replace("-", "_"), part["value"]) for part in parts]
        body = {"data": data, "fn_index": event["id"], "session_hash": self.session, "event_data": None}
        self.http.post("/en/gradio_api/queue/join", json=body).raise_for_status()
        with self.http.stream("GET", f"/en/gradio_api/queue/data?session_hash={self.session}") as reply:
            for line in reply.iter_lines():
                if line:
                    yield line
                    if '"process_completed"' in line:
                        if '"success":false' in line:
                            raise RuntimeError(f"{event['id']} with {data}: {line[:500]}")
                        return


class Asker(threading.Thread):
    """Asks once; notes when the passages stood there, and how old each token was when it came. All in seconds."""

    def __init__(self, page: Page, question: str) -> None:
        super().__init__(daemon=True)
        self._page, self._question = page, question
        self.passages_s = self.total_s = 0.0
        self.token_ages_s: list[float] = []
        self.failed = ""

    def run(self) -> None:
        """Ask."""
        try:
            self._ask()
        except (RuntimeError, httpx.HTTPError) as error:
            self.failed = str(error)

    def _ask(self) -> None:
        started, newest = time.monotonic(), 0
        for line in self._page.send(self._page.event("question", "submit"), question=self._question):
            now = time.time() * 1000
            if not self.passages_s and 'class=\\"source\\"' in line:
                self.passages_s = time.monotonic() - started
            if '"process_generating"' in line and (found := _STAMP.findall(line)):
                fresh = [stamp for stamp in map(int, found) if stamp > newest]  # none: the same text, with a verdict
                newest = max([newest, *fresh])
                self.token_ages_s += [(now - stamp) / 1000 for stamp in fresh]
        self.total_s = time.monotonic() - started


def acts(page: Page) -> dict[str, Callable[[], object]]:
    """What a visitor does who does not ask."""

    def event(name: str, trigger: str, **typed: object) -> Callable[[], object]:
        of_page = page.event(name, trigger)
        return lambda: list(page.send(of_page, **typed))

    return {
        "healthz": lambda: page.http.get("/healthz").raise_for_status(),
        "page": lambda: page.http.get("/en/").raise_for_status(),
        "list and search": event("search", "change", search="cost"),
        "new conversation": event("new", "click"),
        "library": event("library-tab", "select"),
        "search passages": event("find", "submit", find="quantization"),
        "plan": event("calculator", "change", calculator="runway"),
        "cost": lambda: page.http.post("/api/cost/runway", json={"inputs": {"cash": "$3M", "spending": "$200k/month"}}),
    }


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--askers", type=int, default=50)
    parser.add_argument("--embedded", action="store_true", help="the real embedded model; 4 askers are enough")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        shutil.copytree(HOME / "collections", folder / "collections")
        (folder / "models").symlink_to(HOME / "models")
        served: tuple[str, ...] = ("--backend", "embedded")
        environment = {}
        if not options.embedded:
            url, _ = stack.enter_context(scripted_server(stamps))
            served, environment = ("--backend", "vllm"), {"ASSISTANT_BASE_URL": url}
        page_url = stack.enter_context(page_served(folder, *served, **environment))
        time.sleep(5)  # the embedder is loaded beside the first request
        measure(page_url, options.askers)


def measure(url: str, count: int) -> None:
    """Let `count` visitors ask at once, one look around meanwhile, and print what they waited."""
    visitor = Page(url, -1)
    doing = acts(visitor)
    for act in doing.values():
        act()
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()[:count]
    askers = [Asker(Page(url, number), json.loads(line)["question"]) for number, line in enumerate(lines)]
    for asker in askers:
        asker.start()
    took: dict[str, list[float]] = {name: [] for name in doing}
    while any(asker.is_alive() for asker in askers):
        for name, act in doing.items():
            started = time.monotonic()
            act()
            took[name].append(time.monotonic() - started)
        time.sleep(0.1)
    tell(f"{count} askers, failed: {[asker.failed for asker in askers if asker.failed]}")
    measured = {
        "passages": [asker.passages_s for asker in askers],
        "token age": [age for asker in askers for age in asker.token_ages_s],
        "whole answer": [asker.total_s for asker in askers],
        "everything else": [value for times in took.values() for value in times],
        **took,
    }
    for name, values in measured.items():
        p50, p99 = percentile(values, 0.5), percentile(values, 0.99)
        tell(f"{name:20} n {len(values):6}   p50 {p50 * 1000:8.0f} ms   p99 {p99 * 1000:8.0f} ms")


if __name__ == "__main__":
    main()
