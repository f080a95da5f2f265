"""The report: one page that fetches nothing, and the same as Markdown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assistant.answer import Answer, Citation, Sentence, Timing
from evals.baseline import comparable
from evals.case import Case
from evals.graders import ANSWER_GRADERS, RETRIEVAL_GRADERS, Score
from evals.history import PastRun, append_run, past_run
from evals.meanings import MEANINGS
from evals.outcome import Outcome, join_repeats
from evals.regression import compare
from evals.report import Run, write_report
from evals.summary import summarise

EVIL = "<script>alert(1)</script> | ![x](https://evil.invalid/p)"


def an_outcome(name: str, status: float) -> Outcome:
    case = Case(id=name, question=f"How? {EVIL}", language="en", tags=("guide",))
    quote = Citation(1, "d", "t", "s", None, "", "28 days.", 3, 11, used=True)
    answer = Answer(
        id=name,
        question=case.question,
        standalone_question=case.question,
        language="en",
        status="answered",
        reason="",
        answer="28 days.[1]",
        sentences=(Sentence("28 days.", "supported", (1,), 0.9),),
        citations=(quote,),
        timing_ms=Timing(total=250),
    )
    scores = {"status right": Score(status, "because"), "seconds": Score(0.25)}
    return Outcome(case, ("a#b",), answer, scores)


@pytest.fixture
def run() -> Run:
    outcomes = [an_outcome("holds", 1.0), an_outcome("fails", 0.0)]
    results = join_repeats(outcomes)
    rows = summarise((result.case, result.mean) for result in results)
    before = {"holds": {"status right": 1.0}, "fails": {"status right": 1.0}}
    return Run(
        facts={"backend": "extractive", "begun": "2026-01-02", "code": "c"},
        settings={"reading.relevance_drop": "0.5"},
        rows=rows,
        outcomes=outcomes,
        results=results,
        comparison=compare(results, before),
        earlier=[PastRun("d", "c", "x", {"status right, all": mean}) for mean in (0.8, 1.0, 0.5)],
    )


class Seen(HTMLParser):
    """What a browser would find on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag and what it would fetch."""
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def test_the_page_shows_everything_and_fetches_nothing(run: Run, tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", run)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    seen = Seen()
    seen.feed(page)
    assert seen.addresses == []
    assert not seen.tags & {"script", "link", "img", "iframe", "object"}
    assert "url(" not in page.replace("evil.invalid", "")
    assert "@import" not in page
    for shown in (
        "2 answers to 2 cases, 1 failed",
        "fails now: fails (status right)",
        "question (en): How? <script>alert(1)</script>",
        "[1] d › s: 28 days.",
        "supported   0.90 [1] 28 days.",
        "reading.relevance_drop",
        "0.800 → 1.000 → 0.500",
        "-0.500 (-1.000 to +0.000)",
    ):
        assert shown in seen.text
    assert page.count("<details>") == 1
    assert "svg" in seen.tags


def test_the_markdown_says_the_same_and_no_cell_breaks_its_table(run: Run, tmp_path: Path) -> None:
    write_report(tmp_path / "report.md", run)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "### fails: status right: because" in text
    assert "    question (en): How?" in text
    assert "| status right | all | 2 | 0.500 |" in text
    tables = re.findall(r"(?m)^\|.*$", text)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables if line.startswith("| status right | all")} == {10}


def test_the_json_holds_every_record(run: Run, tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", run)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [(case["case"]["id"], case["failures"]) for case in report["cases"]] == [
        ("holds", []),
        ("fails", ["status right: because"]),
    ]
    assert report["cases"][0]["answer"]["answer"] == "28 days.[1]"


def test_earlier_runs_are_those_of_the_same_cases_and_system(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "evals" / "runs.jsonl"
    here = past_run(run.facts, ["a", "b"], run.rows)
    assert here.means["status right, all"] == 0.5
    assert append_run(path, here) == [here]
    append_run(path, past_run(run.facts | {"backend": "vllm"}, ["a", "b"], run.rows))
    append_run(path, past_run(run.facts, ["a"], run.rows))
    assert append_run(path, past_run(run.facts, ["b", "a"], run.rows)) == [here, here]


def test_flaky_cases_and_a_missing_baseline_are_told(run: Run) -> None:
    results = join_repeats([an_outcome("flips", 1.0), an_outcome("flips", 0.0)])
    told = replace(run, results=results, comparison=None).verdict
    assert "flaky: flips" in told
    assert told[-1] == "not compared: there is no baseline"


def test_time_and_tokens_are_not_compared() -> None:
    assert comparable({"seconds": 1.0, "tokens": 7.0, "MRR": 0.33333}) == {"MRR": 0.333}


def test_refusals_are_counted_by_precision_and_recall(run: Run) -> None:
    def outcome(name: str, *, is_due: bool, is_given: bool) -> Outcome:
        made = an_outcome(name, 1.0)
        assert made.answer is not None
        case = replace(made.case, status="refused" if is_due else "answered")
        return replace(made, case=case, answer=replace(made.answer, status="refused" if is_given else "answered"))

    outcomes = [outcome(str(n), is_due=n < 4, is_given=n < 3 or n == 9) for n in range(10)]
    told = replace(run, outcomes=[*outcomes, outcome("10", is_due=False, is_given=True)]).verdict
    assert "refusals, en: precision 0.600 (3 of 5), recall 0.750 (3 of 4)" in told


def test_every_metric_is_explained_to_those_who_did_not_write_it() -> None:
    assert MEANINGS.keys() == {"citation recall", "citation precision", *RETRIEVAL_GRADERS, *ANSWER_GRADERS}
