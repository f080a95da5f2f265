"""Amounts with units are read from Chinese and English text, and no currency is guessed."""

from __future__ import annotations

import pytest

from assistant.calculating.amount import UNCLEAR_MONEY, UNSAID
from assistant.calculating.amounts import read_amounts


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("7B", 7e9, "parameter"),
        ("70 亿参数", 7e9, "parameter"),
        ("百亿参数", 1e10, "parameter"),
        ("2 trillion tokens", 2e12, "token"),
        ("1.5T", 1.5e12, "token"),
        ("600 万元", 6e6, "CNY"),
        ("￥3.2亿", 3.2e8, "CNY"),
        ("$80k per month", 8e4, "USD / month"),
        ("monthly burn of €120,000", 1.2e5, "EUR / month"),
        ("$2.5/GPU-hour", 2.5, "USD / accelerator / hour"),
        ("每卡时 14 元", 14, "CNY / accelerator / hour"),
        ("每张卡每小时 14 元", 14, "CNY / accelerator / hour"),
        ("8 张卡", 8, "accelerator"),
        ("千卡集群", 1000, "accelerator"),
        ("三个月", 3, "month"),
        ("两年半", 2.5, "year"),
        ("40% MFU", 40, "percent"),
        ("利用率四成", 40, "percent"),
        ("4-bit", 4, "bit"),
        ("$0.5 per million tokens", 0.5, "USD / Mtoken"),
        ("每百万 token 2 元", 2, "CNY / Mtoken"),
        ("每天 10 万次请求", 1e5, "request / day"),
        ("half a million requests a day", 5e5, "request / day"),
        ("100 concurrent users", 100, "sequence"),
        ("$150k per engineer per year", 1.5e5, "USD / person / year"),
        ("1e25 FLOP", 1e25, "FLOP"),
        ("0.57 kg CO2 per kWh", 0.57e-3, "tCO2e / kWh"),
        ("每 MWh 排放 0.57 吨二氧化碳", 0.57, "tCO2e / MWh"),
        ("共用 64,000 个 GPU 小时", 64e3, "accelerator * hour"),
        ("总参数 2350 亿", 2.35e11, "parameter"),
        ("每个 token 激活 220 亿", 2.2e10, "parameter"),
        ("每个付费用户带来 8 个免费用户", 8, "customer"),
        ("跑三遍", 3, ""),
    ],
)
def test_an_amount_keeps_its_value_and_its_unit(text: str, value: float, unit: str) -> None:
    (amount,) = read_amounts(text)
    assert (amount.low, amount.unit) == (pytest.approx(value), unit)
    assert amount.text in text


@pytest.mark.parametrize(
    ("text", "low", "high", "rough"),
    [("about $3-5 million", 3e6, 5e6, True), ("3-5 万元", 3e4, 5e4, False), ("大约 20 到 30 个工程师", 20, 30, True)],
)
def test_ranges_and_about(text: str, low: float, high: float, rough: bool) -> None:
    (amount,) = read_amounts(text)
    assert (amount.low, amount.high, amount.approximate) == (low, high, rough)


def test_a_currency_is_read_only_where_one_is_named() -> None:
    assert [amount.unit for amount in read_amounts("账上 600 万，每月烧 50 万")] == ["", f"{UNSAID} / month"]
    assert [amount.unit for amount in read_amounts("we have ¥500")] == [UNCLEAR_MONEY]


def test_the_words_around_say_what_an_amount_is() -> None:
    margin, churn = read_amounts("at a 70% gross margin and 5% churn")
    assert "margin" in margin.after
    assert "churn" in churn.after


@pytest.mark.parametrize("text", ["2026 年", "一个月烧 50 万元", "第三种方案", "FlashAttention-2"])
def test_what_is_no_amount_of_its_own_is_not_read_as_one(text: str) -> None:
    assert [amount.unit for amount in read_amounts(text)] in ([], ["CNY / month"])


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("每次输入 1,800、输出 260 个 token", ["token / request", "token"]),
        ("50 个 4,096 token 的会话", ["sequence", "token"]),
        ("头维度 128 的模型", [""]),
        ("40 层、8 个 KV 头", ["", ""]),
    ],
)
def test_a_number_takes_the_unit_it_shares_with_the_next_and_no_other(text: str, units: list[str]) -> None:
    assert [amount.unit for amount in read_amounts(text)] == units
