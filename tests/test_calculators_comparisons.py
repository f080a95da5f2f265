"""What calculators take beside their usual inputs: another precision, a fixed price, a running cost, free users."""

from __future__ import annotations

import pytest
from calculations import run, said, step

SEVEN = {"parameters": (7e9, "parameter")}
FREE = {"revenue": (90, "CNY / month"), "support": (41, "CNY / month"), "free_users": (8, "customer")}
SERVER = {
    "server": (5600, "USD / month"),
    "input_price": (1.75, "USD / Mtoken"),
    "output_price": (1.75, "USD / Mtoken"),
}
BOUGHT = {"price": (2.3, "USD / accelerator / hour"), "purchase": (31e3, "USD / accelerator")}


def test_a_smaller_precision_saves_the_difference_in_bytes() -> None:
    result = run("memory", **SEVEN, precision="4-bit")
    assert step(result, "S", "GB") == pytest.approx(14 - 3.5)
    assert step(run("memory", **SEVEN, precision="int8", original="fp32"), "S", "GB") == pytest.approx(28 - 7)


def test_a_precision_that_is_no_smaller_saves_nothing() -> None:
    assert "S" not in [found.symbol for found in run("memory", **SEVEN, precision="fp16").steps]


def test_a_stated_card_holds_weights_and_cache() -> None:
    result = run("memory", parameters=(235e9, "parameter"), cache=(90, "GB"), card=(48, "GB / accelerator"))
    assert step(result, "W_K", "GB") == pytest.approx(560)
    assert (step(result, "G", "accelerator"), step(result, "G_0", "accelerator")) == (13, 12)
    assert "13 × 48 GB" in said(result)


@pytest.mark.parametrize(("bandwidth", "precision", "expected"), [(3.35, "bf16", 52.34), (3.35, "4-bit", 209.4)])
def test_one_user_is_as_fast_as_the_weights_are_read(bandwidth: float, precision: str, expected: float) -> None:
    found = run(
        "decode-bound",
        parameters=(32e9, "parameter"),
        bandwidth=(bandwidth, "TB / second / accelerator"),
        precision=precision,
    )
    assert found.value.to("token / second / sequence") == pytest.approx(expected, rel=1e-3)


def test_the_bandwidth_of_a_named_card_comes_from_the_table() -> None:
    found = run("decode-bound", parameters=(8e9, "parameter"), accelerator="h100-sxm")
    assert found.value.to("token / second / sequence") == pytest.approx(3.35e12 / 16e9, rel=1e-6)


def test_a_server_of_fixed_price_needs_no_price_of_an_hour() -> None:
    assert run("api-vs-own", **SERVER).value.to("token / month") == pytest.approx(3.2e9)
    busy = run(
        "api-vs-own",
        **SERVER,
        accelerators=(8, "accelerator"),
        speed=(1000, "token / second / accelerator"),
        tokens=(30e9, "token / month"),
    )
    assert step(busy, "O", "USD / month") == pytest.approx(2 * 5600)  # one server serves 21 billion tokens a month


def test_a_stated_running_cost_takes_the_place_of_electricity() -> None:
    result = run("rent-vs-buy", **BOUGHT, running=(0.45, "USD / accelerator / hour"))
    assert step(result, "h*", "hour") == pytest.approx(31e3 / (2.3 - 0.45))
    assert not {"power", "pue", "electricity"} & {read.name for read in result.inputs}


def test_free_users_cost_margin() -> None:
    result = run("gross-margin", **FREE, free_cost=(1.5, "CNY / customer / month"))
    assert result.value.to("percent") == pytest.approx((90 - 41 - 8 * 1.5) / 90 * 100)


@pytest.mark.parametrize(("hours", "unit"), [(64e3, "kWh"), (64e6, "MWh")])
def test_energy_is_shown_as_a_bill_shows_it_where_it_is_small(hours: float, unit: str) -> None:
    result = run("carbon", hours=(hours, "accelerator * hour"))
    assert next(found.unit for found in result.steps if found.symbol == "e") == unit
