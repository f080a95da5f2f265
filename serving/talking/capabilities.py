"""What a server can do, found out by asking it: which program it is, its models, its context, how it counts tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from serving.errors import ServerError, ServerRefusedError
from serving.talking.wire import Wire

Kind = Literal["vllm", "llama.cpp", "ollama", "other"]
Counting = Literal["tokenize", "none"]

PROBE_S = 5.0
# Ollama cuts prompts to the window it was started with and says so nowhere; this is its smallest default.
_OLLAMA_DEFAULT_CONTEXT = 4096
_OWNERS: dict[str, Kind] = {"vllm": "vllm", "llamacpp": "llama.cpp", "library": "ollama", "sglang": "vllm"}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`context_tokens` for prompt and answer of one request, 0 where the server does not say; `slots` at once, too.

    `thinks_on_request`: its template can be told to answer without thinking first.
    """

    kind: Kind = "other"
    models: tuple[str, ...] = ()
    context_tokens: int = 0
    slots: int = 0
    counting: Counting = "none"
    thinks_on_request: bool = field(default=False)


@dataclass(slots=True)
class Known:
    """What is known of a server. `refused`: parts of a request that it does not take; `heard`: when it wrote last."""

    model: str
    capabilities: Capabilities
    template_tokens: int = 0
    heard: float = 0.0
    refused: set[str] = field(default_factory=set)


def probe(wire: Wire, model: str) -> Capabilities:
    """Ask the server. What it does not offer stays unknown.

    :raises ServerError: when it does not answer at all.
    """
    try:
        listed = wire.ask("GET", f"{wire.base_url}/models", within_s=PROBE_S)
    except ServerRefusedError as error:
        if error.status in (401, 403):
            raise
        listed = {}
    entries = [entry for entry in listed.get("data") or [] if isinstance(entry, dict) and entry.get("id")]
    models = tuple(str(entry["id"]) for entry in entries)
    name = match(model, models) or (models[0] if models else model)
    entry = next((entry for entry in entries if entry["id"] == name), {})
    kind = _OWNERS.get(str(entry.get("owned_by", "")), "other")
    context = _number(entry, "max_model_len") or _number(entry.get("meta"), "n_ctx")
    slots = 0
    if kind in ("llama.cpp", "other") and "default_generation_settings" in (props := _asked(wire, "GET", "/props")):
        kind = "llama.cpp"
        context = _number(props.get("default_generation_settings"), "n_ctx") or context
        slots = _number(props, "total_slots")
    elif kind in ("ollama", "other") and "model_info" in (shown := _asked(wire, "POST", "/api/show", {"model": name})):
        kind, context = "ollama", _ollama_context(wire, name, shown)
    counts = kind != "ollama" and count_tokens(wire, name, "1") is not None
    return Capabilities(
        kind, models, context, slots, "tokenize" if counts else "none", thinks_on_request=kind in ("vllm", "llama.cpp")
    )


def match(model: str, models: tuple[str, ...]) -> str:
    """The served name of `model`, or an empty string. Ollama's names have a tag, which may be left out."""
    return next((name for name in models if name in (model, f"{model}:latest")), "")


def count_tokens(wire: Wire, model: str, text: str, *, within_s: float = PROBE_S) -> int | None:
    """How many tokens the server makes of `text`; None when it cannot say.

    :raises ServerError: when it does not answer.
    """
    # llama.cpp reads `content`, vLLM `model` and `prompt`; both answer with the list.
    body = {"content": text, "prompt": text, "model": model, "add_special_tokens": False}
    try:
        tokens = wire.ask("POST", f"{wire.root}/tokenize", body, within_s=within_s).get("tokens")
    except ServerRefusedError as error:
        if error.retryable:
            raise
        return None
    return len(tokens) if isinstance(tokens, list) else None


def _asked(wire: Wire, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    try:
        return wire.ask(method, wire.root + path, body, within_s=PROBE_S)
    except ServerError:
        return {}


def _ollama_context(wire: Wire, name: str, shown: Mapping[str, Any]) -> int:
    """The window of the loaded model, else the one its file sets, else Ollama's smallest default."""
    running = _asked(wire, "GET", "/api/ps").get("models") or []
    loaded = [entry for entry in running if isinstance(entry, dict) and entry.get("name") == name]
    if loaded and (context := _number(loaded[0], "context_length")):
        return context
    if set_in_file := re.search(r"^num_ctx\s+(\d+)", str(shown.get("parameters", "")), re.MULTILINE):
        return int(set_in_file[1])
    info = shown.get("model_info")
    largest = (
        [value for key, value in info.items() if key.endswith(".context_length")] if isinstance(info, dict) else []
    )
    return min([_OLLAMA_DEFAULT_CONTEXT, *(value for value in largest if isinstance(value, int) and value > 0)])


def _number(table: object, key: str) -> int:
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
