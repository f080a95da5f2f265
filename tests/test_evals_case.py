"""Case files: what is read, what is refused, and that the shipped ones are whole."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant.understanding.question import Turn
from corpus.shipped import shipped_documents
from evals.attached import section_names
from evals.case import HELD_OUT, SHIPPED_CASES, Case, CaseError, Number, load_cases, parse_case, pick_cases
from index.chunk import LANGUAGES

KNOWN = frozenset({"guide-cost#levers", "guide-cost#where"})
COVERAGE = Path(__file__).parent.parent / "corpus" / "coverage.toml"


def line(**changes: object) -> str:
    record: dict[str, Any] = {"id": "levers-en", "question": "How do we save money?", "language": "en"}
    return json.dumps(record | changes)


def test_a_full_case_is_read_as_written() -> None:
    case = parse_case(
        line(
            history=[{"question": "What is inference?", "answer": "Serving."}, {"question": "And training?"}],
            tags=["guide"],
            sections=["guide-cost#levers"],
            parts=[["guide-cost#levers", "guide-cost#where"], ["guide-cost#where"]],
            key_points=[["cache", "caching"]],
            numbers=[{"value": 0.4, "unit": "%", "tolerance": 0.1}, {"value": 7}],
            forbidden=["secret"],
        ),
        KNOWN,
    )
    assert case == Case(
        id="levers-en",
        question="How do we save money?",
        language="en",
        history=(Turn("What is inference?", "Serving."), Turn("And training?")),
        tags=("guide",),
        sections=("guide-cost#levers",),
        parts=(("guide-cost#levers", "guide-cost#where"), ("guide-cost#where",)),
        key_points=(("cache", "caching"),),
        numbers=(Number(0.4, "%", 0.1), Number(7.0)),
        status="answered",
        forbidden=("secret",),
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"section": ["guide-cost#levers"]}, "unknown key 'section'"),
        ({"question": " "}, "'question' must be a text"),
        ({"id": "Two words"}, "lower-case letters"),
        ({"language": "fr"}, "language must be one of zh, en, not 'fr'"),
        ({"status": "partial"}, "status must be one of answered, refused"),
        ({"sections": ["guide-cost#gone"]}, "no section 'guide-cost#gone'"),
        ({"sections": "guide-cost#levers"}, "sections must be a list"),
        ({"key_points": ["cache"]}, "list of accepted wordings"),
        ({"key_points": [[]]}, "list of accepted wordings"),
        ({"key_points": [[""]]}, "list of texts"),
        ({"parts": [["guide-cost#levers"], "guide-cost#where"]}, "each of parts is a list of sections"),
        ({"parts": [["guide-cost#levers"], ["guide-cost#gone"]]}, "no section 'guide-cost#gone'"),
        ({"status": "refused", "parts": [["guide-cost#where"]]}, "to be refused has no sections, parts"),
        ({"numbers": [{"value": "40%"}]}, "value is a figure"),
        ({"numbers": [{"unit": "GB"}]}, "value is a figure"),
        ({"numbers": [{"value": 4, "tolerance": 5}]}, "share below 1"),
        ({"numbers": [{"value": 4, "units": "GB"}]}, "value, unit and tolerance"),
        ({"history": ["What?"]}, "has a question"),
        ({"documents": ["none.md"]}, "none.md cannot be read"),
        ({"documents": [{"name": "note.md"}]}, "names a file or has name and text"),
        ({"documents": [{"name": "a.md", "text": "# A"}], "sections": ["guide-cost#levers"]}, "no section"),
        ({"status": "refused", "sections": ["guide-cost#where"]}, "to be refused has no sections"),
    ],
)
def test_a_wrong_case_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CaseError, match=said):
        parse_case(line(**changes), KNOWN)


def test_a_case_may_bring_documents_as_files_beside_it_or_in_itself(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("# Note\n\n## Cash\n\n$5.\n", encoding="utf-8")
    case = parse_case(
        line(
            documents=["note.md", {"name": "memo.md", "text": "# 备忘\n\n## 现金\n\n五元。\n"}],
            sections=["memo#现金", "note#Cash"],
        ),
        KNOWN,
        tmp_path,
    )
    assert [(d.document.id, d.document.language, d.document.title) for d in case.documents] == [
        ("note", "en", "Note"),
        ("memo", "zh", "备忘"),
    ]


def test_every_wrong_line_is_named_with_its_file(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text(line() + "\n\n" + "{not json\n", encoding="utf-8")
    second.write_text(line() + "\n" + line(id="other", sections=["guide-cost#gone"]) + "\n", encoding="utf-8")
    with pytest.raises(CaseError) as raised:
        load_cases([first, second], KNOWN)
    told = str(raised.value).splitlines()
    assert [entry.split(": ")[0] for entry in told] == ["a.jsonl:3", "b.jsonl:1", "b.jsonl:2"]
    assert "a.jsonl:1" in told[1]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"none\.jsonl cannot be read"):
        load_cases([tmp_path / "none.jsonl"], KNOWN)


def test_tags_choose_and_a_seed_repeats_the_sample_in_the_order_of_the_file() -> None:
    cases = [
        Case(id=str(n), question="?", language="en", tags=("even",) if n % 2 == 0 else ("odd",)) for n in range(20)
    ]
    assert pick_cases(cases, tags=set(), size=None, seed=0) == cases
    assert pick_cases(cases, tags={"even", "prime"}, size=99, seed=0) == cases[::2]
    sample = pick_cases(cases, tags={"odd"}, size=4, seed=1)
    assert sample == pick_cases(cases, tags={"odd"}, size=4, seed=1) != pick_cases(cases, tags={"odd"}, size=4, seed=2)
    assert len(sample) == 4
    assert [case for case in cases[1::2] if case in sample] == sample
    without_one = [case for case in cases if case != sample[0]]
    assert set(sample[1:]) <= set(pick_cases(without_one, tags={"odd"}, size=4, seed=1)), "one case fewer moves one"


def test_each_takes_as_many_of_every_kind_and_language_and_more_of_them_keeps_the_few() -> None:
    kinds = ["guide"] * 20 + ["cost"] * 5
    cases = [
        Case(id=f"{kind}-{n}-{language}", question="?", language=language, tags=(kind, "odd"))
        for n, kind in enumerate(kinds)
        for language in LANGUAGES
    ]
    few, more = (pick_cases(cases, tags=set(), size=None, each=each, seed=0) for each in (2, 7))
    counts = Counter((case.kind, case.language) for case in more)
    assert counts == {("guide", "zh"): 7, ("guide", "en"): 7, ("cost", "zh"): 5, ("cost", "en"): 5}
    assert len(few) == 8
    assert [case for case in more if case in few] == few
    assert len(pick_cases(cases, tags=set(), size=3, each=2, seed=0)) == 3


@pytest.fixture(scope="module")
def shipped() -> list[Case]:
    return load_cases(sorted(SHIPPED_CASES.glob("*.jsonl")), section_names(shipped_documents()))


def test_the_shipped_cases_are_valid_and_speak_both_languages_equally(shipped: list[Case]) -> None:
    by_language = {language: sum(case.language == language for case in shipped) for language in ("zh", "en")}
    assert by_language["zh"] == by_language["en"] >= 500


def test_there_are_as_many_cases_of_each_kind_as_were_promised(shipped: list[Case]) -> None:
    def count(tag: str) -> int:
        return sum(tag in case.tags and HELD_OUT not in case.tags for case in shipped)

    assert count("near-miss") >= 50
    assert count("off-topic") >= 50
    assert count("across") >= 40
    assert count("conversation") >= 60
    assert count("own") == 20
    assert count("own-across") == 48
    assert count("attack") == 40
    assert count("cost") >= 60
    assert count("multi-step") >= 20
    assert count("two-part") == 18
    held_out = [case for case in shipped if HELD_OUT in case.tags]
    assert len(held_out) >= 48
    assert {case.kind for case in held_out} == {
        "guide", "near-miss", "off-topic", "cost", "conversation", "calculation",
    }  # fmt: skip
    assert all(case.history for case in shipped if "conversation" in case.tags)
    assert all(case.documents for case in shipped if {"own", "own-across", "attack"} & set(case.tags))
    assert all(case.forbidden for case in shipped if "attack" in case.tags)
    assert all(case.numbers for case in shipped if "cost" in case.tags)
    assert all(len(case.parts) == 2 for case in shipped if "two-part" in case.tags)
    assert all((case.status == "refused") == ("unanswerable" in case.tags) for case in shipped)


def test_every_guide_section_has_a_question_in_both_languages(shipped: list[Case]) -> None:
    asked = {(section, case.language) for case in shipped for section in case.sections}
    guides = section_names(document for document in shipped_documents() if document.kind == "guide")
    assert {(section, language) for section in guides for language in ("zh", "en")} <= asked


def test_every_heading_of_the_source_documents_has_a_question(shipped: list[Case]) -> None:
    pairs = tomllib.loads(COVERAGE.read_text(encoding="utf-8"))["covers"]
    covering: dict[str, set[str]] = {}
    for pair in pairs:
        covering.setdefault(f"source:{pair['source']}:{pair['heading']}", set()).add(pair["section"])
    tagged = {tag: set(case.sections) for case in shipped for tag in case.tags if tag.startswith("source:")}
    assert tagged.keys() == covering.keys()
    assert [tag for tag, sections in covering.items() if not sections & tagged[tag]] == []
