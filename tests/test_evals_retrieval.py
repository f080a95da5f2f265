"""Data sets of a search, and how its rankings are judged."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from assistant.understanding.question import Turn
from evals.case import Case
from evals.datasets import Query, read_beir, shipped_queries
from evals.retrieval import judge, main, measure
from index.generation import Generation
from index.search import Searcher

DOCUMENTS = [
    {"_id": "7", "title": "Caching", "text": "A cache keeps the answers to repeated prompts."},
    {"_id": "9", "title": "Batching", "text": "A batch of requests shares one reading of the weights."},
    {"_id": "10", "text": "Llamas eat grass."},
]


def write_lines(path: Path, records: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    (folder / "qrels").mkdir(parents=True)
    write_lines(folder / "corpus.jsonl", DOCUMENTS)
    queries = [
        {"_id": "q1", "text": "What does a cache keep?"},
        {"_id": "q2", "text": "What do llamas and batches share?"},
        {"_id": "q3", "text": "Unjudged"},
    ]
    write_lines(folder / "queries.jsonl", queries)
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\t7\t1\nq1\t9\t0\nq2\t9\t2\nq2\t10\t1\n", encoding="utf-8"
    )
    return folder


def test_a_beir_folder_is_read_with_its_judgements(beir: Path) -> None:
    data = read_beir(beir)
    assert [(d.id, d.title, d.language) for d in data.documents] == [
        ("7", "Caching", "en"),
        ("9", "Batching", "en"),
        ("10", "", "en"),
    ]
    assert [(query.text, query.gains) for query in data.queries] == [
        ("What does a cache keep?", {"7": 1.0}),
        ("What do llamas and batches share?", {"9": 2.0, "10": 1.0}),
    ]


def test_a_query_may_name_its_document_itself(tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", [{"_id": "0-0", "title": "缓存", "text": "缓存保存重复的回答。"}])
    write_lines(tmp_path / "queries.jsonl", [{"_id": "q", "text": "缓存保存什么？", "doc": "0-0"}])
    data = read_beir(tmp_path)
    assert data.queries == (Query("缓存保存什么？", "zh", {"0-0": 1.0}),)


def test_a_ranking_is_judged_by_all_right_documents() -> None:
    judged = judge(Query("?", "en", {"a": 1.0, "b": 1.0}), ["x", "a", *"123456789", "b"])
    assert judged.ndcg_10 == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))
    assert (judged.recall_1, judged.recall_5, judged.recall_100) == (0, 0.5, 1)
    assert judged.reciprocal_rank == 0.5


def test_where_any_one_counts_the_first_is_as_good_as_all() -> None:
    judged = judge(Query("?", "en", {"a": 1.0, "b": 1.0}, any_counts=True), ["b", "x"])
    assert judged == judge(Query("?", "en", {"b": 1.0}), ["b", "x"])
    assert judge(Query("?", "en", {"a": 1.0}, any_counts=True), ["x"]).recall_100 == 0


def test_a_search_is_measured_by_document(beir: Path) -> None:
    data = read_beir(beir)
    (line,) = measure(
        "small", data.queries, Searcher(Generation.build(data.documents, [])), lambda h: h.chunk.document_id
    )
    assert (line.name, line.language, line.n) == ("small", "en", 2)
    assert line.means.recall_5 == 1.0
    assert line.means.recall_1 == 0.75
    assert 0 < line.p50_ms <= line.p99_ms


def test_the_command_prints_a_line_for_each_folder(
    beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ASSISTANT_BACKEND", raising=False)
    assert main([str(beir)]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["set", "language", "n", "nDCG@10"]
    assert line.split()[:3] == ["small", "en", "2"]


def test_a_set_is_measured_again_with_documents_of_the_other_language_beside_its_own(
    beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chinese = tmp_path / "chinese"
    chinese.mkdir()
    texts = ["缓存保存重复提示词的回答。", "批处理让多个请求共用一次权重读取。"]
    write_lines(chinese / "corpus.jsonl", [{"_id": f"z{n}", "text": text} for n, text in enumerate(texts)])
    write_lines(chinese / "queries.jsonl", [{"_id": "q", "text": "缓存保存什么？", "doc": "z0"}])
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    assert main([str(beir), str(chinese), "--mixed", "2"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [line[:2] for line in lines] == [["small", "en"], ["small", "+2"], ["chinese", "zh"], ["chinese", "+2"]]


def test_shipped_questions_are_asked_as_the_assistant_would_and_grouped_by_their_first_tag() -> None:
    def a_case(name: str, *tags: str, history: tuple[Turn, ...] = (), sections: tuple[str, ...] = ("g#a",)) -> Case:
        return Case(id=name, question="And QLoRA?", language="en", history=history, tags=tags, sections=sections)

    sets = shipped_queries(
        [
            a_case("1", "guide", "source:x:y"),
            a_case("2", "conversation", history=(Turn("How does LoRA work?"),)),
            a_case("3", "across"),
            a_case("4", "guide", sections=()),
        ]
    )
    assert {name: [query.text for query in queries] for name, queries in sets.items()} == {
        "guide": ["And QLoRA?"],
        "conversation": ["How does LoRA work? And QLoRA?"],
    }
    assert sets["guide"][0].any_counts
