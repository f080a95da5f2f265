"""Amounts and names of a question -> the inputs of a calculator: unit and the words around decide, else nothing does.

An amount that fits two inputs and says neither is left over; nothing is placed by guessing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.calculating.amount import Amount
from assistant.calculating.fitting import (
    has_known_unit,
    is_needed,
    is_telling,
    nearness_of,
    unit_for,
    words_of,
)
from assistant.calculating.known_names import Name
from assistant.calculating.patterns import says, words_pattern
from assistant.calculators.calculate import Value
from assistant.calculators.calculator import InputSpec
from assistant.calculators.quantity import Quantity, given
from assistant.calculators.units import CURRENCIES

# What the words beside an amount weigh against its unit.
_ROLE = 4.0
_CHANGED = r"\b(?:or|vs|versus|instead|cut|reduc\w*|lower\w*|if|from|to)\b|还是|或者|砍|减|降|如果|改成|变成|到"
# Shares that only an input of their own may take.
_FOREIGN = (
    r"churn|\bleave|\bcancel|\btax|\bgrow|\binterest\b|\binflation\b|\bequity\b|\bdilut|\bcommission|\brefund"
    r"|流失|离开|取消|税|增长|上涨|利息|通胀|股|稀释|佣金|抽成|退款"
)
# What stands between two cases of one input.
_OR = r"\b(?:or|vs|versus|and|than|against)\b|还是|或|和|与|跟|、|对比|相比|比|/|换|呢|如果|要是"
# Choices whose words name a precision that is not the one of the weights, and words of a precision that is no choice.
_TOLD_FIRST = ("kv_precision", "gradients")
_OF_ARITHMETIC = (
    r"(?:math|arithmetic|计算|运算)\s?(?:(?:still|stays?|is|仍|还)\s?)?(?:in|at|用|按|是)?\s?(?:bf16|fp16|fp32|fp8)"
)


@dataclass(frozen=True, slots=True)
class Placement:
    """What was found for the inputs: several values for an input are alternatives. `unsaid` name no currency.

    `wording` are amounts without a place that are hardly figures: for a month. `by_words` are the inputs whose amount
    the words beside it or a unit of its own told.
    """

    values: Mapping[str, tuple[Value, ...]]
    amounts: Mapping[str, tuple[Amount, ...]]
    left: tuple[Amount, ...]
    unsaid: tuple[Amount, ...]
    wording: tuple[Amount, ...] = ()
    by_words: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Board:
    """Placing in progress."""

    values: dict[str, list[Value]] = field(default_factory=dict)
    amounts: dict[str, list[Amount]] = field(default_factory=dict)
    placed: set[int] = field(default_factory=set)
    unsaid: list[Amount] = field(default_factory=list)
    by_role: set[str] = field(default_factory=set)
    sums: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Fit:
    score: float
    amount: int
    name: str
    unit: str
    has_role: bool


def place(
    amounts: Sequence[Amount],
    names: Sequence[Name],
    text: str,
    specs: Mapping[str, InputSpec],
    roles: Mapping[str, str],
    *,
    currency: str,
    sums: Sequence[str] = (),
) -> Placement:
    """Put `amounts` and `names` into the inputs `specs`.

    `roles` are patterns of the words that tell an input; `text` is searched for words that are choices. `currency` is
    that of amounts that name none. Several amounts for an input of `sums` are its parts: salaries 95k, cloud 25k.
    """
    board = _Board(sums=frozenset(sums))
    fits = sorted(_fits(amounts, specs, roles, currency), key=lambda fit: -fit.score)
    for fit in fits:
        # A second amount for an input goes to another one, if words allow: 99.9% SLO and 1.4% of requests failing.
        elsewhere = [
            other for other in fits if other.amount == fit.amount and other.has_role and other.name != fit.name
        ]
        if fit.has_role and not (fit.name in board.values and any(o.name not in board.values for o in elsewhere)):
            _put(board, fit, amounts[fit.amount], text, alternatives=True)
    for index in range(len(amounts)):
        mine = [fit for fit in fits if fit.amount == index and not fit.has_role and index not in board.placed]
        if chosen := _only_one(mine, specs, board):
            _put(board, chosen, amounts[index], text, alternatives=False)
    _put_names(board, names, specs)
    _put_choices(board, amounts, text, specs, roles)
    unplaced = [amount for index, amount in enumerate(amounts) if index not in board.placed]
    return Placement(
        {name: tuple(values) for name, values in board.values.items()},
        {name: tuple(found) for name, found in board.amounts.items()},
        tuple(amount for amount in unplaced if amount.says_much),
        tuple(board.unsaid),
        tuple(amount for amount in unplaced if not amount.says_much),
        frozenset(board.by_role)
        | {name for name, found in board.amounts.items() if any(is_telling(amount, specs[name]) for amount in found)},
    )


def _fits(
    amounts: Sequence[Amount], specs: Mapping[str, InputSpec], roles: Mapping[str, str], currency: str
) -> Iterator[_Fit]:
    for index, amount in enumerate(amounts):
        for name, spec in specs.items():
            if spec.kind != "number":
                continue
            nearness = nearness_of(amount, roles.get(name) or words_of(spec))
            needs_words = name in roles and roles[name].startswith("(?#only)")
            if not nearness and ((needs_words and not is_telling(amount, spec)) or _is_foreign(amount)):
                continue
            unit, tightness = unit_for(amount, spec, nearness=nearness, currency=currency)
            if unit is not None:
                yield _Fit(tightness + (_ROLE * nearness), index, name, unit, nearness > 0)


def _is_foreign(amount: Amount) -> bool:
    """Whether a share is one of something that words tell: churn is no margin that merely has no word beside it."""
    return amount.unit.startswith("percent") and says(_FOREIGN, f"{amount.before[-16:]}|{amount.after[:20]}")


def _only_one(fits: Sequence[_Fit], specs: Mapping[str, InputSpec], board: _Board) -> _Fit | None:
    """The input that an amount without words for it can only be meant for."""
    best = max((fit.score for fit in fits), default=0.0)
    open_fits = [fit for fit in fits if fit.score == best and fit.name not in board.values]
    needed = [fit for fit in open_fits if is_needed(specs[fit.name])]
    for group in (needed, open_fits):
        if len(group) == 1:
            return group[0]
        if group:
            return None
    # A second amount of the same kind is an alternative to the first: 64 or 128 GPUs.
    taken = [fit for fit in fits if fit.score == best and fit.name not in board.by_role]
    return taken[0] if len(taken) == 1 else None


def _put(board: _Board, fit: _Fit, amount: Amount, text: str, *, alternatives: bool) -> None:
    others = board.amounts.get(fit.name, ())
    is_part = fit.name in board.sums and others and _are_parts(amount, others, text)
    if fit.amount in board.placed or not (is_part or _may_be_alternative(amount, others, text)):
        return
    if alternatives and fit.name in board.values and board.amounts[fit.name][0].unit != amount.unit:
        return
    board.placed.add(fit.amount)
    board.by_role |= {fit.name} if fit.has_role else set()
    if not has_known_unit(amount) and any(code in fit.unit for code in CURRENCIES):
        board.unsaid.append(amount)
    ends = (amount.low, amount.high) if amount.is_range else (amount.low,)
    if is_part and len(ends) == 1:
        (whole,) = board.values[fit.name]
        if isinstance(whole, Quantity):
            board.values[fit.name] = [given(whole.to(fit.unit) + amount.low, fit.unit, "")]
            board.amounts[fit.name].append(amount)
            return
    known = board.values.setdefault(fit.name, [])
    board.amounts.setdefault(fit.name, []).append(amount)
    known += [given(end, fit.unit, "") for end in ends]


def _are_parts(amount: Amount, others: Sequence[Amount], text: str) -> bool:
    """Whether an amount comes on top of others for the same input: no choice between them and no change of one."""
    ends = [(one.start, one.end) for one in (amount, *others)]
    return not says(_CHANGED, text[min(start for start, _ in ends) : max(end for _, end in ends)])


def _may_be_alternative(amount: Amount, others: Sequence[Amount], text: str) -> bool:
    """Whether a second amount for an input is another case of it: 64 or 128 GPUs, but not 28k + 10k."""
    for other in others:
        first, last = sorted((amount, other), key=lambda one: one.start)
        if not says(_OR, text[first.end : last.start]):
            return False
    return True


def _put_names(board: _Board, names: Sequence[Name], specs: Mapping[str, InputSpec]) -> None:
    for name in names:
        into = next((key for key, spec in specs.items() if spec.kind == name.kind), None)
        if into and name.row not in board.values.get(into, []):
            board.values.setdefault(into, []).append(name.row)


def _put_choices(
    board: _Board, amounts: Sequence[Amount], text: str, specs: Mapping[str, InputSpec], roles: Mapping[str, str]
) -> None:
    """A choice is found by the pattern `input=choice` of the roles, or by its own word where that may fill it.

    What words tell of one input says nothing of another: fp8 with a KV cache in bf16.
    """
    text = words_pattern(_OF_ARITHMETIC).sub(" ", text)
    chosen = [name for name, spec in specs.items() if spec.kind == "choice"]
    for name in sorted(chosen, key=lambda name: name not in _TOLD_FIRST):
        for choice in specs[name].choices:
            own = "(?!)" if roles.get(name) == "(?#only)" else rf"(?<![a-z\d]){re.escape(choice)}(?![a-z\d])"
            pattern = roles.get(f"{name}={choice}") or own
            if says(pattern, text):
                board.placed |= {place_ for place_, amount in enumerate(amounts) if amount.unit == "bit"}
                board.values.setdefault(name, []).append(choice)
                text = words_pattern(pattern).sub(" ", text) if name in _TOLD_FIRST else text
