"""Small plots as inline SVG, 0 to 1 from left to right or from bottom to top. Colours are those of the page's text."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH, _HEIGHT = 160, 18


def interval_plot(mean: float, low: float, high: float, before: float | None) -> str:
    """The interval as a bar, the mean as a dot, the baseline's mean as a line across."""
    said = f"{mean:.3f}, {low:.3f} to {high:.3f}" + (f", baseline {before:.3f}" if before is not None else "")
    middle = _HEIGHT / 2
    parts = [
        f'<line x1="0" x2="{_WIDTH}" y1="{middle}" y2="{middle}" class="axis"/>',
        f'<line x1="{_x(low)}" x2="{_x(high)}" y1="{middle}" y2="{middle}" class="bar"/>',
        f'<circle cx="{_x(mean)}" cy="{middle}" r="3.5"/>',
    ]
    if before is not None:
        parts.append(f'<line x1="{_x(before)}" x2="{_x(before)}" y1="1" y2="{_HEIGHT - 1}" class="before"/>')
    return _svg("".join(parts), said)


def course_plot(values: Sequence[float]) -> str:
    """The means of earlier runs as a line, the last one as a dot; scaled to what they span, 0.02 at least."""
    lowest, span = min(values), max(max(values) - min(values), 0.02)
    step = (_WIDTH - 8) / max(len(values) - 1, 1)
    points = [
        (4 + number * step, _HEIGHT - 4 - (value - lowest) / span * (_HEIGHT - 8))
        for number, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
    return _svg(f'<polyline points="{line}" class="course"/>{dot}', " → ".join(f"{value:.3f}" for value in values))


def _x(value: float) -> str:
    return f"{4 + min(max(value, 0.0), 1.0) * (_WIDTH - 8):.1f}"


def _svg(inner: str, said: str) -> str:
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    return f'<svg {size} role="img" aria-label="{said}"><title>{said}</title>{inner}</svg>'
