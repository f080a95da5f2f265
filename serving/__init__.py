"""messages -> text: finds, fetches, starts and talks to models. Imports nothing else of ours."""

import os

# As in index/__init__.py, here for llama.cpp: beside two busy programs on 2 cores it writes 10 tokens/s with this and 3
# without, alone 26 either way (2026-11-29).
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
