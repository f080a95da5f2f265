"""The calculators of serving agree with the roofline worked by hand, and refuse what does not fit."""

from __future__ import annotations

import pytest
from calculations import run, said, step

from assistant.calculators.errors import BadInputError, MissingInputError

SEVENTY = (70e9, "parameter")


@pytest.mark.parametrize(
    ("chip", "precision", "expected"),
    [
        ("tpu-v5e", "bf16", 240),
        ("tpu-v5e", "int8", 120),
        ("h100-sxm", "bf16", 295),
        ("a800-80gb", "bf16", 156),  # the bandwidth of 2.0 TB/s; the table has 2.04 for the A100
    ],
)
def test_w30_critical_batches(chip: str, precision: str, expected: float) -> None:
    assert run("critical-batch", accelerator=chip, precision=precision).value.to("sequence") == pytest.approx(
        expected, rel=0.01
    )


def test_x13_a_70b_in_16_bits_is_not_served_by_one_h100() -> None:
    one = {"batch": (1, "sequence"), "context": (1, "token / sequence"), "reached": (100, "percent")}
    with pytest.raises(BadInputError, match="it takes 2 × H100 SXM") as caught:
        run("serve-speed", parameters=SEVENTY, accelerators=(1, "accelerator"), **one)
    assert "需要 2 × H100" in caught.value.text.zh
    two = run("serve-speed", parameters=SEVENTY, accelerators=(2, "accelerator"), **one)
    # 24 tokens/s for every 3.35 TB/s, never the 85 to 110 that a page gives.
    assert two.value.to("token / second") / 2 == pytest.approx(24, rel=0.01)


def test_a_large_batch_waits_for_arithmetic() -> None:
    inputs = {"context": (1, "token / sequence"), "accelerators": (8, "accelerator")}
    small = run("serve-speed", parameters=SEVENTY, batch=(128, "sequence"), **inputs)
    large = run("serve-speed", parameters=SEVENTY, batch=(600, "sequence"), **inputs)
    assert step(small, "t_w", "second") > step(small, "t_f", "second")
    assert step(large, "t_f", "second") > step(large, "t_w", "second")
    assert "memory" in said(small)
    assert "arithmetic" in said(large)


@pytest.mark.parametrize("target", [20, 30, 45])
def test_the_batch_for_a_target_keeps_it_and_one_more_would_not(target: float) -> None:
    inputs = {"parameters": SEVENTY, "accelerators": (8, "accelerator"), "context": (8192, "token / sequence")}
    found = run("serve-speed", **inputs, target=(target, "token / second / sequence"))
    batch = step(found, "B", "sequence")
    assert step(found, "y", "token / second / sequence") >= target
    bounds = [step(found, symbol, "sequence") for symbol in ("B_r", "B_c", "B_m")]
    assert batch <= min(bounds) < batch + 1


def test_a_target_out_of_reach_is_told_what_it_takes() -> None:
    inputs = {"parameters": SEVENTY, "target": (100, "token / second / sequence")}
    with pytest.raises(BadInputError, match=r"at least 7 × H100 SXM"):
        run("serve-speed", **inputs, accelerators=(2, "accelerator"))
    assert run("serve-speed", **inputs, accelerators=(7, "accelerator")).value.to("token / second") >= 100


@pytest.mark.parametrize(("speed", "expected"), [(14_800, 0.300), (73_700, 0.060)])
def test_w18_a_node_of_deepseek(speed: float, expected: float) -> None:
    node = {"price": (2, "USD / accelerator / hour"), "utilisation": (100, "percent"), "accelerator": "h800-sxm"}
    result = run("serve", speed=(speed / 8, "token / second / accelerator"), **node)
    assert result.value.to("USD / Mtoken") == pytest.approx(expected, rel=0.01)


def test_idle_hours_are_paid_for() -> None:
    costs = [
        run("serve", parameters=(8e9, "parameter"), utilisation=(share, "percent")).value.to("USD / Mtoken")
        for share in (100, 50)
    ]
    assert costs[1] == pytest.approx(2 * costs[0])


def test_all_experts_are_held_and_the_active_ones_compute() -> None:
    shape = {"layers": (61, ""), "kv_heads": (1, ""), "head_dim": (288, "")}  # as large as DeepSeek's latent cache
    result = run("serve-speed", model="deepseek-v3", precision="fp8", **shape)
    assert step(result, "W", "GB") == pytest.approx(671)
    assert step(result, "F", "FLOP / token") == pytest.approx(74e9)
    with pytest.raises(MissingInputError):
        run("serve-speed", model="deepseek-v3")


def test_a_fleet_serves_the_busiest_hour() -> None:
    traffic = {"requests": (1e6, "request / day"), "output_tokens": (300, "token / request")}
    measured = run("fleet", **traffic, speed=(2500, "token / second / accelerator"), peak=(3, ""))
    assert measured.value.to("accelerator") == 5  # 1e6 × 3 ÷ 86,400 × 300 ÷ 2,500 = 4.17
    assert "parameters" not in [read.name for read in measured.inputs]
    modelled = run("fleet", **traffic, parameters=(8e9, "parameter"))
    busy = (
        1e6 * 3 / 86400 * (1000 / step(modelled, "p", "token / second") + 300 / step(modelled, "v", "token / second"))
    )
    assert busy <= step(modelled, "m", "") < busy + 1


def test_a_fleet_needs_a_model_or_a_speed() -> None:
    with pytest.raises(MissingInputError) as caught:
        run("fleet", requests=(1e6, "request / day"))
    assert "parameters" in caught.value.names


@pytest.mark.parametrize(
    ("acceptance", "drafted", "cost", "tokens", "gain"),
    [(80, 4, 5, 3.3616, 2.8013), (0, 4, 5, 1.0, 1 / 1.2), (99.99, 5, 0, 5.9985, 5.9985), (60, 2, 10, 1.96, 1.6333)],
)
def test_speculative_decoding_by_hand(
    acceptance: float, drafted: float, cost: float, tokens: float, gain: float
) -> None:
    inputs = {"drafted": (drafted, ""), "cost": (cost, "percent")}
    result = run("speculative", acceptance=(acceptance, "percent"), **inputs)
    assert step(result, "n", "") == pytest.approx(tokens, rel=1e-3)
    assert result.value.to("") == pytest.approx(gain, rel=1e-3)
    assert ("slower" in said(result)) == (gain < 1)


def test_a_chip_whose_row_lacks_a_figure_is_refused_by_name() -> None:
    with pytest.raises(BadInputError, match="dense BF16 speed of A10G"):
        run("serve-speed", parameters=(7e9, "parameter"), accelerator="a10g")
