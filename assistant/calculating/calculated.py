"""A request for a calculation -> the sentences that answer it, each computed; or what must be asked for instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Answer, Calculation
from assistant.calculating.asking import Request, may_ask
from assistant.calculating.calculation import to_calculation
from assistant.calculating.telling import tell
from assistant.calculating.unplaced import MOST_LEFT, is_money, must_count, unclear
from assistant.calculators.calculator import Text
from assistant.calculators.errors import CalculationError, MissingInputError, NoValueError
from assistant.profile import NO_COMPANY, Company, calculate_for
from assistant.verifying.verification import Checked, Verified
from corpus.document import Language
from corpus.tables import Tables

_CURRENCY = Text(
    "No currency was named: {amounts} are taken as {currency}.", "题中没有写币种：{amounts}按{currency}计。"
)
_CURRENCIES = {"CNY": Text("Chinese yuan", "人民币"), "USD": Text("US dollars", "美元")}
_YEN_SIGN = Text("¥ is read as Chinese yuan.", "“¥”按人民币理解。")
_STANDS_IN = Text(
    "The size and data of {name} were never published; {known} stands in for it, of which both are known.",
    "{name} 的规模和数据量从未公布，这里用两者都已公开的 {known} 代替。",
)
_NOT_USED = Text("Not used in this calculation: {amounts}.", "这次计算没有用到：{amounts}。")


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
    if request.left:
        beside = work_out(request.otherwise, tables, language, company) if request.otherwise else None
        if isinstance(beside, Calculated):
            return beside
        if any(is_money(amount) for amount in request.left) or len(request.left) > MOST_LEFT:
            return None  # a part of what was asked: a figure without it would be another one
        if question := unclear(request.left, request.calculator, request.alternatives[0], request.currency):
            return NotCalculated("input_unclear", question.in_language(language)) if may_ask(request, ()) else None
        if any(must_count(amount) for amount in request.left):
            return None
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
    asked = request.asked or ("T" if request.also else "")
    sentences = tell(results, asked, _remarks(request, tables, language), tables, language)
    return Calculated(tuple(to_calculation(result, language) for result in results), tuple(sentences), language)


def _reason(error: CalculationError) -> str:
    return "no_such_value" if isinstance(error, NoValueError) else "input_impossible"


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
    if request.unsaid:
        amounts, currency = _listed([a.text for a in request.unsaid], language), _CURRENCIES[request.currency]
        found.append(_CURRENCY.in_language(language).format(amounts=amounts, currency=currency.in_language(language)))
    if request.left:
        amounts = _listed([amount.text for amount in request.left], language)
        found.append(_NOT_USED.in_language(language).format(amounts=amounts))
    return found


def _listed(texts: Sequence[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(texts)
