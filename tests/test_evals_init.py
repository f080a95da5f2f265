"""Drafts of cases from a user's own documents, and that `pytest evals` takes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.attached import section_names
from evals.case import load_cases
from evals.init import draft_cases, main
from index.collection import Collection
from tests.hosts import read_document

ENGLISH = """# Rules

## Holidays

Holidays are asked for by e-mail. Each employee has 28 days of holiday a year.

## Dogs

Dogs are welcome in the office when the colleagues in the room agree.

## Prices

| plan | price |
|---|---|
| solo | 39 |
"""
CHINESE = "# 规定\n\n## 假期\n\n每位员工每年有 28 天带薪假期可用。\n\n## 宠物\n\n同屋同事同意即可带狗上班。\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path))
    for name, text in (("rules.md", ENGLISH), ("guiding.md", CHINESE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    collection = Collection(tmp_path / "collections" / "rules")
    collection.add([read_document(tmp_path / "rules.md"), read_document(tmp_path / "guiding.md")])
    return tmp_path


def test_drafts_ask_for_figures_first_then_for_headings_and_end_with_what_must_be_refused(home: Path) -> None:
    document = read_document(home / "rules.md")
    gap, dogs, prices, refused = draft_cases([document], 10)
    assert gap == {
        "id": "draft-001",
        "language": "en",
        "question": '"Rules", Holidays, says: "Each employee has ____ days of holiday a year." '
        "Which figure belongs in the gap?",
        "sections": [f"{document.id}#Holidays"],
        "numbers": [{"value": 28.0}],
        "tags": ["draft"],
    }
    assert dogs["question"] == 'What does "Rules" say about "Dogs"?'
    assert "numbers" not in prices, "a row of a table is no sentence"
    assert refused["status"] == "refused"


def test_every_document_has_its_turn(home: Path) -> None:
    documents = [read_document(home / "rules.md"), read_document(home / "guiding.md")]
    drafts = draft_cases(documents, 4)
    assert [draft["language"] for draft in drafts] == ["en", "zh", "en", "zh"]
    assert drafts[1]["question"] == "《规定》中“假期”这样写：“每位员工每年有 ____ 天带薪假期可用。”空缺处的数字是多少？"


def test_the_command_writes_cases_that_can_be_run_and_overwrites_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / "mine.jsonl"
    assert main(["--collection", "rules", "-o", str(file)]) == 0
    documents = Collection(home / "collections" / "rules").user_documents()
    assert len(load_cases([file], section_names(documents))) == 7
    assert f"pytest evals --collection rules --cases {file}" in capsys.readouterr().out
    before = file.read_text(encoding="utf-8")
    assert main(["--collection", "rules", "-o", str(file)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == before
    assert json.loads(before.splitlines()[0])["id"] == "draft-001"


def test_a_collection_without_documents_is_told_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--collection", "empty", "-o", str(home / "x.jsonl")]) == 2
    assert "assistant library add PATH --collection empty" in capsys.readouterr().err
    assert not (home / "x.jsonl").exists()
