"""Documents -> Chunks -> vectors and keywords -> search -> Hits. Imports corpus and nothing else of ours."""

import os

# Read when OpenMP is loaded (by torch, by faiss), hence before any module here. Its threads else spin for milliseconds
# while they wait for each other, and where others want the cores, too, a question's vector takes 130 ms instead of 15.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
