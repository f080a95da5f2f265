"""`pytest evals` as a person starts it, on a small collection of their own without any model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpus.document import Document, Language, text_fingerprint
from corpus.markdown import split_sections
from index.collection import Collection

ROOT = Path(__file__).parent.parent
TEXTS: dict[Language, str] = {
    "en": "# Rules\n\n## Holidays\n\nEmployees have 28 days of holiday. Holidays are asked for by e-mail.\n\n"
    "## Laptops\n\nA laptop is replaced after 4 years.\n",
    "zh": "# 规定\n\n## 假期\n\n员工每年有 28 天假期。休假要用邮件申请。\n\n## 电脑\n\n笔记本电脑用 4 年后更换。\n",
}
CASES: list[dict[str, Any]] = [
    {
        "id": "holidays-en",
        "question": "How many days of holiday do employees have?",
        "language": "en",
        "tags": ["work"],
        "sections": ["rules-en#Holidays"],
        "numbers": [{"value": 28, "unit": "day"}],
    },
    {
        "id": "holidays-zh",
        "question": "员工每年有几天假期？",
        "language": "zh",
        "sections": ["rules-zh#假期"],
        "key_points": [["28 天"], ["三周"]],
    },
    {
        "id": "laptops-en",
        "question": "After how many years is a laptop replaced?",
        "language": "en",
        "sections": ["rules-en#Holidays"],
    },
    {"id": "laptops-zh", "question": "笔记本电脑几年更换？", "language": "zh", "forbidden": ["4 年"]},
    {"id": "llamas-en", "question": "What do llamas eat?", "language": "en", "status": "refused"},
    {"id": "holidays-refused-en", "question": "Days of holiday?", "language": "en", "status": "refused"},
]


def a_home(folder: Path) -> Path:
    documents = [
        Document(
            id=f"rules-{language}",
            title=text.splitlines()[0].removeprefix("# "),
            language=language,
            text=text,
            sections=split_sections(text),
            sha256=text_fingerprint(text),
        )
        for language, text in TEXTS.items()
    ]
    collection = Collection(folder / "collections" / "rules")
    collection.add(documents)
    collection.build([])
    (folder / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in CASES), encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


def start(home: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "evals", "-p", "no:cacheprovider", *options],
        cwd=ROOT,
        env={**os.environ, "ASSISTANT_HOME": str(home), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def run(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    with start(home, *options) as process:
        out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_right_answers_pass_and_wrong_ones_fail_with_what_one_needs_to_see(home: Path) -> None:
    done = run(home, "--collection", "rules", "--cases", str(home / "cases.jsonl"), "--report", str(home / "out.json"))
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((home / "out.json").read_text(encoding="utf-8"))
    failures = {record["case"]["id"]: record["failures"] for record in report["cases"]}
    assert {name for name, found in failures.items() if not found} == {"holidays-en", "holidays-zh", "llamas-en"}
    assert failures["laptops-en"][0].startswith("recall@5: none of ['rules-en#Holidays']")
    assert failures["laptops-zh"] == ["nothing forbidden: holds 4 年"]
    assert failures["holidays-refused-en"] == ["status right: answered, expected refused"]
    for shown in (
        "question (zh): 笔记本电脑几年更换？",
        "- 笔记本电脑用 4 年后更换。[1]",
        "section rules-en#Holidays",
        "[1] rules-en › Laptops: A laptop is replaced after 4 years.",
        "supported   1.00 [1] A laptop is replaced after 4 years.",
    ):
        assert shown in done.stdout
    means = {(row["metric"], row["group"]): (row["n"], row["mean"]) for row in report["table"]}
    assert means["status right", "all"] == (6, pytest.approx(5 / 6))
    assert means["recall@5", "all"] == (3, pytest.approx(2 / 3))
    assert means["key points", "zh"] == (1, 0.5)
    assert means["numbers right", "work"] == (1, 1.0)
    assert report["run"]["backend"] == "extractive"
    assert report["run"]["collection"] == "rules"


def test_the_search_alone_is_asked_only_what_has_a_section(home: Path) -> None:
    done = run(home, "--backend", "retrieval", "--collection", "rules", "--cases", str(home / "cases.jsonl"), "-v")
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "  1. rules-en#Laptops" in done.stdout
    assert "llamas" not in done.stdout
    assert "status right" not in done.stdout


def test_cases_that_cannot_be_used_are_named_before_anything_is_asked(home: Path) -> None:
    (home / "cases.jsonl").write_text(json.dumps({**CASES[0], "sections": ["rules-en#Gone"]}), encoding="utf-8")
    done = run(home, "--collection", "rules", "--cases", str(home / "cases.jsonl"))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert "cases.jsonl:1: there is no section 'rules-en#Gone'" in done.stderr + done.stdout


def test_a_collection_that_cannot_be_opened_ends_the_run_at_once_with_advice(home: Path) -> None:
    manifest = next((home / "collections" / "rules" / "generations").glob("*.json"))
    manifest.write_text("{}", encoding="utf-8")
    done = run(home, "--collection", "rules", "--cases", str(home / "cases.jsonl"))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert "assistant library build --collection rules" in done.stdout + done.stderr
    assert "metric" not in done.stdout


def test_another_collection_needs_its_own_cases(home: Path) -> None:
    done = run(home, "--collection", "rules")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "give --cases FILE" in done.stderr + done.stdout
