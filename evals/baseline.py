"""The scores that a run is compared with: one JSON file for each backend and model, a line for each case."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.case import CaseError
from evals.outcome import UNCOMPARED, Result

SHIPPED_BASELINES = Path(__file__).parent / "baselines"
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Baseline:
    """Scores by case and metric, and how they came to be accepted, oldest first (`date`, `reason`, `cases`)."""

    accepted: tuple[dict[str, Any], ...] = ()
    scores: Mapping[str, Mapping[str, float]] | None = None

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """What stands in `path`; a Baseline without scores when there is no such file.

        :raises CaseError: when it cannot be read.
        """
        if not path.is_file():
            return cls()
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            return cls(tuple(record["accepted"]), dict(record["cases"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CaseError(f"{path} is not a baseline ({error!r}); remove it and make one with --accept") from error

    def save(self, path: Path) -> None:
        """Write it sorted, so that a changed case is a changed line."""
        cases = [f"{_json(name)}: {_json(scores)}" for name, scores in sorted((self.scores or {}).items())]
        accepted = [_json(entry) for entry in self.accepted]
        text = '{\n"accepted": [\n' + ",\n".join(accepted) + '\n],\n"cases": {\n' + ",\n".join(cases) + "\n}\n}\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def accept(self, results: Sequence[Result], known: Iterable[str], reason: str, date: str) -> Baseline:
        """With the scores of `results` in place of its own; cases neither run nor `known` any longer leave."""
        kept = set(known)
        scores = {name: scores for name, scores in (self.scores or {}).items() if name in kept}
        scores |= {result.case.id: comparable(result.mean) for result in results}
        return Baseline((*self.accepted, {"date": date, "reason": reason, "cases": len(results)}), scores)


def baseline_name(description: Mapping[str, str]) -> str:
    """The file's name for what answered."""
    named = "-".join(filter(None, (description["backend"], description.get("model", ""))))
    return re.sub(r"[^a-z0-9.]+", "-", named.lower()).strip("-") + ".json"


def comparable(values: Mapping[str, float]) -> dict[str, float]:
    """The scores that mean the same on every machine, rounded."""
    return {name: round(value, _DIGITS) for name, value in values.items() if name not in UNCOMPARED}


def _json(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
