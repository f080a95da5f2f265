"""What this machine has to run a model on: GPUs, memory, cores. Asks nvidia-smi and /proc; imports no CUDA."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_QUERY = "index,uuid,name,memory.total,memory.free,compute_cap"
_ASK_WITHIN_S = 20.0
_MIB = 1 << 20
# Where a container's limit stands: cgroup v2, then v1. An unlimited v1 group shows a number near 2**63.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_ASSUMED = re.compile(r"(\d+)\s*[x×*]\s*(\d+(?:\.\d+)?)\s*(?:gb)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gpu:
    """One accelerator. Sizes in bytes; `compute_capability` as NVIDIA counts it, 0.0 where unknown."""

    name: str
    memory: int
    free: int
    compute_capability: float = 0.0

    @property
    def has_bfloat16(self) -> bool:
        """Ampere (8.0) and later compute in bfloat16."""
        return self.compute_capability >= 8.0


@dataclass(frozen=True, slots=True)
class Machine:
    """GPUs and host memory; sizes in bytes, 0 where the system does not say."""

    gpus: tuple[Gpu, ...]
    memory: int
    free_memory: int
    cores: int


def this_machine() -> Machine:
    """What is here now."""
    memory, free = host_memory()
    return Machine(find_gpus(), memory, free, os.cpu_count() or 1)


def assumed_gpus(text: str) -> tuple[Gpu, ...]:
    """`2x80` or `1 x 24GB`: GPUs of a machine that is only planned for. GB are 10⁹ bytes, bfloat16 is assumed.

    :raises ValueError: saying the form.
    """
    match = _ASSUMED.fullmatch(text.strip())
    if not match or not 1 <= int(match[1]) <= 64:
        raise ValueError(f"{text!r} does not say GPUs; write how many and the GB of each, such as 2x80")
    size = int(float(match[2]) * 1e9)
    return (Gpu(f"GPU ({match[2]} GB)", size, size, 8.0),) * int(match[1])


def find_gpus() -> tuple[Gpu, ...]:
    """The NVIDIA GPUs that a program started here would see; none where nvidia-smi is missing or fails."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    command = [program, f"--query-gpu={_QUERY}", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_ASK_WITHIN_S)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    if told.returncode != 0:
        return ()
    return read_gpus(told.stdout, os.environ.get("CUDA_VISIBLE_DEVICES"))


def read_gpus(listing: str, visible: str | None) -> tuple[Gpu, ...]:
    """nvidia-smi's lines as GPUs; of them those that CUDA_VISIBLE_DEVICES names, by number or uuid, in its order."""
    rows = [[field.strip() for field in line.split(",")] for line in listing.splitlines() if line.count(",") == 5]
    gpus: dict[str, Gpu] = {}
    for index, uuid, name, memory, free, capability in rows:
        gpu = Gpu(name, int(_number(memory)) * _MIB, int(_number(free)) * _MIB, _number(capability))
        gpus[index] = gpus[uuid] = gpu
    if visible is None:
        return tuple(gpus[row[0]] for row in rows)
    found = []
    for named in (name.strip() for name in visible.split(",")):
        key = next((key for row in rows for key in row[:2] if named and (key == named or row[1].startswith(named))), "")
        if not key:  # CUDA, too, stops at the first name it does not know
            break
        found.append(gpus[key])
    return tuple(found)


def _number(text: str) -> float:
    """0 for what a driver does not tell ("[N/A]")."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def host_memory() -> tuple[int, int]:
    """Memory in all and memory free for a new program, within a container's limit."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return _by_sysconf()
    known = {name: int(value.split()[0]) * 1024 for name, _, value in (line.partition(":") for line in lines)}
    total, free = known.get("MemTotal", 0), known.get("MemAvailable", 0)
    for path in _LIMITS:
        try:
            limit = int(path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        total, free = min(total, limit), min(free, limit)
    return total, free


def _by_sysconf() -> tuple[int, int]:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return 0, 0
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return total, total
