"""OpenMP for llama.cpp where the system has none: small images of Linux leave it out, and PyTorch brings its own."""

from __future__ import annotations

import ctypes
import sys
from importlib.util import find_spec
from pathlib import Path

from serving.errors import LaunchError

_LIBRARY = "libgomp.so.1"


def load_openmp() -> None:
    """See that the OpenMP library is in this process before llama.cpp asks for it by name.

    :raises LaunchError: when it is nowhere; the message says how to install it.
    """
    if sys.platform != "linux":
        return
    torch = find_spec("torch")
    beside_torch = Path(torch.origin).parent / "lib" / _LIBRARY if torch and torch.origin else Path(_LIBRARY)
    for library in (_LIBRARY, str(beside_torch)):
        try:
            ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
        except OSError:
            continue
        return
    raise LaunchError(f"{_LIBRARY} is missing; install it (Debian, Ubuntu: apt-get install libgomp1; Fedora: libgomp)")
