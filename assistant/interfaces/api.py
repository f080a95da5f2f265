"""The HTTP API: answers as records or as an OpenAI-shaped chat, health and counts. Keeps nothing of what is asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import Answer
from assistant.collection_names import as_name, choice_of
from assistant.errors import BadQuestionError, TooManyQuestionsError
from assistant.events import Event, Finished, Found
from assistant.interfaces.identity import user_of
from assistant.interfaces.rendering import marked_text
from assistant.keeping.conversations import NOBODY
from assistant.record import to_record
from assistant.running.places import Place, Places
from assistant.running.service import Service
from assistant.understanding.question import Turn, understand
from assistant.verifying.verification import Checked
from index.errors import IndexLayerError
from serving.errors import ServingError

# More at once would only wait for the model; whoever comes then is told to come back.
MOST_AT_ONCE = 32

Events = Iterator[Event]


class PastTurn(BaseModel):
    """A question asked before, with its answer's text."""

    question: str = Field(max_length=100_000)
    answer: str = Field("", max_length=100_000)


class Ask(BaseModel):
    """A question for `/api/ask`."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=100_000)
    history: list[PastTurn] = Field([], max_length=200)
    collections: list[str] = Field([], max_length=50, description="which to ask; without any the usual one")


class ChatMessage(BaseModel):
    """A message of an OpenAI-shaped chat."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str = Field(max_length=100_000)


class ChatRequest(BaseModel):
    """An OpenAI-shaped request. What steers a model (temperature, tools, ...) is taken and has no effect here."""

    messages: list[ChatMessage] = Field(min_length=1, max_length=400)
    stream: bool = False
    model: str = ""


def build_api(service: Service) -> APIRouter:
    """The routes."""
    router = APIRouter()
    doors = Places(MOST_AT_ONCE)

    def begun(question: str, history: list[Turn], request: Request, collections: Sequence[str] = ()) -> Events:
        return _begun(service, doors, question, history, user_of(request.scope).id, collections)

    @router.post("/api/ask", summary="Answer a question: the record, or with Accept: text/event-stream its events")
    def ask(asked: Ask, request: Request, accept: Annotated[str, Header()] = "") -> Response:
        history = [Turn(turn.question, turn.answer) for turn in asked.history]
        events = begun(asked.question, history, request, asked.collections)
        if "text/event-stream" in accept:
            return _streamed(_ask_events(events))
        return _json(to_record(_answer(events)))

    @router.get("/api/collections", summary="The collections that can be asked, the usual one first")
    def collections() -> list[str]:
        return service.shelves.names

    @router.post("/v1/chat/completions", summary="An OpenAI-shaped chat; `record` holds citations and verdicts")
    def chat(asked: ChatRequest, request: Request) -> Response:
        question, history = _conversation(asked.messages)
        events = begun(question, history, request)
        if asked.stream:
            return _streamed(_chat_events(service, question, events))
        return _json(_completion(_answer(events)))

    @router.get("/healthz", summary="Whether questions are answered, and by what: ok, degraded, or 503 with failing")
    def healthz(response: Response) -> dict[str, Any]:
        health = service.health
        if health.status == "failing":
            response.status_code = 503
        return asdict(health)

    @router.get("/metrics", summary="Counts and times since the start, as Prometheus reads them")
    def metrics() -> Response:
        return Response(service.watching.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def _begun(
    service: Service, doors: Places, question: str, history: list[Turn], user: str, collections: Sequence[str]
) -> Events:
    """The events to come. What is wrong is said before a stream begins: its status could not be taken back.

    :raises HTTPException: with the reason and a message; 400, 404, 429 with Retry-After, or 503.
    """
    chosen = [as_name(name) for name in collections]
    if missing := [name for name in chosen if name not in service.shelves.names]:
        message = f"there is no collection {missing[0]!r}; GET /api/collections lists them"
        raise HTTPException(404, {"reason": "no_collection", "message": message})
    try:
        door = doors.enter(NOBODY)
        return _within(door, service.stream(question, history, owner=user, choice=choice_of(chosen)))
    except BadQuestionError as error:
        raise HTTPException(400, {"reason": error.reason, "message": str(error)}) from error
    except TooManyQuestionsError as error:
        detail = {"reason": error.reason, "message": str(error)}
        status = 429 if error.reason == "too_many_questions" else 503
        raise HTTPException(status, detail, headers={"Retry-After": str(error.retry_after_s)}) from error
    except IndexLayerError as error:
        raise HTTPException(503, {"reason": "no_index", "message": str(error)}) from error


def _within(door: Place, events: Events) -> Events:
    try:
        yield from events
    finally:
        door.leave()


def _streamed(events: Iterator[str]) -> Response:
    """A stream of server-sent events."""
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _answer(events: Events) -> Answer:
    try:
        (answer,) = (event.answer for event in events if isinstance(event, Finished))
    except ServingError as error:
        raise HTTPException(503, {"reason": "no_model", "message": str(error)}) from error
    return answer


def _ask_events(events: Events) -> Iterator[str]:
    """`found`, a `sentence` for each that is checked, then `answer` with the record; or `error`."""
    try:
        for event in events:
            if isinstance(event, Found):
                found = [{"n": p.n, "heading": p.heading, "page": p.page, "text": p.text} for p in event.passages]
                yield _event({"standalone_question": event.standalone_question, "passages": found}, "found")
            elif isinstance(event, Checked):
                yield _event({"text": event.sentence.text, "verdict": event.sentence.verdict,
                              "citations": event.sentence.citations, "before": event.before}, "sentence")  # fmt: skip
            elif isinstance(event, Finished):
                yield _event(to_record(event.answer), "answer")
    except ServingError as error:
        yield _event({"reason": "no_model", "message": str(error)}, "error")


def _conversation(messages: list[ChatMessage]) -> tuple[str, list[Turn]]:
    """The question and what came before. Instructions of others have no say here: they are left out."""
    spoken = [message for message in messages if message.role in ("user", "assistant")]
    if not spoken or spoken[-1].role != "user":
        raise HTTPException(400, {"reason": "no_question", "message": "the last message must be the user's question"})
    pairs = zip(spoken, spoken[1:], strict=False)
    history = [Turn(a.content, b.content) for a, b in pairs if (a.role, b.role) == ("user", "assistant")]
    return spoken[-1].content, history


def _completion(answer: Answer) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.answer}
    usage = answer.usage
    return {
        **_envelope(answer.id, "chat.completion", answer.model or answer.backend),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        },
        "record": to_record(answer),
    }


def _chat_events(service: Service, question: str, events: Events) -> Iterator[str]:
    """Each sentence once it is checked, unsupported ones marked in words; the record comes with the last chunk."""
    language = understand(question).language
    model = service.assistant.backend.model or service.assistant.backend.name
    head = _envelope(f"chat-{time.time_ns()}", "chat.completion.chunk", model)

    def chunk(text: str, finish: str | None = None, **more: object) -> str:
        delta = {"role": "assistant", "content": text} if text else {}
        return _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})

    written = False
    try:
        for event in events:
            if isinstance(event, Checked):
                written = True
                yield chunk(event.before + marked_text(event.sentence, language))
            elif isinstance(event, Finished):
                if not written or event.answer.status == "refused":
                    yield chunk(("\n\n" if written else "") + event.answer.answer)
                yield chunk("", "stop", record=to_record(event.answer))
    except ServingError as error:
        yield _event({"error": {"message": str(error), "type": "no_model"}})
    yield "data: [DONE]\n\n"


def _envelope(name: str, kind: str, model: str) -> dict[str, Any]:
    return {"id": name, "object": kind, "created": int(time.time()), "model": model}


def _json(content: dict[str, Any]) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), media_type="application/json")


def _event(content: object, name: str = "") -> str:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(content, ensure_ascii=False)}\n\n"
