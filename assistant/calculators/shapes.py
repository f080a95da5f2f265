"""What is known of a model, from the table of known models: its size, and the shape that its memory depends on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from operator import attrgetter

from assistant.calculators.calculator import TableValue, Text
from corpus.tables import Tables, TrainingRun

# A model counts as one of the size of a known model up to this factor: 65B has the shape of a 70B.
_SAME_SIZE = 1.15
# Where none is that near: N = 12·L·h² with h = 128·L, as in the GPT family, eight key-value heads of 128 and a
# vocabulary of 128,000, as in the Llama 3 family.
_WIDTH_PER_LAYER = 128

_SHAPE = ("layers", "width", "kv_heads", "head_dim", "vocabulary")
# What an input may ask for -> where it stands in a row.
_COLUMNS: Mapping[str, Callable[[TrainingRun], float | None]] = {
    "parameters": lambda row: row.parameters,
    "active_parameters": lambda row: row.active_parameters or row.parameters,
    "tokens": lambda row: row.tokens,
} | {name: attrgetter(name) for name in _SHAPE}


def known_of_model(tables: Tables, column: str, model: str, parameters: float | None) -> TableValue | None:
    """The `column` of a known `model` ("" for none named), or one that is usual for its number of `parameters`.

    None where nothing can be said: a mixture of experts whose shape is not in the table may keep its cache in
    another form (DeepSeek's is 14 times smaller), so that a usual shape would be wrong.
    """
    row = tables.training_runs.rows.get(model)
    if row is not None:
        value = _COLUMNS[column](row)
        if value is not None:
            return TableValue(value, Text(row.name, row.name_zh or row.name), row.sources, row.as_of)
        if row.active_parameters:
            return None
        parameters = parameters or row.parameters
    if column not in _SHAPE or not parameters:
        return None
    return _like_a_known_one(tables, column, parameters) or _usual(column, parameters)


def _like_a_known_one(tables: Tables, column: str, parameters: float) -> TableValue | None:
    rows = [row for row in tables.training_runs.rows.values() if row.layers and row.parameters]
    near = min(rows, key=lambda row: abs(math.log(parameters / (row.parameters or 1))), default=None)
    if near is None or not 1 / _SAME_SIZE <= parameters / (near.parameters or 1) <= _SAME_SIZE:
        return None
    because = Text(
        f"as {near.name}, the known model nearest in size",
        f"同 {near.name_zh or near.name}（规模最接近的已知模型）",
    )
    value = _COLUMNS[column](near)
    return None if value is None else TableValue(value, because, near.sources, near.as_of)


def _usual(column: str, parameters: float) -> TableValue:
    layers = max(1, round((parameters / 12 / _WIDTH_PER_LAYER**2) ** (1 / 3)))
    shape = {
        "layers": layers,
        "width": layers * _WIDTH_PER_LAYER,
        "kv_heads": 8,
        "head_dim": 128,
        "vocabulary": 128_000,
    }
    return TableValue(
        shape[column],
        Text("usual for a dense model of this size; put in your model's own", "这一规模稠密模型的常见值，请换成实际值"),
        (),
        "",
    )
