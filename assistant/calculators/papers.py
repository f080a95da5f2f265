"""Where the formulas are from, to be named beside a result."""

from __future__ import annotations

from corpus.table_text import TableSource

CHINCHILLA = TableSource(
    "chinchilla",
    "Training Compute-Optimal Large Language Models (Chinchilla)",
    "https://arxiv.org/abs/2203.15556",
    date="2022-03",
)
COOKBOOK = TableSource(
    "cookbook",
    "EleutherAI cookbook, calculators",
    "https://github.com/EleutherAI/cookbook",
    "EleutherAI cookbook 计算脚本",
)
LORA = TableSource(
    "lora", "LoRA: Low-Rank Adaptation of Large Language Models", "https://arxiv.org/abs/2106.09685", date="2021-06"
)
ML_ENGINEERING = TableSource(
    "ml-engineering",
    "Stas Bekman, Machine Learning Engineering",
    "https://github.com/stas00/ml-engineering",
    "Stas Bekman：Machine Learning Engineering 手册",
    "2026-08",
)
QLORA = TableSource(
    "qlora", "QLoRA: Efficient Finetuning of Quantized LLMs", "https://arxiv.org/abs/2305.14314", date="2023-05"
)
SCALING_BOOK = TableSource(
    "scaling-book",
    "How to Scale Your Model (JAX scaling book)",
    "https://github.com/jax-ml/scaling-book",
    "How to Scale Your Model（JAX scaling book）",
    "2025-02",
)
SCALING_LAWS = TableSource(
    "scaling-laws", "Scaling Laws for Neural Language Models", "https://arxiv.org/abs/2001.08361", date="2020-01"
)
SPECULATIVE = TableSource(
    "speculative",
    "Fast Inference from Transformers via Speculative Decoding",
    "https://arxiv.org/abs/2211.17192",
    date="2022-11",
)
ZERO = TableSource(
    "zero",
    "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models",
    "https://arxiv.org/abs/1910.02054",
    date="2019-10",
)
