"""A job: an input, an output and the journal between them. Any step of it may be killed and done again."""

from __future__ import annotations

import faulthandler
import itertools
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.batch.asking import Result, set_aside
from assistant.batch.errors import QuestionFileError
from assistant.batch.intake import Intake, input_fingerprint, kept_rows, take_in
from assistant.batch.journal import Journal
from assistant.batch.outcome import Outcome
from assistant.batch.output import MarkdownRules, open_writer
from assistant.batch.placing import Placing, check_target
from assistant.batch.row import Row
from assistant.batch.run import BatchRun
from assistant.batch.summary import Summary
from assistant.record import answer_from_record
from assistant.settings import Settings
from assistant.writing.prompting import phrases
from index.generation import LANGUAGES

_DEATHS = 2


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What is wanted. `limit`: at most so many questions are asked now; None for all.

    `start_over` forgets earlier answers; `keep_answers` keeps those to unchanged questions although input, collection
    or settings have changed.
    """

    source: Path
    target: Path
    encoding: str = ""
    limit: int | None = None
    only_failed: bool = False
    start_over: bool = False
    keep_answers: bool = False


class Job:
    """A job whose journal is held. Made by `open_job`."""

    def __init__(self, options: JobOptions, journal: Journal, intake: Intake) -> None:
        self._options = options
        self._journal = journal
        self.intake = intake
        self.engine_is_gone = False

    @property
    def about(self) -> dict[str, str]:
        """What answers what, for the report."""
        return {"input": f"{self.intake.name} ({self.intake.about})", **{
            name: value for name, value in self._journal.head.items() if name != "input"}}  # fmt: skip

    @property
    def kept(self) -> int:
        """How many rows have an answer, or a failure, from before."""
        return sum(row.key in self._journal.entries for row in kept_rows(self._journal.folder))

    def to_ask(self) -> Iterator[Row]:
        """The rows that are to be asked now, in the order of the input."""
        entries = self._journal.entries

        def wanted(row: Row) -> bool:
            entry = entries.get(row.key)
            return (entry is not None and entry.status == "error") if self._options.only_failed else entry is None

        return itertools.islice(filter(wanted, kept_rows(self._journal.folder)), self._options.limit)

    def ask(
        self,
        assistant: Assistant,
        settings: Settings,
        *,
        workers: int,
        wait_s: float,
        on_begin: Callable[[Row], None] = lambda row: None,
    ) -> Iterator[Sequence[Result]]:
        """Ask what is to be asked. What is yielded is on the disk already.

        :raises JobChangedError: when the answers from before were made with something else.
        """
        self._journal.agree(_head(assistant, settings), keep=self._options.keep_answers)
        in_process = assistant.backend.name == "embedded"

        def begin(row: Row) -> None:
            if in_process:
                self._journal.begin(row.key)
            on_begin(row)

        strikes = self._journal.strikes
        rows = list(self.to_ask()) if strikes else self.to_ask()
        poisonous = [row for row in rows if strikes[row.key] >= _DEATHS] if strikes else []
        if poisonous:
            yield self._keep([Result(row, set_aside(row)) for row in poisonous])
        suspects = frozenset(key for key, count in strikes.items() if count < _DEATHS)
        run = BatchRun(assistant, workers=workers, wait_s=wait_s, on_begin=begin, suspects=suspects)
        rest = (row for row in rows if strikes[row.key] < _DEATHS)
        with _crash_noted(self._journal.crash, really=in_process):
            for results in run.results(rest):
                yield self._keep(results)
        self.engine_is_gone = run.engine_is_gone

    def write(self, markdown: MarkdownRules) -> Summary:
        """Count all rows and write the output, unless that is what is there."""
        target, summary = self._options.target, Summary()
        placing = Placing(target, self._journal.folder)
        state = f"{self.intake.fingerprint} {self._journal.latest}"
        if placing.is_current(state):
            for outcome in self._outcomes():
                summary.add(outcome)
            return summary
        with (
            placing.replace(state) as aside,
            open_writer(aside, target.suffix.lower(), self.intake.headings, markdown) as writer,
        ):
            for outcome in self._outcomes():
                writer.add(outcome)
                summary.add(outcome)
        return summary

    def _outcomes(self) -> Iterator[Outcome]:
        rows, again = itertools.tee(kept_rows(self._journal.folder))
        for row, record in zip(rows, self._journal.records(row.key for row in again), strict=True):
            answer: Answer | None = answer_from_record(json.loads(record)) if record is not None else None
            yield Outcome(row, record, answer)

    def _keep(self, results: Sequence[Result]) -> Sequence[Result]:
        self._journal.add((result.row.key, result.answer) for result in results)
        return results


@contextmanager
def open_job(options: JobOptions, head: dict[str, str]) -> Iterator[Job]:
    """Check everything that can be before a model is loaded, read the input, and hold the journal.

    `head` is what is known already of what will answer.

    :raises QuestionFileError: when the input cannot be read as questions.
    :raises OutputError: when the output cannot be written there.
    :raises JobBusyError: when another process works on it.
    :raises JobChangedError: when the answers from before are not to this input or not from this collection.
    """
    if not options.source.is_file():
        raise QuestionFileError(f"{options.source}: there is no such file")
    check_target(options.target, options.source, may_replace=options.start_over)
    with Journal(options.target) as journal:
        try:
            if options.start_over:
                journal.forget()
            fingerprint = input_fingerprint(options.source, options.encoding)
            journal.check({"input": fingerprint, **head}, keep=options.keep_answers)
            intake = take_in(options.source, options.encoding, journal.folder)
            journal.agree({"input": fingerprint, **head}, keep=options.keep_answers)
        except QuestionFileError:
            if not journal.entries:
                shutil.rmtree(journal.folder, ignore_errors=True)
            raise
        yield Job(options, journal, intake)


def _head(assistant: Assistant, settings: Settings) -> dict[str, str]:
    return {
        "settings": settings.id,
        "index": assistant.searcher.generation.id,
        "backend": assistant.backend.name,
        "model": assistant.backend.model,
        "prompts": " ".join(phrases(language).version for language in LANGUAGES),
    }


@contextmanager
def _crash_noted(path: Path, *, really: bool) -> Iterator[None]:
    """While the body runs, a crash of this process in native code leaves its trace at `path`."""
    if not really:
        yield
        return
    before = faulthandler.is_enabled()
    with path.open("w", encoding="utf-8") as file:
        faulthandler.enable(file)
        try:
            yield
        finally:
            faulthandler.disable()
            if before:
                faulthandler.enable()
    path.unlink()
