"""The shape of a GGUF model, from the header of its file: what its export will take, before it is written.

The form: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3, little-endian.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import BinaryIO

from serving.errors import ModelMissingError
from serving.weights.shape import Shape

_MAGIC, _VERSIONS = b"GGUF", (2, 3)
# By the number of a value's kind: how it is packed. 8 is a string, 9 an array.
_PACKED = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_BYTES_PER_PARAMETER = 2
_LONGEST_STRING = 1 << 24

Value = int | float | bool | str | None


def read_gguf_shape(path: Path) -> Shape:
    """The shape that `path` has once it is written out in bf16.

    :raises ModelMissingError: when the file is no GGUF of a language model.
    """
    try:
        with path.open("rb") as file:
            values, parameters = _read_header(file)
        kind = values["general.architecture"]
        heads = int(values[f"{kind}.attention.head_count"] or 0)
        return Shape(
            weights=parameters * _BYTES_PER_PARAMETER,
            cache_layers=int(values[f"{kind}.block_count"] or 0),
            kv_heads=int(values.get(f"{kind}.attention.head_count_kv") or heads),
            head_dim=int(values.get(f"{kind}.attention.key_length") or 0)
            or int(values[f"{kind}.embedding_length"] or 0) // heads,
            heads=heads,
            context=int(values[f"{kind}.context_length"] or 0),
            can_think="enable_thinking" in str(values.get("tokenizer.chat_template", "")),
        )
    except (OSError, KeyError, ValueError, TypeError, ZeroDivisionError, struct.error) as error:
        raise ModelMissingError(f"{path} is not a GGUF model that can be read ({error!r}); pull it again") from None


def _read_header(file: BinaryIO) -> tuple[dict[str, Value], int]:
    """The values that name things, without arrays, and the number of parameters."""
    if file.read(4) != _MAGIC or _number(file, "I") not in _VERSIONS:
        raise ValueError("not GGUF, or of another version")
    tensors, count = _number(file, "Q"), _number(file, "Q")
    values = {}
    for _ in range(count):
        name = _string(file)
        values[name] = _value(file, _number(file, "I"))
    return values, sum(_tensor(file) for _ in range(tensors))


def _tensor(file: BinaryIO) -> int:
    """Elements of one tensor."""
    _string(file)
    size = math.prod(_number(file, "Q") for _ in range(_number(file, "I")))
    file.seek(12, 1)  # its type and where it begins
    return size


def _value(file: BinaryIO, kind: int) -> Value:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        inner, length = _number(file, "I"), _number(file, "Q")
        if inner in _PACKED:
            file.seek(length * struct.calcsize("<" + _PACKED[inner]), 1)
        else:
            for _ in range(length):
                _value(file, inner)
        return None
    packed = "<" + _PACKED[kind]
    value: Value = struct.unpack(packed, file.read(struct.calcsize(packed)))[0]
    return value


def _number(file: BinaryIO, packed: str) -> int:
    return int(struct.unpack("<" + packed, file.read(struct.calcsize("<" + packed)))[0])


def _string(file: BinaryIO) -> str:
    length = _number(file, "Q")
    if length > _LONGEST_STRING:
        raise ValueError("a string longer than any model has")
    return file.read(length).decode("utf-8", errors="replace")
