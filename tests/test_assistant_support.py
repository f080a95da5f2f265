"""What speaks against a sentence is found, and what merely says it in other words is let through."""

from __future__ import annotations

import pytest

from assistant.evidence.reading import Passage
from assistant.verifying.contrasts import contradicted
from assistant.verifying.counts import miscounted
from assistant.verifying.joins import misjoined
from assistant.verifying.names import missing_names, names, replaced_names
from assistant.verifying.owners import figures_of_others
from assistant.verifying.polarity import denies, reversed_words
from assistant.verifying.quantities import read_figures
from assistant.verifying.roles import exchanged, misplaced_names, turned_round
from assistant.verifying.support import SupportChecker
from tests.doubles import make_document


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GPTQ ran on an H100 card.", ["GPTQ", "H100"]),
        ("It was built by Google in 2019.", ["Google"]),
        ("Falcon was trained on web text.", ["Falcon"]),  # known to the shipped corpus as a name
        ("Large models need many GPUs.", []),
        ("推理用的是 Mixtral 模型", ["Mixtral"]),
        ("Llama 3 read more text.", ["Llama 3"]),
    ],
)
def test_names_are_told_by_their_writing(text: str, found: list[str]) -> None:
    assert [name for name in names(text) if name != "Llama"] == found


@pytest.mark.parametrize(
    ("claim", "passage", "missing"),
    [
        ("GPT-2 did it.", "GPT-3 did it.", ["GPT-2"]),
        ("Llama 2 did it.", "Llama 3 did it.", ["Llama 2"]),
        ("Llama 3 did it.", "llama-3 405B did it.", []),
        ("vLLM 0.11.3 did it.", "vLLM 0.11.2 did it.", ["vLLM 0.11.3"]),
        ("LoRA did it.", "QLoRA did it.", ["LoRA"]),
        ("谷歌发布了它。", "Google released it.", []),
        ("微软发布了它。", "谷歌发布了它。", ["微软"]),
    ],
)
def test_a_name_must_stand_in_the_passage_in_one_of_its_spellings(claim: str, passage: str, missing: list[str]) -> None:
    assert missing_names(claim, passage) == missing


@pytest.mark.parametrize(
    ("claim", "passage", "is_reversed"),
    [
        ("The method needs retraining.", "The method works without retraining.", True),
        ("Clicks alone are not enough.", "Measure margin; clicks alone are not enough.", False),
        ("主题是算法而不是管理。", "主题是管理而不是算法。", True),
        ("它不用重新训练。", "它不需要重新训练。", False),
        ("与层数无关。", "只取决于层数。", True),
        ("不同的模型都可以。", "不同的模型都可以。", False),
    ],
)
def test_a_negation_added_dropped_or_moved_is_seen(claim: str, passage: str, is_reversed: bool) -> None:
    assert bool(reversed_words(claim, passage)) == is_reversed


def test_a_text_denies_in_many_words() -> None:
    assert denies("Companies are excluded.")
    assert denies("不收费")
    assert not denies("Companies are covered.")


@pytest.mark.parametrize(
    ("claim", "passage", "is_contradicted"),
    [
        ("Costs rise.", "Costs fell.", True),
        ("成本增加了。", "成本下降了。", True),
        ("成本增加了。", "Costs fell.", True),
        ("It is billed per year.", "It is billed monthly.", True),
        ("All of it must be kept.", "Some of it must be kept.", True),
        ("It does not include staff.", "Staff is excluded.", False),
        ("Costs fall.", "Fewer bits, so costs drop.", False),
        ("Costs rise.", "Costs rise before they fall.", False),
    ],
)
def test_the_other_pole_of_a_contrast_is_a_contradiction(claim: str, passage: str, is_contradicted: bool) -> None:
    assert bool(contradicted(claim, passage)) == is_contradicted


@pytest.mark.parametrize(
    ("claim", "passage", "wrong"),
    [
        ("Nine agencies issued it.", "It was issued by seven agencies.", True),
        ("7 agencies issued it.", "It was issued by seven agencies.", False),
        ("由九个部门发布", "由七个部门发布", True),
        ("由 7 个部门发布", "由七个部门发布", False),
    ],
)
def test_things_are_counted_in_digits_and_in_words(claim: str, passage: str, wrong: bool) -> None:
    assert bool(miscounted(claim, passage)) == wrong


@pytest.mark.parametrize(
    ("claim", "passage", "changed"),
    [
        ("It covered 42 models and 30 scenarios.", "It covered 30 models and 42 scenarios.", True),
        ("It covered 42 scenarios and 30 models.", "It covered 30 models and 42 scenarios.", False),
        ("It fell from 96% to 17%.", "It was 17% at first and 96% later.", True),
        ("蒸馏用 17,920 小时，强化学习用 1,800。", "蒸馏用 1,800 小时，强化学习用 17,920。", True),
    ],
)
def test_figures_that_changed_places_are_seen(claim: str, passage: str, changed: bool) -> None:
    assert bool(exchanged(claim, passage)) == changed


def test_a_comparison_turned_round_is_seen() -> None:
    assert turned_round("Gopher 胜过了 Chinchilla。", "Chinchilla 胜过 Gopher。")
    assert not turned_round("Chinchilla 胜过了 Gopher。", "Chinchilla 胜过 Gopher。")


def test_what_is_said_of_somebody_else_is_misplaced() -> None:
    passage = "Alpaca-7B was tuned for less than $600, MPT-7B was pre-trained for about $200K."
    assert misplaced_names("MPT-7B was tuned for less than $600.", passage, "Costs") == ["mpt-7b"]
    assert not misplaced_names("Alpaca-7B was tuned for less than $600.", passage, "Costs")
    assert not misplaced_names("MPT-7B was tuned for less than $600.", passage, "What MPT-7B cost")
    # Not the name that stands inside another one.
    about = "LoRA came first. If a higher rank gains nothing, QLoRA helps little."
    assert misplaced_names("If a higher rank gains nothing, LoRA helps little.", about, "QLoRA") == ["lora"]


TEXT = (
    "The lease runs for 24 hours and costs $650. Spare cards are kept in Berlin. "
    "Nothing else is promised by the provider. Checkpoints are written every 30 minutes to local disks."
)


def support(sentence: str, text: str = TEXT) -> bool:
    passage = Passage(1, make_document(text), "Lease", 0, len(text), 1.0)
    return SupportChecker([passage], lambda word: 1.0).check(sentence)[0].is_enough


@pytest.mark.parametrize(
    ("sentence", "is_supported"),
    [
        ("The lease runs for 24 hours.", True),
        ("The lease runs for 24 minutes.", False),
        ("The lease costs 650 euros.", False),
        ("The lease costs $650, and checkpoints are written every 30 minutes.", True),  # from two places
        ("The lease costs $650, and Zendesk runs the provider's local disks.", False),
    ],
)
def test_units_and_names_decide(sentence: str, is_supported: bool) -> None:
    assert support(sentence) == is_supported


def test_a_foreign_passage_is_compared_through_a_lexicon() -> None:
    lexicon = {"租约": frozenset({"leas"}), "小时": frozenset({"hour"}), "运行": frozenset({"run"})}
    passage = Passage(1, make_document(TEXT), "Lease", 0, len(TEXT), 1.0)

    def counterparts(word: str, among: frozenset[str]) -> frozenset[str]:
        return among & lexicon.get(word, frozenset())

    checker = SupportChecker([passage], lambda word: 1.0, counterparts=counterparts)
    assert checker.check("租约运行 24 小时。")[0].is_enough
    assert not checker.check("租约运行 48 小时。")[0].is_enough
    assert not checker.check("租约不运行 24 小时。")[0].is_enough
    assert not SupportChecker([passage], lambda word: 1.0).check("租约运行 24 小时。")[0].is_enough


MATRIX = """Should a small team use a matrix organisation? Everybody in a matrix organisation has two managers. A
company of fewer than 40 people should mostly avoid it."""


@pytest.mark.parametrize(
    ("sentence", "is_supported"),
    [
        ("A small team should use a matrix organisation.", False),  # the question alone says so
        ("Everybody in a matrix organisation has two managers.", True),
    ],
)
def test_the_question_said_back_is_no_answer(sentence: str, is_supported: bool) -> None:
    passage = Passage(1, make_document(MATRIX), "Should a small team use a matrix?", 0, len(MATRIX), 1.0)
    question = "Should a small team use a matrix organisation?"
    assert SupportChecker([passage], lambda word: 1.0, question).check(sentence)[0].is_enough == is_supported


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("MPT-7B was tuned for $600.", ["600"]),
        ("Alpaca 7B was tuned for $600.", []),
        ("MPT-7B cost $200,000.", []),
        ("The tuning cost $600.", []),
        ("OpenAI did so in 2023.", []),  # a year holds for more than the name beside it
    ],
)
def test_a_figure_belongs_to_the_name_beside_it(claim: str, found: list[str]) -> None:
    passage = "The figures: Alpaca 7B was tuned for $600, MPT-7B was pre-trained for $200,000 in 2023."
    assert figures_of_others(claim, passage, "Costs") == found


PRICES = (
    "Suppose a task needs $0.02 of tokens and $0.05 of checking, together $0.08. For a gross margin of 60% the price "
    "must be 0.08 / (1 - 0.6) = $0.20.\n\n- Reserved: at 40% off it pays from 60% of all hours.\n- Spot: count lost "
    "work. It is 70% off.\n\n型号方面，A100 为峰值的 87%，H100 为 80%，MI300X 为 51%。"
)


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("A gross margin of 60% requires a price of $0.08.", ["0.08"]),
        ("At a gross margin of 60% the price is $0.20.", []),
        ("Checking a task costs $0.05.", []),
        ("Spot is 40% off.", ["40%"]),
        ("Spot is 70% off.", []),
        ("MI300X 达到峰值的 80%。", ["80%"]),
        ("H100 达到峰值的 80%。", []),
    ],
)
def test_a_figure_belongs_to_the_words_it_stands_beside(claim: str, wrong: list[str]) -> None:
    assert misjoined(claim, PRICES, lambda word: 1.0) == wrong


def test_a_figure_that_the_question_gave_may_be_said_of_anything() -> None:
    claim = "A gross margin of 60% requires a price of $0.08."
    assert misjoined(claim, PRICES, lambda word: 1.0, read_figures("At $0.08?")) == []


def test_a_name_of_the_question_does_not_take_the_place_of_the_passages_own() -> None:
    said = "DeepSeek-V2 was trained on 8.1 trillion tokens."
    assert replaced_names("Grok 3 was trained on 8.1 trillion tokens.", said, said) == ["Grok 3"]
    assert (
        replaced_names("At Acme training took 8.1 trillion tokens.", "Training took 8.1 trillion tokens.", said) == []
    )
    assert replaced_names("DeepSeek-V2 was trained on 8.1 trillion tokens.", said, said) == []
