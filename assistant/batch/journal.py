"""What is kept beside the output while a job is under way and after it: nothing that was answered is asked again.

    OUT.journal/questions.jsonl   the rows as they were read, so that nobody minds when the input is edited meanwhile
    OUT.journal/input.json        where they came from; written last, so that its being there means the rest is complete
    OUT.journal/answers.jsonl     a line of JSON each: what answers (`head`, at every start), an answer, a question
                                  begun or one at which the program died (`struck`)
    OUT.journal/crash.txt         what the interpreter wrote when the program died of itself
    OUT.journal/lock, holder      held by the process that works on it, and its number

An answer is on the disk before it is counted. After a crash at most the last line is torn; it is cut off. The last head
holds, and of several answers to a row the last one.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from assistant.answer import Answer
from assistant.batch.errors import JobBusyError, JobChangedError
from assistant.record import to_json_line
from index.files import sync_folder

# Read without parsing the rest: at 100,000 answers that is a gigabyte.
_ANSWER = re.compile(rb'\{"key": "([0-9a-f]{16})", "status": "([a-z]+)", "record": \{')
_MARK = re.compile(rb'\{"(begun|struck)": "([0-9a-f]{16})"\}\n')


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an answer begins in the journal, and its status."""

    offset: int
    status: str


def journal_folder(output: Path) -> Path:
    """Where the journal of `output` is."""
    return output.with_name(output.name + ".journal")


class Journal:
    """The folder beside `output`. To be entered: one process at a time."""

    def __init__(self, output: Path) -> None:
        self.folder = journal_folder(output)
        self.path = self.folder / "answers.jsonl"
        self.crash = self.folder / "crash.txt"
        self.head: dict[str, str] = {}
        self.entries: dict[str, Entry] = {}
        self.latest = 0  # where the last answer begins
        self.strikes: Counter[str] = Counter()
        self._begun: set[str] = set()
        self._descriptor = -1
        self._end = 0
        self._writing = threading.Lock()
        self._lock = FileLock(self.folder / "lock", timeout=0)

    def __enter__(self) -> Journal:
        """:raises JobBusyError: when another process is in it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            raise JobBusyError(
                f"process {self._holder()} is answering into this output already ({self.folder}); wait for it or stop "
                "it, or choose another output"
            ) from None
        (self.folder / "holder").write_text(str(os.getpid()), encoding="utf-8")
        self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1
        self._lock.release()

    def forget(self) -> None:
        """Begin anew: no head, no answers."""
        os.ftruncate(self._descriptor, 0)
        os.fsync(self._descriptor)
        self.head, self.entries, self.strikes, self._begun = {}, {}, Counter(), set()
        self.latest = self._end = 0

    def check(self, head: Mapping[str, str], *, keep: bool) -> None:
        """See that `head` is what the answers here were made with. With `keep` they are kept in any case.

        :raises JobChangedError: when it is not.
        """
        changed = [name for name, value in head.items() if name in self.head and self.head[name] != value]
        if changed and self.entries and not keep:
            raise JobChangedError(
                f"not what {len(self.entries):,} answers in {self.folder} were made with: {', '.join(changed)} "
                f"({'; '.join(f'{name} was {self.head[name]}, is {head[name]}' for name in changed)}). Use "
                "--keep-answers to keep the answers to unchanged questions, --start-over to ask all again, or another "
                "output"
            )

    def agree(self, head: Mapping[str, str], *, keep: bool) -> None:
        """Take `head` as what answers from now on; see `check`."""
        self.check(head, keep=keep)
        self.head = {**self.head, **head}
        self._write(json.dumps({"head": self.head}, ensure_ascii=False).encode() + b"\n", durably=True)

    def begin(self, key: str) -> None:
        """Note that a question is with the engine, for when that takes this process down with it."""
        self._write(f'{{"begun": "{key}"}}\n'.encode(), durably=False)

    def add(self, answers: Iterable[tuple[str, Answer]]) -> None:
        """Keep answers by their rows' keys; they are on the disk when this returns."""
        lines, entries = [], {}
        with self._writing:
            offset = self._end
            for key, answer in answers:
                line = f'{{"key": "{key}", "status": "{answer.status}", "record": {to_json_line(answer)}}}\n'.encode()
                lines.append(line)
                entries[key] = Entry(offset, answer.status)
                offset += len(line)
            self._append(b"".join(lines), durably=True)
            self.entries.update(entries)
            self.latest = max([self.latest, *(entry.offset for entry in entries.values())])

    def records(self, keys: Iterable[str]) -> Iterator[bytes | None]:
        """The JSON of the answer's record for each of `keys`, None where there is none."""
        with self.path.open("rb") as file:
            for key in keys:
                entry = self.entries.get(key)
                if entry is None:
                    yield None
                    continue
                file.seek(entry.offset)
                line = file.readline()
                yield line[line.index(b'"record": ') + len(b'"record": ') : -2]

    def _write(self, data: bytes, *, durably: bool) -> None:
        with self._writing:
            self._append(data, durably=durably)

    def _append(self, data: bytes, *, durably: bool) -> None:
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(self._descriptor, left) :]
            if durably:
                os.fsync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, self._end)  # no torn line stays behind a full disk
            error.filename = error.filename or str(self.path)
            raise
        self._end += len(data)

    def _open(self) -> None:
        fresh = not self.path.exists()
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        if fresh:
            sync_folder(self.folder)
            sync_folder(self.folder.parent)
        self._scan()
        self._count_crash()

    def _scan(self) -> None:
        with self.path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._take(line)
                self._end += len(line)
        if os.fstat(self._descriptor).st_size > self._end:
            os.ftruncate(self._descriptor, self._end)
            os.fsync(self._descriptor)

    def _take(self, line: bytes) -> None:
        """Whatever cannot be read is passed over: its question is asked again."""
        if answer := _ANSWER.match(line):
            key = answer[1].decode()
            if line.endswith(b"}}\n"):
                self.entries[key] = Entry(self._end, answer[2].decode())
                self.latest = self._end
                self._begun.discard(key)
        elif mark := _MARK.fullmatch(line):
            self._mark(mark[1], mark[2].decode())
        else:
            try:
                self.head = {**self.head, **json.loads(line)["head"]}
                self._begun.clear()  # another start: what was under way before it was not this one's
            except (ValueError, KeyError, TypeError):
                return

    def _mark(self, kind: bytes, key: str) -> None:
        if kind == b"begun":
            self._begun.add(key)
        else:
            self._begun.discard(key)
            self.strikes[key] += 1

    def _count_crash(self) -> None:
        """When the program died of itself, whatever was with the engine may be why."""
        if not self.crash.exists():
            return
        if self.crash.stat().st_size:
            for key in sorted(self._begun):
                self._write(f'{{"struck": "{key}"}}\n'.encode(), durably=True)
                self._mark(b"struck", key)
        self.crash.unlink()

    def _holder(self) -> str:
        try:
            return (self.folder / "holder").read_text(encoding="utf-8")
        except OSError:
            return "another"
