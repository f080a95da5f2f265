"""The questions that sections answer: both languages, known sections, no doubles; searched and never cited."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from corpus.asked import with_questions
from corpus.document import Section
from corpus.errors import DocumentRuleError
from corpus.shipped import shipped_documents

SECTIONS = (Section("Where does money go?", 0, 10, anchor="money"), Section("Who pays?", 10, 20, anchor="payers"))
GOOD = '[money]\nen = ["What eats our budget?"]\nzh = ["钱都花在哪里？"]\n'


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "cost.asked.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_sections_get_the_questions_of_their_language(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert [s.questions for s in with_questions(SECTIONS, path, "zh")] == [("钱都花在哪里？",), ()]
    assert [s.questions for s in with_questions(SECTIONS, path, "en")] == [("What eats our budget?",), ()]


def test_a_document_need_not_have_any(tmp_path: Path) -> None:
    assert with_questions(SECTIONS, tmp_path / "none.asked.toml", "en") == SECTIONS


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GOOD.replace("[money]", "[gold]"), "no section 'gold'"),
        ('[money]\nen = ["What eats our budget?"]\n', "`en` and `zh`"),
        (GOOD.replace('"What eats our budget?"', '"What eats our budget?", "And why?"'), "2 questions in English, 1"),
        (GOOD.replace("What eats our budget?", "钱呢？"), "not in the language 'en'"),
        (GOOD.replace("What eats our budget?", " "), "is no question"),
        (GOOD.replace("钱都花在哪里？", "钱" * 200), "is no question"),
        (GOOD.replace('["What eats our budget?"]', "7"), "`en` and `zh`"),
        ("[money", "cost.asked.toml"),
    ],
)
def test_what_breaks_the_form_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(DocumentRuleError, match=complaint):
        with_questions(SECTIONS, write(tmp_path, text), "en")


def test_every_file_belongs_to_a_document() -> None:
    folder = Path(__file__).parent.parent / "corpus" / "documents"
    strays = [
        p for p in folder.rglob("*.asked.toml") if not p.with_name(p.name.replace("asked.toml", "en.md")).exists()
    ]
    assert strays == []


def test_questions_are_no_part_of_the_text_that_can_be_cited() -> None:
    root = Path(__file__).parent.parent
    written = [document for document in shipped_documents() if document.kind != "table"]
    assert any(section.questions for document in written for section in document.sections)
    assert all(document.text == (root / document.address).read_text(encoding="utf-8") for document in written)


def test_no_two_sections_are_asked_the_same() -> None:
    asked = Counter(q for d in shipped_documents() for section in d.sections for q in section.questions)
    assert [question for question, count in asked.items() if count > 1] == []
