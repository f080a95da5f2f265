"""Labelled claims: sentences as a small model writes them, each with the shipped section it must be checked against.

Read from JSONL, a claim a line, every key checked. `kind` says how a claim came about (paraphrase, number,
negation …; see grounding.md), `split` whether thresholds may be chosen on it: on `tune` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from assistant.evidence.reading import Passage
from corpus.document import Document, Language, Section
from evals.case import CaseError

SHIPPED_CLAIMS = Path(__file__).parent / "claims"

SUPPORTED_KINDS = frozenset({"verbatim", "paraphrase", "merged", "unit", "summary"})
UNSUPPORTED_KINDS = frozenset(
    "number scale name exchanged joined negation direction quantifier unsaid elsewhere advice half".split()
)
SPLITS = ("tune", "held_out", "fresh", "joins", "joins_aside", "written")
_MAY_LACK = "question"
_VALUES = {
    "language": {"zh", "en"},
    "label": {"supported", "unsupported"},
    "split": set(SPLITS),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence and the section, `document#section`, whose reader would or would not call it stated there.

    `question`: what a model wrote it in answer to; empty for sentences that people wrote.
    """

    id: str
    language: Language
    document: str
    section: str
    claim: str
    label: Literal["supported", "unsupported"]
    kind: str
    split: Literal["tune", "held_out", "fresh", "joins", "joins_aside", "written"]
    question: str = ""

    @property
    def is_supported(self) -> bool:
        """Whether the section states it."""
        return self.label == "supported"


def load_claims(paths: Iterable[Path], documents: Mapping[str, Document]) -> list[Claim]:
    """All claims of the files `paths`, in order.

    :raises CaseError: naming every line with a missing or unknown key, a wrong value, an unknown section or an id that
        was used before.
    """
    claims: list[Claim] = []
    errors: list[str] = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip():
                try:
                    claims.append(parse_claim(line, documents))
                except CaseError as error:
                    errors.append(f"{path.name}:{number}: {error}")
    ids = [claim.id for claim in claims]
    errors.extend(f"the id {name!r} is used twice" for name in sorted({name for name in ids if ids.count(name) > 1}))
    if errors:
        raise CaseError("\n".join(errors))
    return claims


def parse_claim(line: str, documents: Mapping[str, Document]) -> Claim:
    """One line of a claims file.

    :raises CaseError: saying what is wrong with it.
    """
    try:
        record = json.loads(line)
    except ValueError as error:
        raise CaseError(f"is not JSON ({error})") from error
    names = {field.name for field in fields(Claim)}
    if not isinstance(record, dict) or not names - {_MAY_LACK} <= record.keys() <= names:
        raise CaseError(f"a claim has exactly the keys {', '.join(sorted(names))}, of which {_MAY_LACK} may be missing")
    if wrong := [name for name in record if not isinstance(record[name], str) or not record[name]]:
        raise CaseError(f"{wrong[0]!r} must be a text")
    if wrong := [name for name, known in _VALUES.items() if record[name] not in known]:
        raise CaseError(f"{wrong[0]!r} is one of {', '.join(sorted(_VALUES[wrong[0]]))}, not {record[wrong[0]]!r}")
    claim = Claim(**record)
    known_kinds = SUPPORTED_KINDS if claim.is_supported else UNSUPPORTED_KINDS
    if claim.kind not in known_kinds:
        raise CaseError(f"{claim.label} has the kinds {', '.join(sorted(known_kinds))}, not {claim.kind!r}")
    section_of(claim, documents)
    return claim


def section_of(claim: Claim, documents: Mapping[str, Document]) -> Section:
    """The section a claim is checked against.

    :raises CaseError: when the documents hold no such section.
    """
    document = documents.get(claim.document)
    for section in document.sections if document else ():
        if section.anchor == claim.section:
            return section
    raise CaseError(f"there is no section {claim.document}#{claim.section}")


def passage_of(document: Document, section: Section) -> Passage:
    """A whole section as the one passage that was read."""
    return Passage(1, document, section.heading, section.start, section.end, relevance=1.0)
