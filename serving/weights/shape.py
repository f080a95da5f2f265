"""The shape of a model in a folder, as far as its memory depends on it, and what its server must be told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving.errors import ModelMissingError

_THINKING_SWITCH = "enable_thinking"


@dataclass(frozen=True, slots=True)
class Shape:
    """What memory is computed from. `cache_layers` are the layers that keep a KV cache; `weights` in bytes."""

    weights: int
    cache_layers: int
    kv_heads: int
    head_dim: int
    heads: int
    context: int
    can_think: bool = False
    sees_pictures: bool = False


def read_shape(folder: Path) -> Shape:
    """Read config.json and the sizes of the weights in `folder`.

    :raises ModelMissingError: when it holds no model in safetensors; says what is missing.
    """
    weights = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    if not weights:
        pickled = " (weights in a pickle are not loaded)" if [*folder.glob("*.bin"), *folder.glob("*.pt")] else ""
        raise ModelMissingError(f"{folder} holds no *.safetensors{pickled}; name a folder with a model in that format")
    config = _read_json(folder / "config.json")
    text = config.get("text_config") or config
    try:
        heads = int(text["num_attention_heads"])
        return Shape(
            weights=weights,
            cache_layers=_cache_layers(text),
            kv_heads=int(text.get("num_key_value_heads") or heads),
            head_dim=int(text.get("head_dim") or text["hidden_size"] // heads),
            heads=heads,
            context=int(text["max_position_embeddings"]),
            can_think=_THINKING_SWITCH in _chat_template(folder),
            sees_pictures="vision_config" in config,
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise ModelMissingError(
            f"{folder / 'config.json'} does not say the shape of a language model ({error})"
        ) from None


def _cache_layers(text: dict[str, Any]) -> int:
    """All layers, but for those with linear attention, whose state does not grow with the text."""
    kinds = text.get("layer_types") or []
    return sum(kind != "linear_attention" for kind in kinds) or int(text["num_hidden_layers"])


def _chat_template(folder: Path) -> str:
    for name in ("chat_template.jinja", "tokenizer_config.json"):
        try:
            found = (folder / name).read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        if _THINKING_SWITCH in found:
            return found
    return ""


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMissingError(f"{path} cannot be read ({error}); the folder is not a whole model") from None
    if not isinstance(found, dict):
        raise ModelMissingError(f"{path} is not a model's configuration")
    return found
