"""A request for a calculation -> the sentences that answer it, each computed; or what must be asked for instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Answer, Calculation, Sentence
from assistant.calculating.asking import Request, may_ask
from assistant.calculating.calculation import to_calculation, write_value
from assistant.calculators.calculator import GivenInput, Result, Step, Text
from assistant.calculators.errors import CalculationError, MissingInputError, NoValueError
from assistant.calculators.units import CURRENCIES
from assistant.calculators.written import write_amount, write_input, write_step
from assistant.profile import NO_COMPANY, Company, calculate_for
from assistant.verifying.verification import Checked, Verified
from corpus.document import Language
from corpus.tables import Tables

# What the currency of money without one is asked for with.
_WHICH_CURRENCY = Text(
    "Which currency is {amounts} in? Please ask again with it, such as ¥6 million CNY or $80k; it is not guessed.",
    "{amounts}是什么货币？请写明再问一次，例如 600 万元人民币或 8 万美元；币种不作猜测。",
)
_YEN_SIGN = Text("¥ is read as Chinese yuan.", "“¥”按人民币理解。")
_STANDS_IN = Text(
    "The size and data of {name} were never published; {known} stands in for it, of which both are known.",
    "{name} 的规模和数据量从未公布，这里用两者都已公开的 {known} 代替。",
)
_NOT_USED = Text("Not used in this calculation: {amounts}.", "这次计算没有用到：{amounts}。")
_READ_AS = Text("Read from the question: {inputs}.", "按题中给出的条件：{inputs}。")
_ASSUMED = Text("Assumed: {inputs}.", "假定：{inputs}。")
_STEPS = Text("Step by step:", "计算步骤：")
_IS = Text("By this calculation the {what} is {value}.", "按下面的计算，{what}为 {value}。")
_AND = Text(" The {what} is {value}.", "{what}为 {value}。")
_CASE = Text("With {case}, the {what} is {value}.", "{case}：{what}为 {value}。")


@dataclass(frozen=True, slots=True)
class Calculated:
    """A calculation was made; comes before any text. `sentences` say it, all computed."""

    calculations: tuple[Calculation, ...]
    sentences: tuple[Checked, ...]
    language: Language

    @property
    def text(self) -> str:
        """The sentences as they stand in the answer."""
        return "".join(checked.before + checked.sentence.text for checked in self.sentences)

    def join(self, blank: Answer, comment: str, verified: Verified) -> Answer:
        """The whole answer: the calculation, and behind it the `comment` of the checked draft."""
        sentences = (*(checked.sentence for checked in self.sentences), *verified.sentences)
        return replace(
            blank,
            status="answered",
            answer=f"{self.text}\n\n{comment}".strip(),
            sentences=sentences,
            citations=verified.citations,
            invented_citations=verified.invented_citations,
            calculations=self.calculations,
        )


@dataclass(frozen=True, slots=True)
class NotCalculated:
    """What must be asked for, or why the inputs cannot be meant; `reason` is for programs."""

    reason: str
    text: str


def work_out(
    request: Request, tables: Tables, language: Language, company: Company = NO_COMPANY
) -> Calculated | NotCalculated | None:
    """Make the calculations of `request` and put them into words, or say what is missing or wrong.

    What the question leaves out is taken from the profile of the `company` where it says it.

    None when so much is missing that the question was hardly one for a calculation.
    """
    if any(code in amount.unit for amount in request.left for code in CURRENCIES):
        # Money that found no place is part of what was asked: a figure without it would be another one.
        beside = work_out(request.otherwise, tables, language, company) if request.otherwise else None
        return beside if isinstance(beside, Calculated) else None
    if request.unsaid:
        amounts = _listed([amount.text for amount in request.unsaid], language)
        return NotCalculated("input_missing", _WHICH_CURRENCY.in_language(language).format(amounts=amounts))
    try:
        results = [calculate_for(company, request.calculator, values, tables) for values in request.alternatives]
        if request.also:
            also = request.also
            results += [calculate_for(company, also.calculator, values, tables) for values in also.alternatives]
    except MissingInputError as error:
        beside = work_out(request.otherwise, tables, language, company) if request.otherwise else None
        if isinstance(beside, Calculated):
            return beside
        asked_for = may_ask(request, error.names)
        return NotCalculated("input_missing", error.text.in_language(language)) if asked_for else None
    except CalculationError as error:
        return NotCalculated(_reason(error), error.text.in_language(language))
    lines = _Lines(language)
    _write_values(lines, results, request.asked or ("T" if request.also else ""))
    _write_inputs(lines, results)
    for remark in _remarks(request, tables, language):
        lines.add(remark)
    for result in results:
        _write_steps(lines, result, heading=len(results) > 1, among=results)
    return Calculated(
        tuple(to_calculation(result, language) for result in results), tuple(lines.written), language
    )  # fmt: skip


def _reason(error: CalculationError) -> str:
    return "no_such_value" if isinstance(error, NoValueError) else "input_impossible"


class _Lines:
    """The answer while it is written."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.written: list[Checked] = []

    def add(self, text: str, before: str = "") -> None:
        """One computed sentence behind what was written."""
        joint = before or (" " if self.language == "en" else "")
        joint = joint if self.written else joint.strip(" \n") + " " * before.endswith("- ")
        self.written.append(Checked(joint, Sentence(text, "computed", (), 1.0)))

    def lead_in(self, text: str) -> None:
        """A line that only leads in to others."""
        self.written.append(Checked("\n\n", Sentence(text, "no_claim")))


def _write_values(lines: _Lines, results: Sequence[Result], asked: str) -> None:
    """The figure that was asked for, and the calculator's own value when that is another one."""
    language = lines.language
    for number, result in enumerate(results):
        said = _asked_step(result, asked)
        what = said.label.in_language(language) if said else result.title.in_language(language)
        value = (
            write_amount(said.quantity.to(said.unit), said.unit, language) if said else write_value(result, language)
        )
        if len(results) == 1:
            lines.add(_IS.in_language(language).format(what=what, value=value))
            if said:
                title = result.title.in_language(language)
                lines.add(_IS.in_language(language).format(what=title, value=write_value(result, language)))
        else:
            case = _case(result, results, language)
            text = _CASE.in_language(language).format(case=case, what=what, value=value)
            if said:
                title = result.title.in_language(language)
                text += _AND.in_language(language).format(what=title, value=write_value(result, language))
            lines.add(text, "\n- " if number else "- ")


def _asked_step(result: Result, asked: str) -> Step | None:
    """The step that the question is about, unless it gives the value itself."""
    step = next((step for step in result.steps if step.symbol == asked), None)
    if step is None or (step.unit == result.unit and step.quantity.to(step.unit) == result.value.to(result.unit)):
        return None
    return step


def _case(result: Result, among: Sequence[Result], language: Language) -> str:
    """What sets one alternative apart: the inputs in which they differ."""
    others = [{read.name: write_input(read, language) for read in other.inputs} for other in among]
    differing = [
        write_input(read, language)
        for read in result.inputs
        if read.assumed is None and len({other.get(read.name) for other in others}) > 1
    ]
    return _listed(differing, language)


def _write_inputs(lines: _Lines, results: Sequence[Result]) -> None:
    language = lines.language
    read = _said(results, language, assumed=False)
    assumed = _said(results, language, assumed=True)
    if read:
        lines.add(_READ_AS.in_language(language).format(inputs=_joined(read, language)), "\n\n")
    if assumed:
        lines.add(_ASSUMED.in_language(language).format(inputs=_joined(assumed, language)))


def _said(results: Sequence[Result], language: Language, *, assumed: bool) -> list[str]:
    """Each input once, with the reason for one that was assumed."""
    return list(
        dict.fromkeys(
            _input_in_words(read, language)
            for result in results
            for read in result.inputs
            if (read.assumed is not None) == assumed
        )
    )


def _input_in_words(read: GivenInput, language: Language) -> str:
    label, value = read.label.in_language(language), write_input(read, language)
    if read.assumed is None:
        return f"{label} {value}"
    reason = read.assumed.in_language(language)
    return f"{label} {value}（{reason}）" if language == "zh" else f"{label} {value} ({reason})"


def _remarks(request: Request, tables: Tables, language: Language) -> list[str]:
    """What the asker should know of how the question was read."""
    found = []
    if language == "zh" and any("¥" in amount.text or "￥" in amount.text for amount in request.read):
        found.append(_YEN_SIGN.zh)
    for name in request.names:
        if name.stands_in and name.kind == "model":
            row = tables.training_runs[name.row]
            known = (row.name_zh if language == "zh" else "") or row.name
            found.append(_STANDS_IN.in_language(language).format(name=name.stands_in, known=known))
    if request.left:
        amounts = _listed([amount.text for amount in request.left], language)
        found.append(_NOT_USED.in_language(language).format(amounts=amounts))
    return found


def _write_steps(lines: _Lines, result: Result, *, heading: bool, among: Sequence[Result]) -> None:
    language = lines.language
    title = _STEPS.in_language(language)
    lines.lead_in(f"{_case(result, among, language)}{'，' if language == 'zh' else ': '}{title}" if heading else title)
    for step in result.steps:
        lines.add(write_step(step, language), "\n- ")
    for place, note in enumerate(result.notes):
        lines.add(note.in_language(language), "\n\n" if place == 0 else "")


def _listed(texts: Sequence[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(texts)


def _joined(texts: Sequence[str], language: Language) -> str:
    return ("；" if language == "zh" else "; ").join(texts)
