"""`<topic>.asked.toml`, beside the two languages of a document: how people ask what its sections answer.

    [where-money-goes]
    en = ["What eats most of our budget?"]
    zh = ["钱主要烧在哪里？"]

The n-th question of one language says the same as the n-th of the other. They are searched, never cited.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from corpus.document import Language, Section
from corpus.errors import DocumentRuleError
from corpus.language import HAN

_LONGEST = 160


def asked_path(document: Path) -> Path:
    """The file of questions that belongs to a document's file; not every document has one."""
    return document.with_name(document.name.split(".")[0] + ".asked.toml")


def with_questions(sections: Sequence[Section], path: Path, language: Language) -> tuple[Section, ...]:
    """`sections` with the questions that `path` has for them; unchanged when there is no such file.

    :raises DocumentRuleError: naming file and section, when it breaks the form above.
    """
    if not path.exists():
        return tuple(sections)
    name = f"{path.parent.name}/{path.name}"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DocumentRuleError(f"{name}: {error}") from error
    anchors = {section.anchor for section in sections}
    if unknown := sorted(table.keys() - anchors):
        raise DocumentRuleError(f"{name}: the documents have no section {unknown[0]!r}")
    for anchor, asked in table.items():
        _check(asked, f"{name}: {anchor}")
    return tuple(
        replace(section, questions=tuple(table[section.anchor][language])) if section.anchor in table else section
        for section in sections
    )


def _check(asked: Mapping[str, Any], place: str) -> None:
    languages = get_args(Language)
    if sorted(asked) != sorted(languages) or not all(isinstance(asked[language], list) for language in languages):
        raise DocumentRuleError(f"{place}: must have the lists `en` and `zh` and nothing else")
    if len(asked["en"]) != len(asked["zh"]):
        raise DocumentRuleError(f"{place}: {len(asked['en'])} questions in English, {len(asked['zh'])} in Chinese")
    for language in languages:
        for question in asked[language]:
            if not isinstance(question, str) or not question.strip() or len(question) > _LONGEST:
                raise DocumentRuleError(f"{place}: {question!r} is no question of at most {_LONGEST} characters")
            if bool(HAN.search(question)) != (language == "zh"):
                raise DocumentRuleError(f"{place}: {question!r} is not in the language {language!r}")
        if len(set(asked[language])) != len(asked[language]):
            raise DocumentRuleError(f"{place}: a question stands there twice in {language!r}")
