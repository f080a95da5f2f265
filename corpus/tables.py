"""The shipped tables (corpus/data/*.toml): typed rows for calculators, and Documents that may be cited.

One file a table: the name of its array is the table's name, every row has an id, sources and a status. A user's own
file of the same form (rows of any tables, and the `[sources]` they name) replaces rows by id and adds new ones. Units
are in the keys. NOT covered: conversion of currencies, and whether a price still holds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

from corpus.document import Document, Language
from corpus.errors import CorpusError
from corpus.table_text import DATE, Row, TableHead, TableSection, TableSource, Value, write_document, write_row

DATA_FOLDER = Path(__file__).parent / "data"

# What the keys of a Fact's figures end in: a figure never goes without its unit.
UNITS = frozenset("count cny date days eur flops hours minutes months multiple percent ratio usd years".split())
# The TOML types that a field's type takes.
_FORMS: dict[object, Any] = {str: str, bool: bool, float: (int, float), float | None: (int, float), int | None: int}

T = TypeVar("T")
R_co = TypeVar("R_co", bound=Row, covariant=True)


class TableError(CorpusError):
    """A table breaks its form; the message names file and row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator(Row):
    """A chip: memory as its vendor prints it, dense compute (a number twice as large is the sparse one)."""

    vendor: str
    memory_gb: float
    bandwidth_tb_s: float | None = None
    bf16_tflops: float | None = None
    fp16_tflops: float | None = None  # only where there is no BF16
    fp8_tflops: float | None = None
    power_w: float | None = None
    nvlink_gb_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun(Row):
    """A known model and its training. Hours are accelerator-hours but for `wall_hours`; `accelerator` is an id."""

    parameters: float | None = None
    active_parameters: float | None = None
    tokens: float | None = None
    layers: int | None = None
    width: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None
    vocabulary: int | None = None
    tokens_are_at_least: bool = False
    training_flops: float | None = None
    hardware: str = ""
    hardware_zh: str = ""
    accelerator: str = ""
    accelerator_count: int | None = None
    accelerator_hours: float | None = None
    hours_of: Literal["GPU", "TPU"] = "GPU"
    wall_hours: float | None = None
    cost_usd: float | None = None
    cost_high_usd: float | None = None
    mfu_percent: float | None = None
    mfu_high_percent: float | None = None
    hfu_percent: float | None = None
    energy_mwh: float | None = None
    co2e_t: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuPrice(Row):
    """What one accelerator costs for one hour in US dollars; with `price_high_usd_per_hour` the price is a range."""

    accelerator: str
    provider: str
    terms: Literal["on-demand", "spot", "reserved", "capacity-block", "assumption"]
    price_usd_per_hour: float
    price_high_usd_per_hour: float | None = None
    approximate: bool = False
    provider_zh: str = ""
    instance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPrice(Row):
    """What a model costs by API, in US dollars for a million tokens."""

    vendor: str
    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cached_input_usd_per_mtok: float | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Row):
    """A fact with figures and dates of its own, and the sentence in both languages that puts them."""

    text_en: str
    text_zh: str
    figures: dict[str, float] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Value]:
        """The figures and dates, and what every row has."""
        return {**Row.values(self), **self.figures, **self.dates}  # super() fails in a slotted dataclass

    def template(self, head: TableHead, language: Language) -> str:
        """The row's own sentence."""
        return self.text_zh if language == "zh" else self.text_en


@dataclass(frozen=True, slots=True)
class Table(Generic[R_co]):
    """Rows by id, in order, and what stands around them when they are read as text."""

    head: TableHead
    rows: Mapping[str, R_co]

    def __getitem__(self, row_id: str) -> R_co:
        if row_id not in self.rows:
            raise TableError(f"{self.head.name} has no row {row_id!r}; there are: {', '.join(self.rows)}")
        return self.rows[row_id]


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables. The names are those of the files."""

    accelerators: Table[Accelerator]
    training_runs: Table[TrainingRun]
    gpu_prices: Table[GpuPrice]
    api_prices: Table[ApiPrice]
    regulations: Table[Fact]
    management_benchmarks: Table[Fact]


def load_tables(*paths: Path) -> Tables:
    """The shipped tables, changed by the user's own files in order: a row of the same id replaces, a new id adds.

    :raises TableError: naming the file and the row that break the form.
    """
    own = {path: _read_toml(path) for path in paths}
    known = [table.name for table in fields(Tables)]
    for path, found in own.items():
        for name, content in found.items():
            rows = [*content.values()] if name == "sources" and isinstance(content, dict) else content
            if name not in [*known, "sources"] or not isinstance(rows, list) or {type(row) for row in rows} - {dict}:
                raise TableError(f"{path}: {name!r} is no table; write [sources.…] and [[{']], [['.join(known)}]]")
    tables = Tables(
        accelerators=_load("accelerators", Accelerator, own),
        training_runs=_load("training_runs", TrainingRun, own),
        gpu_prices=_load("gpu_prices", GpuPrice, own),
        api_prices=_load("api_prices", ApiPrice, own),
        regulations=_load("regulations", Fact, own),
        management_benchmarks=_load("management_benchmarks", Fact, own),
    )
    rows = (*tables.gpu_prices.rows.values(), *tables.training_runs.rows.values())
    used = {row.id: row.accelerator for row in rows if row.accelerator}
    if unknown := [row_id for row_id, accelerator in used.items() if accelerator not in tables.accelerators.rows]:
        place = ", ".join(map(str, paths)) or DATA_FOLDER
        raise TableError(f"{place}: row {unknown[0]!r}: accelerators has no row {used[unknown[0]]!r}; add one")
    return tables


def table_documents(tables: Tables | None = None) -> tuple[Document, ...]:
    """Every table (the shipped ones) in both languages, as Documents of kind `table`."""
    read = tables or load_tables()
    found: list[Table[Row]] = [getattr(read, table.name) for table in fields(Tables)]
    return tuple(write_document(table.head, [*table.rows.values()], lang) for table in found for lang in ("en", "zh"))


def _load(name: str, kind: type[R_co], own: Mapping[Path, dict[str, Any]]) -> Table[R_co]:
    path = DATA_FOLDER / f"{name}.toml"
    shipped = _read_toml(path)
    entries, sources = shipped.pop(name), shipped.pop("sources")
    sections = tuple(_read_entry(TableSection, section) for section in shipped.pop("section"))
    head = _read_entry(TableHead, {"name": name, "sections": sections, **shipped})
    rows: dict[str, R_co] = {}
    for place, found in ((path, {name: entries}), *own.items()):
        known = sources | found.get("sources", {})
        read = [_row(kind, entry, head, known, place, place in own) for entry in found.get(name, [])]
        if twice := {row.id for row in read if [other.id for other in read].count(row.id) > 1}:
            raise TableError(f"{place}: the id {sorted(twice)[0]!r} is used twice")
        rows |= {row.id: row for row in read}
    return Table(head, rows)


def _row(
    kind: type[R_co], entry: dict[str, Any], head: TableHead, sources: dict[str, Any], path: Path, own: bool
) -> R_co:
    try:
        keys = entry.get("sources", [])
        if unknown := [key for key in keys if key not in sources]:
            raise ValueError(f"the source {unknown[0]!r} is not described under [sources]")
        named = tuple(_read_entry(TableSource, {"key": key, **sources[key]}) for key in keys)
        if "own" in entry:
            raise ValueError("the key 'own' is not for files")
        row = _read_entry(kind, {**entry, "own": own} | ({"sources": named} if "sources" in entry else {}))
        _check_row(row, head)
        write_row(row, head, "en"), write_row(row, head, "zh")  # a text that cannot be written is found here
        return row
    except (ValueError, TypeError) as error:
        raise TableError(f"{path}: row {entry.get('id')!r}: {error}") from error


def _check_row(row: Row, head: TableHead) -> None:
    if row.section not in {section.anchor for section in head.sections}:
        raise ValueError(f"{head.name} has no section {row.section!r}")
    if not row.sources and row.status != "unconfirmed":
        raise ValueError(f"a row that is {row.status} names at least one source")
    if row.as_of and not DATE.fullmatch(row.as_of):
        raise ValueError(f"as_of {row.as_of!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    if bad := [key for key in (*row.unconfirmed, *row.derived) if row.values().get(key) in (None, "")]:
        raise ValueError(f"{bad[0]!r} is marked and has no value")
    if isinstance(row, Fact):
        for key, value in (*row.figures.items(), *row.dates.items()):
            if key.rsplit("_", 1)[-1] not in UNITS:
                raise ValueError(f"the key {key!r} does not end in its unit; units are: {', '.join(sorted(UNITS))}")
            if isinstance(value, bool) or isinstance(value, str) != (key in row.dates):
                raise ValueError(f"{key} must be a {'date' if key in row.dates else 'number'}, not {value!r}")


def _read_entry(kind: type[T], entry: Mapping[str, Any]) -> T:
    hints = get_type_hints(kind)
    if unknown := entry.keys() - hints.keys():
        raise ValueError(f"unknown key {sorted(unknown)[0]!r}; known are: {', '.join(hints)}")
    for known in fields(kind):  # type: ignore[arg-type]  # every kind is a dataclass
        if known.name not in entry and known.default is MISSING and known.default_factory is MISSING:
            raise ValueError(f"the key {known.name!r} is missing")
    return kind(**{key: _typed(key, value, hints[key]) for key, value in entry.items()})


def _typed(key: str, value: Any, hint: Any) -> Any:  # noqa: ANN401 - whatever TOML held
    if get_origin(hint) is Literal and value not in get_args(hint):
        raise ValueError(f"{key} must be one of {', '.join(get_args(hint))}, not {value!r}")
    if hint in _FORMS and (not isinstance(value, _FORMS[hint]) or isinstance(value, bool) != (hint is bool)):
        raise ValueError(f"{key} must be {getattr(hint, '__name__', hint)}, not {value!r}")
    if hint == tuple[str, ...] and (not isinstance(value, list) or not all(isinstance(item, str) for item in value)):
        raise ValueError(f"{key} must be a list of texts, not {value!r}")
    if hint in (float, float | None):
        return float(value)
    return tuple(value) if hint == tuple[str, ...] else value


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(f"{path} cannot be read as TOML: {error}") from error
