"""The journal: what is on the disk after every kind of end, and who may write to it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answer import Answer, Status
from assistant.batch.asking import error_answer
from assistant.batch.errors import JobBusyError, JobChangedError
from assistant.batch.journal import Journal
from assistant.batch.row import Row
from assistant.record import answer_from_record, to_record

KEYS = [f"{n:016x}" for n in range(4)]


def answer(n: int, status: Status = "answered") -> Answer:
    return Answer(str(n), "问？", "问？", "zh", status, "", "答案。\u2028", model="m")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "answers.csv"


def kept(output: Path) -> Iterator[str]:
    with Journal(output) as journal:
        for record in journal.records(KEYS):
            yield "-" if record is None else answer_from_record(json.loads(record)).id


def test_what_was_added_is_there_again_and_the_last_answer_to_a_row_counts(output: Path) -> None:
    with Journal(output) as journal:
        journal.agree({"input": "a"}, keep=False)
        journal.add([(KEYS[1], answer(1, "error")), (KEYS[0], answer(0))])
        journal.add([(KEYS[1], answer(11))])
    assert list(kept(output)) == ["0", "11", "-", "-"]


def test_a_line_torn_anywhere_is_cut_off_and_only_its_row_is_asked_again(output: Path) -> None:
    with Journal(output) as journal:
        journal.agree({"input": "a"}, keep=False)
        for n in (0, 1, 2):
            journal.add([(KEYS[n], answer(n))])
        path = journal.path
    whole = path.read_bytes()
    ends = [place + 1 for place, byte in enumerate(whole) if byte == 10]
    for cut in range(ends[-3], len(whole) + 1):
        path.write_bytes(whole[:cut])
        complete = sum(end <= cut for end in ends) - 1
        assert list(kept(output)) == [str(n) if n < complete else "-" for n in range(3)] + ["-"]
        with Journal(output) as journal:
            journal.add([(KEYS[n], answer(n)) for n in range(complete, 3)])
        assert path.read_bytes() == whole


def test_a_damaged_line_in_the_middle_costs_only_its_own_row(output: Path) -> None:
    with Journal(output) as journal:
        journal.add([(KEYS[n], answer(n)) for n in (0, 1, 2)])
        path = journal.path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\0" * (len(lines[1]) - 1) + b"\n" + lines[2])
    assert list(kept(output)) == ["0", "-", "2", "-"]


def test_another_collection_is_refused_by_name_unless_told_and_only_once_there_are_answers(output: Path) -> None:
    with Journal(output) as journal:
        journal.agree({"input": "a", "collection": "x"}, keep=False)
        journal.agree({"input": "b"}, keep=False)
        journal.add([(KEYS[0], answer(0))])
    with Journal(output) as journal, pytest.raises(JobChangedError, match="collection was x, is y.*--keep-answers"):
        journal.agree({"input": "b", "collection": "y"}, keep=False)
    with Journal(output) as journal:
        journal.agree({"input": "b", "collection": "y"}, keep=True)
    with Journal(output) as journal:
        journal.agree({"input": "b", "collection": "y"}, keep=False)
        assert list(journal.entries) == [KEYS[0]]
        journal.forget()
        journal.agree({"input": "c"}, keep=False)
    assert list(kept(output)) == ["-"] * 4


def test_a_second_process_is_told_who_holds_the_output_and_a_dead_one_holds_nothing(output: Path) -> None:
    code = "import sys; from pathlib import Path; from assistant.batch.journal import Journal\n"
    code += "held = Journal(Path(sys.argv[1])); held.__enter__(); print('in', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(output)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "in\n"
        with pytest.raises(JobBusyError, match=rf"process {holder.pid} is answering"):
            Journal(output).__enter__()
        holder.kill()
    assert list(kept(output)) == ["-"] * 4


def test_a_full_disk_leaves_no_torn_line_and_the_job_goes_on_when_there_is_room(output: Path) -> None:
    with Journal(output) as journal:
        journal.add([(KEYS[0], answer(0))])
        size = journal.path.stat().st_size
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, limits[1]))
        try:
            with pytest.raises(OSError, match=r"answers\.jsonl"):
                journal.add([(KEYS[1], answer(1))])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert journal.path.stat().st_size == size
        assert list(journal.records(KEYS[:2]))[1] is None
        journal.add([(KEYS[1], answer(1))])
    assert list(kept(output)) == ["0", "1", "-", "-"]


def test_only_rows_under_way_at_a_crash_are_struck(output: Path) -> None:
    def start(*, begun: list[str], crash: str) -> dict[str, int]:
        with Journal(output) as journal:
            journal.agree({"input": "a"}, keep=False)
            strikes = dict(journal.strikes)
            for key in begun:
                journal.begin(key)
            journal.crash.write_text(crash, encoding="utf-8")
        return strikes

    assert start(begun=KEYS[:2], crash="") == {}  # killed from outside: nobody's fault
    assert start(begun=KEYS[2:3], crash="Fatal Python error: Segmentation fault") == {}
    assert start(begun=KEYS[2:3], crash="Fatal Python error: Aborted") == {KEYS[2]: 1}
    assert start(begun=[], crash="") == {KEYS[2]: 2}


def test_a_record_comes_back_as_the_answer_it_was() -> None:
    failed = error_answer(Row("1", 2, "Cost?"), "x", "line 2")
    assert answer_from_record(json.loads(json.dumps(to_record(failed)))) == failed


@pytest.mark.skipif(os.name == "nt", reason="folders are not synced there")
def test_each_answer_is_synced_before_it_counts(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def noting(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        real(descriptor)

    with Journal(output) as journal:
        monkeypatch.setattr(os, "fsync", noting)
        journal.add([(KEYS[0], answer(0))])
        assert synced == [journal.path.stat().st_size]
