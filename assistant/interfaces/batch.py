"""`assistant batch`: a file of questions in, a file of checked answers out; it goes on where it was stopped."""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.app import Workspace, open_assistant
from assistant.assistant import Assistant
from assistant.batch.job import Job, JobOptions, open_job
from assistant.batch.output import MarkdownRules
from assistant.batch.placing import open_elsewhere
from assistant.batch.question_file import QuestionFile, open_questions
from assistant.batch.report import report_html
from assistant.batch.row import Row
from assistant.batch.summary import Summary
from assistant.errors import BadQuestionError, SettingsError
from assistant.interfaces.batch_progress import BatchProgress
from assistant.interfaces.rendering import answer_markdown, plain_markdown
from assistant.interfaces.terminal import Terminal
from assistant.understanding.question import understand
from serving.backend import Backend

EXIT_SOME_FAILED, EXIT_NO_MODEL, EXIT_STOPPED = 1, 3, 130

# Requests in flight where the server does not say how many it takes.
_WORKERS = {"embedded": 2, "vllm": 16, "extractive": 2}
_WAIT_S = 300.0
_NAMED = 10

_EPILOG = """Examples:
  assistant batch questions.xlsx -o answers.xlsx
  assistant batch questions.csv -o answers.jsonl --collection board --report report.html
Run the same command again after a stop of any kind: nothing that was answered is asked again."""


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "batch",
        parents=[common],
        help="answer a file of questions",
        description="Answer a file of questions, each answer with its sources and verdicts. In: .txt (a question a "
        "line), .csv or .xlsx (a column `question`; `id` and `history` if there are any; others are carried), .jsonl. "
        "Out: .jsonl (the full records), .csv, .xlsx, .md.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("input", type=Path, metavar="IN", help="the questions")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="where the answers go")
    parser.add_argument("--encoding", default="", help="of a .txt, .csv or .jsonl, where it is not found out")
    parser.add_argument("--workers", type=_positive, metavar="N", help="questions asked at once (default: by backend)")
    parser.add_argument("--limit", type=_count, metavar="N", help="ask at most N now; 0 writes what is answered so far")
    parser.add_argument("--only-failed", action="store_true", help="ask again what failed, and nothing else")
    parser.add_argument("--dry-run", action="store_true", help="only read the questions and say what would be asked")
    parser.add_argument("--report", type=Path, metavar="FILE", help="keep the summary as a page of HTML")
    parser.add_argument(
        "--wait", type=float, default=_WAIT_S, metavar="SECONDS", help="how long a lost server is waited for (300)"
    )
    changed = parser.add_mutually_exclusive_group()
    changed.add_argument("--start-over", action="store_true", help="forget earlier answers to this output")
    changed.add_argument(
        "--keep-answers",
        action="store_true",
        help="input, documents or settings have changed: keep the answers to unchanged questions",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Answer the file, write the output, say what became of it."""
    if options.dry_run:
        return _dry_run(open_questions(options.input, options.encoding), terminal)
    if options.output is None:
        raise SettingsError("say where the answers go: -o answers.xlsx (or .csv, .jsonl, .md)")
    wanted = JobOptions(
        options.input,
        options.output,
        options.encoding,
        options.limit,
        only_failed=options.only_failed,
        start_over=options.start_over,
        keep_answers=options.keep_answers,
    )
    if options.report and not options.report.parent.is_dir():
        raise SettingsError(f"--report {options.report}: there is no folder {options.report.parent}")
    started = time.monotonic()
    if open_elsewhere(options.output):
        terminal.notice(f"{options.output} is open in a spreadsheet: close it there, it is going to be replaced")
    with _ended_by_signals(), open_job(wanted, {"collection": options.collection}) as job:
        _say_what_was_read(job, terminal)
        stopped = _ask(job, options, workspace, terminal)
        summary = job.write(MarkdownRules(answer_markdown, plain_markdown))
        if options.report:
            options.report.write_text(report_html(f"{options.output.name}", job.about, summary), encoding="utf-8")
    _say_what_became(summary, options, terminal, time.monotonic() - started)
    if stopped:
        return EXIT_STOPPED
    if job.engine_is_gone:
        terminal.error(
            f"assistant: the model's server was gone for more than {options.wait:.0f} s, {summary.not_asked:,} rows "
            "are left; start it and run the same command again"
        )
        return EXIT_NO_MODEL
    return EXIT_SOME_FAILED if summary.failed else 0


def _ask(job: Job, options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> bool:
    """Ask what is to be asked; whether Ctrl-C ended it."""
    total, kept = sum(1 for _ in job.to_ask()), job.kept
    if not total:
        terminal.notice(f"nothing to ask: {kept:,} of {job.intake.rows:,} rows have been asked before")
        return False
    with terminal.progress("indexing", "passages") as indexing:
        opened = open_assistant(workspace, collection=options.collection, notice=terminal.notice, progress=indexing)
        with opened as assistant, BatchProgress(terminal, total=total, kept=kept) as progress:
            try:
                _answer_all(job, assistant, workspace, options, progress)
            except KeyboardInterrupt:
                terminal.error("stopped; writing what has been answered. Run the same command again to go on")
                return True
            finally:
                terminal.notice(progress.line())
    return False


def _answer_all(
    job: Job, assistant: Assistant, workspace: Workspace, options: argparse.Namespace, progress: BatchProgress
) -> None:
    workers = options.workers or usual_workers(assistant.backend)
    asking = job.ask(
        assistant, workspace.settings, workers=workers, wait_s=options.wait, on_begin=progress.begin
    )  # fmt: skip
    for results in asking:
        progress.add(results)


def usual_workers(backend: Backend) -> int:
    """As many as what answers takes at once: the slots of llama.cpp, a good many of a server that batches."""
    slots = backend.client.capabilities.slots if backend.client else 0
    return slots or _WORKERS[backend.name]


def _say_what_was_read(job: Job, terminal: Terminal) -> None:
    intake = job.intake
    bad = f", {intake.bad:,} of them cannot be asked" if intake.bad else ""
    empty = f"; {intake.empty:,} empty rows passed over" if intake.empty else ""
    terminal.notice(f"{intake.name} ({intake.about}): {intake.rows:,} rows{bad}{empty}")


def _say_what_became(summary: Summary, options: argparse.Namespace, terminal: Terminal, seconds: float) -> None:
    for row in summary.failed[:_NAMED]:
        terminal.error(f"assistant: row {row.id}: {row.message} [{row.reason}]")
    failed = summary.statuses["error"]
    if failed > _NAMED:
        terminal.error(f"assistant: and {failed - _NAMED:,} more; all are named in {options.output}")
    counts = ", ".join(f"{summary.statuses[name]:,} {name}" for name in ("answered", "partial", "refused"))
    left = f", {summary.not_asked:,} not asked yet" if summary.not_asked else ""
    share = summary.supported_share
    supported = f"; {share:.0%} of {summary.claims:,} claims supported" if share is not None else ""
    tokens = summary.prompt_tokens + summary.completion_tokens
    spent = f"; {tokens:,} tokens" if tokens else ""
    terminal.notice(
        f"{options.output}: {counts}, {failed:,} failed{left}{supported}{spent}; {seconds / 60:.1f} min this time"
    )


def _dry_run(opened: QuestionFile, terminal: Terminal) -> int:
    """Read everything, ask nothing, leave nothing behind."""
    rows = bad = follow_ups = 0
    languages = {"zh": 0, "en": 0}
    for row in opened.rows:
        rows += 1
        follow_ups += bool(row.history)
        problem = row.problem_text or _cannot_be_asked(row, languages)
        if problem:
            bad += 1
            terminal.error(f"assistant: row {row.id}: {problem}")
    terminal.answer(f"read as       {opened.about}")
    terminal.answer(f"rows          {rows}, {opened.empty} empty ones passed over")
    terminal.answer(f"to be asked   {rows - bad} ({languages['zh']} zh, {languages['en']} en, {follow_ups} follow-ups)")
    terminal.answer(f"failing       {bad}")
    terminal.answer(f"carried       {', '.join(opened.headings) or 'no other columns'}")
    return EXIT_SOME_FAILED if bad else 0


def _cannot_be_asked(row: Row, languages: dict[str, int]) -> str:
    try:
        languages[understand(row.question, row.history).language] += 1
    except BadQuestionError as error:
        return f"line {row.line}: {error}"
    return ""


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A closed terminal or a polite kill ends the job as an exit does: what is under way is dropped, nothing else."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        names = []
    before = {name: signal.signal(getattr(signal, name), end) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number
