"""Many rows at a model server that does as the test says: none is lost, none comes twice, whatever the server does."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.batch.asking import Result
from assistant.batch.engine import Engine
from assistant.batch.row import Row
from assistant.batch.run import BatchRun
from assistant.batch.window import Waiting, Window
from assistant.events import Event, Finished, Found, Written, Wrote
from assistant.settings import Settings
from assistant.understanding.question import Turn
from index.collection import Collection
from index.search import Searcher
from serving.backend import Backend
from serving.talking.client import ChatClient
from serving.talking.deadlines import Deadlines
from tests.batch_kills import TOPICS, notes_home
from tests.doubles import Script, ScriptedHandler, scripted_server


def rows(count: int) -> list[Row]:
    return [Row(f"q{n}", n, f"What is the budget of the {TOPICS[n % len(TOPICS)]} project?") for n in range(count)]


@pytest.fixture
def searcher(tmp_path: Path) -> Searcher:
    return Searcher(Collection(notes_home(tmp_path / "notes-home").collection("notes")).open([]))


@contextmanager
def assistant_with(searcher: Searcher, script: Script) -> Iterator[tuple[Assistant, list[dict[str, Any]]]]:
    with scripted_server(script) as (url, requests):
        client = ChatClient(url, model="scripted", deadlines=Deadlines(idle_s=2.0))
        try:
            backend = Backend("vllm", "scripted", "", client)
            yield Assistant(searcher, backend, Settings(), collection="notes"), requests
        finally:
            client.close()


def answer_all(run: BatchRun, asked: list[Row]) -> dict[str, Result]:
    results = [result for some in run.results(asked) for result in some]
    assert len({result.row.id for result in results}) == len(results)
    return {result.row.id: result for result in results}


def quotes(handler: ScriptedHandler, body: dict[str, Any]) -> None:
    handler.begin_stream()
    handler.piece(body["messages"][-1]["content"].split("\n")[2])
    handler.end_stream()


def test_every_row_gets_its_own_answer_under_its_own_id(searcher: Searcher) -> None:
    with assistant_with(searcher, quotes) as (assistant, _):
        results = answer_all(BatchRun(assistant, workers=8, wait_s=5), rows(60))
    assert set(results) == {row.id for row in rows(60)}
    for result in results.values():
        topic = result.row.question.split()[6]
        assert (result.answer.id, result.answer.status) == (result.row.id, "answered")
        assert result.answer.answer.startswith(f"The {topic} project")


def test_as_many_requests_are_under_way_as_there_are_workers(searcher: Searcher) -> None:
    under_way, most = 0, 0
    lock = threading.Lock()

    def slow(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.05)
        with lock:
            under_way -= 1
        quotes(handler, body)

    with assistant_with(searcher, slow) as (assistant, _):
        answer_all(BatchRun(assistant, workers=6, wait_s=5), rows(60))
    assert most == 6


class Held(Assistant):
    """A question that says so waits for the model, while its passages are found, until another one is answered."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(assistant.searcher, assistant.backend, Settings(), collection="notes")
        self.answered = threading.Event()
        self.waited_in_vain = False

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """See `Assistant.stream`."""
        if question.startswith("Wait."):
            self.waited_in_vain = not self.answered.wait(5)
        return super().stream(question, history)


def test_a_question_that_asks_the_model_while_its_passages_are_found_holds_up_no_other(searcher: Searcher) -> None:
    first, *others = rows(9)
    asked = [replace(first, question=f"Wait. {first.question}"), *others]
    with assistant_with(searcher, quotes) as (assistant, _):
        held = Held(assistant)
        for results in BatchRun(held, workers=4, wait_s=5).results(asked):
            assert results
            held.answered.set()
    assert not held.waited_in_vain


def test_the_next_question_begins_while_the_last_answer_is_checked_and_never_one_too_many() -> None:
    engine = Engine(None, slots=1, wait_s=1, stop=threading.Event())
    begun, may_end = threading.Event(), threading.Event()

    def second() -> None:
        with engine.asked(alone=False):
            begun.set()
            may_end.wait(5)

    with engine.asked(alone=False) as free:
        thread = threading.Thread(target=second)
        thread.start()
        assert not begun.wait(0.1), "there is one slot"
        free()
        assert begun.wait(5)
        free()
    third = threading.Thread(target=second)
    begun.clear()
    third.start()
    assert not begun.wait(0.1), "leaving twice gives nothing away"
    may_end.set()
    thread.join(5)
    third.join(5)
    assert begun.is_set()


def test_a_model_is_free_once_its_draft_is_written_but_not_when_it_broke_off(searcher: Searcher) -> None:
    def breaks(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        handler.begin_stream()
        handler.piece("The kestrel project has a budget")
        handler.wfile.write(b"data: {torn\n\n")

    question = "What is the budget of the kestrel project?"
    for script, expected in ((quotes, True), (breaks, False)):
        with assistant_with(searcher, script) as (assistant, _):
            events = list(assistant.stream(question))
        places = [n for n, event in enumerate(events) if isinstance(event, Written)]
        assert len(places) == expected
        assert all(any(isinstance(event, Wrote) for event in events[:place]) for place in places)
        assert isinstance(events[-1], Finished)


def test_quotes_that_stand_in_for_a_model_are_not_taken_for_its_answer(searcher: Searcher) -> None:
    refused = 0

    def away_at_first(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        nonlocal refused
        if refused < 1:
            refused += 1
            handler.reply({"error": {"message": "no"}}, status=413)
            return
        quotes(handler, body)

    with assistant_with(searcher, away_at_first) as (assistant, _):
        assistant.backend = replace(assistant.backend, stands_in=True)
        results = answer_all(BatchRun(assistant, workers=1, wait_s=5), rows(2))
    assert refused == 1
    assert {result.answer.backend for result in results.values()} == {"vllm"}


def test_a_fifth_of_all_requests_may_fail_in_any_way_and_no_row_is_lost(searcher: Searcher) -> None:
    chance = random.Random(5)
    failed = 0

    def flaky(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        nonlocal failed
        kind = chance.random()
        if kind >= 0.2:
            quotes(handler, body)
            return
        failed += 1
        if kind < 0.08:
            handler.reply({"error": {"message": "busy"}}, status=503)
        elif kind < 0.14:
            handler.begin_stream()
            handler.piece("The kestrel")
            handler.wfile.write(b"data: {torn\n\n")
        else:
            handler.close_connection = True

    with assistant_with(searcher, flaky) as (assistant, _):
        results = answer_all(BatchRun(assistant, workers=8, wait_s=5), rows(100))
    assert failed > 10
    assert {result.answer.status for result in results.values()} == {"answered"}
    assert len(results) == 100


def test_computed_answers_and_questions_that_lack_an_input_are_answered_like_any_other(searcher: Searcher) -> None:
    asked = [
        Row("runway", 2, "How long does $2.4M last if we spend $210k a month and take in $45k?"),
        Row("lacking", 3, "How long does our cash last if we spend $210k a month?"),
        *rows(3),
    ]
    with assistant_with(searcher, quotes) as (assistant, _):
        results = answer_all(BatchRun(assistant, workers=2, wait_s=5), asked)
    runway, lacking = results["runway"].answer, results["lacking"].answer
    assert (runway.id, runway.status, runway.calculations[0].name) == ("runway", "answered", "runway")
    assert (lacking.id, lacking.status, lacking.reason) == ("lacking", "refused", "input_missing")
    assert [results[f"q{n}"].answer.status for n in range(3)] == ["answered"] * 3


def test_what_cannot_be_asked_fails_alone_and_says_why(searcher: Searcher) -> None:
    bad = [
        Row("a", 2, "", problem="empty_question", problem_text="line 2: the question is empty"),
        Row("b", 3, "Comment réduire les coûts pour notre entreprise ?"),
        Row("c", 4, "x" * 5000),
        *rows(3),
    ]
    with assistant_with(searcher, quotes) as (assistant, requests):
        results = answer_all(BatchRun(assistant, workers=2, wait_s=5), bad)
        assert len([request for request in requests if request.get("stream")]) == 3
    assert {key: (r.answer.status, r.answer.reason) for key, r in results.items() if r.answer.status == "error"} == {
        "a": ("error", "empty_question"),
        "b": ("error", "language_not_supported"),
        "c": ("error", "question_too_long"),
    }
    assert "line 3" in results["b"].answer.answer


def test_a_request_that_the_server_refuses_for_good_is_not_sent_again(searcher: Searcher) -> None:
    def refuses(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        handler.reply({"error": {"message": "context too long"}}, status=400)

    with assistant_with(searcher, refuses) as (assistant, requests):
        results = answer_all(BatchRun(assistant, workers=1, wait_s=5), rows(1))
        assert len([request for request in requests if request.get("stream")]) == 1
    assert results["q0"].answer.reason == "server_failed"
    assert "context too long" in results["q0"].answer.answer


def test_a_follow_up_is_asked_with_its_history(searcher: Searcher) -> None:
    row = Row("1", 1, "And when does it end?", (Turn("What is the budget of the heron project?"),))
    with assistant_with(searcher, quotes) as (assistant, _):
        answer = answer_all(BatchRun(assistant, workers=1, wait_s=5), [row])["1"].answer
    assert answer.standalone_question.startswith("What is the budget of the heron project?")


class FallingServer:
    """A server that dies at some prompts, refuses everybody for a while, and is back."""

    def __init__(self, poison: str, *, down_s: float) -> None:
        self.poison, self.down_s = poison, down_s
        self.deaths = 0
        self._back = 0.0

    def __call__(self, handler: ScriptedHandler, body: dict[str, Any]) -> None:
        """The script."""
        if self.poison in body["messages"][-1]["content"].rsplit("Question:", 1)[-1]:
            self.deaths += 1
            self._back = time.monotonic() + self.down_s
        if time.monotonic() < self._back:
            handler.close_connection = True
            return
        time.sleep(0.005)
        quotes(handler, body)

    def is_down(self) -> bool:
        """Whether it is dead just now."""
        return time.monotonic() < self._back


@pytest.fixture
def falling(monkeypatch: pytest.MonkeyPatch) -> FallingServer:
    """While it is down, it answers no probe either."""
    server = FallingServer("osprey project, please", down_s=1.5)
    real = ScriptedHandler.do_POST

    def do_post(handler: ScriptedHandler) -> None:
        if server.is_down():
            handler.close_connection = True
        else:
            real(handler)

    monkeypatch.setattr(ScriptedHandler, "do_POST", do_post)
    return server


def test_a_row_that_kills_the_engine_twice_is_set_aside_and_only_that(
    searcher: Searcher, falling: FallingServer
) -> None:
    asked = rows(40)
    asked[17] = replace(asked[17], question="What is the budget of the osprey project, please?")
    with assistant_with(searcher, falling) as (assistant, _):
        results = answer_all(BatchRun(assistant, workers=4, wait_s=10), asked)
    assert falling.deaths == 2
    assert results["q17"].answer.reason == "set_aside"
    assert {r.answer.reason for r in results.values() if r.row.id != "q17"} == {""}
    assert len(results) == 40


def test_a_server_that_stays_away_ends_the_job_within_the_bound_and_keeps_what_was_done(searcher: Searcher) -> None:
    servers: list[ThreadingHTTPServer] = []

    def dies_for_good(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        if len(handler.server.requests) > 60:  # type: ignore[attr-defined]
            servers.append(handler.server)  # type: ignore[arg-type]
            handler.server.socket.close()
            handler.close_connection = True
            return
        quotes(handler, body)

    with assistant_with(searcher, dies_for_good) as (assistant, _):
        run = BatchRun(assistant, workers=2, wait_s=0.5)
        started = time.monotonic()
        results = answer_all(run, rows(200))
    assert run.engine_is_gone
    assert 5 < len(results) < 100
    assert {result.answer.status for result in results.values()} == {"answered"}
    assert time.monotonic() - started < 30


def test_waiting_questions_are_handed_out_so_that_prompts_share_their_beginnings() -> None:
    window = Window(10)
    order = [("zh", 3), ("en", 2), ("en", 1), ("zh", 3), ("en", 2)]
    for n, (language, topic) in enumerate(order):
        window.put(Waiting((language, ((f"d{topic}", 0),)), Row(str(n), n, ""), iter(()), 0.0))
    first = window.take()
    assert first is not None
    assert first.row.id == "2"
    window.put(Waiting(("en", (("d1", 0),)), Row("5", 5, ""), iter(()), 0.0))
    window.close()
    taken = []
    while (waiting := window.take()) is not None:
        taken.append(waiting.row.id)
    assert taken == ["5", "1", "4", "0", "3"]


def test_stopping_leaves_at_once_and_no_thread_behind(searcher: Searcher) -> None:
    before = threading.active_count()
    with assistant_with(searcher, quotes) as (assistant, _):
        results = BatchRun(assistant, workers=4, wait_s=5).results(iter(rows(5000)))
        next(results)
        started = time.monotonic()
        results.close()  # type: ignore[attr-defined]
        assert time.monotonic() - started < 3
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= before


def test_waiting_in_the_window_does_not_count_as_the_models_time(searcher: Searcher) -> None:
    def slow(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        time.sleep(0.1)
        quotes(handler, body)

    with assistant_with(searcher, slow) as (assistant, _):
        results = answer_all(BatchRun(assistant, workers=1, wait_s=5), rows(8))
    assert max(result.answer.timing_ms.total for result in results.values()) < 700
    assert min(result.answer.timing_ms.first_token for result in results.values()) >= 90


def test_passages_come_first(searcher: Searcher) -> None:
    """What `Asker.find` relies on."""
    with assistant_with(searcher, quotes) as (assistant, requests):
        assert isinstance(next(iter(assistant.stream(rows(1)[0].question))), Found)
        assert not [request for request in requests if request.get("stream")]
