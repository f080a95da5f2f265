"""How long a model may take for each step of an answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds. A server that passes one counts as not answering; what it had written is kept.

    `connect_s`: until the connection stands. `first_token_s`: to the first sign of writing, with all tries. `idle_s`:
    between two pieces. `total_s`: the whole answer. `queue_s`: the wait for a place, before any of the others begins.
    """

    connect_s: float = 5.0
    first_token_s: float = 30.0
    idle_s: float = 20.0
    total_s: float = 180.0
    queue_s: float = 120.0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
                raise ValueError(f"{name} must be a number of seconds above 0, not {value!r}")

    def times(self, factor: float) -> Deadlines:
        """The same patience `factor` times, for an engine that is known to be slow."""
        return Deadlines(**{name: value * factor for name, value in asdict(self).items()})
