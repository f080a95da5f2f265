"""Answers as a workbook: a row a question, and behind it every sentence's verdict and every source's quote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from assistant.answer import Answer, Citation, Sentence
from assistant.batch.cells import cell_text, with_bullets
from assistant.batch.outcome import Outcome, history_text, table_headings
from assistant.batch.words import REASON, STATUS, VERDICT, marked_text, source_lines, supported_of
from assistant.batch.workbook import Cell, WorkbookWriter

_GREEN, _BLUE, _YELLOW, _RED, _GREY = "D5EBD8", "DCE9F7", "FFF0C2", "F8D4D0", "E4E4E4"
_STATUS_FILL = {"answered": _GREEN, "partial": _YELLOW, "refused": _GREY, "error": _RED}
_VERDICT_FILL = {"supported": _GREEN, "computed": _BLUE, "unsupported": _RED, "no_claim": ""}
# Widths in characters; a line of an answer should be as long as one can read.
_WIDTHS = {
    "id": 6,
    "question": 32,
    "history": 14,
    "status": 13,
    "answer": 66,
    "supported": 11,
    "claims": 8,
    "sources": 32,
    "reason": 17,
    "quotes": 10,
}
_OTHER_WIDTH = 12
_SENTENCES = (("id", 7), ("sentence", 80), ("verdict", 14), ("score", 8), ("citations", 11), ("quote", 60))
_SOURCES = (
    ("id", 7),
    ("n", 5),
    ("title", 32),
    ("section", 32),
    ("page", 7),
    ("used", 8),
    ("quote", 80),
    ("address", 44),
)
# A quote is a whole passage: here its beginning is shown, in the sheet of sources all of it.
_SENTENCE_POINTS = 107.0
_OPEN = {"en": "→ quotes", "zh": "→ 引文"}
_USED = {"en": {True: "cited", False: "read"}, "zh": {True: "引用", False: "读过"}}
_WEB = re.compile(r"https?://[^\s\"<>]{1,2000}")


class SheetsWriter:
    """Three sheets; sources are linked to, inside the file and out."""

    def __init__(self, headings: Sequence[str]) -> None:
        """`headings` are the carried columns."""
        self._headings = headings
        self._book = WorkbookWriter()
        columns = [(name, _WIDTHS.get(name, _OTHER_WIDTH)) for name in [*table_headings(headings), "quotes"]]
        self._answers = self._book.sheet("Answers", columns)
        self._sentences = self._book.sheet("Sentences", _SENTENCES, tallest=_SENTENCE_POINTS)
        self._sources = self._book.sheet("Sources", _SOURCES)

    def add(self, outcome: Outcome) -> None:
        """See `assistant.batch.output.Writer`."""
        row, answer = outcome.row, outcome.answer
        cells = [Cell(row.id), Cell(row.question), Cell(history_text(row))]
        cells += [Cell(cell_text(row.columns.get(name))) for name in self._headings]
        if answer is not None:
            cells += self._answer_cells(answer)
        self._answers.append(cells)
        if answer is not None:
            self._add_details(row.id, answer)

    def save(self, path: Path) -> None:
        """Write the file."""
        self._book.save(path)

    def _answer_cells(self, answer: Answer) -> list[Cell]:
        supported, claims = supported_of(answer)
        return [
            Cell(STATUS[answer.language][answer.status], fill=_STATUS_FILL[answer.status]),
            Cell(with_bullets(marked_text(answer))),
            Cell(supported if claims else ""),
            Cell(claims if claims else ""),
            Cell("\n".join(source_lines(answer))),
            Cell(REASON[answer.language].get(answer.reason, answer.reason)),
            Cell(_OPEN[answer.language], link=f"#Sources!A{self._sources.rows + 1}") if answer.citations else Cell(""),
        ]

    def _add_details(self, row_id: str, answer: Answer) -> None:
        home = f"#Answers!A{self._answers.rows}"
        places = {c.n: (row, c) for row, c in enumerate(answer.citations, start=self._sources.rows + 1)}
        for sentence in answer.sentences:
            self._sentences.append([Cell(row_id, link=home), *_sentence_cells(sentence, places, answer)])
        for citation in answer.citations:
            self._sources.append([Cell(row_id, link=home), *_source_cells(citation, answer)])


def _sentence_cells(sentence: Sentence, places: dict[int, tuple[int, Citation]], answer: Answer) -> list[Cell]:
    """`places` says for each number in which row of the sources it stands."""
    cited = [places[n] for n in sentence.citations if n in places]
    return [
        Cell(with_bullets(sentence.text)),
        Cell(VERDICT[answer.language][sentence.verdict], fill=_VERDICT_FILL[sentence.verdict]),
        Cell(round(sentence.score, 2) if sentence.verdict != "no_claim" else ""),
        Cell("".join(f"[{n}]" for n in sentence.citations), link=f"#Sources!A{cited[0][0]}" if cited else ""),
        Cell(cited[0][1].quote if cited else ""),
    ]


def _source_cells(citation: Citation, answer: Answer) -> list[Cell]:
    web = _WEB.fullmatch(citation.address)
    return [
        Cell(citation.n),
        Cell(citation.title),
        Cell(citation.section),
        Cell(citation.page if citation.page is not None else ""),
        Cell(_USED[answer.language][citation.used], fill=_GREEN if citation.used else ""),
        Cell(citation.quote),
        Cell(citation.address, link=citation.address if web else ""),
    ]
