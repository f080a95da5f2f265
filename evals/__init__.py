"""Measures the same Assistant that users get: `pytest evals` asks it cases, `python -m evals.retrieval` its search."""
