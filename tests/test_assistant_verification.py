"""Each sentence gets the verdict it deserves, whatever marks the model wrote."""

from __future__ import annotations

import pytest

from assistant.evidence.reading import Passage
from assistant.verifying.support import SupportChecker
from assistant.verifying.verification import DraftVerifier, verify
from tests.doubles import make_document

ENGLISH = (
    "Quantization stores each weight in fewer bits, so serving needs fewer GPUs. "
    "GPTQ compressed a 175B model in about 4 GPU-hours. LoRA does not add latency."
)
CHINESE = "推理服务是最大的一块成本。量化把每个权重存成更少的位，显存减少到四分之一。失败的训练要算进预算，一般占 30%。"


def passages() -> list[Passage]:
    return [
        Passage(1, make_document(ENGLISH), "Serving", 0, len(ENGLISH), 1.0),
        Passage(2, make_document(CHINESE, language="zh"), "成本", 0, len(CHINESE), 1.0),
    ]


def even(word: str) -> float:
    return 1.0


@pytest.mark.parametrize(
    ("sentence", "verdict", "cited"),
    [
        ("Quantization stores each weight in fewer bits.", "supported", (1,)),
        ("GPTQ compressed a 175 billion model in 4 GPU-hours.", "supported", (1,)),
        ("GPTQ compressed a 175B model in about 40 GPU-hours.", "unsupported", ()),
        ("Pruning removes half of all weights for free.", "unsupported", ()),
        ("推理服务是最大的一块成本。", "supported", (2,)),
        ("失败的训练要算进预算，一般占三成。", "supported", (2,)),
        ("失败的训练要算进预算，一般占 50%。", "unsupported", ()),
        ("公司应该搬到上海去。", "unsupported", ()),
        ("以下是要点：", "no_claim", ()),
        ("What about cost?", "no_claim", ()),
    ],
)
def test_verdicts(sentence: str, verdict: str, cited: tuple[int, ...]) -> None:
    checked = verify(sentence, SupportChecker(passages(), even)).sentences
    assert [(s.verdict, s.citations) for s in checked] == [(verdict, cited)]


def test_the_quote_is_exact_and_the_unused_passage_is_listed() -> None:
    verified = verify("GPTQ compressed a 175B model in about 4 GPU-hours.", SupportChecker(passages(), even))
    used, unused = verified.citations
    assert used.used
    assert used.quote == "GPTQ compressed a 175B model in about 4 GPU-hours." == ENGLISH[used.start : used.end]
    assert not unused.used
    assert unused.quote == CHINESE


@pytest.mark.parametrize("mark", ["[1]", "[2]", "[7]", "【2】", "［2］", "[^1]", "[1, 2]", " [1][2]"])
def test_written_marks_are_replaced_by_found_ones(mark: str) -> None:
    verified = verify(
        f"推理服务是最大的一块成本{mark}。量化把每个权重存成更少的位{mark}。", SupportChecker(passages(), even)
    )
    assert verified.text == "推理服务是最大的一块成本。[2]量化把每个权重存成更少的位。[2]"
    assert verified.invented_citations == ((7,) if "7" in mark else ())


def test_an_answer_led_by_a_figure_nobody_gave_is_known_as_such() -> None:
    assert verify("It took 99 GPU-hours.", SupportChecker(passages(), even)).lead_lacks_figure
    assert not verify(
        "It took 99 GPU-hours.", SupportChecker(passages(), even, question="Were 99 GPU-hours enough?")
    ).lead_lacks_figure
    assert not verify(
        "GPTQ compressed a 175B model in 4 GPU-hours.", SupportChecker(passages(), even)
    ).lead_lacks_figure


def test_checking_piece_by_piece_gives_what_checking_at_once_gives() -> None:
    draft = "1. 推理服务是最大的一块成本[1]。\n2. GPTQ compressed a 175B model in 4 GPU-hours. 编的。\n\n| 量化 |\n"
    for size in (1, 2, 3, 7, 100):
        verifier = DraftVerifier(SupportChecker(passages(), even))
        for start in range(0, len(draft), size):
            verifier.feed(draft[start : start + size])
        assert verifier.finish() == verify(draft, SupportChecker(passages(), even))


def test_a_loop_is_noticed_where_it_is_looked_for() -> None:
    said = "推理服务是最大的一块成本，没有别的。"
    verifier = DraftVerifier(SupportChecker(passages(), even))
    verifier.feed(said * 2, until_repeated=True)
    assert not verifier.repeats
    verifier.feed(said, until_repeated=True)
    assert verifier.repeats
    verifier.cut_off()
    verifier.feed(f"\n\n{said}\n量化把每个权重存成更少的位。")
    assert [sentence.text for sentence in verifier.finish().sentences] == [said, said, "量化把每个权重存成更少的位。"]


def test_a_draft_that_was_cut_loses_only_its_unfinished_end() -> None:
    verifier = DraftVerifier(SupportChecker(passages(), even))
    verifier.feed("推理服务是最大的一块成本。量化把每个权重存成更少的位。也就是说，业务越大，账")
    verifier.cut_off()
    assert verifier.finish().text.endswith("更少的位。[2]")
