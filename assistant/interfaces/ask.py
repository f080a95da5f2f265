"""`assistant ask`: one answer on stdout, sentence by sentence as each is checked, or the record as JSON."""

from __future__ import annotations

import argparse
from typing import Any

from assistant.answer import Answer, Citation
from assistant.app import Workspace, open_assistant
from assistant.assistant import Assistant
from assistant.events import Finished, Found
from assistant.interfaces.calculation_view import calculation_text
from assistant.interfaces.rendering import PARTIAL, marked_text
from assistant.interfaces.terminal import Terminal
from assistant.record import to_json_line
from assistant.verifying.verification import Checked
from corpus.document import Language

_LONGEST_QUOTE = 220

_WORDS = {
    "zh": {"sources": "来源", "read": "其他读过的段落"},
    "en": {"sources": "Sources", "read": "Also read"},
}


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "ask",
        parents=[common],
        help="answer one question",
        description="Answer one question from the collection, each sentence checked against its source.",
        epilog='Examples: assistant ask "How does quantization cut serving cost?"   '
        'assistant ask --json "怎样控制大模型创业的成本？" > answer.json',
    )
    parser.add_argument("question", help="in Chinese or English")
    parser.add_argument("--json", action="store_true", help="print the whole record, one line of JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Answer and print."""
    with terminal.progress("indexing", "passages") as progress:
        opened = open_assistant(workspace, collection=options.collection, notice=terminal.notice, progress=progress)
        with opened as assistant:
            if options.json:
                terminal.answer(to_json_line(assistant.ask(options.question)))
            else:
                _print_as_it_comes(assistant, options.question, terminal)
    return 0


def _print_as_it_comes(assistant: Assistant, question: str, terminal: Terminal) -> None:
    language: Language = "en"
    printed = False
    for event in assistant.stream(question):
        if isinstance(event, Found):
            language = event.language
            terminal.notice(f"read: {len(event.passages)} passages")
        elif isinstance(event, Checked):
            terminal.answer(event.before + marked_text(event.sentence, language), end="")
            printed = True
        elif isinstance(event, Finished):
            terminal.answer("" if printed else event.answer.answer)
            _print_end(event.answer, terminal, draft_shown=printed)


def _print_end(answer: Answer, terminal: Terminal, *, draft_shown: bool) -> None:
    words = _WORDS[answer.language]
    if answer.status == "refused" and draft_shown:
        terminal.answer("\n" + answer.answer)
        return
    if answer.status == "partial":
        terminal.answer("\n" + PARTIAL[answer.language])
    if answer.calculations:
        terminal.answer("\n" + calculation_text(answer.calculations, answer.language))
    used = [citation for citation in answer.citations if citation.used]
    if used:
        terminal.answer(f"\n{words['sources']}:")
    for citation in used:
        terminal.answer(_source_line(citation))
    unused = [
        f"[{citation.n}] {citation.title} › {citation.section}" for citation in answer.citations if not citation.used
    ]
    if unused:
        terminal.answer(f"{words['read']}: " + "; ".join(unused))


def _source_line(citation: Citation) -> str:
    place = f", p. {citation.page}" if citation.page else ""
    quote = " ".join(citation.quote.split())
    if len(quote) > _LONGEST_QUOTE:
        quote = quote[:_LONGEST_QUOTE] + "…"
    heading = f"{citation.title} › {citation.section}" if citation.section else citation.title
    return f"[{citation.n}] {heading}{place} ({citation.address})\n    “{quote}”"
