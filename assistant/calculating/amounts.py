"""Amounts in Chinese and English text: number, unit, range, and the words around them: 600 万元, 64×H100.

An amount keeps its unit in the form of assistant/calculators/units.py; a bare number has none. A currency is read only
where a sign or a word names one. NOT covered: dates, ordinals, amounts spelled out in English beyond "two million".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.calculating.amount import UNCLEAR_MONEY, UNSAID, Amount
from assistant.calculating.neighbours import said_once, with_neighbours
from assistant.calculating.numerals import NUMERAL, Numeral, fold, read_numeral
from assistant.calculating.patterns import words_pattern
from assistant.calculating.rates import TIMES, read_rates
from assistant.calculating.unit_words import unit_words

# What a chip's name is masked with, so that the digits in it are no number and "8 A100" is a count.
CHIP_MASK, NAME_MASK = "\x01", "\x02"

_CLAUSE_END = re.compile(r"[,，。;；!！?？\n]|\.\s|、(?=\D)")
_ROLE_LENGTH = 48
_YEARS = (1900, 2100)
_SENTENCE = re.compile(r"\b(?:and|but|while|is|are|was|were|c[ao]mes?|stands?|runs?|sits?)\b")
_PREPOSITION = re.compile(r"\s(?:at|with|versus|vs|plus)\s(?!.*\s(?:at|with|versus|vs|plus)\s)")
_WENT_FROM = re.compile(
    r"(?:went|gr[eo]w\w*|r[io]se\w*|f[ea]ll\w*|increas\w*|up|down|[涨升增降跌])[^,，。;；]{0,16}(?:from|从)\s?\D?$"
)
_AROUND_THE_CLOCK = re.compile(r"24\s?/\s?7|7\s?[x×*]\s?24|24\s?(?:hours|h) (?:a|per) day|(?:每天|一天)?\s?24\s?小时")
_GLUED = {"b": "parameter", "t": "token"}
# Words right before a number that say what it counts: 总参数 2350 亿、每个 token 激活 220 亿. No model is smaller.
_PARAMETERS = re.compile(r"(?:参数(?:量|规模|总量)?|激活(?:参数)?量?)(?:是|为|约|有|共|[:：])?\s?$")
_COUNTED_BEFORE = {
    "customer": re.compile(r"(?:月活|日活|用户(?:数|量)?|客户(?:数|量)|\bmau|\bdau)(?:是|为|约|有|共|[:：])?\s?$"),
    "request / second": re.compile(r"(?<![a-z])(?:qps|rps)(?:是|为|约|有|共|[:：])?\s?$"),
    "request / day": re.compile(
        r"(?:日|每日|日均|每天)(?:请求|调用|访问|问答|对话)(?:量|数)?(?:是|为|约|有|共|[:：])?\s?$"
    ),
    "request / month": re.compile(
        r"(?:月|每月|月均)(?:请求|调用|访问|问答|对话)(?:量|数)?(?:是|为|约|有|共|[:：])?\s?$"
    ),
}
_LEAST_MODEL = 1e5
# Numbers in words that count something without a unit: 跑三遍, two epochs.
_PASSES = re.compile(r"\s?(?:遍|轮(?!对话|融资)|(?:个\s?)?epochs?\b|(?:full )?passes\b)")
# Units of which the calculators know another one: (unit, how many of it).
_SMALL_MONEY = {"USDcent": ("USD", 0.01), "CNYtenth": ("CNY", 0.1)}
_OTHER_UNITS = {"kgCO2e": ("tCO2e", 1e-3), "gCO2e": ("tCO2e", 1e-6), "ktoken": ("Mtoken", 1000.0)}


def read_amounts(text: str, *, masked: str = "") -> list[Amount]:
    """The amounts of `text` in order. `masked` is `text` with names blotted out, of the same length."""
    folded = _AROUND_THE_CLOCK.sub(lambda said: NAME_MASK * len(said.group()), fold(masked or text))
    found: list[Amount] = []
    position = 0
    while match := NUMERAL.search(folded, position):
        amount = _read(text, folded, match)
        position = max(match.end(), amount.end if amount else 0)
        if amount:
            found.append(amount)
    found = [_with_words(amount, folded, found) for amount in said_once(found, folded)]
    return with_neighbours(found, folded)


def _read(text: str, folded: str, match: re.Match[str]) -> Amount | None:
    before = _clause_before(folded, match.start())
    lead = r"\b(?:in|within)\s$" if match["article"] == "one" else r"\b(?:in|within|for)\s$"
    number = read_numeral(match, may_be_article=bool(re.search(lead, before)))
    if number is None:
        return None
    money, start = _money_before(before, match.start(), text)
    unit, end = _unit_after(folded, match.end(), money)
    if not unit and number.is_word and not _PASSES.match(folded[end:]):
        return None
    unit, factor = _SMALL_MONEY.get(unit, (unit, 1.0))
    low, high = number.low, number.high
    if number.low != number.high and _WENT_FROM.search(before):
        return None  # ARR went from $2M to $5M: neither is an amount of it
    if unit == "year" and not number.is_word and _YEARS[0] <= low <= _YEARS[1]:
        return None  # 2026 年 is a date
    if number.scale in ("成", "分之"):
        unit, end = "percent", match.end()
    if unit == "request" and re.search(r"(?:中断|故障|失败|挂掉?)\s?$", before):
        unit = "interruption"  # 每卡每年中断 0.2 次
    unit = _unit_said(number, unit, before)
    more, end = _and_a_bit(unit, folded, end)
    low, high = low + more, high + more
    if unit in TIMES and unit != "quarter" and low == 1 and not match["article"] and _begins_rate(folded[end:]):
        return None  # 一个月烧 50 万: the month is what the money is per
    pers, end = read_rates(unit, folded, before, end, has_scale=bool(number.scale))
    if unit == "token" and re.search(r"(?:examples?|samples?|documents?|records?) of (?:about )?$", before):
        pers = ["sequence"]
    if pers and not unit:
        unit = UNSAID
    unit = " / ".join([unit, *(per for per in dict.fromkeys(pers) if per not in unit.split(" / ")[1:])])
    unit, by = _canonical(unit)
    factor *= by
    rough = bool(re.search(unit_words()["approximate"]["before"], before[: len(before) - (match.start() - start)]))
    rough = rough or bool(re.match(unit_words()["approximate"]["after"], folded[match.end() :]))
    return Amount(low * factor, high * factor, unit, rough, start, end, text[start:end])


def _and_a_bit(unit: str, folded: str, end: int) -> tuple[float, int]:
    """What a word behind the unit adds, and where the amount then ends: 一年半, 9 块 5."""
    if unit in TIMES and re.match(r"半(?!导)", folded[end:]):
        return 0.5, end + 1
    if (
        unit == "CNY"
        and folded[end - 1] == "块"
        and (tenths := re.match(r"\s?(\d)(?![\d.]|\s?[万亿千百%张块台个卡])", folded[end:]))
    ):
        return int(tenths[1]) / 10, end + tenths.end()
    return 0.0, end


def _unit_said(number: Numeral, unit: str, before: str) -> str:
    """The unit that the number itself or the words before it say, where none stands behind it."""
    is_model = bool(number.scale) or number.low >= _LEAST_MODEL
    counted = next((counted for counted, words in _COUNTED_BEFORE.items() if words.search(before)), "")
    if counted and unit in ("", "person", "request"):
        return counted
    if not unit and is_model:
        return _GLUED.get(number.glued) or ("parameter" if _PARAMETERS.search(before) else "")
    return "" if unit == "parameter" and not is_model else unit  # 3 个模型, 头维度 128 的模型


def _begins_rate(rest: str) -> bool:
    """Whether an amount follows in the clause right behind one month, one day."""
    return bool(re.match(r"(?!之?内|以内|里)[^,，。;；?？\d]{0,8}[¥$€£]?\s?\d", rest))


def _clause_before(folded: str, start: int) -> str:
    ends = [match.end() for match in _CLAUSE_END.finditer(folded, 0, start)]
    return folded[ends[-1] if ends else 0 : start]


def _money_before(before: str, start: int, text: str) -> tuple[str, int]:
    """The currency named right before a number, and where the amount then starts."""
    if sign := re.search(r"[¥]\s?$", before):
        chinese = any("一" <= character <= "鿿" for character in text)
        return ("CNY" if chinese else UNCLEAR_MONEY), start - len(sign.group())
    for row in unit_words()["money"]:
        if sign := re.search(rf"(?:{row['sign']})\s?$", before):
            return row["unit"], start - len(sign.group())
    return "", start


def _unit_after(folded: str, position: int, money: str) -> tuple[str, int]:
    """The unit behind a number, and where the amount then ends."""
    rest = folded[position:]
    gap = re.match(r"\s?(?:多)?\s?(?:个\s)?(?:of\s)?-?\s?", rest)
    skip = gap.end() if gap else 0
    if money:
        return money, position
    if match := re.match(rf"\s?(?:[x×*]|张|块|片|个|卡)?\s?(?:的)?\s?{CHIP_MASK}+s?", rest):
        end = position + match.end()
        hours = re.match(r"[ -]?(?:gpu)?[ -]?(?:h(?:ou)?rs?\b|hours?\b|卡时|小时)", folded[end:])
        return ("accelerator * hour", end + hours.end()) if hours else ("accelerator", end)
    for row in (*unit_words()["money"], *unit_words()["after"]):
        if match := words_pattern(row["pattern"]).match(rest[skip:]):
            return row["unit"], position + skip + match.end()
    return "", position


def _canonical(unit: str) -> tuple[str, float]:
    """The calculators' own unit of the same, and how many of it: no quarters, grams or thousands of tokens."""
    unit = unit.replace("accelerator / hour / hour", "accelerator / hour")
    unit = unit.replace("request / person", "request / customer")  # whoever asks a product is its customer
    factor = 1.0
    first, *pers = unit.split(" / ")
    if first == "quarter":
        first, factor = "month", 3.0
    if "quarter" in pers:
        pers, factor = ["month" if per == "quarter" else per for per in pers], factor / 3
    unit = " / ".join([first, *pers])
    for other, (known, times) in _OTHER_UNITS.items():
        if re.search(rf"\b{other}\b", unit):
            return re.sub(rf"\b{other}\b", known, unit), factor * times
    return unit, factor


def _with_words(amount: Amount, folded: str, others: Sequence[Amount]) -> Amount:
    """`amount` with the words of its clause, up to the next figure on either side."""
    figures = [other for other in others if other.says_much or not other.unit]
    left = max((other.end for other in figures if other.end <= amount.start), default=0)
    right = min((other.start for other in figures if other.start >= amount.end), default=len(folded))
    before = _CLAUSE_END.split(folded[max(left, amount.start - _ROLE_LENGTH) : amount.start])[-1]
    after = _CLAUSE_END.split(folded[amount.end : min(right, amount.end + _ROLE_LENGTH)])[0]
    # $5,400 acquisition cost at $900 MRR: what stands before the "at" is of the first, what stands behind of the other.
    if left and left == amount.start - len(before) and (lead := _between(before)):
        before = before[lead.start() :]
    if right < len(folded) and amount.end + len(after) == right and (lead := _between(after)):
        after = after[: lead.start()]
    return replace(amount, before=before.strip(), after=after.strip())


def _between(words: str) -> re.Match[str] | None:
    """The preposition that parts the words between two amounts, when those are no sentence: ARR came in at 1.2M."""
    return None if _SENTENCE.search(words) else _PREPOSITION.search(words)
