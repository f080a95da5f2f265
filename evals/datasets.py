"""What a search can be measured on: the shipped questions, or a folder in the layout of BEIR (Thakur et al. 2021)."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.understanding.question import understand
from corpus.document import Document, Language, Section, text_fingerprint
from corpus.language import document_language
from evals.case import ACROSS, Case


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the gain of each right find. With `any_counts` the first of them is as good as all."""

    text: str
    language: Language
    gains: dict[str, float]
    any_counts: bool = False


@dataclass(frozen=True, slots=True)
class DataSet:
    """Documents of one language and questions about them; gains are by document id."""

    name: str
    language: Language
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]


def shipped_queries(cases: Iterable[Case]) -> dict[str, list[Query]]:
    """The questions that have a right section, by their first tag.

    Those asked across languages or of attached documents need an index of their own and are left out.
    """
    return _by_kind(case for case in cases if ACROSS not in case.tags and not case.documents)


def own_queries(cases: Iterable[Case]) -> dict[str, list[Query]]:
    """The questions of documents that they bring along, by their first tag."""
    return _by_kind(case for case in cases if case.documents)


def _by_kind(cases: Iterable[Case]) -> dict[str, list[Query]]:
    sets: dict[str, list[Query]] = defaultdict(list)
    for case in cases:
        if case.sections:
            text = understand(case.question, case.history).standalone
            gains = dict.fromkeys(case.sections, 1.0)
            sets[case.kind or "untagged"].append(Query(text, case.language, gains, any_counts=True))
    return sets


def read_beir(folder: Path) -> DataSet:
    """The data set in `folder`: corpus.jsonl, queries.jsonl, and qrels/*.tsv or a `doc` in each query.

    Queries without a right document are left out, as is usual.
    """
    records = list(_records(folder / "corpus.jsonl"))
    language = document_language("\n".join(record["text"] for record in records[:50]))
    gains = _qrels(folder / "qrels")
    queries = []
    for record in _records(folder / "queries.jsonl"):
        found = {record["doc"]: 1.0} if "doc" in record else gains.get(record["_id"], {})
        if found:
            queries.append(Query(record["text"], language, found))
    return DataSet(folder.name, language, tuple(_document(record, language) for record in records), tuple(queries))


def _document(record: dict[str, Any], language: Language) -> Document:
    text = record["text"]
    title = record.get("title", "")
    return Document(
        id=record["_id"],
        title=title,
        language=language,
        text=text,
        sections=(Section("", 0, len(text)),),
        sha256=text_fingerprint(title, text),
    )


def _qrels(folder: Path) -> dict[str, dict[str, float]]:
    gains: dict[str, dict[str, float]] = defaultdict(dict)
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                if float(row["score"]) > 0:
                    gains[row["query-id"]][row["corpus-id"]] = float(row["score"])
    return gains


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)
