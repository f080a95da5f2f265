"""The summary as one page of HTML that loads nothing: what was asked of what, the counts, and every row that failed."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from assistant.batch.summary import MOST_FAILED, Summary

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2329}"
    "table{border-collapse:collapse;margin:0 0 1.5rem}th,td{border:1px solid #cfd6dc;padding:.3rem .6rem;"
    "text-align:left;vertical-align:top}th{background:#eef1f4}td.n{text-align:right;font-variant-numeric:tabular-nums}"
)


def report_html(title: str, about: Mapping[str, str], summary: Summary) -> str:
    """`about` says what was asked of what, with which settings."""
    share = summary.supported_share
    figures = {
        "rows": f"{summary.rows:,}",
        **{status: f"{summary.statuses[status]:,}" for status in ("answered", "partial", "refused", "error")},
        "not asked": f"{summary.not_asked:,}",
        "claims in answers": f"{summary.claims:,}",
        "of them supported": f"{summary.supported:,}" + (f" ({share:.1%})" if share is not None else ""),
        "prompt tokens": f"{summary.prompt_tokens:,}",
        "completion tokens": f"{summary.completion_tokens:,}",
        "answering, added up": f"{summary.answering_s / 60:.1f} min",
    }
    failed = [(row.id, str(row.line), row.question, row.reason, row.message) for row in summary.failed]
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>',
        f"<style>{_STYLE}</style></head><body><h1>{_text(title)}</h1>",
        _table(("", ""), about.items()),
        "<h2>Answers</h2>",
        _table(("", ""), figures.items(), numbers=True),
        _counts("Verdicts of the sentences", summary.verdicts),
        _counts("Reasons", summary.reasons),
        _counts("Languages", summary.languages),
    ]
    if failed:
        more = "" if len(failed) < MOST_FAILED else f" (the first {MOST_FAILED:,})"
        parts += [f"<h2>Failed rows{more}</h2>", _table(("id", "line", "question", "reason", "what happened"), failed)]
    return "".join(parts) + "</body></html>\n"


def _counts(title: str, counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return f"<h2>{_text(title)}</h2>" + _table(("", ""), ((n, f"{c:,}") for n, c in ordered), numbers=True)


def _table(heading: Iterable[str], rows: Iterable[Iterable[str]], *, numbers: bool = False) -> str:
    names = "".join(f"<th>{_text(name)}</th>" for name in heading if name)
    kinds = ("", ' class="n"') if numbers else ("",)
    body = "".join(
        "<tr>" + "".join(f"<td{kinds[min(n, len(kinds) - 1)]}>{_text(c)}</td>" for n, c in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f"<table>{f'<tr>{names}</tr>' if names else ''}{body}</table>"


def _text(text: str) -> str:
    return html.escape("".join(c for c in text if c.isprintable() or c == "\n"))
