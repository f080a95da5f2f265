"""Collections named in words of any script, by command line and API: begun, asked, listed, emptied."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.app import Workspace
from assistant.home import Home
from assistant.interfaces.cli import main
from assistant.interfaces.shell import build_shell
from assistant.library import Library
from assistant.running.service import open_service
from assistant.settings import Settings
from tests.doubles import make_document

NOTES = "# 董事会纪要\n\n## 预算\n\n红隼项目的预算是 417,000 欧元，到 2027 年 5 月结束。\n"
ASKED = "红隼项目的预算是多少？"


@pytest.mark.parametrize(
    ("name", "typed"),
    [("董事会", "董事会"), ("财务 2026", " 财务\u30002026"), ("Réunion", unicodedata.normalize("NFD", "Réunion"))],
)
def test_a_collection_lives_under_its_name(
    home_with_embedder: Home, capsys: pytest.CaptureFixture[str], name: str, typed: str
) -> None:
    home = home_with_embedder
    notes = home.folder / "纪要.md"
    notes.write_text(NOTES, encoding="utf-8")

    def run(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert main([*arguments, "--collection", typed, "--home", str(home.folder)]) == code
        return capsys.readouterr().out

    asking = ("ask", ASKED, "--json", "--backend", "extractive")
    run("library", "add", str(notes))
    record = json.loads(run(*asking))
    assert (record["collection"], record["citations"][0]["title"]) == (name, "董事会纪要")
    assert "417,000" in record["answer"]
    (listed,) = json.loads(run("library", "list", "--json"))
    assert f"collection   {name}\n" in run("library", "status")
    assert f"collection   {name}: 1 documents" in run("doctor")
    run("library", "verify")
    run("library", "remove", listed["id"])
    assert json.loads(run("library", "list", "--json")) == []
    assert json.loads(run(*asking))["status"] == "refused"
    assert [folder.name for folder in home.collections.iterdir()] == [name]


def test_what_is_to_be_typed_next_can_be_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", ASKED, "--collection", "财务 2026", "--home", str(tmp_path / "home")]) == 4
    assert 'assistant library add PATH --collection "财务 2026"' in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a/b", "../x", "a.b", ".hidden", "a\u202eb", "con", "董" * 34])
def test_what_is_no_name_makes_no_folder(
    home_with_embedder: Home, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    home = home_with_embedder
    notes = home.folder / "notes.md"
    notes.write_text(NOTES, encoding="utf-8")
    assert main(["library", "add", str(notes), "--collection", name, "--home", str(home.folder)]) == 2
    err = capsys.readouterr().err
    assert "cannot name a collection: use letters" in err
    assert "\u202e" not in err
    assert not home.collections.exists()


@pytest.fixture
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = Home(tmp_path_factory.mktemp("home"))
    workspace = Workspace(home, Settings.load(home, flags={"backend": "extractive"}))
    texts = {
        "董事会": "The runway is how long the cash lasts.",
        "财务 2026": "The Osprey team hires in Lisbon in autumn.",
    }
    for name, text in texts.items():
        Library(workspace.collection(name), []).add([make_document(text, name=name)])
    with open_service(workspace, collection="董事会") as service:
        yield TestClient(build_shell(service), base_url="http://127.0.0.1")


def test_the_api_asks_them_by_name(client: TestClient) -> None:
    assert client.get("/api/collections").json() == ["董事会", "财务 2026"]
    question = "Where does the Osprey team hire?"
    for names, collection in ((["财务\u30002026"], "财务 2026"), (["董事会", "财务 2026"], "董事会+财务 2026")):
        record = client.post("/api/ask", json={"question": question, "collections": names}).json()
        assert (record["status"], record["collection"]) == ("answered", collection)
    reply = client.post("/api/ask", json={"question": question, "collections": ["董事会+财务 2026"]})
    assert (reply.status_code, reply.json()["detail"]["reason"]) == (404, "no_collection")
