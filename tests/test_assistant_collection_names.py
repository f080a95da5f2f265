"""Names of collections: words of any script; nothing that leads elsewhere, hides something or is two things at once."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from assistant.collection_names import as_argument, as_choice, as_name, check_name, collection_names
from assistant.errors import CollectionNameError
from assistant.home import Home


@pytest.mark.parametrize(
    "name",
    [
        "董事会", "财务 2026", "board", "Board_2026-Q1", "Réunion du conseil", "取締役会", "이사회", "हिन्दी", "2026",
        "x" * 100, "董" * 33, "console",
    ],
)  # fmt: skip
def test_words_of_any_script_are_names(tmp_path: Path, name: str) -> None:
    assert as_name(name) == name
    assert Home(tmp_path).collection(name) == tmp_path / "collections" / name


@pytest.mark.parametrize(
    "name",
    [
        "", "   ", "../x", "..", ".hidden", "a/b", "a\\b", "a.b", "a:b", "C:", "a+b", "-x", "_x", "a*", "a?", 'a"b',
        "a'b", "a$b", "~", "a|b",
        "a\nb", "a\tb", "a\0b", "a\x1b[31m", "a\x7f",
        "a\u202eb", "a\u2066b", "a\u200bb", "a\u200db", "\ufeffa", "a\u00adb", "a\u00a0b", "a\u2028b",  # no signs
        "\u3164", "a\ufe0fb", "a\u034fb", "\u0301a",  # what shows nothing, a mark with nothing under it
        "\ud800", "\ue000", "\U0001f600", "①", "x²",
        "con", "CON", "Nul", "com1", "LPT9",
        "x" * 101, "董" * 34, "e" + "\u0301" * 100,
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused_with_what_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(CollectionNameError, match="use letters, digits, - and _"):
        Home(tmp_path).collection(name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (unicodedata.normalize("NFD", "Réunion"), "Réunion"),
        ("  财务\u30002026 ", "财务 2026"),
        ("a   b", "a b"),
    ],
)
def test_what_is_typed_in_another_way_is_the_same_name(tmp_path: Path, typed: str, name: str) -> None:
    assert Home(tmp_path).collection(typed) == Home(tmp_path).collection(name) == tmp_path / "collections" / name


def test_names_that_differ_by_capitals_alone_are_one_folder_somewhere_and_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.collection("Straße 2026").mkdir(parents=True)
    assert home.collection("Straße 2026").is_dir()
    for name in ("STRASSE 2026", "straße 2026"):
        with pytest.raises(CollectionNameError, match="'Straße 2026' already") as caught:
            home.collection(name)
        assert caught.value.alike == "Straße 2026"
    with pytest.raises(CollectionNameError, match="'default' already"):
        Home(tmp_path / "fresh").collection("Default")


def test_a_folder_whose_letters_a_system_took_apart_is_found(tmp_path: Path) -> None:
    home = Home(tmp_path)
    apart = tmp_path / "collections" / unicodedata.normalize("NFD", "Réunion")
    apart.mkdir(parents=True)
    assert home.collection("Réunion") == apart


def test_several_are_asked_by_one_name() -> None:
    assert as_choice(" 董事会 +default+董事会") == "董事会+default"
    assert collection_names("财务 2026+董事会") == ["财务 2026", "董事会"]
    with pytest.raises(CollectionNameError):
        check_name("董事会+default")


def test_a_name_with_spaces_is_quoted_in_a_command() -> None:
    assert (as_argument("董事会"), as_argument("财务 2026")) == ("董事会", '"财务 2026"')
