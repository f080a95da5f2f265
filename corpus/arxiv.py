"""The papers that the shipped digests rest on, fetched from arXiv when a person asks for them, and never otherwise.

One request at a time, with a pause between two of them and a name in each. The papers keep their own licences: they
are for the person who fetched them, and are no part of the shipped corpus.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.download import Downloader, DownloadError, polite_client
from corpus.errors import CorpusError

PAPERS_FILE = Path(__file__).parent / "papers.toml"

# Told how many papers are done, of how many, and the title of the last one.
Progress = Callable[[int, int, str], None]

_USER_AGENT = "founder-assistant (fetches the papers its library cites, one at a time)"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its arXiv id and its title."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A paper that could not be had, and why, with what to do."""

    paper: Paper
    advice: str


@dataclass(frozen=True, slots=True)
class FetchReport:
    """The files that are there now, how many of them are new, and what failed."""

    files: tuple[Path, ...]
    fetched: int
    failures: tuple[Failure, ...]


class PaperFetchError(CorpusError):
    """No paper can be fetched at all; the message says what to do."""


@cache
def listed_papers() -> tuple[Paper, ...]:
    """The papers of `papers.toml`, in its order."""
    entries = tomllib.loads(PAPERS_FILE.read_text(encoding="utf-8"))["paper"]
    return tuple(Paper(entry["id"], entry["title"]) for entry in entries)


def fetch_papers(
    folder: Path,
    *,
    base_url: str = "https://arxiv.org",
    progress: Progress = lambda done, total, title: None,
    pause_s: float = 3.0,
    ids: Collection[str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> FetchReport:
    """Fetch the listed papers, or those of `ids`, into `folder` as `<id>.pdf`. Complete files are kept as they are.

    :raises PaperFetchError: for an id that is not listed, a folder that cannot be written, a fetch already at work.
    """
    papers = _chosen(ids)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".fetching.lock", timeout=0), polite_client(_USER_AGENT) as client:
            downloader = Downloader(client, magic=b"%PDF", pause_s=pause_s, sleep=sleep)
            return _fetch_all(downloader, base_url.rstrip("/"), folder, papers, progress)
    except Timeout as error:
        raise PaperFetchError(f"papers are already being fetched into {folder}; wait for that to end") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise PaperFetchError(f"{folder} cannot be written ({reason}); make room or choose another folder") from error


def _chosen(ids: Collection[str] | None) -> tuple[Paper, ...]:
    if ids is None:
        return listed_papers()
    by_id = {paper.id: paper for paper in listed_papers()}
    if unknown := [paper_id for paper_id in ids if paper_id not in by_id]:
        raise PaperFetchError(f"{unknown[0]!r} is not among the {len(by_id)} listed papers; see {PAPERS_FILE.name}")
    return tuple(by_id[paper_id] for paper_id in dict.fromkeys(ids))


def _fetch_all(
    downloader: Downloader, base_url: str, folder: Path, papers: tuple[Paper, ...], progress: Progress
) -> FetchReport:
    files: list[Path] = []
    failures: list[Failure] = []
    fetched = 0
    stopped = ""
    for number, paper in enumerate(papers, start=1):
        target = folder / f"{paper.id}.pdf"
        if downloader.is_complete(target):
            files.append(target)
        elif stopped:
            failures.append(Failure(paper, stopped))
        else:
            if fetched or failures:
                downloader.sleep(downloader.pause_s)
            try:
                downloader.fetch(f"{base_url}/pdf/{paper.id}", target)
                files.append(target)
                fetched += 1
            except DownloadError as error:
                failures.append(Failure(paper, str(error)))
                stopped = f"not tried, because {error}" if error.is_for_all else ""
        progress(number, len(papers), paper.title)
    return FetchReport(tuple(files), fetched, tuple(failures))
