"""The calculators of money agree with worked figures, and refuse what has no value."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.calculators.calculate import calculate
from assistant.calculators.errors import BadInputError, MissingInputError, NoValueError
from assistant.calculators.registry import find_calculator
from tests.calculations import TABLES, run, said, step


def test_w13_deepseek_v3_hours_at_two_dollars() -> None:
    nothing = {"failed": (0.0, "percent"), "experiments": (0.0, "percent")}
    result = run("budget", hours=(2.788e6, "accelerator * hour"), price=(2, "USD / accelerator / hour"), **nothing)
    assert result.value.to("USD") == pytest.approx(5.576e6)


def test_x04_deepseek_r1_is_the_rl_stage_only() -> None:
    nothing = {"failed": (0.0, "percent"), "experiments": (0.0, "percent")}
    result = run("budget", hours=(147336, "accelerator * hour"), price=(2, "USD / accelerator / hour"), **nothing)
    assert result.value.to("USD") == pytest.approx(294_000, rel=0.01)
    assert "Not counted" in said(result)


def test_a_budget_adds_up_what_is_said_and_names_what_is_not() -> None:
    result = run(
        "budget", parameters=(7e9, "parameter"), tokens=(1e12, "token"), price=(2, "USD / accelerator / hour"),
        people=(5, "person"), salary=(20_000, "USD / person / month"), storage=(1_000, "USD / month"),
    )  # fmt: skip
    hours = 6 * 7e9 * 1e12 / (989e12 * 0.4) / 3600
    assert result.value.to("USD") == pytest.approx(hours * 2 * 1.6 + 5 * 20_000 * 6 + 6_000, rel=1e-9)
    assert "evaluation and data" in said(result)
    assert "people" not in said(result)


def test_a_budget_needs_the_final_run() -> None:
    with pytest.raises(MissingInputError):
        run("budget", people=(5, "person"))


def test_w17_a_day_of_deepseek_serving_at_list_price() -> None:
    bill = run(
        "api-cost", requests=(1, "request / day"), input_tokens=(608e9, "token / request"),
        output_tokens=(168e9, "token / request"), input_price=(0.55, "USD / Mtoken"),
        output_price=(2.19, "USD / Mtoken"), cached=(342 / 6.08, "percent"), cached_price=(0.14, "USD / Mtoken"),
    )  # fmt: skip
    assert bill.value.to("USD / day") == pytest.approx(562_100, rel=2e-4)


def test_api_prices_come_from_the_table_with_their_date() -> None:
    result = run(
        "api-cost", model="gpt-5-mini", requests=(1e6, "request / month"), input_tokens=(1000, "token / request"),
        output_tokens=(500, "token / request"),
    )  # fmt: skip
    assert result.value.to("USD / month") == pytest.approx(1e9 * 0.25e-6 + 5e8 * 2e-6)
    assumed = {read.name: read.assumed.en for read in result.inputs if read.assumed}
    assert "as of 2026-08-05" in assumed["input_price"]


def test_cached_input_without_a_price_counts_in_full_and_says_so() -> None:
    values: dict[str, tuple[float, str] | str] = {
        "requests": (1e6, "request / month"), "input_tokens": (1000, "token / request"),
        "output_tokens": (0, "token / request"), "input_price": (1, "USD / Mtoken"),
        "output_price": (2, "USD / Mtoken"),
    }  # fmt: skip
    result = run("api-cost", **values, cached=(50, "percent"))
    assert result.value.to("USD / month") == pytest.approx(1000)
    assert "full price" in said(result)


OWN: dict[str, tuple[float, str] | str] = {
    "input_price": (1, "USD / Mtoken"), "output_price": (5, "USD / Mtoken"),
    "price": (2, "USD / accelerator / hour"),
}  # fmt: skip


def test_break_even_of_api_and_own_is_where_both_cost_the_same() -> None:
    result = run("api-vs-own", **OWN, accelerators=(8, "accelerator"))
    assert result.value.to("token / month") == pytest.approx(8 * 2 * 730.5 / (0.75 * 1 + 0.25 * 5) * 1e6)
    assert "not checked" in said(result)


def test_w18_a_node_that_serves_slower_than_the_api_is_cheap_never_pays() -> None:
    # 8 GPUs at $16 an hour and 14.8k output tokens a second cost $0.300 a million.
    node: dict[str, tuple[float, str] | str] = {
        "price": (2, "USD / accelerator / hour"), "speed": (14_800 / 8, "token / second / accelerator"),
        "input_price": (0, "USD / Mtoken"), "output_share": (100, "percent"),
    }  # fmt: skip
    result = run("api-vs-own", **node, output_price=(2.19, "USD / Mtoken"))
    assert step(result, "k", "USD / Mtoken") == pytest.approx(0.300, rel=0.01)
    with pytest.raises(NoValueError, match="It would take"):
        run("api-vs-own", **node, output_price=(0.28, "USD / Mtoken"))


@pytest.mark.parametrize(("tokens", "cheaper"), [(1e9, "the API is"), (1e11, "own accelerators are")])
def test_traffic_decides_between_api_and_own(tokens: float, cheaper: str) -> None:
    result = run("api-vs-own", **OWN, speed=(5000, "token / second / accelerator"), tokens=(tokens, "token / month"))
    assert cheaper in said(result)


def test_more_traffic_than_the_accelerators_serve_takes_more_of_them() -> None:
    result = run("api-vs-own", **OWN, speed=(1000, "token / second / accelerator"), tokens=(1e11, "token / month"))
    assert step(result, "G'", "accelerator") == 39  # 1e11 ÷ (1000 × 730.5 × 3600) is 38.03


BOUGHT: dict[str, tuple[float, str] | str] = {
    "price": (2.5, "USD / accelerator / hour"), "purchase": (30_000, "USD / accelerator"),
    "extra": (12_000, "USD / accelerator"),
}  # fmt: skip


def test_buying_pays_back_after_the_outlay_is_saved() -> None:
    result = run("rent-vs-buy", **BOUGHT, use=(50, "percent"))
    running = 0.7 * 1.3 * 0.1
    assert result.value.to("month") == pytest.approx(42_000 / ((2.5 - running) * 730.5 * 0.5))
    assert "longer than the usual contract" in said(result)


def test_at_the_break_even_both_have_cost_the_same() -> None:
    months = run("rent-vs-buy", **BOUGHT).value.to("month")
    result = run("rent-vs-buy", **BOUGHT, months=(months, "month"))
    assert step(result, "R_t", "USD / accelerator") == pytest.approx(step(result, "O_t", "USD / accelerator"))


def test_buying_never_pays_when_running_costs_as_much_as_rent() -> None:
    with pytest.raises(NoValueError, match="never pays"):
        run("rent-vs-buy", **BOUGHT, hosting=(2000, "USD / accelerator / month"))


def test_renting_and_buying_work_in_another_currency_without_the_prices_of_the_tables() -> None:
    price, purchase = (14, "CNY / accelerator / hour"), (200_000, "CNY / accelerator")
    result = run("rent-vs-buy", price=price, purchase=purchase)
    assert result.value.to("month") == pytest.approx(200_000 / (14 * 730.5))
    assert "not counted" in said(result)


@pytest.mark.parametrize(("use", "best"), [(20, "on demand"), (90, "reserved")])
def test_reserving_pays_above_the_share_of_its_price(use: float, best: str) -> None:
    terms: dict[str, tuple[float, str] | str] = {
        "price": (4, "CNY / accelerator / hour"), "reserved_price": (2.4, "CNY / accelerator / hour")
    }  # fmt: skip
    result = run("reserved-vs-spot", **terms, use=(use, "percent"))
    assert f"Cheapest: {best}" in said(result)
    assert step(result, "u*", "percent") == pytest.approx(60)


def test_w60_a_tenth_every_year_for_three_years() -> None:
    result = run("price-decline", price=(60, "USD / Mtoken"), time=(3, "year"))
    assert result.value.to("USD / Mtoken") == pytest.approx(0.06)


def test_runway_is_cash_over_net_burn_however_it_is_given() -> None:
    net = run("runway", cash=(3e6, "CNY"), burn=(2e5, "CNY / month"))
    parts = run("runway", cash=(3e6, "CNY"), spending=(2.6e5, "CNY / month"), revenue=(6e4, "CNY / month"))
    assert net.value.to("month") == pytest.approx(15)
    assert parts.value.to("month") == pytest.approx(15)
    ahead = run("runway", cash=(3e6, "CNY"), burn=(2e5, "CNY / month"), after=(18, "month"))
    assert step(ahead, "M_t", "CNY") == pytest.approx(-6e5)
    assert "does not last" in said(ahead)


def test_runway_without_burn_has_no_end_and_contradictions_are_refused() -> None:
    with pytest.raises(NoValueError, match="does not run out"):
        run("runway", cash=(3e6, "USD"), spending=(1e5, "USD / month"), revenue=(1e5, "USD / month"))
    with pytest.raises(NoValueError, match="does not run out"):
        run("runway", cash=(3e6, "USD"), burn=(-1, "USD / month"))
    with pytest.raises(BadInputError, match="not both"):
        run("runway", cash=(3e6, "USD"), burn=(1e5, "USD / month"), spending=(2e5, "USD / month"))
    with pytest.raises(MissingInputError):
        run("runway", cash=(3e6, "USD"))
    with pytest.raises(BadInputError, match="one currency"):
        run("runway", cash=(3e6, "USD"), burn=(1e5, "CNY / month"))


@pytest.mark.parametrize(
    ("arr", "band"), [(4e6, "amazing"), (3e6, "great"), (2e6, "good"), (1.5e6, "suspect"), (0.9e6, "bad")]
)
def test_the_burn_multiple_is_held_against_its_bands(arr: float, band: str) -> None:
    result = run("burn-multiple", monthly_burn=(250_000, "USD / month"), new_arr=(arr, "USD"))
    assert result.value.to("") == pytest.approx(3e6 / arr)
    assert band in said(result)


@pytest.mark.parametrize("arr", [0.0, -1e6])
def test_without_growth_there_is_no_burn_multiple(arr: float) -> None:
    with pytest.raises(NoValueError, match="no burn multiple"):
        run("burn-multiple", burn=(1e6, "USD"), new_arr=(arr, "USD"))


def test_f45_a_mark_up_is_no_margin() -> None:
    cost = (87_072, "USD / day")
    result = run("gross-margin", revenue=(562_027, "USD / day"), inference=cost)
    assert result.value.to("percent") == pytest.approx(84.5, abs=0.05)
    assert step(result, "mu", "percent") == pytest.approx(545, abs=0.6)


CUSTOMER: dict[str, tuple[float, str] | str] = {"revenue": (50, "USD / customer / month")}


def test_unit_economics_use_the_margin_and_not_revenue() -> None:
    result = run(
        "unit-economics", **CUSTOMER, margin=(60, "percent"), churn=(3, "percent / month"), cac=(300, "USD / customer")
    )
    assert step(result, "LTV", "USD / customer") == pytest.approx(1000)
    assert step(result, "t", "month") == pytest.approx(10)
    assert result.value.to("") == pytest.approx(10 / 3)
    served = run("ltv", **CUSTOMER, serving=(20, "USD / customer / month"), churn=(3, "percent / month"))
    assert served.value.to("USD / customer") == pytest.approx(1000)
    assert run("cac-payback", **CUSTOMER, margin=(60, "percent"), cac=(300, "USD / customer")).value.to(
        "month"
    ) == pytest.approx(10)


def test_a_customer_served_at_a_loss_has_no_lifetime_value() -> None:
    with pytest.raises(NoValueError, match="no lifetime value"):
        run("ltv", **CUSTOMER, serving=(60, "USD / customer / month"), churn=(3, "percent / month"))
    with pytest.raises(MissingInputError, match="gross margin"):
        run("ltv", **CUSTOMER, churn=(3, "percent / month"))


def test_a_team_costs_its_salaries_and_what_the_employer_adds() -> None:
    result = run("team-cost", people=(12, "person"), salary=(10_000, "CNY / person / month"))
    assert result.value.to("CNY / month") == pytest.approx(12 * 10_000 * 1.3)
    assert "66 links" in said(result)


def test_an_old_price_of_an_api_is_warned_about() -> None:
    calculator = find_calculator("api-vs-own")
    assert calculator is not None
    result = calculate(calculator, {"model": "gpt-5-mini"}, TABLES, today=date(2027, 6, 1))
    assert any("price of output tokens of the table is 10 months old" in note.en for note in result.notes)
