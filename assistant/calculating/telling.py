"""A calculation in sentences: the value first, then what was given, known and assumed, a line each, then the steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.answer import Sentence
from assistant.calculating.calculation import write_value
from assistant.calculators.calculator import GivenInput, Result, Step, Text
from assistant.calculators.written import write_amount, write_input, write_step
from assistant.profile import FROM_PROFILE
from assistant.verifying.verification import Checked
from corpus.document import Language
from corpus.tables import Tables

_GIVEN = Text("Given: {inputs}.", "题中给出：{inputs}。")
_KNOWN = Text("From the company profile: {inputs}.", "取自公司档案：{inputs}。")
_ASSUMED = Text("Assumed: {inputs}.", "假定：{inputs}。")
_STEPS = Text("Step by step:", "计算步骤：")
_IS = Text("{whats}, by the calculation below.", "按下面的计算，{whats}。")
_CASE = Text("With {case}: {whats}.", "{case}：{whats}。")
# Choices of calculators that are words and no names.
_WORDS = {
    "none": Text("none", "无"), "full": Text("full", "全量"), "recompute": Text("recomputed", "重计算"),
    "keep": Text("kept", "全部保留"), "lora": Text("LoRA", "LoRA"), "qlora": Text("QLoRA", "QLoRA"),
}  # fmt: skip
# The number of an amount as it is written, and the words of its unit before and behind it.
_PARTS = re.compile(
    r"(?P<per>(?:每\S+ )?)(?P<size>[−$¥€£]*\d\S*(?: (?:trillion|billion|million|[万亿]+))?)(?P<unit>.*)"
)
_SMALL_WORDS = ("a", "an", "per", "and", "of")


def tell(
    results: Sequence[Result], asked: str, remarks: Iterable[str], tables: Tables, language: Language
) -> list[Checked]:
    """The sentences of an answer. `asked` is the symbol of the step that is the answer, empty for the value itself."""
    lines = _Lines(tables, language)
    _write_values(lines, results, asked)
    _write_inputs(lines, results)
    for remark in remarks:
        lines.add(remark)
    for result in results:
        _write_steps(lines, result, heading=len(results) > 1, among=results)
    return lines.written


class _Lines:
    """The answer while it is written."""

    def __init__(self, tables: Tables, language: Language) -> None:
        self.language = language
        self.written: list[Checked] = []
        self._tables = tables

    def add(self, text: str, before: str = "") -> None:
        """One computed sentence behind what was written."""
        joint = before or (" " if self.language == "en" else "")
        joint = joint if self.written else joint.strip(" \n") + " " * before.endswith("- ")
        self.written.append(Checked(joint, Sentence(text, "computed", (), 1.0)))

    def lead_in(self, text: str) -> None:
        """A line that only leads in to others."""
        self.written.append(Checked("\n\n", Sentence(text, "no_claim")))

    def value_of(self, read: GivenInput) -> str:
        """The value of an input, a row of a table by its name."""
        value = write_input(read, self.language)
        if word := _WORDS.get(value):
            return word.in_language(self.language)
        rows = (self._tables.accelerators.rows, self._tables.training_runs.rows)
        return next((found[value].name for found in rows if value in found), value)


def _write_values(lines: _Lines, results: Sequence[Result], asked: str) -> None:
    """The figure that was asked for, and the calculator's own value when that is another one."""
    language = lines.language
    for number, result in enumerate(results):
        said = _asked_step(result, asked)
        values = [(result.title.in_language(language), write_value(result, language))]
        if said:
            step = write_amount(said.quantity.to(said.unit), said.unit, language)
            values.insert(0, (said.label.in_language(language), step))
        whats = ("，" if language == "zh" else "; ").join(_is(what, value, language) for what, value in values)
        if len(results) == 1:
            lines.add(_IS.in_language(language).format(whats=whats[0].upper() + whats[1:]))
        else:
            case = _case(lines, result, results)
            lines.add(_CASE.in_language(language).format(case=case, whats=whats), "\n- " if number else "- ")


def _is(what: str, value: str, language: Language) -> str:
    value = _without_repeats(what, value, language)
    return f"{what}: {value}" if language == "en" else f"{what}为{' ' * value[0].isascii()}{value}"


def _asked_step(result: Result, asked: str) -> Step | None:
    """The step that the question is about, unless it gives the value itself."""
    if result.value.symbol == asked:
        return None
    return next((step for step in result.steps if step.symbol == asked), None)


def _case(lines: _Lines, result: Result, among: Sequence[Result]) -> str:
    """What sets one alternative apart: the inputs in which they differ."""
    others = [{read.name: lines.value_of(read) for read in other.inputs} for other in among]
    differing = [
        lines.value_of(read)
        for read in result.inputs
        if read.assumed is None and len({other.get(read.name) for other in others}) > 1
    ]
    return ("、" if lines.language == "zh" else ", ").join(differing)


def _write_inputs(lines: _Lines, results: Sequence[Result]) -> None:
    """What was given, what the profile knows and what was assumed, a line each."""
    read = [read for result in results for read in result.inputs]
    kinds = (
        (_GIVEN, [one for one in read if one.assumed is None]),
        (_KNOWN, [one for one in read if one.assumed == FROM_PROFILE]),
        (_ASSUMED, [one for one in read if one.assumed not in (None, FROM_PROFILE)]),
    )
    for text, inputs in kinds:
        if inputs:
            lines.add(text.in_language(lines.language).format(inputs=_listed(lines, inputs)), "\n\n")


def _listed(lines: _Lines, inputs: Sequence[GivenInput]) -> str:
    """Each input once; those that were assumed for the same reason share it."""
    language = lines.language
    by_reason: dict[str, list[str]] = {}
    for read in inputs:
        reason = read.assumed.in_language(language) if read.assumed not in (None, FROM_PROFILE) and read.assumed else ""
        said = _input_in_words(lines, read)
        if said not in (known := by_reason.setdefault(reason, [])):
            known.append(said)
    if language == "zh":
        return "；".join("、".join(said) + (f"（{reason}）" if reason else "") for reason, said in by_reason.items())
    return "; ".join(", ".join(said) + (f" ({reason})" if reason else "") for reason, said in by_reason.items())


def _input_in_words(lines: _Lines, read: GivenInput) -> str:
    label = read.label.in_language(lines.language)
    value = _without_repeats(label, lines.value_of(read), lines.language)
    is_joined = lines.language == "zh" and (label.endswith("）") or not value[0].isascii())
    return f"{label}{'' if is_joined else ' '}{value}"


def _without_repeats(label: str, value: str, language: Language) -> str:
    """`value` without the words of its unit that stand in the label already: parameters 7 billion."""
    parts = _PARTS.fullmatch(value)
    if parts is None:
        return value
    unit = parts["unit"]
    if language == "en":
        words = [word for word in re.findall(r"[a-z-]+", unit.lower()) if word not in _SMALL_WORDS]
        is_said = bool(words) and all(word.rstrip("s") in label.lower() for word in words)
        return parts["size"] if is_said else value
    per = "" if parts["per"].strip() in label else parts["per"]
    return f"{per}{parts['size']}{'' if unit.strip() and unit.strip() in label else unit}"


def _write_steps(lines: _Lines, result: Result, *, heading: bool, among: Sequence[Result]) -> None:
    language = lines.language
    title = _STEPS.in_language(language)
    case = f"{_case(lines, result, among)}{'，' if language == 'zh' else ': '}" if heading else ""
    lines.lead_in(case + title)
    for step in result.steps:
        lines.add(write_step(step, language), "\n- ")
    for place, note in enumerate(result.notes):
        lines.add(note.in_language(language), "\n\n" if place == 0 else "")
