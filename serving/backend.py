"""Which model answers: a running server, the embedded one, or none. Decided once, with the reason in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Literal, get_args

from serving.errors import ModelMissingError, ServerError, ServerUnreachableError, WrongModelError
from serving.launching.embedded import PATIENCE, EmbeddedServer
from serving.launching.hardware import find_gpus
from serving.talking.client import AT_ONCE, ChatClient
from serving.talking.deadlines import Deadlines
from serving.talking.wire import is_loopback
from serving.weights.catalog import Catalog
from serving.weights.store import ModelStore

BackendName = Literal["auto", "embedded", "vllm", "extractive"]
BACKENDS: tuple[str, ...] = get_args(BackendName)
API_KEY_VARIABLE = "ASSISTANT_API_KEY"


@dataclass(frozen=True, slots=True)
class ServingSettings:
    """What to answer with.

    `model`: a name of the catalogue for the embedded backend, the server's name of it for a server; empty for the
    default of the one or the first of the other. `base_url`: an OpenAI-compatible server's address ending in /v1; its
    key is read from the environment variable ASSISTANT_API_KEY, never from a file. `max_tokens` bounds an answer.
    `at_once`: how many answers a server writes at the same time, the others wait their turn; 0 for what it says itself,
    else 128. `idle_unload_s`: after so many seconds without a question the embedded model gives its memory back, and
    is loaded again by the next one; 0 for never.
    """

    backend: BackendName = "auto"
    model: str = ""
    base_url: str = ""
    max_tokens: int = 400
    at_once: int = 0
    idle_unload_s: int = 0

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, not {self.backend!r}")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens must be at least 1, not {self.max_tokens}")
        if self.at_once < 0 or self.idle_unload_s < 0:
            raise ValueError("at_once and idle_unload_s must be 0 or more")


@dataclass(frozen=True, slots=True)
class Address:
    """A running server, and the key it wants."""

    base_url: str
    api_key: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Backend:
    """What answers. `client` is None for extractive. `reason` says in one line why this one.

    `stands_in`: while the model does not answer, the sources are quoted in its place; else that is an error.
    """

    name: Literal["embedded", "vllm", "extractive"]
    model: str
    reason: str
    client: ChatClient | None = None
    stands_in: bool = False

    def asked_by(self, asker: str) -> Backend:
        """The same backend for one asker: askers take turns."""
        return replace(self, client=self.client.asked_by(asker)) if self.client else self

    @property
    def is_down(self) -> bool:
        """Whether the model was found not to answer, and is tried again in the background."""
        return self.client is not None and self.client.circuit.is_open


@contextmanager
def open_backend(
    settings: ServingSettings,
    catalog: Catalog,
    store: ModelStore,
    *,
    deadlines: Deadlines | None = None,
    running: Address | None = None,
    stands_in: bool = False,
) -> Iterator[Backend]:
    """Choose and start a backend, and stop what was started when the body ends.

    `running` is a server of ours that was found; a configured one goes before it. With `stands_in` a server that is
    down is no reason to stop: until it answers, the sources are quoted.

    :raises ServerUnreachableError: when backend vllm was asked for and does not answer.
    :raises WrongModelError: when the server has another model than the one that was named.
    :raises ModelMissingError: when backend embedded was asked for and its model is not here.
    """
    if settings.backend == "extractive":
        yield Backend("extractive", "", "no model was asked for: the sources' own sentences are quoted")
        return
    address = _address(settings, running)
    down = ""
    if address and settings.backend in ("auto", "vllm"):
        with closing(_client(address, settings, deadlines)) as client:
            down = _why_down(client, settings, catalog)
            if not down:
                yield Backend("vllm", client.model, f"the server at {client.base_url} answers", client, stands_in)
                return
            if stands_in and (settings.backend == "vllm" or not _embedded_is_here(settings, catalog, store)):
                client.circuit.open(down)
                reason = f"{down}; the sources' own sentences are quoted until it does"
                yield Backend("vllm", client.model, reason, client, stands_in)
                return
        if settings.backend == "vllm":
            raise ServerUnreachableError(f"{down}; start the server there, or use --backend embedded")
    elif settings.backend == "vllm":
        raise ServerUnreachableError(
            "no server is configured and none is running: start one with `assistant serve MODEL`, or name its address "
            "in base_url, such as http://127.0.0.1:8000/v1"
        )
    yield from _embedded_or_extractive(settings, catalog, store, deadlines, down=down, stands_in=stands_in)


def _address(settings: ServingSettings, running: Address | None) -> Address | None:
    """The configured server; ours where that is the same one, since its key is known."""
    if settings.base_url and (running is None or running.base_url != settings.base_url.rstrip("/")):
        return Address(settings.base_url, os.environ.get(API_KEY_VARIABLE, ""), settings.model)
    return running


def _client(address: Address, settings: ServingSettings, deadlines: Deadlines | None) -> ChatClient:
    is_slow = is_loopback(address.base_url) and not find_gpus()
    return ChatClient(
        address.base_url,
        model=address.model,
        api_key=address.api_key,
        deadlines=(deadlines or Deadlines()).times(PATIENCE if is_slow else 1),
        at_once=settings.at_once or AT_ONCE,
    )


def _why_down(client: ChatClient, settings: ServingSettings, catalog: Catalog) -> str:
    """Why the server cannot be used, empty where it can.

    :raises WrongModelError: when it has another model, unless the named one may be meant for the embedded backend.
    """
    try:
        client.connect()
    except WrongModelError as error:
        if settings.backend == "auto" and settings.model in catalog.models:
            return str(error)
        raise
    except ServerError as error:
        return f"no model answers at {client.base_url} ({error})"
    return ""


def _default_model(settings: ServingSettings, catalog: Catalog) -> str:
    return settings.model or next(model.name for model in catalog.defaults() if model.use == "chat")


def _embedded_is_here(settings: ServingSettings, catalog: Catalog, store: ModelStore) -> bool:
    name = _default_model(settings, catalog)
    return name in catalog.models and store.has(catalog.models[name])


def _embedded_or_extractive(
    settings: ServingSettings,
    catalog: Catalog,
    store: ModelStore,
    deadlines: Deadlines | None,
    *,
    down: str,
    stands_in: bool,
) -> Iterator[Backend]:
    name = _default_model(settings, catalog)
    down = f"{down}; " if down else ""
    try:
        model_file = store.path(catalog.find(name)) / "model.gguf"
        server = EmbeddedServer.start(model_file, name=name, deadlines=deadlines, idle_unload_s=settings.idle_unload_s)
    except ModelMissingError as error:
        if settings.backend == "embedded":
            raise
        yield Backend("extractive", "", f"{down}{error}; until then the sources' own sentences are quoted")
        return
    try:
        yield Backend("embedded", name, f"{down}{name} runs inside this program", server.client, stands_in)
    finally:
        server.stop()
