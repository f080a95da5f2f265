"""`assistant library` as somebody uses it: nothing added is lost, nothing is there twice, damage is found and named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.home import Home
from assistant.interfaces.cli import main
from tests.conftest import ROOT

BIRDS = ("Avocet", "Bittern", "Curlew", "Dotterel", "Egret", "Fulmar", "Gannet", "Heron", "Ibis", "Jackdaw")
COLLECTION = ("--collection", "board")
FILES = 200  # they take a second to read, in which a kill must come


def run(home: Home, *arguments: str) -> int:
    return main([*arguments, *COLLECTION, "--home", str(home.folder)])


def write(folder: Path, bird: str, budget: str = "417,000") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{bird.lower()}.md"
    path.write_text(f"# {bird} notes\n\nThe {bird} project has a budget of {budget} euros.\n", encoding="utf-8")
    return path


def listed(home: Home, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    assert run(home, "library", "list", "--json") == 0
    return [record["title"] for record in json.loads(capsys.readouterr().out)]


def answer(home: Home, capsys: pytest.CaptureFixture[str], bird: str) -> str:
    capsys.readouterr()
    question = f"What is the budget of the {bird} project?"
    assert run(home, "ask", question, "--json", "--backend", "extractive") == 0
    return str(json.loads(capsys.readouterr().out)["answer"])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_an_adding_that_was_killed_goes_on_where_it_was(
    home_with_embedder: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, home = tmp_path / "in", home_with_embedder
    for number in range(FILES):
        write(folder, f"{BIRDS[number % 10]}{number}")
    words = ["library", "add", str(folder), *COLLECTION, "--home", str(home.folder)]
    adding = subprocess.Popen(
        [sys.executable, "-m", "assistant.interfaces.cli", *words], cwd=ROOT, env=os.environ, stderr=subprocess.DEVNULL
    )
    kept = home.collection("board") / "documents"
    until = time.monotonic() + 60
    while len(list(kept.glob("*"))) < 5 and adding.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.005)
    adding.kill()
    adding.wait()
    before = listed(home, capsys)
    assert 0 < len(before) < FILES, "the kill came too early or too late to tell anything"
    assert run(home, "library", "add", str(folder)) == 0
    assert "are there already" in capsys.readouterr().err
    after = listed(home, capsys)
    assert sorted(after) == sorted(f"{BIRDS[number % 10]}{number} notes" for number in range(FILES))
    assert "417,000" in answer(home, capsys, "Curlew52")
    assert run(home, "library", "verify") == 0


def test_the_same_text_under_two_names_is_one_document(
    home_with_embedder: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, path = home_with_embedder, write(tmp_path / "in", "Heron")
    (tmp_path / "in" / "copy.md").write_bytes(path.read_bytes())
    assert run(home, "library", "add", str(tmp_path / "in")) == 0
    assert "they are one document" in capsys.readouterr().err
    assert listed(home, capsys) == ["Heron notes"]


def test_a_changed_file_replaces_what_it_said(
    home_with_embedder: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with_embedder
    for budget in ("417,000", "520,000"):
        assert run(home, "library", "add", str(write(tmp_path / "in", "Heron", budget))) == 0
        assert listed(home, capsys) == ["Heron notes"]
        assert budget in answer(home, capsys, "Heron")
    assert "417,000" not in answer(home, capsys, "Heron")


def test_damage_is_found_named_answered_around_and_repaired(
    home_with_embedder: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with_embedder
    run(home, "library", "add", str(write(tmp_path / "in", "Egret")))
    index = home.collection("board")
    earlier = set(index.rglob("*"))
    run(home, "library", "add", str(write(tmp_path / "in", "Ibis")))
    assert run(home, "library", "verify") == 0
    assert "every file is what was written" in capsys.readouterr().err
    (chunks,) = (path for path in set(index.rglob("*")) - earlier if path.name == "chunks")
    flip(chunks)
    assert run(home, "library", "verify") == 4
    told = capsys.readouterr().err
    assert chunks.parent.name in told
    assert "assistant library build --collection board" in told
    assert "417,000" in answer(home, capsys, "Egret"), "the index before the last change answers meanwhile"
    assert run(home, "library", "build") == 0
    assert run(home, "library", "verify") == 0
    assert "417,000" in answer(home, capsys, "Ibis")
