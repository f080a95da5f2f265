"""Earlier runs: a line of means for each, in the home, for the plots of the report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.document import text_fingerprint
from evals.summary import Row

_SHOWN = 20
_GROUPS = ("all", "zh", "en")


@dataclass(frozen=True, slots=True)
class PastRun:
    """Means by `metric, group` of one run. `asked` is the same for runs of the same cases asked of the same system."""

    begun: str
    code: str
    asked: str
    means: dict[str, float]


def past_run(facts: Mapping[str, str], case_ids: Iterable[str], rows: Iterable[Row]) -> PastRun:
    """What is kept of a run."""
    system = [facts.get(key, "") for key in ("backend", "model", "collection")]
    means = {f"{row.metric}, {row.group}": round(row.mean, 4) for row in rows if row.group in _GROUPS}
    return PastRun(facts["begun"], facts["code"], text_fingerprint(*system, *sorted(case_ids))[:12], means)


def append_run(path: Path, run: PastRun) -> list[PastRun]:
    """Keep `run`; the last runs that asked the same, oldest first, `run` among them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(run), ensure_ascii=False) + "\n")
    runs = [PastRun(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return [other for other in runs if other.asked == run.asked][-_SHOWN:]
