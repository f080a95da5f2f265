"""The server that `assistant serve` runs, as other commands find it: a small file in the home, the key beside it."""

from __future__ import annotations

import json
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

STATE, KEY = "server.json", "server.key"
_KEY_BYTES, _KEY_LENGTH = 32, 43  # in base64


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process, and when it began: a number alone may be another one's by now. `began` is 0 where not known."""

    pid: int
    began: int

    @classmethod
    def of(cls, pid: int) -> ProcessMark:
        """The mark of a process that runs now."""
        return cls(pid, _began(pid))

    @property
    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            pass
        return _began(self.pid) == self.began


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where it answers, by which name of the model, with which key; who keeps it and which process group it is."""

    base_url: str
    model: str
    key: str
    keeper: ProcessMark
    server: ProcessMark
    context: int = 0


def make_key(home: Path) -> str:
    """The random key of this home, in a file that only its owner can read, whatever the umask.

    It stays the same from one start to the next, so that an open `assistant chat` goes on with the next server. One
    that others could have read or written is replaced.
    """
    with suppress(OSError, ValueError):
        key, mode = _read_own(home / KEY), (home / KEY).stat().st_mode
        if stat.S_IMODE(mode) & 0o077 == 0 and len(key) == _KEY_LENGTH:
            return key
    key = secrets.token_urlsafe(_KEY_BYTES)
    _write_private(home / KEY, key)
    return key


def write_state(home: Path, server: RunningServer) -> None:
    """Say that `server` answers."""
    state = asdict(server)
    del state["key"]
    _write_private(home / STATE, json.dumps(state))


def read_state(home: Path) -> RunningServer | None:
    """What the file says, true or not any more; None where there is none or it makes no sense."""
    try:
        state = json.loads(_read_own(home / STATE))
        keeper, server = (ProcessMark(**state.pop(name)) for name in ("keeper", "server"))
        return RunningServer(**state, keeper=keeper, server=server, key=_read_own(home / KEY).strip())
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def find_running(home: Path) -> RunningServer | None:
    """The server that is kept running; what a dead keeper left behind is passed over."""
    state = read_state(home)
    return state if state is not None and state.keeper.is_alive else None


def forget(home: Path) -> None:
    """Say that no server answers. The key stays."""
    with suppress(FileNotFoundError):
        (home / STATE).unlink()


def _write_private(path: Path, text: str) -> None:
    """Write aside with mode 0600 and rename: a link that lies in the way is replaced, never followed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        aside.unlink()
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(aside, path)


def _read_own(path: Path) -> str:
    """The text of a file of this user's. Anybody else's could send questions to a server of theirs."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, encoding="utf-8") as file:
        if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid():
            raise ValueError(f"{path} belongs to somebody else")
        return file.read()


def _began(pid: int) -> int:
    """Clock ticks from the machine's start to the process's, 0 where the system does not say (proc(5), field 22)."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return int(status.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0
