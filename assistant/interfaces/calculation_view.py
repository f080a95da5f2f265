"""A calculation as it is shown under an answer: its formula and its sources. Steps and inputs stand in the answer."""

from __future__ import annotations

import html
from collections.abc import Sequence

from assistant.answer import Calculation
from corpus.document import Language

_WORDS = {
    "zh": {
        "calculation": "计算", "formula": "公式", "inputs": "输入", "assumed": "假定", "sources": "依据",
        "notes": "注意",
    },
    "en": {
        "calculation": "Calculation", "formula": "Formula", "inputs": "Inputs", "assumed": "Assumed",
        "sources": "Sources", "notes": "Note",
    },
}  # fmt: skip


def calculation_text(calculations: Sequence[Calculation], language: Language) -> str:
    """For the terminal: name, formula and sources of each."""
    words = _WORDS[language]
    blocks = []
    for calculation in calculations:
        lines = [f"{words['calculation']} {calculation.name}: {calculation.formula}"]
        lines += [f"    {words['sources']}: {source}" for source in calculation.sources]
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def calculation_html(calculations: Sequence[Calculation], language: Language) -> str:
    """For the page: one block a calculation, for the panel of sources. Everything in it is escaped."""
    return "".join(_block(calculation, language) for calculation in calculations)


def _block(calculation: Calculation, language: Language) -> str:
    words = _WORDS[language]
    inputs = [f"{name} = {value}" for name, value in calculation.inputs.items()]
    parts = [
        (words["formula"], calculation.formula.split("; ")),
        (words["inputs"], inputs),
        (words["assumed"], calculation.assumed),
        (words["notes"], calculation.notes),
        (words["sources"], calculation.sources),
    ]
    body = "".join(
        f"<div><b>{title}</b><ul>{''.join(f'<li>{html.escape(line)}</li>' for line in lines)}</ul></div>"
        for title, lines in parts
        if lines
    )
    return (
        f'<details class="source calculation" open><summary><b>{words["calculation"]}</b> '
        f"{html.escape(calculation.name)}</summary>{body}</details>"
    )
