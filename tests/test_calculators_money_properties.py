"""What must hold of the calculators of money and risk whatever the figures: monotone, scale-free, inverse."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.calculations import run, step

calm = settings(deadline=None, max_examples=30, derandomize=True)

MONEY = st.floats(1e3, 1e8)
FACTOR = st.floats(1.01, 50)
PRICE = st.floats(0.5, 20)
SHARE = st.floats(5, 95)


@calm
@given(cash=MONEY, burn=MONEY, factor=FACTOR)
def test_runway_is_scale_free_and_grows_with_cash(cash: float, burn: float, factor: float) -> None:
    def months(cash: float, burn: float) -> float:
        return run("runway", cash=(cash, "USD"), burn=(burn, "USD / month")).value.to("month")

    assert months(cash * factor, burn * factor) == pytest.approx(months(cash, burn))
    assert months(cash * factor, burn) > months(cash, burn) > months(cash, burn * factor)


@calm
@given(cash=MONEY, burn=MONEY)
def test_at_the_end_of_the_runway_nothing_is_left(cash: float, burn: float) -> None:
    end = run("runway", cash=(cash, "EUR"), burn=(burn, "EUR / month")).value.to("month")
    assume(end <= 240)
    ahead = run("runway", cash=(cash, "EUR"), burn=(burn, "EUR / month"), after=(end, "month"))
    assert step(ahead, "M_t", "EUR") == pytest.approx(0, abs=cash * 1e-9)


@calm
@given(price=PRICE, accelerators=st.integers(1, 1000), currency=st.sampled_from(["USD", "CNY", "EUR", "GBP"]))
def test_at_break_even_the_api_costs_what_the_machines_do_in_any_currency(
    price: float, accelerators: int, currency: str
) -> None:
    asked: dict[str, tuple[float, str] | str] = {
        "price": (price, f"{currency} / accelerator / hour"), "accelerators": (accelerators, "accelerator"),
        "input_price": (1, f"{currency} / Mtoken"), "output_price": (5, f"{currency} / Mtoken"),
    }  # fmt: skip
    even = run("api-vs-own", **asked).value.to("token / month")
    there = run("api-vs-own", **asked, tokens=(even, "token / month"))
    monthly = f"{currency} / month"
    assert step(there, "A", monthly) == pytest.approx(step(there, "O", monthly))


@calm
@given(rent=PRICE, purchase=st.floats(5e3, 1e5), use=SHARE, factor=FACTOR)
def test_buying_pays_back_later_when_it_is_dearer_or_used_less(
    rent: float, purchase: float, use: float, factor: float
) -> None:
    def months(purchase: float, use: float) -> float:
        return run(
            "rent-vs-buy", price=(rent, "CNY / accelerator / hour"), purchase=(purchase, "CNY / accelerator"),
            use=(use, "percent"),
        ).value.to("month")  # fmt: skip

    assert months(purchase * factor, use) == pytest.approx(months(purchase, use) * factor)
    assert months(purchase, use / factor) > months(purchase, use)


@calm
@given(use=SHARE, price=PRICE, off=SHARE)
def test_the_cheapest_terms_are_never_dearer_than_any(use: float, price: float, off: float) -> None:
    assume(abs(use - off) > 0.01)  # at the break-even itself the last bits decide
    hourly = "GBP / accelerator / hour"
    result = run(
        "reserved-vs-spot", use=(use, "percent"), price=(price, hourly), reserved_price=(price * off / 100, hourly)
    )
    bills = step(result, "K_d", "GBP / month"), step(result, "K_r", "GBP / month")
    assert result.value.to("GBP / month") == pytest.approx(min(bills))
    assert (bills[1] < bills[0]) == (use > step(result, "u*", "percent"))


@calm
@given(price=st.floats(0.01, 1e3), months=st.floats(0, 60), fall=st.floats(1, 100))
def test_a_price_that_fell_and_rises_as_fast_is_the_old_one(price: float, months: float, fall: float) -> None:
    then = run("price-decline", price=(price, "USD / Mtoken"), time=(months, "month"), fall=(fall, ""))
    assert then.value.to("USD / Mtoken") * fall ** (months / 12) == pytest.approx(price)
    assert then.value.to("USD / Mtoken") <= price * (1 + 1e-12)


@calm
@given(revenue=st.floats(1, 1e4), margin=SHARE, churn=st.floats(0.1, 50), cac=st.floats(1, 1e5))
def test_lifetime_is_the_ratio_times_the_payback(revenue: float, margin: float, churn: float, cac: float) -> None:
    result = run(
        "unit-economics", revenue=(revenue, "USD / customer / month"), margin=(margin, "percent"),
        churn=(churn, "percent / month"), cac=(cac, "USD / customer"),
    )  # fmt: skip
    assert result.value.to("") * step(result, "t", "month") == pytest.approx(100 / churn)


@calm
@given(requests=st.floats(1, 1e9), factor=FACTOR, cached=st.floats(1, 100))
def test_a_bill_grows_with_the_requests_and_falls_with_the_cache(requests: float, factor: float, cached: float) -> None:
    def bill(requests: float, **more: tuple[float, str]) -> float:
        return run(
            "api-cost", model="gpt-5-mini", requests=(requests, "request / month"),
            input_tokens=(1000, "token / request"), output_tokens=(100, "token / request"), **more,
        ).value.to("USD / month")  # fmt: skip

    assert bill(requests * factor) == pytest.approx(bill(requests) * factor)
    assert bill(requests, cached=(cached, "percent")) < bill(requests)


@calm
@given(target=st.floats(90, 99.999), rate=st.floats(0.1, 100))
def test_an_error_budget_is_empty_after_the_window_over_its_burn_rate(target: float, rate: float) -> None:
    result = run("error-budget", target=(target, "percent"), burn_rate=(rate, ""))
    assert step(result, "t", "day") * rate == pytest.approx(30)
    assert result.value.to("day") == pytest.approx(step(result, "t", "day"))
    assert step(result, "B", "minute") == pytest.approx((100 - target) / 100 * 43_200)


@calm
@given(accelerators=st.integers(1, 100_000), days=st.floats(1, 365), factor=st.integers(2, 9))
def test_interruptions_grow_with_the_fleet_and_the_effective_share_falls(
    accelerators: int, days: float, factor: int
) -> None:
    small = run("interruptions", accelerators=(accelerators, "accelerator"), time=(days, "day"))
    large = run("interruptions", accelerators=(accelerators * factor, "accelerator"), time=(days, "day"))
    assert large.value.to("interruption") == pytest.approx(small.value.to("interruption") * factor)
    assert step(large, "E", "percent") < step(small, "E", "percent") < 100
    assert step(large, "S", "node") >= step(small, "S", "node") >= 1


@calm
@given(hours=st.floats(1, 1e9), factor=FACTOR)
def test_carbon_is_linear_in_the_hours(hours: float, factor: float) -> None:
    def tons(hours: float) -> float:
        return run("carbon", hours=(hours, "accelerator * hour")).value.to("tCO2e")

    assert tons(hours * factor) == pytest.approx(tons(hours) * factor)


@calm
@given(revenue=MONEY, share=st.floats(1, 500))
def test_margin_and_mark_up_say_the_same(revenue: float, share: float) -> None:
    result = run("gross-margin", revenue=(revenue, "USD / month"), inference=(revenue * share / 100, "USD / month"))
    margin, markup = result.value.to(""), step(result, "mu", "")
    assert margin == pytest.approx(1 - 1 / (1 + markup), abs=1e-9)


@calm
@given(people=st.integers(1, 500), salary=st.floats(1e4, 1e6), months=st.floats(1, 36))
def test_a_team_in_a_budget_costs_what_it_costs_alone(people: int, salary: float, months: float) -> None:
    team = run("team-cost", people=(people, "person"), salary=(salary, "USD / person / year"))
    monthly = team.value.to("USD / month") / people
    project: dict[str, tuple[float, str] | str] = {
        "hours": (1000, "accelerator * hour"), "price": (2, "USD / accelerator / hour"), "months": (months, "month"),
    }  # fmt: skip
    alone = run("budget", **project).value.to("USD")
    with_team = run("budget", **project, people=(people, "person"), salary=(monthly, "USD / person / month"))
    assert with_team.value.to("USD") - alone == pytest.approx(team.value.to("USD / month") * months, rel=1e-6)
