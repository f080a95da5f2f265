"""One row -> its answer, whatever happens on the way: tries again, waits for a server, sets a poisonous row aside."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.batch.engine import Engine
from assistant.batch.row import Row
from assistant.batch.window import Waiting, beginning_of
from assistant.errors import BadQuestionError
from assistant.events import Event, Finished, Found, Written
from assistant.understanding.question import question_language
from serving.errors import ServerError, StreamBrokenError

TRIES = 5
_DEATHS = 2
_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
# What a later try may do better: the model wrote nothing, or the connection broke while it wrote.
_INCOMPLETE = ("no_answer_came", "broken_off")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """A row with its answer."""

    row: Row
    answer: Answer


@dataclass(slots=True)
class _Failure:
    """Why a try came to nothing; `draft` is what had come, if anything."""

    message: str
    is_servers: bool
    retryable: bool
    draft: Answer | None = None


class Asker:
    """Asks rows of one assistant. Any number of threads may use it."""

    def __init__(
        self, assistant: Assistant, engine: Engine, *, stop: threading.Event, on_begin: Callable[[Row], None]
    ) -> None:
        """`on_begin` is told of a row before the model gets it. A set `stop` ends pauses."""
        self._assistant = assistant
        self._engine = engine
        self._stop = stop
        self._on_begin = on_begin

    def find(self, row: Row) -> Waiting | Result:
        """Find the row's passages; a row that cannot be asked, or needs no passages, has its answer already."""
        if row.problem:
            return Result(row, error_answer(row, row.problem, row.problem_text))
        try:
            events = self._assistant.stream(row.question, row.history)
            # A calculation comes before its passages, one that lacks an input without any.
            found = next(event for event in events if isinstance(event, Found | Finished))
        except BadQuestionError as error:
            return Result(row, error_answer(row, error.reason, f"line {row.line}: {error}"))
        except Exception as error:  # a question that breaks us is one failed row, not the end of the others
            return Result(row, self._broke(row, error))
        if isinstance(found, Finished):
            return Result(row, replace(found.answer, id=row.id))
        return Waiting(beginning_of(found), row, events, time.monotonic())

    def finish(self, waiting: Waiting, *, deaths: int = 0) -> Result:
        """Let the model answer. `deaths`: how often the engine died while it was at this row before.

        :raises EngineGoneError: when the server went and did not come back.
        """
        row = waiting.row
        failure = _Failure("", is_servers=False, retryable=False)
        for attempt in range(1, TRIES + 1):
            if attempt > 1:
                found = self.find(row)
                if isinstance(found, Result):
                    return found
                waiting = found
            # Looked at before others are let in, who would fail with it and come under suspicion.
            with self._engine.asked(alone=deaths > 0) as free:
                self._on_begin(row)
                outcome = self._try(waiting, free)
                if isinstance(outcome, Answer):
                    return Result(row, outcome)
                died = outcome.is_servers and not self._engine.is_answering()
            failure = outcome
            if died:
                deaths += 1
                if deaths >= _DEATHS:
                    return Result(row, set_aside(row))
            elif not failure.retryable:
                break
            else:
                self._stop.wait(random.uniform(0.5, 1.0) * min(_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S))
            if self._stop.is_set():
                break
        return Result(row, failure.draft or error_answer(row, "server_failed", failure.message))

    def _try(self, waiting: Waiting, free: Callable[[], None]) -> Answer | _Failure:
        waited_ms = round((time.monotonic() - waiting.since) * 1000)
        try:
            answer = self._last(waiting.events, free)
        except ServerError as error:
            return _Failure(str(error), is_servers=True, retryable=error.retryable)
        except Exception as error:  # as in find
            return self._broke(waiting.row, error)
        answer = replace(_without_waiting(answer, waited_ms), id=waiting.row.id)
        if answer.reason in _INCOMPLETE or answer.backend != self._assistant.backend.name:
            # Quotes that stand in for a model that is away please whoever waits; a job waits for the model instead.
            return _Failure(answer.reason, is_servers=True, retryable=True, draft=answer)
        return answer

    def _last(self, events: Iterator[Event], free: Callable[[], None]) -> Answer:
        """The answer; `free` is called when the model is done with it."""
        for event in events:
            if isinstance(event, Written):
                free()
            if isinstance(event, Finished):
                return event.answer
            if self._stop.is_set():
                if isinstance(events, Generator):
                    events.close()  # tells the server to stop writing
                raise StreamBrokenError("stopped", "")
        raise RuntimeError("the stream ended without an answer")

    def _broke(self, row: Row, error: Exception) -> Answer:
        _log.info("line %d failed", row.line, exc_info=error)
        return error_answer(row, "internal_error", f"{type(error).__name__}: {error}; please report it")


def error_answer(row: Row, reason: str, message: str) -> Answer:
    """The record of a row that has no answer; `message` says why, where an answer would stand."""
    language = question_language(row.question) or "en"
    return Answer(row.id, row.question, row.question, language, status="error", reason=reason, answer=message)


def set_aside(row: Row) -> Answer:
    """The record of a row that is not asked again."""
    message = f"line {row.line}: the model's engine died {_DEATHS} times at this question; it was set aside"
    return error_answer(row, "set_aside", message)


def _without_waiting(answer: Answer, waited_ms: int) -> Answer:
    """The times as if the model had been asked as soon as the passages were found."""
    timing = answer.timing_ms
    return replace(
        answer,
        timing_ms=replace(
            timing,
            first_token=max(0, timing.first_token - waited_ms),
            generate=max(0, timing.generate - waited_ms),
            total=max(0, timing.total - waited_ms),
        ),
    )
