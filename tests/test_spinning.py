"""Threads of OpenMP do not spin away the cores that others want, unless the user says how they are to wait."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("module", ["index.vectors", "serving.launching.embedded"])
@pytest.mark.parametrize(
    ("said", "expected"),
    [({}, "1000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "None")],
)
def test_the_layers_that_load_openmp_say_how_it_waits(module: str, said: dict[str, str], expected: str) -> None:
    clean = {name: value for name, value in os.environ.items() if name not in {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}}
    program = f"import {module}, os; print(os.environ.get('GOMP_SPINCOUNT'))"
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, env=clean | said, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == expected
