"""How many threads, how much context and cache the embedded model gets on this machine. Looks, loads nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from serving.launching.hardware import host_memory

_GIB = 2**30
_CPUS = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")
# What the embedder, the index and the page take beside the model.
_REST_BYTES = 1.5 * _GIB


@dataclass(frozen=True, slots=True)
class Sizing:
    """`context_tokens` is shared by `slots` askers at once; `cache_mib` keeps prompts that were read before."""

    threads: int
    slots: int = 2
    context_tokens: int = 8192
    cache_mib: int = 256

    @classmethod
    def for_model(cls, weights_bytes: int, *, memory_bytes: int | None = None) -> Sizing:
        """For weights of this size in the memory that is free now, or in `memory_bytes`."""
        free = host_memory()[1] if memory_bytes is None else memory_bytes
        spare = free - weights_bytes - _REST_BYTES if free else _GIB
        threads = count_threads()
        if spare < 0.25 * _GIB:
            return cls(threads, slots=1, context_tokens=4096, cache_mib=64)
        if spare < 4 * _GIB:
            return cls(threads)
        return cls(threads, cache_mib=1024)


def count_threads() -> int:
    """Physical cores that this process may use: a second thread of a core adds nothing to matrix products."""
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    cores = {_siblings(cpu) for cpu in usable}
    return max(1, min(len(cores), _quota() or len(cores)))


def _siblings(cpu: int) -> str:
    """What the threads of one core have in common; each is its own core where the system does not say."""
    try:
        return (_CPUS / f"cpu{cpu}/topology/thread_siblings_list").read_text(encoding="ascii").strip()
    except OSError:
        return str(cpu)


def _quota() -> int:
    """Whole processors that a container may use (cgroup v2, cpu.max), 0 for no limit."""
    try:
        quota, period = _QUOTA.read_text(encoding="ascii").split()
        return 0 if quota == "max" else max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return 0
