"""Whether a model fits, against figures worked out by hand, and how it is split."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from assistant.serving_plan import best_fitting, cache_of_a_token, make_plan
from corpus.tables import Tables, load_tables
from serving.errors import ModelMissingError, UnknownModelError
from serving.launching.hardware import Gpu, Machine, assumed_gpus, read_gpus
from serving.weights.gguf_shape import read_gguf_shape
from serving.weights.recommended import find_hub_model, load_recommended
from serving.weights.shape import Shape, read_shape

GB = 10**9
QWEN3_8B = Shape(16_400_000_000, 36, 8, 128, 32, 32768)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return load_tables()


def with_gpus(*gpus: Gpu) -> Machine:
    return Machine(gpus, 64 * GB, 60 * GB, 16)


def test_the_cache_is_what_the_calculators_formula_gives(tables: Tables) -> None:
    assert cache_of_a_token(QWEN3_8B, tables) == pytest.approx(2 * 36 * 8 * 128 * 2)


def test_weights_and_cache_of_one_gpu(tables: Tables) -> None:
    plan = make_plan(QWEN3_8B, with_gpus(*assumed_gpus("1x24")), tables)
    assert plan.fits
    assert (plan.dtype, plan.context, plan.memory_share) == ("bfloat16", 16384, 0.9)
    # 24 × 0.9 − 2.5 for working − 16.4 of weights
    assert plan.cache == pytest.approx(2.7 * GB, abs=200_000)
    assert "16.4 GB" in plan.reason.en


@pytest.mark.parametrize(
    ("gpus", "split", "copies"), [("1x80", 1, 1), ("4x80", 1, 4), ("2x24", 2, 1), ("4x24", 2, 2), ("3x24", 2, 1)]
)
def test_what_fits_on_one_is_copied_and_what_does_not_is_split(
    tables: Tables, gpus: str, split: int, copies: int
) -> None:
    plan = make_plan(QWEN3_8B, with_gpus(*assumed_gpus(gpus)), tables)
    assert (plan.tensor_parallel, plan.data_parallel) == (split, copies)


def test_heads_are_never_split_unevenly(tables: Tables) -> None:
    shape = Shape(50 * GB, 40, 8, 128, 12, 32768)  # 12 heads: over 2 or 4, not over 8
    assert make_plan(shape, with_gpus(*assumed_gpus("8x24")), tables).tensor_parallel == 4


def test_a_shorter_context_is_chosen_before_it_is_said_not_to_fit(tables: Tables) -> None:
    shape = Shape(17_500_000_000, 36, 8, 128, 32, 32768)
    plan = make_plan(shape, with_gpus(*assumed_gpus("1x24")), tables)
    assert plan.context == 8192
    assert not make_plan(Shape(19 * GB, 36, 8, 128, 32, 32768), with_gpus(*assumed_gpus("1x24")), tables).fits


def test_older_gpus_compute_in_float16_and_what_others_hold_is_left_to_them(tables: Tables) -> None:
    turing = Gpu("Quadro RTX 8000", 48 * GB, 40 * GB, 7.5)
    plan = make_plan(QWEN3_8B, with_gpus(turing), tables)
    assert plan.dtype == "float16"
    assert plan.memory_share == pytest.approx(0.82)
    assert "other programs hold 8.0 GB" in plan.notes[0].en


def test_a_processor(tables: Tables) -> None:
    shape = Shape(3_100_000_000, 28, 2, 128, 12, 32768)
    plan = make_plan(shape, Machine((), 16 * GB, 12 * GB, 4), tables)
    assert (plan.fits, plan.memory_share, plan.context) == (True, 0.0, 8192)
    assert plan.cache == 4 << 30  # of the 12 − 3.1 − 2.5 = 6.4 GB no more than is of use
    assert make_plan(shape, Machine((), 16 * GB, 9 * GB, 4), tables).cache == 3 << 30  # 3.4 GB, in whole GiB
    assert not make_plan(shape, Machine((), 8 * GB, 6 * GB, 4), tables).fits


def test_the_best_that_fits_is_recommended(tables: Tables) -> None:
    def best(gpus: str) -> str:
        found = best_fitting(with_gpus(*assumed_gpus(gpus)), tables)
        return found.name if found else ""

    assert [best(gpus) for gpus in ("1x6", "1x8", "1x16", "1x24", "1x48", "1x80", "8x80")] == [
        "", "qwen3-1.7b", "qwen3-4b-2507", "qwen3-8b", "qwen3-14b", "qwen3.6-27b", "qwen3-235b-a22b-2507",
    ]  # fmt: skip


def test_every_recommended_model_is_pinned_and_may_be_used_commercially() -> None:
    for row in load_recommended():
        assert len(row.revision) == 40, row.name
        assert row.licence in ("Apache-2.0", "MIT"), row.name
        assert row.languages == ("zh", "en"), row.name


def test_a_repository_is_found_by_its_name_or_pinned() -> None:
    by_name, by_repo = find_hub_model("qwen3-8b"), find_hub_model("qwen/qwen3-8B")
    assert by_name == by_repo
    assert find_hub_model("A/B@" + "0" * 40) is not None
    assert find_hub_model("plain") is None
    with pytest.raises(UnknownModelError, match="40 hex digits"):
        find_hub_model("A/B@v1")


SMI = """0, GPU-aaa, NVIDIA A100-SXM4-80GB, 81920, 81000, 8.0
1, GPU-bbb, Tesla T4, 15360, [N/A], 7.5
"""


def test_nvidia_smi_is_read_as_cuda_would_see_it() -> None:
    both = read_gpus(SMI, None)
    assert [gpu.name for gpu in both] == ["NVIDIA A100-SXM4-80GB", "Tesla T4"]
    assert both[0].memory == 81920 * 2**20
    assert both[1].free == 0
    assert [gpu.name for gpu in read_gpus(SMI, "1")] == ["Tesla T4"]
    assert [gpu.name for gpu in read_gpus(SMI, "GPU-b,0")] == ["Tesla T4", "NVIDIA A100-SXM4-80GB"]
    assert read_gpus(SMI, "") == ()
    assert read_gpus(SMI, "7,0") == ()
    assert read_gpus("No devices were found\n", None) == ()


def test_the_shape_of_a_hybrid_model_that_also_sees(tmp_path: Path) -> None:
    kinds = '["linear_attention", "linear_attention", "linear_attention", "full_attention"]'
    (tmp_path / "config.json").write_text(
        '{"vision_config": {}, "text_config": {"num_attention_heads": 24, "num_key_value_heads": 4, "head_dim": 256,'
        f'"num_hidden_layers": 4, "layer_types": {kinds}, "max_position_embeddings": 262144}}}}',
        encoding="utf-8",
    )
    (tmp_path / "model-1.safetensors").write_bytes(b"12")
    (tmp_path / "chat_template.jinja").write_text("{% if enable_thinking %}", encoding="utf-8")
    assert read_shape(tmp_path) == Shape(2, 1, 4, 256, 24, 262144, can_think=True, sees_pictures=True)


def gguf(values: dict[str, int | str | list[str]], tensors: list[tuple[int, ...]]) -> bytes:
    """A GGUF header, version 3: whole numbers, strings and arrays of strings."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    raw = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values))
    for name, value in values.items():
        raw += text(name)
        if isinstance(value, int):
            raw += struct.pack("<II", 4, value)
        elif isinstance(value, str):
            raw += struct.pack("<I", 8) + text(value)
        else:
            raw += struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
    for place, shape in enumerate(tensors):
        raw += text(f"t{place}") + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape) + bytes(12)
    return raw


TINY = {
    "general.architecture": "qwen2",
    "tokenizer.ggml.tokens": ["a", "b"],
    "qwen2.block_count": 2,
    "qwen2.embedding_length": 64,
    "qwen2.attention.head_count": 4,
    "qwen2.attention.head_count_kv": 2,
    "qwen2.context_length": 1024,
}


def test_a_gguf_says_its_shape_before_it_is_written_out(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(TINY, [(64, 10), (64,)]))
    assert read_gguf_shape(path) == Shape(704 * 2, 2, 2, 16, 4, 1024)


def test_a_cut_or_foreign_gguf_is_a_clear_error(tmp_path: Path) -> None:
    path, whole = tmp_path / "model.gguf", gguf(TINY, [(64, 10)])
    for content in (b"", b"PK\x03\x04", *(whole[:end] for end in range(4, len(whole) - 12, 7))):
        path.write_bytes(content)
        with pytest.raises(ModelMissingError):
            read_gguf_shape(path)
