"""A user's text files become Documents, or are refused with a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from corpus.markdown import split_sections
from corpus.reader import find_files, read_document

CHINESE = "成本控制\n\n推理服务是最大的一块成本，先量化再扩容。"


@pytest.mark.parametrize(
    "raw",
    [
        CHINESE.encode("utf-8"),
        CHINESE.encode("utf-8-sig"),
        CHINESE.encode("utf-16"),
        b"\xfe\xff" + CHINESE.encode("utf-16-be"),
        CHINESE.encode("gb18030"),
        CHINESE.encode("gbk"),
    ],
)
def test_the_same_text_is_read_from_every_encoding(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(raw)
    document = read_document(path)
    assert document.text == CHINESE
    assert document.language == "zh"


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.md", b" \n\t\n", "empty"),
        ("binary.txt", bytes(range(256)) * 40, "encoding"),
        ("picture.png", b"\x89PNG", "unsupported"),
        ("bad16.txt", b"\xff\xfe\x00", "encoding"),
    ],
)
def test_what_cannot_be_cited_is_refused_with_a_reason(tmp_path: Path, name: str, raw: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(UnreadableFileError, match=name) as caught:
        read_document(path)
    assert caught.value.reason == reason


def test_a_missing_file_and_a_pipe_are_refused_without_hanging(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    for name, reason in (("nowhere.txt", "missing"), ("pipe.txt", "unsupported")):
        with pytest.raises(UnreadableFileError) as caught:
            read_document(tmp_path / name)
        assert caught.value.reason == reason


def test_the_id_follows_the_path_and_the_hash_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Plan\n\nFirst.", encoding="utf-8")
    before = read_document(path)
    path.write_text("# Plan\n\nSecond.", encoding="utf-8")
    after = read_document(path)
    assert (before.id, before.title) == (after.id, "Plan")
    assert before.sha256 != after.sha256


def test_links_and_hidden_files_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.md").write_text("a", encoding="utf-8")
    (folder / ".hidden.md").write_text("b", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert find_files(folder) == [folder / "deep" / "a.md"]


def test_sections_are_exact_and_know_the_titles_above_them() -> None:
    text = "intro\n# Book\n## Cost\nA.\n```\n# no heading\n```\n### Serving {#s}\nB.\nSources: one, two\n## Empty\n"
    sections = split_sections(text)
    found = [(section.heading, text[section.start : section.end].strip(), section.anchor) for section in sections]
    assert found == [
        ("", "intro", ""),
        ("Cost", "A.\n```\n# no heading\n```", ""),
        ("Cost › Serving", "B.", "s"),
    ]
    assert sections[2].source_keys == ("one", "two")
