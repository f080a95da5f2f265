"""Lines at places, and the paragraphs they make. Every letter is 0.6 of its size wide, rows are 12 points apart."""

from __future__ import annotations

from corpus.readers.pdf_layout import HYPHEN_MARK, Line, join_hyphens, join_lines, largest_text

FULL = "Compute is the largest cost that a young company has, larger than pay"


def line(text: str, left: float, top: float, *, size: float = 10, quarter: int = 0) -> Line:
    width = 0.6 * size
    first_word = text.split(" ")[0]
    return Line(text, left, left + width * len(text), top, top, size, width * len(first_word), 0.0, quarter)


def chinese(text: str, top: float) -> Line:
    return Line(text, 72, 72 + 10 * len(text), top, top, 10, 10.0)


def test_nothing_is_nothing() -> None:
    assert join_lines([]) == ""
    assert largest_text([]) == ""
    assert join_hyphens([]) == []


def test_a_raised_mark_belongs_to_its_word_and_its_row() -> None:
    rows = [line(FULL, 72, 700), line("of Shazeer", 72, 688), line("1", 132, 692, size=7), line(FULL[:50], 72, 676)]
    assert join_lines(rows) == f"{FULL} of Shazeer1\n{FULL[:50]}"
    marked = [line(FULL[:68], 72, 700), line("1", 480, 704, size=7), line(FULL, 72, 688), line("ends.", 72, 676)]
    assert join_lines(marked) == f"{FULL[:68]}1 {FULL} ends."


def test_cells_make_rows_that_are_not_run_together() -> None:
    rows = [("Memory of H100", "80 GB"), ("Memory of H200", "141 GB"), ("Price of one for an hour", "3.10")]
    lines = [
        line(cell, 72 + 200 * at, 700 - 12 * row) for row, cells in enumerate(rows) for at, cell in enumerate(cells)
    ]
    assert join_lines(lines) == "\n".join(" ".join(cells) for cells in rows)


def test_a_sentence_goes_on_in_the_next_column_and_a_finished_one_does_not() -> None:
    left = [line("the left column is this wide", 72, 112), line("and ends with half a line of", 72, 100)]
    right = line("words.", 320, 700)
    assert join_lines([*left, right]).endswith("half a line of words.")
    finished = [line("the left column is this wide", 72, 112), line("and ends in a full sentence.", 72, 100)]
    assert join_lines([*finished, right]).endswith("full sentence.\n\nwords.")


def test_a_hyphen_at_the_end_of_a_full_line_is_marked() -> None:
    rows = [line("Every founder must under-", 72, 700), line("stand this; 20 -", 72, 688), line("30 are few.", 72, 676)]
    assert join_lines(rows) == f"Every founder must under-{HYPHEN_MARK}stand this; 20 -\n30 are few."


def test_chinese_and_latin_lines_are_joined_without_a_space() -> None:
    assert join_lines([chinese("我们使用大模型以及", 700), chinese("GPT", 686), chinese("完成", 672)]).startswith(
        "我们使用大模型以及GPT"
    )
    assert join_lines([chinese("we use GPT", 700), chinese("模型", 686)]) == "we use GPT模型"


def test_text_turned_another_way_is_apart() -> None:
    assert join_lines([line("Upright", 72, 700), line("turned", 72, 688, quarter=3)]) == "Upright\n\nturned"


def test_lines_without_anything_seen_leave_no_trace() -> None:
    assert join_lines([line("Rent", 72, 700), line("\u200b", 72, 690, size=20), line("Buy", 72, 688)]) == "Rent Buy"


def test_the_document_tells_which_hyphens_belong_to_words() -> None:
    def joined(*pages: str) -> str:
        return join_hyphens([page.replace("|", HYPHEN_MARK) for page in pages])[0]

    assert joined("under|stand") == "understand"
    assert joined("under-|stand") == "understand"
    assert joined("well-|known", "a well-known fact") == "well-known"
    assert joined("Well-|known", "a well-known fact") == "Well-known"
    assert joined("Deep|Seek", "by DeepSeek") == "DeepSeek"
    assert joined("Deep|Seek") == "Deep-Seek"
    assert joined("GPT|4") == "GPT-4"
    assert joined("4|bit") == "4-bit"
    assert joined("open|") == "open-"


def test_the_largest_text_is_the_first_run_in_the_largest_letters() -> None:
    lines = [
        line("arXiv:1706.03762v7", 30, 300, size=20, quarter=3),
        line("Running head", 72, 760, size=8),
        line("Attention Is", 72, 730, size=18),
        line("All You Need", 72, 708, size=17.5),
        line("Abstract", 72, 690, size=12),
        line("Another large one", 72, 400, size=18),
        line("7", 72, 100, size=40),
    ]
    assert largest_text(lines) == "Attention Is All You Need"
