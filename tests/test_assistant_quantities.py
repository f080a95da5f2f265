"""Figures in both languages become comparable values."""

from __future__ import annotations

import pytest

from assistant.verifying.quantities import is_same_value, read_all_figures, read_figures


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("7B", [7e9]),
        ("70 亿参数", [7e9]),
        ("7 billion", [7e9]),
        ("用电 29,440 千瓦时，每人 3 千元", [29440, 3000]),
        ("2 trillion tokens", [2e12]),
        ("1.5T", [1.5e12]),
        ("600 万元", [6e6]),
        ("￥3.2亿", [3.2e8]),
        ("$80k per month", [80e3]),
        ("64×H100", [64]),
        ("40% MFU", [0.4]),
        ("4-bit", [4]),
        ("2-4x", [2, 4]),
        ("３,５００", [3500]),
        ("3.14e23 FLOPs", [3.14e23]),
        ("GPT-4 和 H100", [4]),
        ("278.8 万 GPU 小时", [2_788_000]),
        ("95 百分位", [95]),
        ("no figures", []),
    ],
)
def test_digits_with_their_scale_are_read(text: str, values: list[float]) -> None:
    assert [figure.value for figure in read_figures(text)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("四成", 0.4),
        ("三十五", 35),
        ("一百零五", 105),
        ("十万", 1e5),
        ("两种", 2),
        ("seven levers", 7),
        ("in March", 3),
    ],
)
def test_written_figures_are_read_too(text: str, value: float) -> None:
    assert any(is_same_value(figure.value, value) for figure in read_all_figures(text))


@pytest.mark.parametrize("text", ["三成本", "第三", "成功"])
def test_words_that_only_look_like_figures_are_not_tenths(text: str) -> None:
    assert not any(is_same_value(figure.value, 0.3) for figure in read_all_figures(text))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("at the end of September", [30]),
        ("by the end of February 2027", [28, 2027]),
        ("9 月底", [9, 30]),
        ("12月末", [12, 31]),
        ("the end of the quarter", []),
    ],
)
def test_the_end_of_a_month_is_its_last_day(text: str, values: list[float]) -> None:
    assert [figure.value for figure in read_figures(text)] == values


def test_the_end_of_a_month_may_be_told_by_its_date() -> None:
    [day] = read_figures("We had it at the end of September.")
    assert day.stands_in(read_all_figures("On 30 September we had it."))
    assert not day.stands_in(read_all_figures("On 3 September we had it."))
    assert [figure.value for figure in read_all_figures("九月底")] == [30, 9]
