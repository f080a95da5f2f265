"""The figures of evals.speed as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from evals.speed_engine import Timed

_OURS, _ALONE = "#1f5a96", "#b0b7bf"


def plot_speed(path: Path, both: Sequence[Sequence[Timed]], loads: Sequence[tuple[int, float, float]]) -> None:
    """First token and decoding of each prompt, and requests/s by concurrency: the assistant beside the engine alone."""
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    panels = figure.subplots(1, 3)
    names = [str(number + 1) for number in range(len(both))]
    for panel, title, value in ((panels[0], "first token, s", "first_s"), (panels[1], "decoding, tokens/s", "rate")):
        _bars(panel, names, [[getattr(one, value) for one in way] for way in zip(*both, strict=True)])
        panel.set(title=title, xlabel="prompt")
    _bars(panels[2], [str(at_once) for at_once, _, _ in loads], [[row[1] for row in loads], [row[2] for row in loads]])
    panels[2].set(title="requests/s", xlabel="at once")
    panels[0].legend(["assistant", "engine alone"], frameon=False)
    figure.savefig(path, dpi=120)


def _bars(panel: object, names: Sequence[str], ways: Sequence[Sequence[float]]) -> None:
    for shift, values, color in zip((-0.2, 0.2), ways, (_OURS, _ALONE), strict=True):
        panel.bar([place + shift for place in range(len(names))], values, 0.4, color=color)  # type: ignore[attr-defined]
    panel.set_xticks(range(len(names)), names)  # type: ignore[attr-defined]
