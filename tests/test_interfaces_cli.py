"""The command: its exit codes, its streams, and what it does with bad input."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from assistant.home import Home
from assistant.interfaces.cli import main
from assistant.interfaces.terminal import safe

NOTES = "# Board notes\n\n## Budget\n\nThe Kestrel project has a budget of 417,000 euros and ends in May 2027.\n"


def run(home: Home, *arguments: str) -> int:
    return main([*arguments, "--home", str(home.folder)])


def test_documents_are_added_answered_from_listed_and_removed(
    home_with_embedder: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(NOTES, encoding="utf-8")
    own = ("--collection", "board")
    assert run(home_with_embedder, "library", "add", str(notes), *own) == 0
    capsys.readouterr()
    assert (
        run(
            home_with_embedder,
            "ask",
            "--json",
            "What is the budget of the Kestrel project?",
            *own,
            "--backend",
            "extractive",
        )
        == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert "417,000" in answer["answer"]
    assert answer["citations"][0]["quote"] in NOTES
    assert run(home_with_embedder, "library", "list", "--json", *own) == 0
    document = json.loads(capsys.readouterr().out)[0]
    assert (document["title"], document["address"]) == ("Board notes", str(notes))
    assert run(home_with_embedder, "library", "remove", document["id"], *own) == 0
    assert (
        run(
            home_with_embedder,
            "ask",
            "--json",
            "What is the budget of the Kestrel project?",
            *own,
            "--backend",
            "extractive",
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out.strip().splitlines()[-1])["status"] == "refused"


def test_the_answer_goes_to_stdout_and_the_rest_to_stderr(
    home_with_embedder: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "n.md").write_text(NOTES, encoding="utf-8")
    run(home_with_embedder, "library", "add", str(tmp_path / "n.md"), "--collection", "board")
    capsys.readouterr()
    assert (
        run(home_with_embedder, "ask", "Kestrel project budget?", "--collection", "board", "--backend", "extractive")
        == 0
    )
    out, err = capsys.readouterr()
    assert "417,000 euros" in out
    assert "[1]" in out
    assert "Sources:" in out
    assert "backend extractive" in err
    assert "backend" not in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", ""], 2, "请输入一个问题"),
        (["ask", "成本" * 50_000], 2, "问题太长"),
        (["ask", "Comment réduire les coûts pour notre entreprise ?"], 2, "Chinese or English"),
        (["ask", "cost?", "--collection", "nowhere"], 4, "library add PATH --collection nowhere"),
        (["ask", "cost?", "--collection", "../x"], 2, "cannot name a collection"),
        (["ask", "cost?", "--backend", "embedded", "--collection", "board"], 3, "models pull qwen2.5-coder-1.5b"),
        (["models", "pull", "nope"], 2, "no model is called 'nope'"),
        (["models", "pull", "m3e-small"], 2, "--accept-licence m3e-small"),
        (["models", "path", "smollm2-135m"], 3, "models pull smollm2-135m"),
        (["library", "add", "nowhere.md"], 1, "[missing]"),
        (["library", "remove", "user-1"], 2, "library list"),
    ],
)
def test_bad_input_gets_a_clear_error_and_its_exit_code(
    home_with_embedder: Home,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    (tmp_path / "n.md").write_text(NOTES, encoding="utf-8")
    run(home_with_embedder, "library", "add", str(tmp_path / "n.md"), "--collection", "board")
    if "--collection" not in arguments and arguments[0] == "ask":
        arguments = [*arguments, "--collection", "board"]
    if "--backend" not in arguments and arguments[0] == "ask":
        arguments = [*arguments, "--backend", "extractive"]
    assert run(home_with_embedder, *arguments) == code
    out, err = capsys.readouterr()
    assert message in err
    assert out == ""
    assert "Traceback" not in err


def test_a_folder_with_one_bad_file_adds_the_rest_and_exits_with_1(
    home_with_embedder: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.md").write_text(NOTES, encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    assert run(home_with_embedder, "library", "add", str(folder), "--collection", "board") == 1
    assert "empty.txt: holds no text" in capsys.readouterr().err
    assert run(home_with_embedder, "library", "list", "--collection", "board") == 0
    assert "Board notes" in capsys.readouterr().out


def test_a_damaged_index_is_refused_with_the_command_that_repairs_it(
    home_with_embedder: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "n.md").write_text(NOTES, encoding="utf-8")
    run(home_with_embedder, "library", "add", str(tmp_path / "n.md"), "--collection", "board")
    chunks = next((home_with_embedder.collection("board") / "segments").glob("*/chunks"))
    chunks.write_bytes(chunks.read_bytes()[:-5])
    ask = ("ask", "Kestrel budget?", "--collection", "board", "--backend", "extractive")
    assert run(home_with_embedder, *ask) == 4
    assert "assistant library build --collection board" in capsys.readouterr().err
    assert run(home_with_embedder, "library", "build", "--collection", "board") == 0
    assert run(home_with_embedder, *ask) == 0


def test_a_busy_port_is_named_before_anything_is_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run(Home(tmp_path), "chat", "--port", str(port), "--no-browser") == 2
    assert f"port {port} is in use" in capsys.readouterr().err


def test_doctor_says_what_to_do_next_on_an_empty_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Home(tmp_path / "empty"), "doctor") == 0
    out = capsys.readouterr().out
    assert "assistant models pull qwen2.5-coder-1.5b" in out
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize(
    "command", [[], ["ask"], ["chat"], ["batch"], ["check"], ["library", "add"], ["models", "pull"], ["doctor"]]
)
def test_every_command_has_help_with_an_example(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    assert "Example" in capsys.readouterr().out


def test_what_steers_a_terminal_is_not_printed() -> None:
    assert safe("a\x1b]52;c;eA==\x07b\x1b[31m\u202ec\td\n") == "a]52;c;eA==b[31mc\td\n"
