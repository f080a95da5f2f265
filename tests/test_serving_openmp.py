"""llama.cpp loads on a system without OpenMP: PyTorch's own library stands in, and where there is none it is said."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import pytest

from serving.errors import LaunchError
from serving.launching.openmp import load_openmp

pytestmark = pytest.mark.skipif("sys.platform != 'linux'", reason="elsewhere llama.cpp brings its own")


@pytest.fixture
def load_all_but(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], bool]], list[str]]:
    """Makes a system that lacks what `is_missing`, and returns what will have been loaded."""

    def prepare(is_missing: Callable[[str], bool]) -> list[str]:
        loaded, load = list[str](), ctypes.CDLL

        def load_some(name: str, mode: int = ctypes.DEFAULT_MODE) -> ctypes.CDLL:
            if is_missing(name):
                raise OSError(name)
            loaded.append(name)
            return load(name, mode=mode)

        monkeypatch.setattr(ctypes, "CDLL", load_some)
        return loaded

    return prepare


def test_torchs_own_library_stands_in(load_all_but: Callable[[Callable[[str], bool]], list[str]]) -> None:
    loaded = load_all_but(lambda name: name == "libgomp.so.1")
    load_openmp()
    assert [Path(name).name for name in loaded] == ["libgomp.so.1"]
    assert Path(loaded[0]).parent.parent.name == "torch"


def test_without_any_it_is_said_what_to_install(load_all_but: Callable[[Callable[[str], bool]], list[str]]) -> None:
    load_all_but(lambda name: True)
    with pytest.raises(LaunchError, match="libgomp1"):
        load_openmp()
