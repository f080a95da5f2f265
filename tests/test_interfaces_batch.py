"""The batch command as people use it: exit codes, going on, changed minds, kills."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.home import Home
from assistant.interfaces.batch import usual_workers
from assistant.interfaces.cli import main
from serving.backend import Backend
from serving.talking.capabilities import Capabilities
from serving.talking.client import ChatClient
from tests.batch_kills import notes_home, quote_passage, write_questions
from tests.doubles import scripted_server

ROOT = Path(__file__).parent.parent


@pytest.fixture
def notes(tmp_path: Path) -> Home:
    return notes_home(tmp_path / "home")


def batch(home: Home, *arguments: str, backend: str = "extractive") -> int:
    return main(["batch", *arguments, "--home", str(home.folder), "--collection", "notes", "--backend", backend])


def answers(path: str) -> dict[str, dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def count_answers(output: str) -> int:
    journal = Path(f"{output}.journal/answers.jsonl").read_bytes()
    return sum(line.startswith(b'{"key"') for line in journal.splitlines())


def test_a_file_is_answered_in_order_with_a_summary_and_a_report(
    notes: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    write_questions(Path("q.csv"), 20)
    assert batch(notes, "q.csv", "-o", "a.csv", "--report", "r.html") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "q.csv (utf-8): 20 rows" in err
    assert "20 of 20 asked: 20 answered" in err
    assert "a.csv: 20 answered, 0 partial, 0 refused, 0 failed; 100% of" in err
    assert list(answers("a.csv")) == [f"q{n}" for n in range(20)]
    assert answers("a.csv")["q3"]["owner"] == "o3"
    assert "falcon" in answers("a.csv")["q3"]["answer"]
    assert "q.csv (utf-8)" in Path("r.html").read_text(encoding="utf-8")


def test_bad_rows_are_named_the_rest_is_answered_and_the_exit_code_is_1(
    notes: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("q.csv").write_text("question\nWhat is the budget of the heron project?\n?\nCost, too?\n", encoding="utf-8")
    assert batch(notes, "q.csv", "-o", "a.jsonl") == 1
    err = capsys.readouterr().err
    assert "row 2: line 3" in err
    assert "row 3: line 4: 2 cells under 1 headings" in err
    records = [json.loads(line) for line in Path("a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(record["id"], record["status"]) for record in records] == [
        ("1", "answered"),
        ("2", "error"),
        ("3", "error"),
    ]


def test_the_same_command_again_asks_nothing_and_leaves_the_output_alone(
    notes: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    write_questions(Path("q.csv"), 5)
    assert batch(notes, "q.csv", "-o", "a.csv") == 0
    Path("a.csv").write_text("my notes", encoding="utf-8")
    assert batch(notes, "q.csv", "-o", "a.csv") == 0
    assert "nothing to ask: 5 of 5 rows have been asked before" in capsys.readouterr().err
    assert Path("a.csv").read_text(encoding="utf-8") == "my notes"
    assert count_answers("a.csv") == 5


def test_a_limit_asks_so_many_and_the_next_run_goes_on(notes: Home) -> None:
    write_questions(Path("q.csv"), 9)
    assert batch(notes, "q.csv", "-o", "a.csv", "--limit", "4") == 0
    assert [row["status"] for row in answers("a.csv").values()] == ["answered"] * 4 + [""] * 5
    assert batch(notes, "q.csv", "-o", "a.csv") == 0
    assert {row["status"] for row in answers("a.csv").values()} == {"answered"}
    assert count_answers("a.csv") == 9


def test_a_changed_input_is_refused_and_answers_to_unchanged_questions_can_be_kept(
    notes: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    write_questions(Path("q.csv"), 5)
    batch(notes, "q.csv", "-o", "a.csv")
    text = Path("q.csv").read_text(encoding="utf-8").replace("q2,What is the budget", "q2,When is the end")
    Path("q.csv").write_text("extra," + text.replace("\nq", "\nx,q"), encoding="utf-8")
    assert batch(notes, "q.csv", "-o", "a.csv") == 2
    assert "--keep-answers to keep the answers to unchanged questions" in capsys.readouterr().err
    assert batch(notes, "q.csv", "-o", "a.csv", "--keep-answers") == 0
    assert "1 of 1 asked (4 from before)" in capsys.readouterr().err
    assert [row["extra"] for row in answers("a.csv").values()] == ["x"] * 5
    assert batch(notes, "q.csv", "-o", "a.csv", "--start-over") == 0
    assert count_answers("a.csv") == 5


def test_another_backend_is_noticed_by_name(notes: Home, capsys: pytest.CaptureFixture[str]) -> None:
    write_questions(Path("q.csv"), 3)
    batch(notes, "q.csv", "-o", "a.csv", "--limit", "2")
    with scripted_server(quote_passage) as (url, _), pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_BASE_URL", url)
        assert batch(notes, "q.csv", "-o", "a.csv", backend="vllm") == 2
    assert "backend was extractive, is vllm" in capsys.readouterr().err
    assert count_answers("a.csv") == 2


def test_only_what_failed_is_asked_again(notes: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    write_questions(Path("q.csv"), 6)
    broken = True

    def sometimes(handler: object, body: dict[str, object]) -> None:
        if broken and "heron project?" in str(body["messages"]).rsplit("Question", 1)[-1]:
            handler.reply({"error": {"message": "no"}}, status=400)  # type: ignore[attr-defined]
        else:
            quote_passage(handler, body)  # type: ignore[arg-type]

    with scripted_server(sometimes) as (url, requests):
        monkeypatch.setenv("ASSISTANT_BASE_URL", url)
        assert batch(notes, "q.csv", "-o", "a.csv", backend="vllm") == 1
        assert answers("a.csv")["q2"]["status"] == "error"
        broken = False
        requests.clear()
        assert batch(notes, "q.csv", "-o", "a.csv", "--only-failed", backend="vllm") == 0
        assert len([request for request in requests if request.get("stream")]) == 1
    assert {row["status"] for row in answers("a.csv").values()} == {"answered"}


def test_a_dry_run_says_what_would_be_asked_and_leaves_nothing_behind(
    notes: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "id,问题,负责人\n1,怎样控制成本？,王\n2,Cost?,李\n3,Comment réduire les coûts pour notre entreprise ?,x\n"
    Path("q.csv").write_bytes(text.encode("gb18030"))
    assert batch(notes, "q.csv", "--dry-run") == 1
    out, err = capsys.readouterr()
    assert "to be asked   2 (1 zh, 1 en, 0 follow-ups)" in out
    assert "gb18030" in out
    assert "负责人" in out
    assert "row 3: line 4" in err
    assert sorted(path.name for path in Path().iterdir()) == ["home", "q.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.csv", "-o", "a.csv"], "there is no such file"),
        (["q.csv", "-o", "a.docx"], "answers are written as .jsonl, .csv, .xlsx, .md"),
        (["q.csv", "-o", "nowhere/a.csv"], "there is no folder nowhere"),
        (["q.csv", "-o", "q.csv"], "is the input"),
        (["q.csv", "-o", "precious.csv"], "is there already and not from this command"),
        (["q.csv"], "say where the answers go"),
        (["headings.csv", "-o", "a.csv"], "no column is headed question"),
        (["twice.csv", "-o", "a.csv"], "needs an id of its own"),
        (["q.csv", "-o", "a.csv", "--encoding", "utf-99"], "no such encoding"),
        (["q.csv", "-o", "a.csv", "--report", "nowhere/r.html"], "there is no folder nowhere"),
    ],
)
def test_wrong_use_is_told_before_anything_is_asked_and_leaves_nothing_behind(
    notes: Home, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    write_questions(Path("q.csv"), 2)
    Path("precious.csv").write_text("mine", encoding="utf-8")
    Path("headings.csv").write_text("Frage\nCost?\n", encoding="utf-8")
    Path("twice.csv").write_text("id,question\n1,Cost?\n1,Time?\n", encoding="utf-8")
    assert batch(notes, *arguments) == 2
    assert message in capsys.readouterr().err
    assert not list(Path().glob("*.journal"))
    assert Path("precious.csv").read_text(encoding="utf-8") == "mine"


def test_a_server_that_goes_for_good_is_exit_code_3_and_the_job_goes_on_later(
    notes: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_questions(Path("q.csv"), 60)

    def dies(handler: object, body: dict[str, object]) -> None:
        if len(handler.server.requests) > 40:  # type: ignore[attr-defined]
            handler.server.socket.close()  # type: ignore[attr-defined]
            handler.close_connection = True  # type: ignore[attr-defined]
        else:
            quote_passage(handler, body)  # type: ignore[arg-type]

    with scripted_server(dies) as (url, _):
        monkeypatch.setenv("ASSISTANT_BASE_URL", url)
        assert batch(notes, "q.csv", "-o", "a.csv", "--wait", "0.3", "--workers", "2", backend="vllm") == 3
    assert "rows are left; start it and run the same command again" in capsys.readouterr().err
    done = [row["status"] for row in answers("a.csv").values()].count("answered")
    assert 0 < done < 60
    with scripted_server(quote_passage) as (url, _):
        monkeypatch.setenv("ASSISTANT_BASE_URL", url)
        assert batch(notes, "q.csv", "-o", "a.csv", "--keep-answers", backend="vllm") == 0
    assert {row["status"] for row in answers("a.csv").values()} == {"answered"}
    assert count_answers("a.csv") == 60


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_job_politely_and_it_goes_on(notes: Home, number: signal.Signals, code: int) -> None:
    write_questions(Path("q.csv"), 3000)
    arguments = ["-m", "assistant.interfaces.cli", "batch", "q.csv", "-o", "a.csv", "--home", str(notes.folder)]
    arguments += ["--collection", "notes", "--backend", "extractive"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, *arguments], stderr=subprocess.PIPE, text=True, env=environment) as job:
        journal = Path("a.csv.journal/answers.jsonl")
        until = time.monotonic() + 60
        while time.monotonic() < until and (not journal.exists() or journal.read_bytes().count(b"\n") < 20):
            time.sleep(0.02)
        job.send_signal(number)
        _, err = job.communicate(timeout=60)
    assert job.returncode == code
    assert "Traceback" not in err
    before = count_answers("a.csv")
    assert 10 < before < 3000
    assert Path("a.csv").exists() == (number == signal.SIGINT)
    assert batch(notes, "q.csv", "-o", "a.csv", "--limit", "5") == 0
    assert count_answers("a.csv") == before + 5


@pytest.mark.parametrize(("rows", "kills", "suffix"), [(250, 40, ".csv"), (60, 5, ".xlsx")])
def test_a_job_that_is_killed_again_and_again_ends_as_if_it_had_not_been(rows: int, kills: int, suffix: str) -> None:
    """The whole of it, 1,000 rows and 200 kills, is `python -m tests.batch_kills`."""
    command = [sys.executable, "-m", "tests.batch_kills", "--rows", str(rows), "--kills", str(kills)]
    done = subprocess.run([*command, "--suffix", suffix], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{kills} of {kills} kills struck" in done.stdout


@pytest.mark.parametrize(("slots", "expected"), [(4, 4), (0, 16)])
def test_as_many_are_asked_at_once_as_the_server_has_places_for(slots: int, expected: int) -> None:
    client = ChatClient("http://127.0.0.1:9/v1", model="m", capabilities=Capabilities(slots=slots))
    assert usual_workers(Backend("vllm", "m", "", client)) == expected
    client.close()
    assert usual_workers(Backend("extractive", "", "")) == 2
