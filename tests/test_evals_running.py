"""What a case is asked of, and what makes it fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.app import Workspace
from assistant.home import Home
from assistant.settings import Settings
from corpus.document import Document, Language, text_fingerprint
from corpus.markdown import split_sections
from evals.attached import Attached, section_names
from evals.cache import ReplyCache
from evals.case import Case
from evals.explain import explain
from evals.running import Runner, open_runner
from index.collection import Collection
from serving.backend import ServingSettings


def a_document(language: Language, text: str) -> Document:
    twin = f"guide-lora-{'en' if language == 'zh' else 'zh'}"
    return Document(
        id=f"guide-lora-{language}",
        title="LoRA",
        language=language,
        text=text,
        sections=split_sections(text),
        kind="guide",
        twin=twin,
        sha256=text_fingerprint(text),
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    collection = Collection(tmp_path / "collections" / "small")
    collection.add(
        [
            a_document("en", "# LoRA\n\n## What does LoRA train? {#trains}\n\nLoRA trains two small matrices.\n"),
            a_document("zh", "# LoRA\n\n## LoRA 训练什么？ {#trains}\n\nLoRA 只训练两个小矩阵。\n"),
        ]
    )
    collection.build([])
    return Workspace(Home(tmp_path), Settings(serving=ServingSettings(backend="extractive")))


@pytest.fixture
def answering(workspace: Workspace) -> Iterator[Runner]:
    with open_runner(workspace, collection="small", search_only=False) as system:
        yield system


def a_case(question: str, language: Language = "en", **changes: object) -> Case:
    return Case(id="x", question=question, language=language, **changes)  # type: ignore[arg-type]


def test_a_section_and_its_twin_have_one_name() -> None:
    text = "# LoRA\n\n## LoRA {#trains}\n\nText.\n\n## Limits {#limits}\n\nText.\n"
    names = section_names([a_document("en", text), a_document("zh", text)])
    assert names == {"guide-lora#trains", "guide-lora#limits"}


def test_a_case_is_answered_and_graded(answering: Runner) -> None:
    outcome = answering.run(a_case("What does LoRA train?", sections=("guide-lora#trains",)))
    assert outcome.answer is not None
    assert outcome.answer.answer == "- LoRA trains two small matrices.[1]"
    assert outcome.failures == []
    assert outcome.retrieved == ("guide-lora#trains",)
    expected = {"recall@5", "MRR", "citation recall", "citation precision", "status right", "language right"}
    assert outcome.scores.keys() == expected | {"supported share", "seconds"}


def test_a_case_across_languages_is_asked_of_the_other_language_only(answering: Runner, workspace: Workspace) -> None:
    english = answering.run(a_case("What is LoRA?", tags=("across",), sections=("guide-lora#trains",)))
    assert english.answer is not None
    assert [citation.document_id for citation in english.answer.citations] == ["guide-lora-zh"]
    assert english.scores["recall@5"].value == 1
    assert english.failures == ["language right: written in zh, asked in en"]
    with open_runner(workspace, collection="small", search_only=True) as searching:
        chinese = searching.run(a_case("LoRA 训练什么？", "zh", tags=("across",), sections=("guide-lora#trains",)))
    assert chinese.retrieved == ("guide-lora#trains",)
    assert chinese.answer is None
    assert chinese.scores.keys() == {"recall@5", "MRR", "seconds"}


def test_a_call_that_fails_is_a_failed_case_with_its_reason(answering: Runner) -> None:
    outcome = answering.run(a_case("???", key_points=(("matrices",),), sections=("guide-lora#trains",)))
    assert outcome.answer is not None
    assert outcome.answer.status == "error"
    assert outcome.failures[0].startswith("status right: error (BadQuestionError: ")
    assert {name: outcome.scores[name].value for name in ("recall@5", "key points")} == {"recall@5": 0, "key points": 0}


def test_an_unanswered_question_fails_and_is_explained(answering: Runner) -> None:
    outcome = answering.run(a_case("What do llamas eat?", sections=("guide-lora#trains",), key_points=(("grass",),)))
    assert outcome.failures == [
        "status right: refused (nothing_relevant), expected answered",
        "recall@5: none of ['guide-lora#trains'] in []",
    ]
    told = explain(outcome)
    for shown in ("question (en): What do llamas eat?", "key point grass", "answer (refused, nothing_relevant):"):
        assert shown in told


NOTE = Attached("note.md", "# Note\n\n## Lamps\n\nThe red lamp burns for 900 hours before it is replaced.\n")


def test_a_case_with_documents_is_asked_of_these_alone(answering: Runner) -> None:
    lamp = answering.run(
        a_case("For how many hours does the red lamp burn?", documents=(NOTE,), sections=("note#Lamps",))
    )
    assert lamp.answer is not None
    assert lamp.answer.answer == "- The red lamp burns for 900 hours before it is replaced.[1]"
    assert lamp.failures == []
    shipped = answering.run(a_case("What does LoRA train?", documents=(NOTE,), status="refused"))
    assert shipped.failures == []


def test_what_was_answered_is_graded_anew_and_not_asked_again(workspace: Workspace, tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "replies")
    case = a_case("What does LoRA train?", key_points=(("matrices",),))
    with open_runner(workspace, collection="small", search_only=False, cache=cache) as runner:
        first = runner.run(case)
    with open_runner(workspace, collection="small", search_only=False, cache=cache) as runner:
        again = runner.run(replace(case, key_points=(("three",),)))
        repeated = runner.run(case, repeat=1)
    assert first.answer is not None
    assert again.answer == first.answer, "the record has an id of its own for each time of asking"
    assert (first.scores["key points"].value, again.scores["key points"].value) == (1, 0)
    assert repeated.answer is not None
    assert repeated.answer.id != first.answer.id
    with open_runner(workspace, collection="small", search_only=True, cache=cache) as runner:
        searched = runner.run(a_case("What does LoRA train?", sections=("guide-lora#trains",)))
    assert (searched.answer, searched.retrieved) == (None, ("guide-lora#trains",))
