"""What deliberate damage does to the scores, and that a run with it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.answer import Answer
from evals.case import Case
from evals.outcome import Outcome, join_repeats
from evals.regression import Comparison, compare
from serving.talking.client import ChatClient
from tests.damages import CASES, DAMAGES, OTHER_DAMAGES, UNANSWERABLE, Bench, ForgetfulClient, a_bench, asked_of_a_model


@pytest.fixture(params=["zh", "en"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return a_bench(CASES[request.param])


def compared(before: list[Outcome], now: list[Outcome]) -> Comparison:
    return compare(join_repeats(now), {result.case.id: result.mean for result in join_repeats(before)})


def test_an_undamaged_record_is_right_in_everything(bench: Bench) -> None:
    scores = bench.grade(bench.answer)
    assert scores.pop("seconds") >= 0
    assert scores == dict.fromkeys(scores, 1.0)
    assert len(scores) == 10
    assert len(bench.answer.citations) > 1, "damage by exchange needs two passages"


@pytest.mark.parametrize(("damage", "lowered"), DAMAGES, ids=[damage.__name__ for damage, _ in DAMAGES])
def test_damage_lowers_the_scores_it_should_and_no_other(
    bench: Bench, damage: Callable[[Answer], Answer], lowered: set[str]
) -> None:
    before, after = bench.grade(bench.answer), bench.grade(damage(bench.answer))
    fell = {name for name in before.keys() & after.keys() if after[name] < before[name]}
    assert fell == lowered


def test_a_citation_of_an_unknown_document_says_nothing(bench: Bench) -> None:
    citation = replace(bench.answer.citations[0], document_id="gone")
    assert bench.library.says(bench.answer.citations[0], bench.answer.sentences[0].text, "")
    assert not bench.library.says(citation, bench.answer.sentences[0].text, "")


def test_a_figure_of_the_question_may_be_repeated(bench: Bench) -> None:
    citation, sentence = bench.answer.citations[0], bench.answer.sentences[0].text.replace("75%", "75% 2026")
    assert not bench.library.says(citation, sentence, "")
    assert bench.library.says(citation, sentence, "2026?")


ALL_DAMAGES = [*(damage for damage, _ in DAMAGES), *OTHER_DAMAGES]


@pytest.mark.parametrize("damage", ALL_DAMAGES, ids=lambda damage: damage.__name__)
def test_a_run_with_damage_fails(damage: Callable[[Answer], Answer]) -> None:
    benches = [a_bench(case) for case in CASES.values()]
    before = [bench.outcome(bench.answer) for bench in benches]
    assert compared(before, [bench.outcome(damage(bench.answer)) for bench in benches]).reasons != []


def test_a_run_that_answers_what_it_should_refuse_fails() -> None:
    def asked(case: Case, question: str) -> Outcome:
        bench = a_bench(replace(case, question=question))
        return bench.outcome(bench.answer)

    before = [asked(case, case.question) for case in UNANSWERABLE.values()]
    assert [outcome.failures for outcome in before] == [[], []]
    now = [asked(case, CASES[case.language].question) for case in UNANSWERABLE.values()]
    assert compared(before, now).broken == ("llamas-zh (status right)", "llamas-en (status right)")


def test_a_run_with_a_worse_prompt_fails() -> None:
    def asked(client: type[ChatClient]) -> list[Outcome]:
        with asked_of_a_model(client) as assistant:
            benches = [a_bench(case, assistant) for case in CASES.values()]
        return [bench.outcome(bench.answer) for bench in benches]

    before, now = asked(ChatClient), asked(ForgetfulClient)
    assert compared(before, asked(ChatClient)).reasons == []
    fell = {change.metric for change in compared(before, now).changes if change.fell}
    assert fell == {"supported share", "citation recall"}


def test_twenty_kinds_of_damage_are_tried() -> None:
    assert len(ALL_DAMAGES) + 2 == 20


def test_three_runs_of_the_undamaged_system_stay_green() -> None:
    def asked() -> list[Outcome]:
        benches = [a_bench(case) for case in (*CASES.values(), *UNANSWERABLE.values())]
        return [bench.outcome(bench.answer) for bench in benches]

    before = asked()
    assert [compared(before, asked()).reasons for _ in range(3)] == [[], [], []]
