"""A flood of one user's questions: each gets its word at once, programs a 429, and others are answered meanwhile."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI

from assistant.keeping.accounts import Accounts
from assistant.running.places import Place
from assistant.running.service import Service
from tests.test_interfaces_doors import QUESTION, Visitor, accounts, app, url, visitor, visitors

__all__ = ["accounts", "app", "url", "visitor", "visitors"]  # fixtures
# Gradio's counting of its own events warns of pandas, and leaves the event loop unclosed that it builds a page with.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:.*no_silent_downcasting"),
]

JOINS = 60


@pytest.fixture
def bobs_places(app: FastAPI, accounts: Accounts) -> Iterator[list[Place]]:
    """All places that bob may have, taken."""
    service: Service = app.state.service
    held = [service.places.enter(accounts.find("bob").id) for _ in range(service.places.each)]
    yield held
    for place in held:
        place.leave()


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_program_that_asks_too_much_gets_429_and_when_to_come_back(
    visitors: dict[str, Visitor], bobs_places: list[Place], accept: str
) -> None:
    asked = {"json": {"question": QUESTION}, "headers": {"Accept": accept}}
    refused = visitors["bob"].http.post("/api/ask", **asked)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.json()["detail"]["reason"] == "too_many_questions"
    assert visitors["mei"].http.post("/api/ask", **asked).status_code == 200
    bobs_places.pop().leave()
    for _ in range(3):  # each gives its place back
        assert visitors["bob"].http.post("/api/ask", **asked).status_code == 200


def submit_of(visitor: Visitor) -> int:
    """The number of the event that asks."""
    config = visitor.http.get("/en/config").json()
    names = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
    of = [
        d["id"]
        for d in config["dependencies"]
        if ("question", "submit") in [(names.get(t), k) for t, k in d["targets"]]
    ]
    return int(of[0])


def asked_on_page(visitor: Visitor, session: str, event: int) -> tuple[float, str]:
    """Ask as the page does: the seconds to the end, and its last message."""
    began = time.monotonic()
    assert visitor.join(session, fn=event, data=[QUESTION, "", []]).status_code == 200
    with visitor.http.stream("GET", f"/en/gradio_api/queue/data?session_hash={session}") as reply:
        for line in filter(None, reply.iter_lines()):
            message = json.loads(line.removeprefix("data: "))
            if message.get("msg") == "process_completed":
                return time.monotonic() - began, json.dumps(message["output"])
    return time.monotonic() - began, ""


def test_a_flood_on_the_page_is_told_to_wait_and_others_are_answered(
    visitors: dict[str, Visitor], visitor: Callable[..., Visitor], bobs_places: list[Place]
) -> None:
    submit, flooders, told = submit_of(visitors["mei"]), [visitor("bob") for _ in range(6)], list[str]()

    def flood(flooder: Visitor, number: int) -> None:
        told.extend(asked_on_page(flooder, f"flood-{number}-{n}", submit)[1] for n in range(JOINS // len(flooders)))

    threads = [threading.Thread(target=flood, args=(f, n), daemon=True) for n, f in enumerate(flooders)]
    for thread in threads:
        thread.start()
    seconds, answer = asked_on_page(visitors["mei"], "mei-meanwhile", submit)
    assert "[[1]](#s-" in answer
    assert seconds < 15
    for thread in threads:
        thread.join(60)
    assert len(told) == JOINS
    assert all("of your questions are being answered" in text for text in told)
