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
        ("3万5块", 35e3, "CNY"),
        ("1万2千卡时", 12e3, "accelerator * hour"),
        ("两亿三千万元", 2.3e8, "CNY"),
        ("一千五百万美元", 1.5e7, "USD"),
        ("一千五块钱", 1500, "CNY"),
        ("八十亿参数", 8e9, "parameter"),
        ("六成五", 65, "percent"),
        ("一半时间", 50, "percent"),
        ("a fifth of the tokens", 20, "percent"),
        ("two thirds of the bound", 200 / 3, "percent"),
        ("a quarter of it", 25, "percent"),
        ("half the time", 50, "percent"),
        ("90 cents an hour", 0.9, "USD / hour"),
        ("5毛钱一度电", 0.5, "CNY / kWh"),
        ("12 ppl", 12, "person"),
        ("60 g/kWh", 6e-5, "tCO2e / kWh"),
        ("$1,200 per quarter", 400, "USD / month"),
        ("每季度 30 万元", 1e5, "CNY / month"),
        ("$0.2 per used hour", 0.2, "USD / hour"),
        ("每用一小时 2 元", 2, "CNY / hour"),
        ("$80 per card monthly", 80, "USD / accelerator / month"),
        ("10k/mo", 1e4, f"{UNSAID} / month"),
        ("2.50 an hour", 2.5, f"{UNSAID} / hour"),
        ("千卡（1024张）", 1024, "accelerator"),
        ("about a third (33%)", 33, "percent"),
        ("one million requests", 1e6, "request"),
        ("twenty-five engineers", 25, "person"),
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


def test_a_unit_given_once_is_lent_to_the_next_numbers_of_the_sentence() -> None:
    first, *others = read_amounts("按需3美元/时，包年1.9，竞价1.5。另有 7 个")
    assert (first.unit, first.like) == ("USD / hour", "")
    assert [(amount.unit, amount.like) for amount in others] == [("", "USD / hour"), ("", "USD / hour"), ("", "")]


def test_money_in_a_product_is_for_each_of_its_factors() -> None:
    assert [amount.unit for amount in read_amounts("10 ppl x 8 months x 20k a month")][
        -1
    ] == f"{UNSAID} / person / month"


@pytest.mark.parametrize("text", ["a third party API", "open 24/7", "7x24 满载", "half the price"])
def test_words_that_look_like_shares_are_none(text: str) -> None:
    assert not [amount for amount in read_amounts(text) if amount.unit == "percent" or amount.low > 1]
