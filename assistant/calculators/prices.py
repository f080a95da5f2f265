"""Prices of the tables for inputs that were not given: one figure, where it is from, and how old it is.

A user's own rows go before the shipped ones: where there are any for a chip and its terms, only they count.
"""

from __future__ import annotations

import statistics
from datetime import date

from assistant.calculators.calculator import Lookup, TableValue, Text
from corpus.table_text import TableSource
from corpus.tables import ApiPrice, GpuPrice, Tables

# A price that is older is shown with a warning.
STALE_AFTER_MONTHS = 6

_TERMS = {"on-demand": "按需", "spot": "竞价", "reserved": "预留", "capacity-block": "容量块"}


def hourly_price(tables: Tables, accelerator: str, terms: str = "on-demand") -> TableValue | None:
    """US dollars for an hour of `accelerator`: the median of the confirmed offers on `terms`, None when there is none.

    A range counts with its middle. A median because offers of one chip differ by a factor of four.
    """
    rows = [row for row in tables.gpu_prices.rows.values() if row.accelerator == accelerator and row.terms == terms]
    own = [row for row in rows if row.own]
    rows = own or [row for row in rows if row.status != "unconfirmed"]
    if not rows:
        return None
    usd = statistics.median(_middle(row) for row in rows)
    newest = max(row.as_of for row in rows)
    low, high = min(_middle(row) for row in rows), max(_middle(row) for row in rows)
    dated = Text(f"as of {newest}", f"截至 {newest}") if newest else Text("undated list", "价目未注明日期")
    whose = Text("your own ", "自有") if own else Text("", "")
    if len(rows) == 1:
        because = Text(
            f"{whose.en}{terms} price of {rows[0].provider}, {dated.en}",
            f"{rows[0].provider_zh or rows[0].provider} 的{whose.zh}{_TERMS[terms]}价，{dated.zh}",
        )
    else:
        because = Text(
            f"median of {len(rows)} {whose.en}{terms} offers between ${low:g} and ${high:g}, {dated.en}",
            f"{len(rows)} 个{whose.zh}{_TERMS[terms]}报价（{low:g}～{high:g} 美元）的中位数，{dated.zh}",
        )
    return TableValue(usd, because, _sources(rows), newest)


def spot_price(tables: Tables, accelerator: str) -> TableValue | None:
    """US dollars for an hour of `accelerator` that its owner may take back."""
    return hourly_price(tables, accelerator, "spot")


def reserved_price(tables: Tables, accelerator: str) -> TableValue | None:
    """US dollars for an hour of `accelerator` reserved for a year: an offer, else the price on demand less a discount.

    The discount is the middle of the benchmark row `reserved-discount-h100`, which is about one chip.
    """
    on_demand = hourly_price(tables, accelerator)
    if (offered := hourly_price(tables, accelerator, "reserved")) or on_demand is None:
        return offered
    row = tables.management_benchmarks["reserved-discount-h100"]
    off = (row.figures["low_percent"] + row.figures["high_percent"]) / 2
    because = Text(
        f"{off:g}% below the price on demand, a one-year commitment as of {row.as_of}",
        f"比按需价低 {off:g}%（一年承诺，截至 {row.as_of}）",
    )
    return TableValue(on_demand.value * (1 - off / 100), because, (*on_demand.sources, *row.sources), on_demand.as_of)


def purchase_price(tables: Tables, accelerator: str) -> TableValue | None:
    """US dollars for a card. The tables know it for the H100 only."""
    if not accelerator.startswith("h100"):
        return None
    row = tables.management_benchmarks["h100-purchase"]
    because = Text(
        f"one card without server and network, as of {row.as_of}", f"单卡价，不含服务器与网络，截至 {row.as_of}"
    )
    return TableValue(row.figures["card_usd"], because, row.sources, row.as_of)


def board_power(tables: Tables, accelerator: str) -> TableValue | None:
    """Watts of one accelerator at full load, as its vendor prints them."""
    row = tables.accelerators[accelerator]
    because = Text(f"power limit of {row.name}", f"{row.name} 的功耗上限")
    return TableValue(row.power_w, because, row.sources, row.as_of) if row.power_w else None


def api_price(side: str) -> Lookup:
    """The lookup of one price of an API model, in US dollars for a million tokens: input, output or cached_input."""

    def look_up(tables: Tables, model: str) -> TableValue | None:
        row: ApiPrice = tables.api_prices[model]
        usd = getattr(row, f"{side}_usd_per_mtok")
        because = Text(
            f"list price of {row.name}, as of {row.as_of or 'an unknown date'}",
            f"{row.name} 的目录价，截至 {row.as_of or '未知日期'}",
        )
        return None if usd is None else TableValue(usd, because, row.sources, row.as_of)

    return look_up


def warn_of_age(label: Text, as_of: str, today: date) -> Text | None:
    """What is said about a price of the tables that is old or bears no date."""
    if not as_of:
        return Text(
            f"The {label.en} of the table bears no date; put your own in.",
            f"表中的{label.zh}没有日期，请换成自己的报价。",
        )
    age = months_old(as_of, today)
    if age <= STALE_AFTER_MONTHS:
        return None
    return Text(
        f"The {label.en} of the table is {age} months old; put your own in.",
        f"表中的{label.zh}已有 {age} 个月之久，请换成自己的报价。",
    )


def months_old(as_of: str, today: date) -> int:
    """Whole months between a date of the tables (YYYY, YYYY-MM or YYYY-MM-DD) and `today`."""
    year, month = (*map(int, as_of.split("-")[:2]), 12)[:2]
    return (today.year - year) * 12 + today.month - month


def _middle(row: GpuPrice) -> float:
    return (row.price_usd_per_hour + (row.price_high_usd_per_hour or row.price_usd_per_hour)) / 2


def _sources(rows: list[GpuPrice]) -> tuple[TableSource, ...]:
    return tuple(dict.fromkeys(source for row in rows for source in row.sources))
