"""What a file is, its bytes say; and what is made to do harm ends with its reason, and alone."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest

from corpus.errors import UnreadableFileError
from corpus.readers.host import Limits
from tests.hosts import read_document
from tests.pdf_files import at, write_pdf

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
ROW = "<row r='{0}'><c r='A{0}'><v>1</v></c></row>"


def word(text: str = "Runway") -> bytes:
    file = docx.Document()
    file.add_paragraph(text)
    return saved(file)


def saved(file: Any) -> bytes:
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "Runway"
    return saved(book)


def deck() -> bytes:
    file = pptx.Presentation()
    file.slides.add_slide(file.slide_layouts[5]).shapes.title.text = "Runway"
    return saved(file)


def changed(archive: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """An archive with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(old.read(entry)) if entry.filename == name else old.read(entry))
    return buffer.getvalue()


def refusal(path: Path, raw: bytes, limits: Limits | None = None) -> UnreadableFileError:
    path.write_bytes(raw)
    with pytest.raises(UnreadableFileError) as caught:
        read_document(path, limits=limits or Limits())
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("suffix", [".docx", ".pdf", ".txt", ".bin"])
@pytest.mark.parametrize("make", [word, workbook, deck])
def test_the_bytes_of_an_office_file_win_over_its_name(tmp_path: Path, make: Callable[[], bytes], suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(make())
    assert read_document(path).text == "Runway"


def test_the_bytes_of_a_pdf_and_a_page_win_over_their_names(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "paper.txt", at(72, 700, "Runway"))
    assert read_document(path).text == "Runway"
    shifted = tmp_path / "paper.docx"
    shifted.write_bytes(b"\n" * 500 + path.read_bytes())
    assert read_document(shifted).text == "Runway"
    page = tmp_path / "table.xls"
    page.write_bytes(b"\xef\xbb\xbf <!-- exported -->\n<html><table><tr><td>a<td>b<tr><td>1<td>2</table>")
    assert read_document(page).text.startswith("| a | b |")
    sentence = tmp_path / "notes.txt"
    sentence.write_text("A file that begins with %PDF is a PDF, MZ is a program.", encoding="utf-8")
    assert "MZ is a program" in read_document(sentence).text


@pytest.mark.parametrize(
    ("name", "raw", "reason", "advice"),
    [
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "unsupported", "save it as .docx"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), "unsupported", "save it as .xlsx"),
        ("a.ppt", OLE + "PowerPoint Document".encode("utf-16-le"), "unsupported", "save it as .pptx"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted", "remove the password"),
        ("a.rtf", b"{\\rtf1 text}", "unsupported", "save it as .docx"),
        ("a.pdf", b"MZ\x90\x00" + b"\x00" * 2000 + b"%PDF-1.7", "unsupported", "is a program"),
        ("a.txt", b"MZ\x90\x00" + b"\x00" * 2000, "unsupported", "is a program"),
        ("a.png", b"\x89PNG\r\n", "unsupported", "OCR"),
        ("a.docx", b"only words", "unsupported", "is not a DOCX file"),
        ("a.json", b"{}", "unsupported", ".docx"),
        ("a.pdf", b"", "no_text", "is an empty file"),
        ("a.pdf", b"%PDF-1.7\n" + b"and nothing else " * 100, "corrupt", "damaged"),
        ("a.docx", b"PK\x03\x04 and nothing else", "corrupt", "damaged"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_to_do(
    tmp_path: Path, name: str, raw: bytes, reason: str, advice: str
) -> None:
    error = refusal(tmp_path / name, raw)
    assert (error.reason, advice in str(error)) == (reason, True)


def zipped(**parts: bytes | str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("raw", "reason", "advice"),
    [
        (zipped(a="b"), "unsupported", "unpack it"),
        (zipped(mimetype="application/vnd.oasis.opendocument.text"), "unsupported", "OpenDocument"),
        (
            changed(word(), "[Content_Types].xml", lambda raw: raw.replace(b"document.main", b"template.main")),
            "unsupported",
            "without macros",
        ),
        (
            changed(word(), "_rels/.rels", lambda raw: raw + b"<!-- http://purl.oclc.org/ooxml/officeDocument -->"),
            "unsupported",
            "Strict Open XML",
        ),
        (zipped(**{f"{n}.txt": "" for n in range(5001)}), "too_large", "5001 parts"),
        (zipped(a=b"\0" * 201_000_000), "too_large", "201 MB"),
        (zipped(a=b"\0" * 30_000_000), "too_large", "30 MB"),
    ],
)
def test_an_archive_is_looked_at_before_it_is_unpacked(tmp_path: Path, raw: bytes, reason: str, advice: str) -> None:
    error = refusal(tmp_path / "a.docx", raw)
    assert (error.reason, advice in str(error)) == (reason, True)


def test_an_archive_with_a_password_or_shared_bytes_is_refused(tmp_path: Path) -> None:
    locked = bytearray(word())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    assert refusal(tmp_path / "a.docx", bytes(locked)).reason == "encrypted"
    shared = bytearray(zipped(a="x" * 50, b="y" * 50))
    second = shared.rindex(b"PK\x01\x02")
    shared[second + 42 : second + 46] = b"\0\0\0\0"  # where its bytes begin
    assert refusal(tmp_path / "b.docx", bytes(shared)).reason in ("too_large", "corrupt")


LAUGHS = (
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY l 'lol'>"
    + b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10 if n else b"&l;" * 10) for n in range(9))
    + b"]>"
)
READS = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY l8 SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize("head", [LAUGHS, READS, LAUGHS.decode().encode("utf-16")])
@pytest.mark.parametrize(("make", "part"), [(word, "word/document.xml"), (workbook, "xl/worksheets/sheet1.xml")])
def test_entities_are_refused(tmp_path: Path, make: Callable[[], bytes], part: str, head: bytes) -> None:
    raw = changed(make(), part, lambda old: head + old.split(b"?>", 1)[-1].replace(b"Runway", b"&l8;"))
    error = refusal(tmp_path / "a.docx", raw)
    assert error.reason == "corrupt"
    assert "entities" in str(error)


def test_an_entity_in_a_book_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOKEN", encoding="utf-8")
    page = f"<?xml version='1.0'?><!DOCTYPE html [<!ENTITY s SYSTEM '{secret.as_uri()}'>]><html><p>Seen &s;</p></html>"
    package = (
        "<package xmlns='o'><manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/></manifest>"
        "<spine><itemref idref='a'/></spine></package>"
    )
    container = "<container xmlns='c'><rootfile full-path='p.opf'/></container>"
    path = tmp_path / "a.epub"
    path.write_bytes(zipped(**{"META-INF/container.xml": container, "p.opf": package, "a.xhtml": page}))
    text = read_document(path).text
    assert text.startswith("Seen")
    assert "TOKEN" not in text


def test_markup_nested_without_end_is_a_damaged_file(tmp_path: Path) -> None:
    deep = b"<w:sdt><w:sdtContent>" * 100_000
    raw = changed(word(), "word/document.xml", lambda old: old.replace(b"<w:body>", b"<w:body>" + deep))
    assert refusal(tmp_path / "a.docx", raw).reason == "corrupt"


def test_a_sheet_without_end_is_ended_and_the_next_file_is_read(tmp_path: Path) -> None:
    rows = "".join(ROW.format(number) for number in range(1, 400_000)).encode()
    raw = changed(
        workbook(), "xl/worksheets/sheet1.xml", lambda old: old.replace(b"</sheetData>", rows + b"</sheetData>")
    )
    began = time.monotonic()
    assert refusal(tmp_path / "a.xlsx", raw, Limits(time_s=2.0)).reason == "timeout"
    assert refusal(tmp_path / "b.xlsx", raw, Limits(memory_bytes=250_000_000)).reason == "memory"
    assert time.monotonic() - began < 40
    (tmp_path / "c.docx").write_bytes(word())
    assert read_document(tmp_path / "c.docx").text == "Runway"


@pytest.mark.parametrize("make", [word, workbook, deck])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_file_that_breaks_off_is_refused(tmp_path: Path, make: Callable[[], bytes], share: float) -> None:
    raw = make()
    assert refusal(tmp_path / "a.docx", raw[: int(len(raw) * share)]).reason == "corrupt"
