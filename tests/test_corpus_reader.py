"""A user's text files become Documents, or are refused with a reason."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from corpus.markdown import split_sections
from corpus.reader import MAX_BYTES, find_files
from tests.hosts import read_document

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
        ("empty.txt", b"", "no_text"),
        ("blank.md", b" \n\t\n", "no_text"),
        ("binary.txt", bytes(range(256)) * 40, "encoding"),
        ("picture.png", b"\x89PNG", "unsupported"),
        ("bad16.txt", b"\xff\xfe\x00\xd8\x00\x00", "encoding"),
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


def test_links_and_devices_in_a_folder_are_passed_over_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.md").write_text("a", encoding="utf-8")
    (folder / "deck.ppt").write_text("old", encoding="utf-8")
    for name in (".hidden.md", "~$open.docx", "picture.png"):
        (folder / name).write_text("b", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "elsewhere").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe\n.txt")
    with caplog.at_level(logging.WARNING):
        assert find_files(folder) == [folder / "deck.ppt", folder / "deep" / "a.md"]
    assert sorted(caplog.messages) == [
        f"{folder}/elsewhere: passed over, because it is a link",
        f"{folder}/link.txt: passed over, because it is a link",
        f"{folder}/pipe?.txt: passed over, because it is a device",
    ]


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UnreadableFileError) as caught:
        read_document(path)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize(
    "name", ["..\\x.txt", "%2e%2e.txt", "CON.txt", "\u202etxt.exe.txt", "🙂.txt", "成本 .txt", "'; --.txt"]
)
def test_a_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Runway", encoding="utf-8")
    document = read_document(tmp_path / name)
    assert document.text == "Runway"
    assert document.id.startswith("user-")
    assert "\u202e" not in document.title


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
