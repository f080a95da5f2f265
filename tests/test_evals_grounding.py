"""The labelled claims load, wrong ones are named, and the measures are what their names say."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from corpus.shipped import shipped_documents
from evals.case import CaseError
from evals.claims import SHIPPED_CLAIMS, load_claims, parse_claim, section_of
from evals.detection import Judged, balanced_accuracy, false_accept_rate, precision, recall, roc_auc
from evals.grounding import across
from evals.swaps import make_swaps, swap_name, swap_number

DOCUMENTS = {document.id: document for document in shipped_documents()}


def test_the_shipped_claims_are_enough_and_balanced() -> None:
    claims = load_claims(sorted(SHIPPED_CLAIMS.glob("*.jsonl")), DOCUMENTS)
    by_language = Counter(claim.language for claim in claims)
    held_out = Counter(claim.language for claim in claims if claim.split == "held_out")
    assert min(by_language.values()) >= 210
    assert sum(held_out.values()) >= 150
    # A section is in one split only, so that nothing chosen on one has seen the other. What a model wrote is about any.
    chosen = [claim for claim in claims if claim.split != "written"]
    sections = {(claim.document, claim.section): claim.split for claim in chosen}
    assert all(sections[claim.document, claim.section] == claim.split for claim in chosen)


def test_every_claim_can_be_held_against_the_twin_of_its_section() -> None:
    claims = load_claims(sorted(SHIPPED_CLAIMS.glob("*.jsonl")), DOCUMENTS)
    for claim in claims:
        turned = across(claim, DOCUMENTS)
        assert DOCUMENTS[turned.document].language != DOCUMENTS[claim.document].language
        assert section_of(turned, DOCUMENTS).anchor == claim.section


def line(**changes: Any) -> str:
    record = {
        "id": "en-1", "language": "en", "document": "paper-gptq-en", "section": "figures",
        "claim": "It took 4 GPU-hours.", "label": "supported", "kind": "paraphrase", "split": "tune",
    }  # fmt: skip
    return json.dumps(record | changes)


def test_a_right_claim_is_read() -> None:
    assert parse_claim(line(), DOCUMENTS).is_supported
    assert parse_claim(line(question="How long did it take?"), DOCUMENTS).question


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"extra": 1}, "exactly the keys"),
        ({"claim": ""}, "'claim' must be a text"),
        ({"label": "maybe"}, "'label' is one of"),
        ({"kind": "negation"}, "supported has the kinds"),
        ({"section": "nowhere"}, "no section paper-gptq-en#nowhere"),
    ],
)
def test_a_wrong_claim_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(CaseError, match=message):
        parse_claim(line(**changes), DOCUMENTS)


JUDGED = [
    Judged(is_true=True, accepted=True, score=0.9),
    Judged(is_true=True, accepted=False, score=0.5),
    Judged(is_true=False, accepted=True, score=0.7),
    Judged(is_true=False, accepted=False, score=0.5),
    Judged(is_true=False, accepted=False, score=0.1),
]


def test_measures() -> None:
    assert precision(JUDGED) == 1 / 2
    assert recall(JUDGED) == 1 / 2
    assert false_accept_rate(JUDGED) == pytest.approx(1 / 3)
    assert balanced_accuracy(JUDGED) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert roc_auc(JUDGED) == pytest.approx((3 + 0 + 0.5 + 1) / 6)


def test_what_cannot_be_measured_is_none() -> None:
    true_only = JUDGED[:2]
    assert precision([]) is None
    assert false_accept_rate(true_only) is None
    assert balanced_accuracy(true_only) is None
    assert roc_auc(true_only) is None


def test_a_swap_changes_one_figure_or_name_and_is_the_same_each_time() -> None:
    number, name = swap_number("It cost 40 dollars."), swap_name("It ran on an H100 card.")
    assert number is not None
    assert name is not None
    assert number[1] == "40" != number[2]
    assert name[1] == "H100" != name[2]
    assert swap_number("It cost 40 dollars.") == number
    assert swap_name("Nothing is named.") is None
    swaps = make_swaps(DOCUMENTS.values(), each=50)
    assert Counter((swap.kind, swap.passage.document.language) for swap in swaps) == {
        (kind, language): 50 for kind in ("number", "name") for language in ("zh", "en")
    }
