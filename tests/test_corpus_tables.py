"""The shipped tables: typed rows, the text made of them, a user's own rows, and what is refused."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from pathlib import Path

import pytest

from assistant.verifying.quantities import is_same_value, read_figures
from corpus.document import Document, Language
from corpus.language import HAN
from corpus.shipped import check_documents
from corpus.table_text import Row, format_date, format_number, format_value, render, write_row
from corpus.tables import DATA_FOLDER, Table, TableError, Tables, load_tables, table_documents

TABLES = load_tables()
DOCUMENTS = table_documents(TABLES)
PAIRS = [(one, other) for one in DOCUMENTS for other in DOCUMENTS if one.language == "en" and one.twin == other.id]
SECTIONS = [
    (document, section, document.text[section.start : section.end])
    for document in DOCUMENTS
    for section in document.sections
]
ROWS = [(t.head, row) for t in (getattr(TABLES, f.name) for f in fields(Tables)) for row in t.rows.values()]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
TOLD = [(head, row, lang, write_row(row, head, lang)) for head, row in ROWS for lang in LANGUAGES]
MARKS = {"en": "(unconfirmed)", "zh": "（未经核实）"}
LEADS = {"en": "Unconfirmed: ", "zh": "未经核实："}

OWN_PRICE = """
[sources.offer]
name = "Written offer of our provider"
name_zh = "供应商的书面报价"
address = "offer-2026-11.pdf"

[[gpu_prices]]
id = "h100-aws"
name = "H100"
section = "h100-large-clouds"
accelerator = "h100-sxm"
provider = "AWS"
terms = "reserved"
price_usd_per_hour = 2.35
as_of = "2026-11-20"
status = "verified"
sources = ["offer"]
"""
OWN_FACT = """regulations = [{ id = "own", name = "Own", section = "gdpr", status = "unconfirmed", sources = [],
text_en = "x", text_zh = "x", figures = FIGURES }]""".replace("\n", " ")


def write(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_table_is_a_document_in_both_languages() -> None:
    names = [path.stem.replace("_", "-") for path in DATA_FOLDER.glob("*.toml")]
    assert {document.id for document in DOCUMENTS} == {f"table-{n}-{lang}" for n in names for lang in LANGUAGES}
    assert all((DATA_FOLDER.parent.parent / document.address).is_file() for document in DOCUMENTS)
    assert check_documents(DOCUMENTS) == []


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=[one.base_id for one, _ in PAIRS])
def test_twins_carry_exactly_the_same_figures_section_by_section(english: Document, chinese: Document) -> None:
    for one, other in zip(english.sections, chinese.sections, strict=True):
        texts = (
            f"{one.heading}\n{english.text[one.start : one.end]}",
            f"{other.heading}\n{chinese.text[other.start : other.end]}",
        )
        values = [sorted(figure.value for figure in read_figures(text)) for text in texts]
        assert len(values[0]) == len(values[1]), one.anchor
        assert all(is_same_value(a, b) for a, b in zip(*values, strict=True)), one.anchor


def test_offsets_are_exact_and_every_row_stands_in_its_section() -> None:
    for document, section, text in SECTIONS:
        assert document.text[: section.start].endswith(f"## {section.heading} {{#{section.anchor}}}\n")
        assert re.match(r"\s*(?:Sources: |来源：)", document.text[section.end :])
        assert "\n## " not in text
    texts = {(document.id, section.anchor): text for document, section, text in SECTIONS}
    for head, row, language, told in TOLD:
        assert f"- {told}\n" in texts[f"table-{head.name.replace('_', '-')}-{language}", row.section]


def test_sections_keep_their_size() -> None:
    for document, section, text in SECTIONS:
        size = len(text.split()) if document.language == "en" else len(HAN.findall(text))
        low, high = (80, 250) if document.language == "en" else (130, 450)
        assert low <= size <= high, (document.id, section.anchor, size)


def test_every_row_names_its_sources_or_says_unconfirmed_in_both_languages() -> None:
    for _, row, language, told in TOLD:
        assert told.startswith(LEADS[language]) == (row.status == "unconfirmed"), row.id
        assert row.sources or row.status == "unconfirmed", row.id
        assert all(source.name and source.address for source in row.sources), row.id


def test_every_unconfirmed_figure_is_followed_by_a_mark_in_both_languages() -> None:
    marked = [(row, language, told, key) for _, row, language, told in TOLD for key in row.unconfirmed]
    assert len(marked) >= 20
    for row, language, told, key in marked:
        value = row.values().get(f"{key}_zh" if language == "zh" else key) or row.values()[key]
        shown = re.escape(format_value(key, value, language).strip())
        assert re.search(rf"{shown}[^,，。]*{re.escape(MARKS[language])}", told), (row.id, key)


def test_the_sources_of_a_document_are_those_of_its_sections() -> None:
    for document in DOCUMENTS:
        named = [key for section in document.sections for key in section.source_keys]
        assert set(named) == {source.key for source in document.sources}
    assert all(section.source_keys for _, section, _ in SECTIONS)


def test_every_figure_of_a_row_is_in_its_text() -> None:
    for _, row, language, told in TOLD:
        values = [figure.value for figure in read_figures(told)]
        for key, value in row.values().items():
            if isinstance(value, int | float) and not isinstance(value, bool) and key != "accelerator_count":
                wanted = value / 100 if key.endswith("_percent") else value
                assert any(is_same_value(v, wanted) or is_same_value(v, value) for v in values), (row.id, key, language)


@pytest.mark.parametrize("table", [TABLES.gpu_prices, TABLES.api_prices], ids=["gpu", "api"])
def test_every_price_tells_its_date_and_asks_to_be_checked(table: Table[Row]) -> None:
    for row in table.rows.values():
        english, chinese = (write_row(row, table.head, language) for language in LANGUAGES)
        assert (f"as of {row.as_of}, check before use" if row.as_of else "undated list, check before use") in english
        assert f"{'截至 ' + format_date(row.as_of, 'zh') if row.as_of else '价目未注明日期'}，使用前请核对" in chinese


def test_derived_training_figures_follow_from_their_inputs() -> None:
    for run in TABLES.training_runs.rows.values():
        parameters = run.active_parameters or run.parameters
        if run.training_flops and run.tokens and parameters and "training_flops" in run.derived:
            # OLMo 2 counts the tokens of its first stage only, hence the wide tolerance.
            assert math.isclose(run.training_flops, 6 * parameters * run.tokens, rel_tol=0.06), run.id
        if "mfu_percent" in run.derived:
            peak = TABLES.accelerators[run.accelerator].bf16_tflops
            reached = (run.training_flops or 0) / ((run.accelerator_hours or 0) * 3600 * (peak or 0) * 1e12)
            assert math.isclose(reached * 100, run.mfu_percent or 0, rel_tol=0.02), run.id


def test_a_users_file_replaces_a_price_and_names_its_own_source(tmp_path: Path) -> None:
    tables = load_tables(write(tmp_path, OWN_PRICE))
    assert tables.gpu_prices["h100-aws"].price_usd_per_hour == 2.35
    assert list(tables.gpu_prices.rows) == list(TABLES.gpu_prices.rows)
    chinese = next(document for document in table_documents(tables) if document.id == "table-gpu-prices-zh")
    assert "AWS 的 H100 长期预留价为每小时 2.35 美元一块（截至 2026 年 11 月 20 日，使用前请核对）。" in chinese.text
    assert "供应商的书面报价" in [source.name for source in chinese.sources]
    assert "12.29" not in chinese.text
    assert check_documents(table_documents(tables)) == []


def test_a_users_file_adds_rows_and_the_last_file_wins(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    first = write(tmp_path / "first", OWN_PRICE.replace('"h100-aws"', '"ours"'))
    second = write(tmp_path, OWN_PRICE.replace('"h100-aws"', '"ours"').replace("2.35", "2.10"))
    tables = load_tables(first, second)
    assert tables.gpu_prices["ours"].price_usd_per_hour == 2.10
    assert tables.gpu_prices["h100-aws"] == TABLES.gpu_prices["h100-aws"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("price_usd_per_hour", "price_per_hour", "unknown key 'price_per_hour'"),
        ("price_usd_per_hour = 2.35", "", "the key 'price_usd_per_hour' is missing"),
        ('status = "verified"', "", "the key 'status' is missing"),
        ('sources = ["offer"]', "", "the key 'sources' is missing"),
        ('["offer"]', "[]", "a row that is verified names at least one source"),
        ('["offer"]', '["invoice"]', "the source 'invoice' is not described"),
        ('"verified"', '"sure"', "status must be one of verified, derived, unconfirmed, not 'sure'"),
        ('"reserved"', '"rented"', "terms must be one of"),
        ("2.35", '"2.35"', "price_usd_per_hour must be float, not '2.35'"),
        ("2.35", "true", "price_usd_per_hour must be float, not True"),
        ('"h100-large-clouds"', '"clouds"', "gpu_prices has no section 'clouds'"),
        ('"2026-11-20"', '"November"', "as_of 'November' is not YYYY"),
        ('"h100-sxm"', '"h1000"', "accelerators has no row 'h1000'"),
        ("as_of", 'unconfirmed = ["instance"]\nas_of', "'instance' is marked and has no value"),
        ("as_of", 'note_en = "{cost}"\nas_of', "unknown placeholder {cost}"),
    ],
)
def test_a_row_that_breaks_the_form_is_refused_by_name(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(TableError, match=re.escape(told)) as error:
        load_tables(write(tmp_path, OWN_PRICE.replace(old, new)))
    assert "h100-aws" in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OWN_PRICE + OWN_PRICE.split("\n\n")[1], "the id 'h100-aws' is used twice"),
        ('[[prices]]\nid = "x"', "'prices' is no table"),
        ('[gpu_prices]\nid = "x"', "'gpu_prices' is no table"),
        ("gpu_prices = 3", "'gpu_prices' is no table"),
        ("sources = [1]", "'sources' is no table"),
        ("gpu_prices = [", "cannot be read as TOML"),
        (OWN_FACT.replace("FIGURES", "{ fine = 3 }"), "'fine' does not end in its unit"),
        (OWN_FACT.replace("FIGURES", '{ fine_eur = "3" }'), "fine_eur must be a number"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(TableError, match=re.escape(told)) as error:
        load_tables(write(tmp_path, text))
    assert "own.toml" in str(error.value)


def test_a_missing_file_and_a_missing_row_are_errors_that_say_so(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"none\.toml cannot be read"):
        load_tables(tmp_path / "none.toml")
    with pytest.raises(TableError, match="accelerators has no row 'h1000'; there are: v100-16gb"):
        TABLES.accelerators["h1000"]


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (82_432, "82,432", "82,432"), (20_000, "20,000", "2 万"), (2_788_000, "2.788 million", "278.8 万"),
        (1_022_362, "1,022,362", "1,022,362"), (405e9, "405 billion", "4,050 亿"), (0.0005, "0.0005", "0.0005"),
        (15.6e12, "15.6 trillion", "15.6 万亿"), (999_999.5, "999,999.5", "999,999.5"), (1e8, "100 million", "1 亿"),
    ],
)  # fmt: skip
def test_figures_are_written_as_people_write_them(value: float, english: str, chinese: str) -> None:
    assert (format_number(value, "en"), format_number(value, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("template", "value", "written"),
    [
        ("a[ {x}] b", None, "a b"), ("a[ {x}] b", 0, "a 0 b"), ("a[ {?x}yes][ {!x}no]", False, "a no"),
        ("[{x} W]", 7, "7 W (unconfirmed)"), ("{x} W", 7, "7 (unconfirmed) W"), ("[{!x}none]", "", "none"),
    ],
)  # fmt: skip
def test_a_bracket_is_left_out_without_its_value_and_ends_with_its_mark(
    template: str, value: float | str | None, written: str
) -> None:
    assert render(template, {"x": value}, "en", {"x": " (unconfirmed)"} if value == 7 else {}) == written


def test_a_value_outside_of_brackets_must_be_there() -> None:
    with pytest.raises(ValueError, match="needs a value for {x}"):
        render("a {x}", {"x": None}, "en", {})
