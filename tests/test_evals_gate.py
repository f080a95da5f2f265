"""`pytest evals` against a baseline, with workers, again after a kill, and more than once for each case."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from index.collection import Collection
from tests.test_evals_run import CASES, a_home, run, start

MINE = ("--collection", "rules", "--cases")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


def test_a_run_is_green_with_any_number_of_workers_until_it_gets_worse_than_what_was_accepted(home: Path) -> None:
    cases, one, two = str(home / "cases.jsonl"), home / "one.json", home / "two.json"
    accepted = run(home, *MINE, cases, "--accept", "the first one", "--report", str(one))
    assert accepted.returncode == 0, accepted.stdout
    baseline = json.loads((home / "evals" / "baselines" / "rules" / "extractive.json").read_text(encoding="utf-8"))
    assert [entry["reason"] for entry in baseline["accepted"]] == ["the first one"]
    assert baseline["cases"].keys() == {case["id"] for case in CASES}

    again = run(home, *MINE, cases, "--fresh", "-n", "2", "--report", str(two))
    assert again.returncode == 0, again.stdout
    assert "3 passed, 3 xfailed" in again.stdout
    assert "nothing fell beyond chance, no gated case broke" in again.stdout
    assert measured(one) == measured(two)

    Collection(home / "collections" / "rules").remove("rules-en")
    elsewhere = [json.dumps({**case, "sections": []}) for case in CASES]  # sections that are gone would be wrong use
    (home / "cases.jsonl").write_text("\n".join(elsewhere), encoding="utf-8")
    worse = run(home, *MINE, cases)
    assert worse.returncode == 1, worse.stdout
    assert "broke: holidays-en (numbers right)" in worse.stdout
    assert "question (en): How many days of holiday do employees have?" in worse.stdout


def measured(report: Path) -> list[str]:
    """The table without the times, in an order of its own."""
    rows = json.loads(report.read_text(encoding="utf-8"))["table"]
    return sorted(str(row) for row in rows if row["metric"] != "seconds")


def test_a_collection_that_cannot_be_opened_is_told_before_any_worker_starts(home: Path) -> None:
    manifest = next((home / "collections" / "rules" / "generations").glob("*.json"))
    manifest.write_text("{}", encoding="utf-8")
    done = run(home, *MINE, str(home / "cases.jsonl"), "-n", "2")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert "assistant library build --collection rules" in done.stdout + done.stderr


def test_what_a_killed_run_had_answered_is_not_asked_again(home: Path) -> None:
    copies = [
        {**case, "id": f"{case['id']}-{n}", "question": case["question"] + "?" * n} for n in range(60) for case in CASES
    ]
    (home / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in copies), encoding="utf-8")
    replies = home / "evals" / "replies"
    with start(home, *MINE, str(home / "cases.jsonl"), "-q") as process:
        deadline = time.monotonic() + 60
        while len(list(replies.rglob("*.json"))) < 5 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill()
    kept = {path: path.stat().st_mtime_ns for path in replies.rglob("*.json")}
    assert 5 <= len(kept) < len(copies), "killed in the middle"
    done = run(home, *MINE, str(home / "cases.jsonl"), "-q", "--tb=no", "-r", "N")
    assert f"{len(copies)} answers to {len(copies)} cases" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(list(replies.rglob("*.json"))) == len(copies)


def test_cases_are_asked_more_than_once_and_reports_are_written(home: Path) -> None:
    page, text = home / "report.html", home / "report.md"
    done = run(home, *MINE, str(home / "cases.jsonl"), "--repeat", "3", "--report", str(page), "--report", str(text))
    assert "18 answers to 6 cases, 9 failed" in done.stdout
    assert "flaky" not in done.stdout
    assert "test_case[holidays-zh@2]" not in done.stdout, "only failures are named"
    assert re.search(r"FAILED .*laptops-en@2", done.stdout)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert text.read_text(encoding="utf-8").startswith("# Evaluation: extractive")


def test_a_report_of_another_kind_is_refused_at_once(home: Path) -> None:
    done = run(home, *MINE, str(home / "cases.jsonl"), "--report", "report.pdf")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ends in one of .html, .md, .json" in done.stdout + done.stderr


def test_a_baseline_that_cannot_be_read_is_named(home: Path) -> None:
    path = home / "evals" / "baselines" / "rules" / "extractive.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"accepted": []}', encoding="utf-8")
    done = run(home, *MINE, str(home / "cases.jsonl"))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert f"{path} is not a baseline" in done.stdout + done.stderr
