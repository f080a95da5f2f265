"""The command line and the environment that vLLM is started with. Nothing here is run.

What is the same for every model and every machine: loopback only, a key that no process list shows, weights from the
disk only, no code of the model's, no telemetry, and nothing of the caller's environment that would open it up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from serving.errors import FixedFlagError
from serving.launching.vllm_python import VllmPython

HOST = "127.0.0.1"

# What the caller may not set behind `--`, and why.
_OURS = {
    "--host": "the server is for this machine only",
    "--port": "say --port before the --",
    "--uds": "the server listens on a port",
    "--api-key": "the key is made here and kept in a file that only you can read",
    "--model": "the model is named before the --",
    "--revision": "the weights are read from a folder",
    "--served-model-name": "the assistant finds the model by its own name of it",
    "--trust-remote-code": "no program that comes with weights is run",
    "--allowed-local-media-path": "pictures are not read",
    "--config": "write its flags out, so that they can be checked",
    "--middleware": "no program is put between the assistant and its server",
    "--root-path": "the assistant asks under /v1",
}
# Variables of vLLM that only tune it. All other VLLM_… of the caller's environment are dropped and named.
_TUNING = re.compile(
    r"VLLM_(CPU_\w+|ATTENTION_BACKEND|LOGGING_LEVEL|HOST_IP|PORT|USE_DEEP_GEMM|FLASH_ATTN_VERSION|ENGINE_\w+_TIMEOUT_S"
    r"|CACHE_ROOT|TARGET_DEVICE|NCCL_SO_PATH|ALL2ALL_BACKEND)"
)
_DROPPED = re.compile(r"VLLM_\w*|ASSISTANT_\w*|PYTHON(?!UNBUFFERED|UTF8|IOENCODING)\w*|VIRTUAL_ENV|HF_\w*TOKEN\w*")
# Short forms of vLLM's own flags, so that a passed-through `-tp 2` replaces ours as the long one does.
_SHORT = {
    "-tp": "--tensor-parallel-size",
    "-dp": "--data-parallel-size",
    "-pp": "--pipeline-parallel-size",
    "-n": "--nnodes",
    "-r": "--node-rank",
}


@dataclass(frozen=True, slots=True)
class Launch:
    """All that a start needs. Sizes: `cache` in bytes, only used on a CPU; `memory_share` of each GPU, 0 on a CPU."""

    python: VllmPython
    folder: Path
    name: str
    port: int
    dtype: str
    context: int
    memory_share: float = 0.0
    tensor_parallel: int = 1
    data_parallel: int = 1
    cache: int = 0
    can_think: bool = False
    sees_pictures: bool = False
    extra: tuple[str, ...] = ()

    @property
    def base_url(self) -> str:
        """Where the assistant asks."""
        return f"http://{HOST}:{self.port}/v1"


def command(launch: Launch) -> list[str]:
    """The command line. The key is not in it.

    :raises FixedFlagError: when a passed-through flag would undo what is fixed; names it.
    """
    passed = _flags(launch.extra)
    for flag, written in passed.items():
        # argparse takes a flag's beginning for the flag: --hos is --host.
        fixed = next((ours for ours in _OURS if len(flag) > len("--") and ours.startswith(flag)), "")
        if fixed:
            raise FixedFlagError(f"{written} cannot be passed on to vLLM: {_OURS[fixed]}")
    own = [word for flag, words in _own_flags(launch).items() if flag not in passed for word in words]
    return [*_program(launch), *own, *launch.extra]


def replaced(launch: Launch) -> list[str]:
    """What of ours gives way to a passed-through flag, as `--flag value`."""
    passed = _flags(launch.extra)
    return [" ".join(words) for flag, words in _own_flags(launch).items() if flag in passed]


def environment(launch: Launch, outer: Mapping[str, str], *, key: str) -> tuple[dict[str, str], list[str]]:
    """What the server sees of `outer`, with what is ours; and the names of `outer` that it does not see."""
    dropped = sorted(name for name in outer if _DROPPED.fullmatch(name) and not _TUNING.fullmatch(name))
    kept = {name: value for name, value in outer.items() if name not in dropped}
    kept.update(
        VLLM_API_KEY=key,
        VLLM_SERVER_DEV_MODE="0",
        VLLM_MAX_N_SEQUENCES="4",  # of one request; its default of 16,384 is a way to fill the memory
        VLLM_NO_USAGE_STATS="1",
        VLLM_DO_NOT_TRACK="1",
        DO_NOT_TRACK="1",
        HF_HUB_OFFLINE="1",
        TRANSFORMERS_OFFLINE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        VLLM_HOST_IP=outer.get("VLLM_HOST_IP", HOST),  # its processes talk to each other over loopback
        PYTHONSAFEPATH="1",  # nothing is imported from the folder it is started in
        PYTHONUNBUFFERED="1",
    )
    if launch.cache:
        kept.setdefault("VLLM_CPU_KVCACHE_SPACE", str(max(1, launch.cache >> 30)))
    return kept, dropped


def _program(launch: Launch) -> list[str]:
    python, folder = str(launch.python.executable), str(launch.folder)
    if launch.python.distribution == "vllm-cpu":  # its `vllm serve` asks for a distribution called vllm, and stops
        return [python, "-m", "vllm.entrypoints.openai.api_server", "--model", folder]
    return [python, "-m", "vllm.entrypoints.cli.main", "serve", folder]


def _own_flags(launch: Launch) -> dict[str, list[str]]:
    flags = {
        "--host": HOST,
        "--port": str(launch.port),
        "--served-model-name": launch.name,
        "--dtype": launch.dtype,
        "--max-model-len": str(launch.context),
        "--generation-config": "vllm",  # what is sampled how, the assistant says in each request
        "--enable-prefix-caching": "",
        "--disable-fastapi-docs": "",
        "--disable-uvicorn-access-log": "",
        "--no-enable-log-requests": "",  # no question stands in a log
    }
    if launch.memory_share:
        flags["--gpu-memory-utilization"] = f"{launch.memory_share:.2f}"
        flags["--tensor-parallel-size"] = str(launch.tensor_parallel)
        flags["--data-parallel-size"] = str(launch.data_parallel)
    else:
        flags["--enforce-eager"] = ""  # compiling for a CPU takes minutes and gains little
    if launch.can_think:
        flags["--default-chat-template-kwargs"] = '{"enable_thinking": false}'
    if launch.sees_pictures:
        flags["--language-model-only"] = ""
    return {flag: [flag, value] if value else [flag] for flag, value in flags.items()}


def _flags(words: Sequence[str]) -> dict[str, str]:
    """The flags among `words`: the long, dashed form -> as it was written."""
    found = {}
    for word in words:
        if word.startswith("-") and not re.fullmatch(r"-\d.*", word):
            written = word.split("=")[0]
            flag = _SHORT.get(written, written).replace("_", "-").split(".")[0]
            positive = "--" + flag.removeprefix("--no-") if flag.startswith("--no-") else flag
            found[flag] = found[positive] = word
            found["--no-" + flag.removeprefix("--")] = word
    return found
