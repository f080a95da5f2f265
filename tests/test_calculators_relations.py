"""More in gives more or less out, twice as much a known multiple, and calculators that turn each other round agree."""

from __future__ import annotations

import pytest
from calculations import run, step
from hypothesis import given, settings
from hypothesis import strategies as st

Inputs = dict[str, tuple[float, str] | str]

SERVED: Inputs = {"parameters": (8e9, "parameter"), "price": (2, "USD / accelerator / hour")}
RUN: Inputs = {"parameters": (7e9, "parameter"), "tokens": (1e12, "token")}
PRICED: Inputs = {**RUN, "price": (2, "USD / accelerator / hour")}
CACHE: Inputs = {"layers": (32, ""), "kv_heads": (8, ""), "head_dim": (128, "")}
STATE: Inputs = {"layers": (32, ""), "parameters": (8e9, "parameter"), "width": (4096, ""), "vocabulary": (128256, "")}
SPED: Inputs = {"parameters": (8e9, "parameter"), **CACHE, "accelerators": (8, "accelerator")}
TUNED: Inputs = {"parameters": (8e9, "parameter"), "tokens": (1e8, "token"), "price": (2, "USD / accelerator / hour")}
REQUESTS: Inputs = {"requests": (1e6, "request / day"), "speed": (1000, "token / second / accelerator")}
COMPUTE: Inputs = {"compute": (1e23, "FLOP")}
SEEN: Inputs = {"parameters": (7e9, "parameter"), "speed": (5000, "token / second"), "accelerator": "h100-sxm"}
PAID: Inputs = {"price": (2, "USD / accelerator / hour")}

# calculator, inputs, the one that is changed, its values, and what the value is multiplied by when it doubles; None
# where it only grows (True) or falls (False).
POWERS = [
    ("train", PRICED, "tokens", (1e12, "token"), 2),
    ("train", PRICED, "parameters", (7e9, "parameter"), 2),
    ("train", PRICED, "mfu", (20, "percent"), 0.5),
    ("train", PRICED, "accelerators", (64, "accelerator"), 1),
    ("train", PRICED, "price", (2, "USD / accelerator / hour"), 2),
    ("training-compute", RUN, "tokens", (1e12, "token"), 2),
    ("optimal-tokens", {}, "parameters", (7e9, "parameter"), 2),
    ("optimal-size", {}, "compute", (1e23, "FLOP"), 2**0.5),
    ("optimal-size", COMPUTE, "ratio", (20, "token / parameter"), 2**-0.5),
    ("optimal-size", {"price": (2, "USD / accelerator / hour")}, "budget", (1e6, "USD"), 2**0.5),
    ("mfu", SEEN, "speed", (5000, "token / second"), 2),
    ("mfu", SEEN, "accelerators", (4, "accelerator"), 0.5),
    ("memory", {}, "parameters", (7e9, "parameter"), 2),
    ("kv-cache", CACHE, "context", (4096, "token / sequence"), 2),
    ("kv-cache", CACHE, "sequences", (8, "sequence"), 2),
    ("kv-cache", CACHE, "layers", (32, ""), 2),
    ("finetune", TUNED, "tokens", (1e8, "token"), 2),
    ("finetune", TUNED, "epochs", (1, ""), 2),
    ("serve", SERVED, "price", (2, "USD / accelerator / hour"), 2),
    ("serve", SERVED, "utilisation", (40, "percent"), 0.5),
    ("serve-speed", SPED, "reached", (40, "percent"), 2),
    ("serve-speed", {**SPED, "batch": (32, "sequence")}, "accelerators", (4, "accelerator"), 2),
]
GROWING = [
    ("train-accelerators", {**RUN, "time": (30, "day")}, "tokens", (1e12, "token"), True),
    ("train-accelerators", RUN, "time", (30, "day"), False),
    ("train-memory", STATE, "context", (4096, "token / sequence"), True),
    ("train-memory", STATE, "micro_batch", (1, "sequence"), True),
    ("train-memory", STATE, "accelerators", (8, "accelerator"), False),
    ("finetune-memory", {"parameters": (8e9, "parameter")}, "rank", (16, ""), True),
    ("serve", SERVED, "batch", (16, "sequence"), False),
    ("serve", SERVED, "context", (1024, "token / sequence"), True),
    ("serve-speed", SPED, "batch", (16, "sequence"), True),
    ("serve-speed", SPED, "context", (1024, "token / sequence"), False),
    ("fleet", REQUESTS, "requests", (1e6, "request / day"), True),
    ("fleet", REQUESTS, "peak", (2, ""), True),
    ("fleet", REQUESTS, "speed", (1000, "token / second / accelerator"), False),
    ("speculative", {}, "acceptance", (40, "percent"), True),
    ("speculative", {"acceptance": (80, "percent")}, "cost", (5, "percent"), False),
]


def value(name: str, inputs: Inputs, changed: str, amount: tuple[float, str], times: float) -> float:
    result = run(name, **{**inputs, changed: (amount[0] * times, amount[1])})
    return result.value.to(result.unit)


@pytest.mark.parametrize(("name", "inputs", "changed", "amount", "factor"), POWERS)
def test_twice_as_much_in_is_a_known_multiple_out(
    name: str, inputs: Inputs, changed: str, amount: tuple[float, str], factor: float
) -> None:
    one, two = (value(name, inputs, changed, amount, times) for times in (1, 2))
    assert two == pytest.approx(one * factor)


@pytest.mark.parametrize(("name", "inputs", "changed", "amount", "grows"), GROWING)
def test_more_in_is_more_or_less_out(
    name: str, inputs: Inputs, changed: str, amount: tuple[float, str], grows: bool
) -> None:
    values = [value(name, inputs, changed, amount, times) for times in (1, 1.5, 2, 2.4)]
    assert values == sorted(values, reverse=not grows)
    assert values[0] != values[-1]


sizes = st.floats(8, 12.5).map(lambda exponent: 10.0**exponent)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(size=sizes, ratio=st.floats(5, 500))
def test_the_largest_model_of_the_compute_of_a_model_is_that_model(size: float, ratio: float) -> None:
    tokens = run("optimal-tokens", parameters=(size, "parameter"), ratio=(ratio, "token / parameter"))
    compute = step(tokens, "C", "FLOP")
    again = run("optimal-size", compute=(compute, "FLOP"), ratio=(ratio, "token / parameter"))
    assert again.value.to("parameter") == pytest.approx(size)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(size=st.floats(1e8, 1e11), tokens=st.floats(1e9, 1e12), mfu=st.floats(10, 99))
def test_the_hours_of_a_run_give_back_its_mfu_and_its_accelerators(size: float, tokens: float, mfu: float) -> None:
    planned: Inputs = {"parameters": (size, "parameter"), "tokens": (tokens, "token")}
    cost = run(
        "train",
        **planned,
        mfu=(mfu, "percent"),
        accelerators=(48, "accelerator"),
        price=(1, "USD / accelerator / hour"),
    )
    hours = step(cost, "H", "accelerator * hour")
    seen = run("mfu", **planned, accelerator="h100-sxm", hours=(hours, "accelerator * hour"))
    assert seen.value.to("percent") == pytest.approx(mfu)
    time = step(cost, "T", "day")
    needed = run("train-accelerators", **planned, mfu=(mfu, "percent"), time=(time, "day"))
    assert needed.value.to("accelerator") in (48, 49)  # the last bits of the time are rounding


@settings(max_examples=20, deadline=None, derandomize=True)
@given(batch=st.integers(1, 200))
def test_the_speed_of_a_batch_as_a_target_allows_that_batch(batch: int) -> None:
    seen = step(run("serve-speed", **SPED, batch=(batch, "sequence")), "y", "token / second / sequence")
    found = run("serve-speed", **SPED, target=(seen * 0.999999, "token / second / sequence"))
    assert step(found, "B", "sequence") == batch


@settings(max_examples=20, deadline=None, derandomize=True)
@given(batch=st.integers(1, 100))
def test_a_measured_speed_costs_what_the_bound_that_it_equals_costs(batch: int) -> None:
    bound = run("serve", **SERVED, batch=(batch, "sequence"), accelerators=(2, "accelerator"))
    speed = step(bound, "v", "token / second") / 2
    same = run("serve", price=SERVED["price"], speed=(speed, "token / second / accelerator"))
    assert same.value.to("USD / Mtoken") == pytest.approx(bound.value.to("USD / Mtoken"))
