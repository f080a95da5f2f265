"""The letters of a file are the letters that were written, or it is refused."""

from __future__ import annotations

import random

import pytest

from corpus.readers.encodings import decode, decode_declared

SIMPLIFIED = "推理服务是最大的一块成本，先量化再扩容。现金跑道不足六个月时，停止自行训练模型。"
TRADITIONAL = "臺灣的人工智慧新創公司必須控制算力成本。訓練大型語言模型需要大量的圖形處理器，租用雲端伺服器。"
JAPANESE = "人工知能のスタートアップ企業は、計算資源の費用を管理しなければなりません。"
KOREAN = "인공지능 스타트업은 계산 비용을 관리해야 합니다."
FRENCH = "Société à responsabilité limitée : le coût de l’entraînement s’élève à 30 000 €."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-8-sig"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
        ("Runway in months", "utf-16-le"),
        ("Runway in months", "utf-16-be"),
        (SIMPLIFIED, "gbk"),
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED[:4], "gb18030"),
        (TRADITIONAL, "big5"),
        (JAPANESE, "cp932"),
        (KOREAN, "euc_kr"),
        (FRENCH, "cp1252"),
    ],
)
def test_text_comes_back_from_its_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(("text", "encoding"), [(SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5")])
def test_a_line_from_anywhere_is_not_taken_for_another_encoding(text: str, encoding: str) -> None:
    for start in range(len(text) - 8):
        assert decode(text[start : start + 8].encode(encoding)) == text[start : start + 8]


def test_a_file_cut_within_a_letter_keeps_the_others() -> None:
    assert decode(SIMPLIFIED.encode("utf-8")[:-1]) == SIMPLIFIED[:-1]


@pytest.mark.parametrize(
    "raw",
    [
        random.Random(7).randbytes(4000),
        bytes(range(256)) * 40,
        SIMPLIFIED.encode("utf-8") + b"\xff\xfe" + SIMPLIFIED.encode("gb18030"),
        b"\xff\xfe\x00\xd8\x00\x00",
    ],
)
def test_what_is_no_text_in_any_encoding_is_not_read(raw: bytes) -> None:
    assert decode(raw) is None


def test_a_page_says_its_encoding_and_is_not_believed_blindly() -> None:
    page = f'<meta charset="gb2312"><p>{SIMPLIFIED} 朱镕基'
    assert decode_declared(page.encode("gb18030")) == page
    assert decode_declared(page.encode("utf-8")) == page
    assert decode_declared(b"<meta charset=nonsense>" + SIMPLIFIED.encode("big5hkscs", "ignore")) is not None
