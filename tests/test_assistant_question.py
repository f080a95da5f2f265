"""Questions are understood or refused in the asker's language."""

from __future__ import annotations

import pytest

from assistant.errors import BadQuestionError
from assistant.understanding.question import MAX_CHARACTERS, Turn, understand


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("怎样控制大模型创业的成本？", "zh"),
        ("LoRA 和 QLoRA 有什么区别？", "zh"),
        ("How does quantization cut serving cost?", "en"),
        ("MoE cost", "en"),
        ("What does 护城河 mean?", "en"),
        ("90k requests per day, $2 per M input and $9 per M output. Monthly bill?", "en"),
        ("Die size or die cost: does that come up as a driver?", "en"),
        ("vLLM PagedAttention throughput 提升多少", "zh"),
    ],
)
def test_the_language_is_told_by_script(question: str, language: str) -> None:
    assert understand(question).language == language


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", "empty_question"),
        ("  \n\t", "empty_question"),
        ("？！12", "empty_question"),
        ("成本" * MAX_CHARACTERS, "question_too_long"),
        ("cost " * 20_000, "question_too_long"),
        ("Comment pouvons-nous réduire les coûts pour notre entreprise ?", "language_not_supported"),
        ("Wie können wir die Kosten für unsere Firma senken und ist das nicht teuer?", "language_not_supported"),
        ("大規模モデルのコストをどうやって管理しますか？", "language_not_supported"),
        ("대형 모델 스타트업의 비용을 어떻게 관리합니까?", "language_not_supported"),
        ("Как снизить стоимость?", "language_not_supported"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_reason(question: str, reason: str) -> None:
    with pytest.raises(BadQuestionError) as caught:
        understand(question)
    assert caught.value.reason == reason


def test_a_refusal_speaks_the_askers_language() -> None:
    with pytest.raises(BadQuestionError, match="问题太长"):
        understand("怎样控制成本" * MAX_CHARACTERS)
    with pytest.raises(BadQuestionError, match="too long"):
        understand("how " * MAX_CHARACTERS)


HISTORY = [Turn("怎样控制训练成本？", "…")]


@pytest.mark.parametrize(
    ("question", "leans"),
    [("那推理呢？", True), ("它贵吗？", True), ("What about inference?", True), ("初创公司应该如何组建团队？", False)],
)
def test_a_follow_up_takes_its_topic_along(question: str, leans: bool) -> None:
    standalone = understand(question, HISTORY).standalone
    assert ("训练成本" in standalone) is leans
    assert question in standalone
