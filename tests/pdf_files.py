"""PDF files written byte by byte, for tests."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from pathlib import Path

LATIN = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"
FULL = "Compute is the largest cost that a young company has, larger than pay"  # 69 letters, 414 points at size 10


def at(x: float, y: float, text: str, *, size: float = 10, before: str = "") -> bytes:
    """Latin text at a place; every letter of the font is 0.6 of `size` wide."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"q {before} BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET Q\n".encode("cp1252")


def wide(x: float, y: float, text: str, *, size: float = 10) -> bytes:
    """Any text at a place, by its code points; every letter is as wide as `size`."""
    return f"BT /F2 {size} Tf 1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET\n".encode()


def write_pdf(
    path: Path,
    *pages: bytes,
    extra: Sequence[bytes] = (),
    page_keys: bytes = b"",
    trailer: bytes = b"",
    title: str = "",
) -> Path:
    """A file of `pages`, each its content. Objects of `extra` begin at number 10 and may be named in `page_keys`."""
    cmap = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
    cmap += b"1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end"
    first_page = 10 + len(extra)
    numbers = [first_page + 2 * at for at in range(len(pages))]
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % n for n in numbers), len(pages)),
        3: LATIN,
        4: b"<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /Identity-H /DescendantFonts [5 0 R] "
        b"/ToUnicode 6 0 R >>",
        5: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /DW 1000 /FontDescriptor 7 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        6: stream(cmap),
        7: b"<< /Type /FontDescriptor /FontName /Any /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800 "
        b"/Descent -200 /CapHeight 700 /StemV 80 >>",
        8: b"<< /Title <feff%s> >>" % title.encode("utf-16-be").hex().encode(),
    }
    objects |= {10 + number: content for number, content in enumerate(extra)}
    for number, content in zip(numbers, pages, strict=True):
        objects[number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R %s "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /X1 10 0 R >> >> >>" % (number + 1, page_keys)
        )
        objects[number + 1] = stream(content)
    body = bytearray(b"%PDF-1.7\n")
    offsets: dict[int, int] = {}
    for number, content in sorted(objects.items()):
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start, size = len(body), max(objects) + 1
    body += b"xref\n0 %d\n" % size
    for number in range(size):
        body += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    body += b"trailer << /Size %d /Root 1 0 R /Info 8 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    path.write_bytes(body)
    return path


def stream(content: bytes, keys: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), keys, content)


def rc4(key: bytes, content: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def write_encrypted(path: Path, user: bytes, owner: bytes) -> Path:
    """A page that says `Runway`, protected the oldest way (RC4, 40 bits)."""
    fill = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    pad_user, pad_owner = (user + fill)[:32], (owner + fill)[:32]
    identity, rights = b"0123456789abcdef", -4
    owner_entry = rc4(hashlib.md5(pad_owner).digest()[:5], pad_user)
    key = hashlib.md5(pad_user + owner_entry + struct.pack("<i", rights) + identity).digest()[:5]
    user_entry = rc4(key, fill)
    encrypt = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P %d /O <%s> /U <%s> >> /ID [<%s> <%s>]" % (
        rights,
        owner_entry.hex().encode(),
        user_entry.hex().encode(),
        identity.hex().encode(),
        identity.hex().encode(),
    )
    content_number = 11  # the first page is object 10
    content_key = hashlib.md5(key + struct.pack("<I", content_number)[:3] + b"\0\0").digest()[:10]
    return write_pdf(path, rc4(content_key, at(72, 700, "Runway")), trailer=encrypt)


def picture() -> bytes:
    keys = b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    return stream(b"\xff", keys)
