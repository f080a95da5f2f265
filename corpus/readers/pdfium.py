"""What is on the pages of a PDF file: Lines with their places. The one adapter of pypdfium2.

Runs in `corpus.readers.child`.

Left out is text that nobody reads: drawn invisibly, white on an empty ground, or too small. Not seen through: text
behind a picture or outside of the page, white text within a form, letters that a font calls by the wrong name.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

from corpus.readers.pdf_layout import HYPHEN_MARK, LETTER, Line

_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_FIRST_WORD = re.compile(r"[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u30ff\u3400-\u9fff]+")

_MIN_SIZE = 2.0  # points; smaller text is not there for people
_MAX_BULLET = 3  # characters
_WHITE = 240  # of 255 in each colour
_SCAN_COVERS = 0.6  # of the page
_MAX_DEPTH = 8  # of forms within forms
_HIDDEN_FLAGS = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
_TYPED = {pdfium.FPDF_ANNOT_FREETEXT: b"Contents", pdfium.FPDF_ANNOT_WIDGET: b"V"}
_UNSEEN_MODES = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
_FILLED_MODES = (pdfium.FPDF_TEXTRENDERMODE_FILL, pdfium.FPDF_TEXTRENDERMODE_FILL_CLIP)

_Box = tuple[float, ...]  # left, bottom, right, top


class BrokenPdfError(Exception):
    """The file cannot be opened."""


class ProtectedPdfError(BrokenPdfError):
    """It cannot be opened for want of a password."""


@dataclass(frozen=True, slots=True)
class PdfPage:
    """The lines of a page, in the order they are drawn, and the texts that somebody typed over it."""

    lines: list[Line]
    typed_over: list[str]


def read_title(raw: bytes) -> str:
    """The title in the file's metadata, or an empty string."""
    with _open(raw) as file:
        try:
            return str(file.get_metadata_value("Title"))
        except UnicodeDecodeError:
            return ""


def read_pages(raw: bytes) -> Iterator[PdfPage | None]:
    """Every page of the file, None for one that is damaged.

    :raises BrokenPdfError: when the file as a whole cannot be opened.
    """
    with _open(raw) as file:
        for index in range(len(file)):
            try:
                page = file[index]
                lines = list(_lines(page.get_textpage(), _unseen(page)))
            except pypdfium2.PdfiumError:
                yield None
                continue
            yield PdfPage(lines, list(_typed_over(page)))
            page.close()


def _open(raw: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        is_protected = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        # Protection that the library does not understand is reported as success without a document.
        is_unknown = error.err_code == pdfium.FPDF_ERR_SUCCESS and b"/Encrypt" in raw
        raise (ProtectedPdfError if is_protected or is_unknown else BrokenPdfError) from error


def _lines(text_page: pypdfium2.PdfTextPage, unseen: set[bytes]) -> Iterator[Line]:
    handle = text_page.raw
    run: list[tuple[int, str]] = []
    for index in range(text_page.count_chars()):
        character = chr(pdfium.FPDFText_GetUnicode(handle, index))
        # A line end is the library's own; a font may call any letter of its by the same code.
        if character in "\r\n" and pdfium.FPDFText_IsGenerated(handle, index) == 1:
            yield from _line(handle, run)
            run = []
        elif character == "\x02" and pdfium.FPDFText_IsHyphen(handle, index) == 1:
            run.append((index, HYPHEN_MARK))
        elif not (unseen and bytes(pdfium.FPDFText_GetTextObject(handle, index)) in unseen):
            run.append((index, character))
    yield from _line(handle, run)


def _line(handle: pdfium.FPDF_TEXTPAGE, run: list[tuple[int, str]]) -> Iterator[Line]:
    shown = [index for index, character in run if not character.isspace()]
    if not shown:
        return
    text = "".join(character for _, character in run)
    word, letter = _FIRST_WORD.search(text), LETTER.search(text)
    quarter = round(pdfium.FPDFText_GetCharAngle(handle, shown[0]) / (math.pi / 2)) % 4
    is_mirrored = bool(letter and _RTL.match(letter.group()))

    def place(index: int) -> tuple[float, float, float]:
        return _place(handle, index, quarter, is_mirrored)

    left, top, _ = place(shown[0])
    _, bottom, right = place(shown[-1])
    word_end = place(run[word.end() - 1][0] if word else shown[0])[2]
    gaps = [place(index + 1)[0] - place(index - 1)[2] for index in _gaps(handle, run)]
    # The middle of three: the first or last letter may be a raised note mark.
    size = sorted(_size(handle, shown[at]) for at in (0, len(shown) // 2, -1))[1]
    yield Line(text, left, right, top, bottom, size, word_end - left, max(gaps, default=0.0), quarter)


def _gaps(handle: pdfium.FPDF_TEXTPAGE, run: list[tuple[int, str]]) -> Iterator[int]:
    """The spaces that the file does not hold, because it moves on instead; not the one behind a bullet or number."""
    inner = run[_MAX_BULLET:]
    for (_, before), (index, character), (_, after) in zip(inner, inner[1:], inner[2:], strict=False):
        is_single = character == " " and not before.isspace() and not after.isspace()
        if is_single and pdfium.FPDFText_IsGenerated(handle, index) == 1:
            yield index


def _place(handle: pdfium.FPDF_TEXTPAGE, index: int, quarter: int, is_mirrored: bool) -> tuple[float, float, float]:
    """Where a character begins, its base line, and where it ends, as if its line ran from left to right."""
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetLooseCharBox(handle, index, box)
    pdfium.FPDFText_GetCharOrigin(handle, index, x, y)
    left, base, right = (
        (box.left, y.value, box.right),
        (-box.top, x.value, -box.bottom),
        (-box.right, -y.value, -box.left),
        (box.bottom, -x.value, box.top),
    )[quarter]
    return (-right, base, -left) if is_mirrored else (left, base, right)


def _size(handle: pdfium.FPDF_TEXTPAGE, index: int) -> float:
    matrix, box = pdfium.FS_MATRIX(), pdfium.FS_RECTF()
    pdfium.FPDFText_GetMatrix(handle, index, matrix)
    size = pdfium.FPDFText_GetFontSize(handle, index) * math.hypot(matrix.c, matrix.d)
    # A font drawn by hand may have large letters at a small size.
    pdfium.FPDFText_GetLooseCharBox(handle, index, box)
    return float(size if size >= _MIN_SIZE else max(box.top - box.bottom, 0.1))


def _typed_over(page: pypdfium2.PdfPage) -> Iterator[str]:
    """The texts that lie over a page without being part of it: boxes and what is filled into a form."""
    for at in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        note = pdfium.FPDFPage_GetAnnot(page.raw, at)
        key = _TYPED.get(pdfium.FPDFAnnot_GetSubtype(note))
        is_shown = not pdfium.FPDFAnnot_GetFlags(note) & _HIDDEN_FLAGS
        if key and is_shown and pdfium.FPDFAnnot_GetValueType(note, key) == pdfium.FPDF_OBJECT_STRING:
            size = pdfium.FPDFAnnot_GetStringValue(note, key, None, 0)
            buffer = ctypes.create_string_buffer(size)
            pdfium.FPDFAnnot_GetStringValue(note, key, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
            yield buffer.raw.decode("utf-16-le", "replace").rstrip("\x00")
        pdfium.FPDFPage_CloseAnnot(note)


@dataclass(slots=True)
class _Drawn:
    """What is drawn on a page. Texts go by their address."""

    texts: int = 0
    invisible: set[bytes] = field(default_factory=set)
    tiny: set[bytes] = field(default_factory=set)
    white: dict[bytes, _Box] = field(default_factory=dict)
    grounds: list[_Box] = field(default_factory=list)
    picture_area: float = 0.0


def _unseen(page: pypdfium2.PdfPage) -> set[bytes]:
    """The texts of a page that nobody sees."""
    drawn = _Drawn()
    for at in range(pdfium.FPDFPage_CountObjects(page.raw)):
        _look(pdfium.FPDFPage_GetObject(page.raw, at), drawn, 0)
    # The recognised text of a scan lies invisibly over its picture; the reader sees the same words in that.
    is_scan = drawn.picture_area > _SCAN_COVERS * math.prod(page.get_size()) and 2 * len(drawn.invisible) > drawn.texts
    on_nothing = {text for text, box in drawn.white.items() if not any(_is_on(box, ground) for ground in drawn.grounds)}
    return (set() if is_scan else drawn.invisible) | drawn.tiny | on_nothing


def _look(thing: pdfium.FPDF_PAGEOBJECT, drawn: _Drawn, depth: int) -> bool:
    """Note what `thing` is, and return whether it is a picture or a form that holds one."""
    kind = pdfium.FPDFPageObj_GetType(thing)
    if kind == pdfium.FPDF_PAGEOBJ_TEXT:
        _look_at_text(thing, drawn, depth)
        return False
    is_picture = bool(kind == pdfium.FPDF_PAGEOBJ_IMAGE)
    if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
        for at in range(pdfium.FPDFFormObj_CountObjects(thing)):
            is_picture |= _look(pdfium.FPDFFormObj_GetObject(thing, at), drawn, depth + 1)
    if depth == 0 and (kind != pdfium.FPDF_PAGEOBJ_PATH or _is_painted(thing)):
        left, bottom, right, top = box = _box(thing)
        drawn.grounds.append(box)
        drawn.picture_area += (right - left) * (top - bottom) * is_picture
    return is_picture


def _look_at_text(text: pdfium.FPDF_PAGEOBJECT, drawn: _Drawn, depth: int) -> None:
    drawn.texts += 1
    mode = pdfium.FPDFTextObj_GetTextRenderMode(text)
    colour = _colour(text)
    if mode in _UNSEEN_MODES or (mode in _FILLED_MODES and colour[3] == 0):
        drawn.invisible.add(bytes(text))
    elif depth == 0:  # within a form, places and sizes are the form's own
        matrix, size = pdfium.FS_MATRIX(), ctypes.c_float()
        pdfium.FPDFPageObj_GetMatrix(text, matrix)
        pdfium.FPDFTextObj_GetFontSize(text, size)
        left, bottom, right, top = box = _box(text)
        if max(size.value * math.hypot(matrix.c, matrix.d), min(right - left, top - bottom)) < _MIN_SIZE:
            drawn.tiny.add(bytes(text))
        if mode in _FILLED_MODES and min(colour) >= _WHITE:
            drawn.white[bytes(text)] = box


def _is_painted(path: pdfium.FPDF_PAGEOBJECT) -> bool:
    fill, stroke, width = ctypes.c_int(), ctypes.c_int(), ctypes.c_float()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    pdfium.FPDFPageObj_GetStrokeWidth(path, width)
    left, bottom, right, top = _box(path)
    is_bar = stroke.value and 2.5 * width.value > min(right - left, top - bottom)
    if is_bar and min(_colour(path, pdfium.FPDFPageObj_GetStrokeColor)[:3]) < _WHITE:
        return True
    return fill.value != pdfium.FPDF_FILLMODE_NONE and min(_colour(path)[:3]) < _WHITE


def _colour(thing: pdfium.FPDF_PAGEOBJECT, of: Callable[..., int] = pdfium.FPDFPageObj_GetFillColor) -> tuple[int, ...]:
    """Red, green, blue and opacity of its filling, each 0 to 255; black where it is a pattern."""
    parts = [ctypes.c_uint() for _ in range(4)]
    is_plain = of(thing, *parts)
    return tuple(part.value for part in parts) if is_plain else (0, 0, 0, 255)


def _box(thing: pdfium.FPDF_PAGEOBJECT) -> _Box:
    sides = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(thing, *sides)
    return tuple(side.value for side in sides)


def _is_on(box: _Box, ground: _Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return ground[0] <= x <= ground[2] and ground[1] <= y <= ground[3]
