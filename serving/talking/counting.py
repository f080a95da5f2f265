"""Counts tokens: by the server where it offers that, else by an estimate that was fitted to what it charged."""

from __future__ import annotations

import math
import re
import time

from serving.errors import ServerError
from serving.talking.capabilities import Counting, count_tokens
from serving.talking.wire import Wire

# Texts whose count is remembered: more than the passages of a usual collection.
_MOST_COUNTED = 10_000
_WITHIN_S = 2.0
# A server that did not count is not asked again for so long: a question has two dozen passages to count.
_REST_S = 30.0

# Where nothing was measured: Chinese takes about one token for 1.2 characters, English one for 4.
_TOKENS_PER_HAN, _TOKENS_PER_OTHER = 0.85, 0.25
# An estimate that is too low ends in a refusal, one that is too high in a passage less.
_MARGIN = 1.2
_BEYOND_LATIN = re.compile("[\u2e80-\U0010ffff]+")

# Measured on these: prose with the terms and figures of the field.
HAN_SAMPLE = (
    "模型训练的算力成本由参数量和训练数据量决定，按照每个参数二十倍词元的经验法则安排预算。团队应当先估算总浮点运算次数，"
    "再除以单卡有效算力，得到所需的卡时，并为失败重启、评测和数据清洗预留三成余量。"
)
OTHER_SAMPLE = (
    "Serving cost falls with quantization, batching and caching: a 7B model in 4-bit weights needs about 4 GB, so one "
    "24 GB card at $0.70/h serves roughly 2,500 tokens/s. Budget 15% for retries, evaluation and peak traffic in 2026."
)


class TokenCounter:
    """Counts for one model on one server."""

    def __init__(self, wire: Wire, counting: Counting = "tokenize") -> None:
        self._wire = wire
        self.counting: Counting = counting
        self._counted: dict[str, int] = {}
        self._per_han, self._per_other = _TOKENS_PER_HAN, _TOKENS_PER_OTHER
        self._rests_until = 0.0

    def count(self, text: str, model: str) -> int:
        """How many tokens the model makes of `text`; an estimate on the high side where the server cannot say."""
        if text in self._counted:
            return self._counted[text]
        count = self._ask(text, model) if self.counting == "tokenize" else None
        if count is None:
            return self.estimate(text)
        if len(self._counted) >= _MOST_COUNTED:
            self._counted.clear()
        self._counted[text] = count
        return count

    def estimate(self, text: str) -> int:
        """An estimate with a margin."""
        return math.ceil(_weighed(text, self._per_han, self._per_other) * _MARGIN) + 1

    def fit(self, han_tokens: int, other_tokens: int) -> None:
        """Fit the estimate to what the server charged for the two samples."""
        other = other_tokens / len(OTHER_SAMPLE)
        self._per_other = max(other, 0.1)
        self._per_han = max(han_tokens / len(HAN_SAMPLE), 0.3)

    def _ask(self, text: str, model: str) -> int | None:
        if time.monotonic() < self._rests_until:
            return None
        try:
            count = count_tokens(self._wire, model, text, within_s=_WITHIN_S)
        except ServerError:
            self._rests_until = time.monotonic() + _REST_S
            return None
        if count is None:
            self.counting = "none"
        return count


def estimate_tokens(text: str) -> int:
    """Roughly the tokens of `text`, where there is no model."""
    return round(_weighed(text, _TOKENS_PER_HAN, _TOKENS_PER_OTHER)) + 1


def _weighed(text: str, per_han: float, per_other: float) -> float:
    """Characters beyond the Latin ones weigh as much as Chinese ones: tokenizers know them no better."""
    han = sum(map(len, _BEYOND_LATIN.findall(text)))
    return han * per_han + (len(text) - han) * per_other
