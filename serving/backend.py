"""Which model answers: a running server, the embedded one, or none. Decided once, with the reason in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

from serving.catalog import Catalog
from serving.client import ChatClient
from serving.embedded import EmbeddedServer
from serving.errors import ModelMissingError, ServerUnreachableError
from serving.store import ModelStore

BackendName = Literal["auto", "embedded", "vllm", "extractive"]
BACKENDS: tuple[str, ...] = get_args(BackendName)
API_KEY_VARIABLE = "ASSISTANT_API_KEY"


@dataclass(frozen=True, slots=True)
class ServingSettings:
    """What to answer with.

    `model`: a name of the catalogue for the embedded backend, the server's name of it for a server; empty for the
    default of the one or the first of the other. `base_url`: an OpenAI-compatible server's address ending in /v1; its
    key is read from the environment variable ASSISTANT_API_KEY, never from a file. `max_tokens` bounds an answer.
    """

    backend: BackendName = "auto"
    model: str = ""
    base_url: str = ""
    max_tokens: int = 400

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, not {self.backend!r}")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens must be at least 1, not {self.max_tokens}")


@dataclass(frozen=True, slots=True)
class Address:
    """A running server, and the key it wants."""

    base_url: str
    api_key: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Backend:
    """What answers. `client` is None for extractive. `reason` says in one line why this one."""

    name: Literal["embedded", "vllm", "extractive"]
    model: str
    reason: str
    client: ChatClient | None = None


@contextmanager
def open_backend(
    settings: ServingSettings, catalog: Catalog, store: ModelStore, *, running: Address | None = None
) -> Iterator[Backend]:
    """Choose and start a backend, and stop what was started when the body ends.

    `running` is a server of ours that was found; a configured one goes before it.

    :raises ServerUnreachableError: when backend vllm was asked for and does not answer.
    :raises ModelMissingError: when backend embedded was asked for and its model is not here.
    """
    if settings.backend == "extractive":
        yield Backend("extractive", "", "no model was asked for: the sources' own sentences are quoted")
        return
    address = _address(settings, running)
    if address and settings.backend in ("auto", "vllm"):
        client = ChatClient(address.base_url, model=address.model, api_key=address.api_key)
        client.model = client.model or client.served_model()
        try:
            if client.is_answering():
                yield Backend("vllm", client.model, f"the server at {address.base_url} answers", client)
                return
        finally:
            client.close()
        if settings.backend == "vllm":
            raise ServerUnreachableError(
                f"no model answers at {address.base_url}; start the server there, or use --backend embedded"
            )
    elif settings.backend == "vllm":
        raise ServerUnreachableError(
            "no server is configured and none is running: start one with `assistant serve MODEL`, or name its address "
            "in base_url, such as http://127.0.0.1:8000/v1"
        )
    down = f"the server at {address.base_url} does not answer; " if address else ""
    yield from _embedded_or_extractive(settings, catalog, store, down)


def _address(settings: ServingSettings, running: Address | None) -> Address | None:
    """The configured server; ours where that is the same one, since its key is known."""
    if settings.base_url and (running is None or running.base_url != settings.base_url.rstrip("/")):
        return Address(settings.base_url, os.environ.get(API_KEY_VARIABLE, ""), settings.model)
    return running


def _embedded_or_extractive(
    settings: ServingSettings, catalog: Catalog, store: ModelStore, down: str
) -> Iterator[Backend]:
    name = settings.model or next(model.name for model in catalog.defaults() if model.use == "chat")
    try:
        server = EmbeddedServer.start(store.path(catalog.find(name)) / "model.gguf", name=name)
    except ModelMissingError as error:
        if settings.backend == "embedded":
            raise
        yield Backend("extractive", "", f"{down}{error}; until then the sources' own sentences are quoted")
        return
    try:
        yield Backend("embedded", name, f"{down}{name} runs inside this program", server.client)
    finally:
        server.stop()
