"""The calculators of risk and footprint agree with published figures."""

from __future__ import annotations

import pytest

from assistant.calculators.errors import BadInputError
from tests.calculations import run, said, step


@pytest.mark.parametrize(("target", "minutes"), [(99, 432), (99.9, 43.2), (99.95, 21.6), (99.99, 4.32)])
def test_w58_error_budgets_of_thirty_days(target: float, minutes: float) -> None:
    assert run("error-budget", target=(target, "percent")).value.to("minute") == pytest.approx(minutes)


def test_w58_a_burn_of_14_4_empties_thirty_days_in_fifty_hours() -> None:
    result = run("error-budget", target=(99.9, "percent"), errors=(1.44, "percent"))
    assert step(result, "b", "") == pytest.approx(14.4)
    assert step(result, "t", "hour") == pytest.approx(50)
    assert "alert" in said(result)


def test_a_target_that_was_missed_says_so_and_one_of_all_is_refused() -> None:
    assert "missed" in said(run("error-budget", target=(99.9, "percent"), downtime=(50, "minute")))
    with pytest.raises(BadInputError):
        run("error-budget", target=(100, "percent"))


def test_w57_llama_3_was_interrupted_every_three_hours() -> None:
    result = run("interruptions", accelerators=(16_384, "accelerator"), time=(54, "day"))
    assert result.value.to("interruption") == pytest.approx(419, rel=0.005)
    assert step(result, "MTBF", "hour / interruption") == pytest.approx(3.1, rel=0.01)
    lost = result.value.to("interruption") * (0.5 + 1 / 2)  # hours: the restart and half a checkpoint interval
    assert step(result, "E", "") == pytest.approx(54 * 24 / (54 * 24 + lost))


def test_spares_are_whole_nodes_and_more_than_what_is_out_on_average() -> None:
    result = run("interruptions", accelerators=(16_384, "accelerator"), time=(54, "day"))
    out = 16_384 * 0.173 * 0.78 * 3 / 365.25
    assert step(result, "m", "node") == pytest.approx(out)
    assert step(result, "S", "node") == pytest.approx(-(-(out + 2 * out**0.5) // 1))
    assert step(result, "S_g", "accelerator") == step(result, "S", "node") * 8


def test_the_best_time_between_checkpoints_is_youngs() -> None:
    result = run("interruptions", accelerators=(1000, "accelerator"), time=(10, "day"), write=(2, "minute"))
    between = step(result, "MTBF", "hour / interruption")
    assert step(result, "c*", "hour") == pytest.approx((2 * 2 / 60 * between) ** 0.5)


@pytest.mark.parametrize(
    ("hours", "energy", "carbon"),
    [(82_432, 36, 14), (135_168, 59, 23), (530_432, 233, 90), (1_022_362, 449, 173), (809_472, 356, 137),
     (1_082_880, 475, 183)],
)  # fmt: skip
def test_w08_energy_and_carbon_of_table_15(hours: float, energy: float, carbon: float) -> None:
    result = run("carbon", hours=(hours, "accelerator * hour"), accelerator="a100-80gb-sxm")
    # The paper rounds to whole figures.
    assert step(result, "e", "MWh") == pytest.approx(energy, rel=0.01, abs=0.6)
    assert result.value.to("tCO2e") == pytest.approx(carbon, rel=0.01, abs=0.6)


def test_w54_the_energy_of_bloom_without_a_data_centre() -> None:
    result = run(
        "carbon", hours=(1_082_990, "accelerator * hour"), accelerator="a100-80gb-sxm", pue=(1, ""),
        grid=(0.057, "tCO2e / MWh"), electricity=(0.1, "EUR / kWh"),
    )  # fmt: skip
    assert step(result, "e", "kWh") == pytest.approx(433_196)
    assert result.value.to("tCO2e") == pytest.approx(24.7, rel=0.001)
    assert step(result, "K", "EUR") == pytest.approx(43_319.6)
