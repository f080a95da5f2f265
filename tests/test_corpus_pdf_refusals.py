"""PDF files that are protected, damaged, empty or made to do harm: each ends with its reason, and alone."""

from __future__ import annotations

import logging
import zlib
from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from corpus.readers.host import Limits
from corpus.readers.pdf import read_pdf
from tests.hosts import read_in_host
from tests.pdf_files import FULL, at, picture, stream, wide, write_encrypted, write_pdf


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read_pdf(path)
    assert str(caught.value).startswith(f"{path}: ")
    return caught.value.reason


def test_a_file_in_unknown_letters_is_not_read_as_if_it_were_text(tmp_path: Path) -> None:
    assert refusal(write_pdf(tmp_path / "a.pdf", wide(72, 700, "\ue001\ue002\ue003\ue004 \ue005\ue006"))) == "encoding"


def test_a_page_in_unknown_letters_is_left_out_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_pdf(tmp_path / "a.pdf", at(72, 700, "Runway"), wide(72, 700, "\ue001\ue002\ue003\ue004"))
    with caplog.at_level(logging.WARNING):
        document = read_in_host("corpus.readers.pdf:read_pdf", path)
    assert [section.page for section in document.sections] == [1]
    assert f"{path}: left out because in letters without a known meaning: page 2" in caplog.messages


def test_a_file_that_asks_for_a_password_is_refused(tmp_path: Path) -> None:
    assert refusal(write_encrypted(tmp_path / "a.pdf", b"secret", b"master")) == "encrypted"


def test_a_file_that_only_its_owner_protects_is_read(tmp_path: Path) -> None:
    assert read_pdf(write_encrypted(tmp_path / "a.pdf", b"", b"master")).text == "Runway"


@pytest.mark.parametrize("content", [b"", b"q 612 0 0 792 0 0 cm /X1 Do Q\n", at(72, 700, "  ")])
def test_a_file_without_text_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = write_pdf(tmp_path / "a.pdf", content, extra=[picture()])
    assert refusal(path) == "no_text"
    with pytest.raises(UnreadableFileError, match="OCR program"):
        read_pdf(path)


def test_a_damaged_page_is_left_out_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_pdf(tmp_path / "a.pdf", at(72, 700, "Runway"), at(72, 700, "Burn rate"))
    # The second page becomes a node of the tree that holds itself.
    raw = path.read_bytes().replace(b"/Kids [10 0 R 12 0 R]", b"/Kids [10 0 R 02 0 R]")
    path.write_bytes(raw)
    with caplog.at_level(logging.WARNING):
        document = read_in_host("corpus.readers.pdf:read_pdf", path)
    assert document.text == "Runway"
    assert f"{path}: left out because damaged: page 2" in caplog.messages


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_file_that_breaks_off_is_read_or_refused(tmp_path: Path, share: float) -> None:
    raw = write_pdf(tmp_path / "a.pdf", at(72, 700, FULL) * 20).read_bytes()
    path = tmp_path / "cut.pdf"
    path.write_bytes(raw[: int(len(raw) * share)])
    try:
        assert FULL in read_in_host("corpus.readers.pdf:read_pdf", path).text
    except UnreadableFileError as error:
        assert error.reason in ("corrupt", "no_text", "unsupported")  # noqa: PT017 - either end is right


def test_a_bomb_is_refused_and_the_next_file_is_read(tmp_path: Path) -> None:
    packed = zlib.compress(zlib.compress(b"\0" * 400_000_000, 9), 9)
    bomb = stream(packed, b"/Filter [/FlateDecode /FlateDecode]")
    path = write_pdf(tmp_path / "bomb.pdf", at(72, 700, "Runway"), extra=[bomb])
    path.write_bytes(path.read_bytes().replace(b"/Contents 12 0 R", b"/Contents 10 0 R"))
    with pytest.raises(UnreadableFileError) as caught:
        read_in_host("corpus.readers.pdf:read_pdf", path, limits=Limits(memory_bytes=300_000_000))
    assert caught.value.reason == "memory"
    good = write_pdf(tmp_path / "b.pdf", at(72, 700, "Runway"))
    assert read_in_host("corpus.readers.pdf:read_pdf", good).text == "Runway"


def test_a_form_that_draws_itself_comes_to_an_end(tmp_path: Path) -> None:
    form = stream(
        b"/X1 Do " + at(72, 700, "Loop"),
        b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] "
        b"/Resources << /XObject << /X1 10 0 R >> /Font << /F1 3 0 R >> >>",
    )
    path = write_pdf(tmp_path / "a.pdf", b"/X1 Do", extra=[form])
    assert "Loop" in read_in_host("corpus.readers.pdf:read_pdf", path).text
