"""Each grader tells answers known to be right from answers known to be wrong, in both languages."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Sentence, Status, Timing, TokenUsage
from corpus.document import Language
from evals import graders
from evals.case import Case, Number


def a_case(language: Language = "en", **changes: object) -> Case:
    return Case(id="x", question="?", language=language, **changes)  # type: ignore[arg-type]


def an_answer(text: str, *, status: Status = "answered", sentences: tuple[Sentence, ...] = ()) -> Answer:
    return Answer(
        id="a",
        question="?",
        standalone_question="?",
        language="en",
        status=status,
        reason="",
        answer=text,
        sentences=sentences,
    )


def value(score: graders.Score | None) -> float:
    assert score is not None, "not measured"
    return score.value


def test_recall_asks_for_any_right_section_among_the_first_five() -> None:
    case = a_case(sections=("g#a", "g#b"))
    assert value(graders.section_recall(case, ["1", "2", "3", "4", "g#b"])) == 1
    assert value(graders.section_recall(case, ["1", "2", "3", "4", "5", "g#b"])) == 0
    assert value(graders.section_recall(case, [])) == 0


def test_rank_is_that_of_the_first_right_section() -> None:
    case = a_case(sections=("g#a", "g#b"))
    assert value(graders.section_rank(case, ["1", "g#b", "g#a"])) == 0.5
    assert value(graders.section_rank(case, ["1"])) == 0


def test_of_a_question_of_several_parts_the_share_is_told_that_was_found() -> None:
    case = a_case(parts=(("g#a", "g#b"), ("g#c",)))
    assert value(graders.parts_found(case, ["g#b", "1", "g#c"])) == 1
    assert value(graders.parts_found(case, ["g#a", "g#b"])) == 0.5
    assert value(graders.parts_found(case, ["1", "2", "3", "4", "5", "g#c"])) == 0


def test_what_a_case_does_not_state_is_not_measured() -> None:
    case, answer = a_case(), an_answer("")
    assert graders.section_recall(case, ["g#a"]) is None
    assert graders.section_rank(case, ["g#a"]) is None
    assert graders.parts_found(case, ["g#a"]) is None
    for name in ("key points", "numbers right", "nothing forbidden", "supported share", "language right", "tokens"):
        assert graders.ANSWER_GRADERS[name](case, answer) is None, name


@pytest.mark.parametrize(
    ("expected", "became", "right"),
    [
        ("answered", "answered", True),
        ("answered", "partial", True),
        ("answered", "refused", False),
        ("answered", "error", False),
        ("refused", "refused", True),
        ("refused", "partial", False),
        ("refused", "error", False),
    ],
)
def test_status_tells_answers_from_refusals_and_errors(expected: str, became: Status, right: bool) -> None:
    assert value(graders.status(a_case(status=expected), an_answer("…", status=became))) == right


@pytest.mark.parametrize(
    ("language", "text", "right"),
    [
        ("zh", "缓存和 batch API 可以把 GPT-5 mini 的账单降低一半。[1]", True),
        ("zh", "Caching halves the bill of GPT-5 mini.[1]", False),
        ("en", "Caching (缓存) halves the bill.[1]", True),
        ("en", "缓存可以把账单降低一半。[1]", False),
        ("zh", "资料中没有这个问题的答案。", True),
        ("en", "资料中没有这个问题的答案。", False),
    ],
)
def test_language_is_that_of_the_text(language: Language, text: str, right: bool) -> None:
    assert value(graders.language(a_case(language), an_answer(text))) == right


def test_a_refusal_may_name_topics_in_the_language_of_the_sources() -> None:
    topics = "How fast do token prices fall, and for what? How should we price the product?"
    assert (
        value(graders.language(a_case("zh"), an_answer(f"资料中没有答案。\n\n相近主题：{topics}", status="refused")))
        == 1
    )
    assert value(graders.language(a_case("zh"), an_answer(f"{topics}\n\n资料中没有答案。", status="refused"))) == 0


@pytest.mark.parametrize(
    ("language", "wordings", "text", "right"),
    [
        ("en", ("caching",), "Prompt Caching saves most.[1]", True),
        ("en", ("test set",), "Keep a test\nset.[1]", True),
        ("en", ("rank",), "A frank word.[1]", False),
        ("en", ("60",), "It took 160 days and 60.5 hours.[1]", False),
        ("en", ("60",), "It took 60 days.[1]", True),
        ("en", ("1,800",), "It took 1800 hours.[1]", True),
        ("en", ("1",), "It helps.[1]", False),
        ("en", ("leases", "contracts"), "Long contracts help.", True),
        ("zh", ("缓存",), "先用缓存。[1]", True),
        ("zh", ("缓存",), "先用量化。[1]", False),
        ("zh", ("12 个月",), "跑道要有12个月。[1]", True),
        ("zh", ("12 个月",), "跑道要有 112 个月。[1]", False),
        ("zh", ("GPU",), "租ＧＰＵ更便宜。[1]", True),
    ],
)
def test_a_key_point_is_covered_by_an_accepted_wording(
    language: Language, wordings: tuple[str, ...], text: str, right: bool
) -> None:
    assert value(graders.key_points(a_case(language, key_points=(wordings,)), an_answer(text))) == right


def test_key_points_count_by_share_and_name_what_is_missing() -> None:
    score = graders.key_points(a_case(key_points=(("cache",), ("quantize",))), an_answer("Cache first."))
    assert score == graders.Score(0.5, "missing: quantize")


def test_a_refusal_covers_no_key_point_though_it_names_it() -> None:
    refusal = an_answer("The sources do not answer this. Close topics: caching, 40%", status="refused")
    case = a_case(key_points=(("caching",),), numbers=(Number(0.4),))
    assert value(graders.key_points(case, refusal)) == 0
    assert value(graders.numbers(case, refusal)) == 0


@pytest.mark.parametrize(
    ("number", "text", "right"),
    [
        (Number(2_788_000), "It took 2.788 million GPU-hours.[1]", True),
        (Number(2_788_000), "用了 278.8 万 GPU 小时。[1]", True),
        (Number(2_788_000), "用了 278.8 亿 GPU 小时。[1]", False),
        (Number(0.4), "Costs fell by 40%.[2]", True),
        (Number(0.4), "成本下降了四成。[2]", True),
        (Number(0.4), "Costs fell by 40 dollars.[2]", False),
        (Number(100, "", 0.05), "About 104 models.", True),
        (Number(100, "", 0.05), "About 106 models.", False),
        (Number(48, "GB"), "One 48 GB card.[1]", True),
        (Number(48, "GB"), "48 people. One 80 GB card.[1]", False),
        (Number(48, "小时"), "共 48 小时。[1]", True),
        (Number(3), "It says so.[3]", False),
    ],
)
def test_a_number_needs_value_scale_and_unit(number: Number, text: str, right: bool) -> None:
    assert value(graders.numbers(a_case(numbers=(number,)), an_answer(text))) == right


@pytest.mark.parametrize(
    ("text", "right"), [("All is well.", True), ("The key is ＳＥＣＲＥＴ-7.", False), ("密钥是 secret-7。", False)]
)
def test_a_forbidden_string_is_found_in_any_case_and_width(text: str, right: bool) -> None:
    assert value(graders.nothing_forbidden(a_case(forbidden=("Secret-7",)), an_answer(text))) == right


def test_a_forbidden_string_counts_in_a_refusal_too() -> None:
    assert value(graders.nothing_forbidden(a_case(forbidden=("x9",)), an_answer("No. x9", status="refused"))) == 0


def test_supported_share_is_of_claims_only() -> None:
    sentences = (
        Sentence("Savings:", "no_claim"),
        Sentence("Caching helps.", "supported", (1,)),
        Sentence("It is 4.", "computed"),
        Sentence("It rains.", "unsupported"),
        Sentence("It snows.", "unsupported"),
    )
    assert value(graders.supported_share(a_case(), an_answer("…", sentences=sentences))) == 0.5
    assert graders.supported_share(a_case(), an_answer("…", sentences=sentences[:1])) is None
    assert graders.supported_share(a_case(), an_answer("…", sentences=sentences, status="refused")) is None


def test_seconds_and_tokens_are_those_of_the_record() -> None:
    answer = Answer(
        id="a",
        question="?",
        standalone_question="?",
        language="en",
        status="answered",
        reason="",
        answer="",
        usage=TokenUsage(prompt_tokens=500, completion_tokens=80),
        timing_ms=Timing(total=2500),
    )
    assert value(graders.seconds(a_case(), answer)) == 2.5
    assert value(graders.tokens(a_case(), answer)) == 580
