"""A first set of cases from a user's own collection: `python -m evals.init --collection NAME -o FILE`.

Made by rule, without a model: from sections spread over the documents a sentence with a figure becomes a question with
a gap, a section without one a question by its heading, and two questions at the end must be refused. They show the form
and catch a broken index on the first day; people are to correct them and to add what they really ask.

This is no command of `assistant`, which must not import evals: what answers does not depend on what measures it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.app import Workspace, switch_telemetry_off
from assistant.collection_names import DEFAULT_COLLECTION, as_argument, as_choice
from assistant.errors import AssistantError
from assistant.home import Home
from assistant.settings import Settings
from assistant.verifying.quantities import read_figures
from assistant.verifying.sentences import split_sentences
from corpus.document import Document, Language, Section
from evals.attached import section_names
from evals.case import CaseError, load_cases
from index.chunk import make_chunk
from index.errors import IndexLayerError

_SHORTEST = {"zh": 12, "en": 30}
_LONGEST = 240
_FIGURE = re.compile(r"\d[\d,.]*\d|\d")
_GAP = "____"
_BY_GAP: dict[Language, str] = {
    "zh": "《{title}》中“{place}”这样写：“{sentence}”空缺处的数字是多少？",
    "en": '"{title}", {place}, says: "{sentence}" Which figure belongs in the gap?',
}
_BY_HEADING: dict[Language, str] = {
    "zh": "《{title}》关于“{place}”是怎么说的？",
    "en": 'What does "{title}" say about "{place}"?',
}
_REFUSED: dict[Language, str] = {
    "zh": "南极的帝企鹅一年换几次羽毛？",
    "en": "How often does an emperor penguin in Antarctica moult?",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the cases, read them back as `pytest evals` will, and say how to run them."""
    parser = argparse.ArgumentParser(prog="python -m evals.init", description="Draft cases about your own documents.")
    parser.add_argument(
        "--collection",
        type=as_choice,
        default=DEFAULT_COLLECTION,
        metavar="NAME",
        help="the collection to ask about",
    )
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE", help="where the cases go (.jsonl)")
    parser.add_argument("-n", "--number", type=int, default=30, metavar="N", help="at most N cases (default 30)")
    options = parser.parse_args(arguments)
    switch_telemetry_off()
    try:
        home = Home.find()
        documents = Workspace(home, Settings.load(home)).collection(options.collection).user_documents()
        if not documents:
            raise CaseError(
                f"collection {options.collection!r} holds no documents of yours; "
                f"add some with `assistant library add PATH --collection {as_argument(options.collection)}`"
            )
        cases = draft_cases(documents, options.number)
        with options.output.open("x", encoding="utf-8") as file:
            file.writelines(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
        load_cases([options.output], section_names(documents))
    except FileExistsError:
        print(f"{options.output} is there already; nothing was changed. Give another name with -o.", file=sys.stderr)
        return 2
    except (AssistantError, CaseError, IndexLayerError, OSError) as error:
        print(f"python -m evals.init: {error}", file=sys.stderr)
        return 2
    print(f"{len(cases)} drafts in {options.output}: correct questions, sections and figures, and add your own. Then:")
    print(f"pytest evals --collection {as_argument(options.collection)} --cases {options.output} --report report.html")
    return 0


def draft_cases(documents: Iterable[Document], number: int) -> list[dict[str, Any]]:
    """At most `number` cases as JSON records: one of each document in turn, those to be refused last."""
    documents = list(documents)
    queues = [_drafts(document) for document in documents]
    languages = list(dict.fromkeys(document.language for document in documents))
    refused = [
        {"id": f"refuse-{language}", "language": language, "question": _REFUSED[language], "status": "refused"}
        for language in languages
    ]
    drafts: list[dict[str, Any]] = []
    while queues and len(drafts) < number - len(refused):
        queue = queues.pop(0)
        if (draft := next(queue, None)) is not None:
            drafts.append({"id": f"draft-{len(drafts) + 1:03}", **draft})
            queues.append(queue)
    return [{**case, "tags": ["draft"]} for case in (*drafts, *refused)]


def _drafts(document: Document) -> Iterator[dict[str, Any]]:
    sections = [section for section in document.sections if document.text[section.start : section.end].strip()]
    figures = [draft for section in sections if (draft := _by_gap(document, section))]
    yield from figures
    asked = {name for draft in figures for name in draft["sections"]}
    for section in sections:
        if section.heading and _name(document, section) not in asked:
            yield _draft(document, section, _BY_HEADING[document.language])


def _by_gap(document: Document, section: Section) -> dict[str, Any] | None:
    """A case about the first figure of the section in a sentence of its own, if there is any."""
    language = document.language
    for span in split_sentences(document.text[section.start : section.end]):
        sentence = " ".join(span.text.split())
        figures, gaps = read_figures(sentence), list(_FIGURE.finditer(sentence))
        is_prose = _SHORTEST[language] <= len(sentence) <= _LONGEST and "|" not in sentence
        if not is_prose or len(figures) != 1 or len(gaps) != 1:
            continue
        gap = gaps[0]
        draft = _draft(document, section, _BY_GAP[language], sentence[: gap.start()] + _GAP + sentence[gap.end() :])
        return {**draft, "numbers": [{"value": figures[0].value}]}
    return None


def _draft(document: Document, section: Section, template: str, sentence: str = "") -> dict[str, Any]:
    place = section.heading or (f"p. {section.page}" if section.page else document.title)
    question = template.format(title=document.title, place=place, sentence=sentence)
    return {"language": document.language, "question": question, "sections": [_name(document, section)]}


def _name(document: Document, section: Section) -> str:
    return make_chunk(document, section, section.start, section.end).evidence


if __name__ == "__main__":
    sys.exit(main())
