"""Measure the support checker: `python -m evals.grounding [BENCH] [--sweep] [--misses] [--across] …`.

Without arguments: the labelled claims of `evals/claims`, and true sentences of the corpus, swapped.
BENCH is a folder of `*.jsonl` files whose rows have `doc`, `claim` and `label` (1 supported, 0 not); it is scored where
it lies. Claims are judged as sentences of an answer, the rest as `assistant check` does. Words are weighted by the
default collection of ASSISTANT_HOME. No model is called but for --second-opinion.
With --across every claim is held against the twin of its section, which says the same in the other language.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant.app import Workspace, switch_telemetry_off
from assistant.collection_names import DEFAULT_COLLECTION
from assistant.evidence.reading import Passage
from assistant.home import Home
from assistant.settings import Settings
from assistant.verifying import support
from assistant.verifying.second_opinion import Opinions, opinions_of
from assistant.verifying.support import NOBODY, Counterparts, SupportChecker
from assistant.verifying.verification import verify
from corpus.document import Document, Section
from corpus.language import document_language
from corpus.shipped import shipped_documents
from evals.claims import SHIPPED_CLAIMS, SPLITS, UNSUPPORTED_KINDS, Claim, load_claims, passage_of, section_of
from evals.detection import Judged, balanced_accuracy, false_accept_rate, precision, recall, roc_auc
from evals.swaps import make_swaps
from index.lexicon import Lexicon
from index.search import Searcher
from index.twins import twin_sections

SWAPS_EACH = 100
_SWEPT = np.arange(0.55, 0.701, 0.05)
_SENTENCES = 10
_ANSWERS = 20

Weight = Callable[[str], float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each kind of data."""
    parser = argparse.ArgumentParser(prog="python -m evals.grounding", description="Measure the support checker.")
    parser.add_argument("bench", metavar="BENCH", nargs="?", type=Path, help="a folder of rows: doc, claim, label")
    parser.add_argument("--sweep", action="store_true", help="the tune split alone, threshold by threshold")
    parser.add_argument("--misses", action="store_true", help="the claims of the tune split that are judged wrongly")
    parser.add_argument("--second-opinion", action="store_true", help="labelled claims alone, the model asked as well")
    parser.add_argument("--across", action="store_true", help="claims alone, against the twins of their sections")
    options = parser.parse_args(arguments)
    switch_telemetry_off()
    home = Home.find()
    workspace = Workspace(home, Settings.load(home))
    generation = workspace.generation(DEFAULT_COLLECTION, notice=lambda line: None, progress=lambda done, total: None)
    weight = Searcher(generation).weight
    documents = {document.id: document for document in shipped_documents()}
    claims = load_claims(sorted(SHIPPED_CLAIMS.glob("*.jsonl")), documents)
    if options.across:
        claims = [across(claim, documents) for claim in claims if claim.language == documents[claim.document].language]
    counterparts = _unseen_lexicon(claims, documents).counterparts
    if options.sweep or options.misses:
        claims = [claim for claim in claims if claim.split == "tune"]

    def judge_all(opinions: Opinions = NOBODY) -> dict[str, Judged]:
        return {
            claim.id: judge(
                claim.claim,
                _passage(claim, documents),
                weight,
                claim.is_supported,
                counterparts,
                opinions,
                claim.question,
                copied=True,
            )
            for claim in claims
        }

    if options.second_opinion:
        with workspace.backend() as backend:
            judged = judge_all(opinions_of(backend.client, replace(workspace.settings.checking, second_opinion=True)))
        _print_heading(f"claims, {backend.name}")
        _print_claims(claims, judged, documents)
        _print_kinds(claims, judged)
    elif options.sweep:
        _print_heading("tune")
        _print_sweep(claims, judge_all)
    elif options.misses:
        _print_misses(claims, judge_all())
    else:
        judged = judge_all()
        _print_heading("claims")
        _print_claims(claims, judged, documents)
        _print_kinds(claims, judged)
        if options.across:
            return 0
        _print_swaps(documents.values(), weight)
        if options.bench:
            _print_heading("\nbench")
        for path in sorted(options.bench.glob("*.jsonl")) if options.bench else ():
            _print_line(path.stem, judge_rows(path, weight))
        print(f"\n{_SENTENCES} sentences: {answer_ms(claims, documents, weight):.0f} ms of processor time (median)")
    return 0


def judge(
    text: str,
    passage: Passage,
    weight: Weight,
    is_true: bool,
    counterparts: Counterparts | None = None,
    opinions: Opinions = NOBODY,
    question: str = "",
    *,
    copied: bool = False,
) -> Judged:
    """How the assistant's own verification takes `text` with `passage` alone before it: the weakest decides.

    `copied`: as if the model that answers had written it.
    """
    checker = SupportChecker([passage], weight, question, counterparts, opinions, copied=copied)
    claims = verify(text, checker).claims
    accepted = bool(claims) and all(claim.verdict == "supported" for claim in claims)
    return Judged(is_true, accepted, min((claim.score for claim in claims), default=0.0))


def across(claim: Claim, documents: Mapping[str, Document]) -> Claim:
    """`claim` about the twin of its section."""
    return replace(claim, document=documents[claim.document].twin)


def judge_rows(path: Path, weight: Weight) -> list[Judged]:
    """Every row of a bench file."""
    judged = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            text = row["doc"]
            document = Document("bench", "", document_language(text), text, (Section("", 0, len(text)),))
            judged.append(judge(row["claim"], passage_of(document, document.sections[0]), weight, row["label"] == 1))
    return judged


def answer_ms(claims: Sequence[Claim], documents: Mapping[str, Document], weight: Weight) -> float:
    """The median processor time of checking an answer of ten sentences against four sections, everything warm."""
    times = []
    for number in range(_ANSWERS):
        chosen = claims[number * _SENTENCES : (number + 1) * _SENTENCES]
        sections = {(claim.document, claim.section): _passage(claim, documents) for claim in (*chosen, *claims[:40:10])}
        start = time.process_time()
        verify("\n".join(claim.claim for claim in chosen), SupportChecker(list(sections.values())[:4], weight))
        times.append((time.process_time() - start) * 1000)
    return float(np.median(times))


def _unseen_lexicon(claims: Sequence[Claim], documents: Mapping[str, Document]) -> Lexicon:
    """What the product learns from the twins, without the sections that claims in the other language are about."""
    across = [claim for claim in claims if claim.language != documents[claim.document].language]
    used = {_passage(claim, documents).text for claim in across} | {
        passage_of(twin, section).text
        for claim in across
        for twin in [documents[documents[claim.document].twin]]
        for section in twin.sections
        if section.anchor == claim.section
    }
    return Lexicon(
        section for section in twin_sections(documents.values(), of="zh", to="en") if section.text not in used
    )


def _passage(claim: Claim, documents: Mapping[str, Document]) -> Passage:
    return passage_of(documents[claim.document], section_of(claim, documents))


def _print_claims(claims: Sequence[Claim], judged: Mapping[str, Judged], documents: Mapping[str, Document]) -> None:
    for split in SPLITS:
        for language in ("zh", "en"):
            chosen = [claim for claim in claims if claim.split == split and claim.language == language]
            _print_line(f"{split} {language}", [judged[claim.id] for claim in chosen])
            same = [claim for claim in chosen if documents[claim.document].language == language]
            if len(same) < len(chosen):
                _print_line(f"{split} {language}, section {language}", [judged[claim.id] for claim in same])
                _print_line(f"{split} {language}, section en", [judged[c.id] for c in chosen if c not in same])


def _print_kinds(claims: Sequence[Claim], judged: Mapping[str, Judged]) -> None:
    columns = [f"{language} {split}" for language in ("zh", "en") for split in SPLITS]
    print(f"\n{'accepted, by kind':<24}" + "".join(f"{column:>14}" for column in columns))
    kinds = dict.fromkeys(claim.kind for claim in claims)
    for kind in sorted(kinds, key=lambda kind: (kind in UNSUPPORTED_KINDS, kind)):
        cells = []
        for language in ("zh", "en"):
            for split in SPLITS:
                of = [c for c in claims if (c.kind, c.language, c.split) == (kind, language, split)]
                cells.append(f"{sum(judged[claim.id].accepted for claim in of)}/{len(of)}")
        print(f"{kind:<24}" + "".join(f"{cell:>14}" for cell in cells))


def _print_swaps(documents: Iterable[Document], weight: Weight) -> None:
    swaps = make_swaps(documents, each=SWAPS_EACH)
    print(f"\n{'swapped':<24}{'n':>6}{'accepted':>10}{'new one absent':>18}{'unswapped':>12}")
    for language in ("zh", "en"):
        for kind in ("number", "name"):
            of = [swap for swap in swaps if (swap.kind, swap.passage.document.language) == (kind, language)]
            took = [judge(swap.sentence, swap.passage, weight, False).accepted for swap in of]
            absent = [taken for swap, taken in zip(of, took, strict=True) if not swap.is_in_passage]
            true = [judge(swap.sentence.replace(swap.now, swap.was, 1), swap.passage, weight, True) for swap in of]
            print(
                f"{language} {kind:<21}{len(of):>6}{sum(took):>10}{f'{sum(absent)}/{len(absent)}':>18}"
                f"{sum(one.accepted for one in true):>12}"
            )


def _print_sweep(claims: Sequence[Claim], judge_all: Callable[[], Mapping[str, Judged]]) -> None:
    """Every measure by threshold. The threshold is a constant of `support`, which is what this run changes."""
    for threshold in _SWEPT:
        support.SUPPORT_THRESHOLD = float(threshold)
        judged = judge_all()
        for language in ("zh", "en"):
            chosen = [judged[claim.id] for claim in claims if claim.language == language]
            _print_line(f"threshold {threshold:.2f} {language}", chosen)


def _print_misses(claims: Sequence[Claim], judged: Mapping[str, Judged]) -> None:
    for claim in claims:
        one = judged[claim.id]
        if one.accepted != one.is_true:
            print(f"{claim.id} {claim.kind:<11}{one.score:.2f} {claim.document}#{claim.section}: {claim.claim}")


def _print_heading(name: str) -> None:
    columns = ("precision", "recall", "false acc", "bal acc", "ROC-AUC")
    print(f"{name:<28}{'n':>6}" + "".join(f"{column:>10}" for column in columns))


def _print_line(name: str, judged: Sequence[Judged]) -> None:
    shares = (precision(judged), recall(judged), false_accept_rate(judged), balanced_accuracy(judged), roc_auc(judged))
    cells = "".join(f"{'-' if share is None else f'{share:.3f}':>10}" for share in shares)
    print(f"{name:<28}{len(judged):>6}{cells}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
