"""Fine-tuning: the memory that full, LoRA and QLoRA training take, and what a run costs."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.activations import Trained, activation_memory, context_input
from assistant.calculators.calculator import Calculator, Text, Trace, choice, number
from assistant.calculators.chips import memory_of, peak_speed
from assistant.calculators.compute import dense_compute
from assistant.calculators.errors import BadInputError
from assistant.calculators.memory import cards
from assistant.calculators.papers import LORA, ML_ENGINEERING, QLORA
from assistant.calculators.quantity import Quantity, ceil, constant, given

# Bytes for one parameter of the model itself: trained in full 16 (weights 2, gradients 2, AdamW 12), else frozen.
_BASE_BYTES = {"full": 16.0, "lora": 2.0, "qlora": 0.5}
_TRAINED_BYTES = 16.0
_PER_ACCELERATOR = "GB / accelerator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning(Trained):
    """A model and how it is tuned."""

    method: str = choice(
        Text("method", "方法"), (*_BASE_BYTES,), default="lora",
        because=Text("most fine-tuning needs no more", "多数微调用它就够"),
    )  # fmt: skip
    rank: Quantity = number(
        Text("LoRA rank", "LoRA 秩"), "", "r", default=16, least=1, most=4096,
        because=Text("between the usual 8 and 64", "在常用的 8～64 之间"),
    )  # fmt: skip
    matrices: Quantity = number(
        Text("adapted matrices per layer", "每层适配的矩阵数"), "", "q", default=7, least=1, most=64,
        because=Text("all of a Llama layer", "Llama 一层的全部矩阵"),
    )  # fmt: skip
    context: Quantity = context_input(2048, Text("usual in fine-tuning", "微调的常见长度"))


def tuning_memory(tuning: Tuning, trace: Trace) -> Quantity:
    """Model + adapters + activations in one accelerator: full 16 bytes per parameter, LoRA 2, QLoRA 0.5.

    Adapters have r·(d_in + d_out) parameters a matrix, here 2·r·h as if all were square, and take 16 bytes each
    (weights, gradients, AdamW). Sources: LoRA (arXiv 2106.09685), QLoRA (arXiv 2305.14314), Bekman. A floor: buffers,
    fragmentation and the scales of 4-bit weights add some percent, and guides of vendors are far above it.
    """
    memory, _ = _needed(tuning, trace)
    return memory


def _needed(tuning: Tuning, trace: Trace) -> tuple[Quantity, Quantity]:
    """The memory in all, and the accelerators that hold it."""
    trace.cite(ML_ENGINEERING, *tuning.accelerator.sources)
    base = trace.step(
        "W",
        Text(
            "model in training" if tuning.method == "full" else "frozen model",
            "模型（全量训练）" if tuning.method == "full" else "冻结的模型",
        ),
        tuning.parameters * given(_BASE_BYTES[tuning.method], "byte / parameter", "b"),
        "GB",
    )
    state = base
    if tuning.method != "full" and tuning.layers is not None and tuning.width is not None:
        state = base + _adapters(tuning, tuning.layers, tuning.width, trace)
    working = activation_memory(tuning, trace)
    usable = memory_of(tuning.accelerator) * tuning.usable
    one = constant(1, "accelerator")
    total = state if working is None else state + working * one
    held = trace.step("M_f", Text("memory", "显存"), total, "GB")
    room = usable if working is None else usable - working
    if room.to(_PER_ACCELERATOR) <= 0:
        raise BadInputError(
            "context",
            Text(
                f"the activations alone do not fit on {tuning.accelerator.name}: shorter sequences or fewer at a time",
                f"仅激活就超出 {tuning.accelerator.name} 的显存：请缩短序列或减小批量",
            ),
        )
    single = held <= usable * one
    wanted = held / usable if single else state / room
    label = Text("accelerators that hold it", "放得下所需的卡数")
    needed = trace.step("G", label, ceil(wanted, "accelerator"), "accelerator")
    _say_what_follows(tuning, needed, trace)
    return held, needed


def _adapters(tuning: Tuning, layers: Quantity, width: Quantity, trace: Trace) -> Quantity:
    trace.cite(LORA, *([QLORA] if tuning.method == "qlora" else []))
    count = constant(2, "parameter") * tuning.rank * width * tuning.matrices * layers
    trained = trace.step("t", Text("trained parameters", "可训练参数"), count, "parameter")
    label = Text("adapters in training", "适配器训练状态")
    return trace.step("a", label, trained * given(_TRAINED_BYTES, "byte / parameter", "b_t"), "GB")


def _say_what_follows(tuning: Tuning, needed: Quantity, trace: Trace) -> None:
    name = cards(needed, tuning.accelerator)
    if needed.to("accelerator") == 1:
        trace.note(Text(f"Fits on {name}.", f"{name} 放得下。"))
        return
    smaller = {"full": "LoRA", "lora": "QLoRA"}.get(tuning.method)
    trace.note(
        Text(
            f"Needs {name}, with the state shared (ZeRO stage 3)"
            + (f"; {smaller} takes far less." if smaller else "."),
            f"需要 {name}，并切分训练状态（ZeRO 第 3 阶段）" + (f"；{smaller} 会少得多。" if smaller else "。"),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningRun(Tuning):
    """A tuning over a data set. `accelerators` are as many as hold the model where nobody says."""

    active: Quantity | None = number(
        Text("active parameters", "激活参数量"), "parameter", "N_a", least=1e6, most=1e14, optional=True,
        of_model="active_parameters",
    )  # fmt: skip
    tokens: Quantity = number(Text("tokens of the data set", "数据集 token 数"), "token", "D", least=1e3, most=1e15)
    epochs: Quantity = number(
        Text("epochs", "训练轮数"),
        "",
        "E",
        default=1,
        most=1000,
        because=Text("one pass; 2 or 3 are common", "一轮；常用 2～3 轮"),
    )
    accelerators: Quantity | None = number(
        Text("number of accelerators", "加速卡数量"), "accelerator", "G_r", least=1, most=1e6, optional=True
    )
    mfu: Quantity = number(
        Text("model FLOPs utilisation", "算力利用率（MFU）"), "percent", "MFU", default=30, most=100,
        because=Text("short sequences and small batches reach less than pre-training", "短序列、小批量低于预训练"),
    )  # fmt: skip
    price: Quantity = number(
        Text("price per accelerator-hour", "每卡时价格"), "CUR / accelerator / hour", "P", most=1e4,
        hourly_price_of="accelerator",
    )  # fmt: skip


def tuning_cost(run: TuningRun, trace: Trace) -> Quantity:
    """Cost of one run: 6·N·D·E FLOP ÷ (peak × MFU) × price; the memory says how many accelerators it takes.

    6·N·D for every method: LoRA skips the gradients of the frozen weights, up to a third, which QLoRA spends again on
    unpacking them. Trials, evaluation, data and people are not in it, and cost more than the run as a rule.
    """
    _, needed = _needed(run, trace)
    if run.accelerators is not None and run.accelerators < needed:
        name = cards(needed, run.accelerator)
        raise BadInputError(
            "accelerators",
            Text(
                f"the model in training does not fit on so few; it takes {name}",
                f"这么少的卡放不下训练状态；需要 {name}",
            ),
        )
    seen = trace.step("D_E", Text("tokens over all epochs", "各轮合计 token 数"), run.tokens * run.epochs, "token")
    compute = dense_compute(run.active or run.parameters, seen, trace)
    label = Text("accelerator-hours", "卡时")
    hours = trace.step("H", label, compute / (peak_speed(run.accelerator) * run.mfu), "accelerator * hour")
    trace.step("T", Text("wall-clock time", "用时"), hours / (run.accelerators or needed), "hour")
    trace.note(
        Text(
            "One run. Budget several: trials and evaluation usually cost more than the last run.",
            "这是一次训练的费用。请预留多次：试验与评测通常比最后一次更贵。",
        )
    )
    return trace.step("K", Text("cost", "费用"), hours * run.price, run.price.unit.split(" / ")[0])


FINETUNE_MEMORY = Calculator(
    name="finetune-memory",
    title=Text("memory of fine-tuning", "微调所需显存"),
    inputs=Tuning,
    formula=tuning_memory,
    unit="GB",
    example="--parameters 70B --method qlora",
)
FINETUNE = Calculator(
    name="finetune",
    title=Text("cost of a fine-tuning run", "一次微调的费用"),
    inputs=TuningRun,
    formula=tuning_cost,
    unit="CUR",
    example="--parameters 8B --tokens 100M --epochs 3 --method lora",
)
