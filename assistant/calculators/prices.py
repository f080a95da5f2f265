"""What an accelerator costs by the hour, from the table of prices: one figure, where it is from, and how old it is."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import date

from assistant.calculators.calculator import Text
from corpus.table_text import TableSource
from corpus.tables import GpuPrice, Tables

# A price that is older is shown with a warning.
STALE_AFTER_MONTHS = 6

_TERMS = {"on-demand": "按需", "spot": "竞价", "reserved": "预留", "capacity-block": "容量块"}


@dataclass(frozen=True, slots=True)
class HourlyPrice:
    """US dollars for one accelerator and hour: the middle one of the table's offers, and what they were."""

    usd: float
    because: Text
    sources: tuple[TableSource, ...]
    as_of: str


def hourly_price(tables: Tables, accelerator: str, terms: str = "on-demand") -> HourlyPrice | None:
    """The median of the confirmed offers for `accelerator` on `terms`, or None when the table has none.

    A range counts with its middle. A median because offers of one chip differ by a factor of four.
    """
    rows = [row for row in tables.gpu_prices.rows.values() if row.accelerator == accelerator and row.terms == terms]
    rows = [row for row in rows if row.status != "unconfirmed"]
    if not rows:
        return None
    usd = statistics.median(_middle(row) for row in rows)
    newest = max(row.as_of for row in rows)
    low, high = min(_middle(row) for row in rows), max(_middle(row) for row in rows)
    because = Text(
        f"median of {len(rows)} {terms} offers between ${low:g} and ${high:g}, as of {newest}",
        f"{len(rows)} 个{_TERMS[terms]}报价（{low:g}～{high:g} 美元）的中位数，截至 {newest}",
    )
    sources = tuple(dict.fromkeys(source for row in rows for source in row.sources))
    return HourlyPrice(usd, because, sources, newest)


def months_old(as_of: str, today: date) -> int:
    """Whole months between a date of the tables (YYYY, YYYY-MM or YYYY-MM-DD) and `today`."""
    year, month = (*map(int, as_of.split("-")[:2]), 12)[:2]
    return (today.year - year) * 12 + today.month - month


def _middle(row: GpuPrice) -> float:
    return (row.price_usd_per_hour + (row.price_high_usd_per_hour or row.price_usd_per_hour)) / 2
