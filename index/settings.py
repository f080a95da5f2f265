"""Settings of this layer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How collections are indexed and searched.

    `embedders` are names of the catalogue; empty for its default ones. `reranker` is one too, or empty for none.
    """

    embedders: tuple[str, ...] = ()
    reranker: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.embedders, str):
            raise ValueError(f'embedders is a list of names, such as ["{self.embedders}"]')
        object.__setattr__(self, "embedders", tuple(self.embedders))  # TOML gives a list
