"""`assistant users`, and where `assistant chat` refuses to listen without them."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path

import pytest

from assistant.home import Home
from assistant.interfaces.cli import main
from assistant.keeping.accounts import Accounts
from assistant.keeping.conversations import Conversations

PASSWORD = "correct horse battery"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def users(monkeypatch: pytest.MonkeyPatch, home: Home, *arguments: str, typed: str = PASSWORD) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
    return main(["users", *arguments, "--home", str(home.folder)])


def test_the_first_user_is_an_admin_and_gets_what_was_asked_before(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Conversations.open(home.conversations)) as kept:
        kept.ask("", "cost?")
    assert users(monkeypatch, home, "add", "mei") == 0
    assert users(monkeypatch, home, "add", "bob") == 0
    assert users(monkeypatch, home, "list") == 0
    assert capsys.readouterr().out == "bob\nmei (admin)\n"
    with closing(Conversations.open(home.conversations)) as kept, closing(Accounts.open(home.users)) as accounts:
        assert (kept.count(), kept.of(accounts.find("mei").id).count()) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (["add", "mei"], PASSWORD, "already"),
        (["add", "a b"], PASSWORD, "cannot be a user's name"),
        (["add", "bob"], "short", "10 to 1,000 characters"),
        (["password", "bob"], PASSWORD, "no user 'bob'"),
        (["key", "bob"], "", "no user 'bob'"),
        (["remove", "mei"], "", "--with-conversations"),
    ],
)
def test_what_cannot_be_done_is_said(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], typed: str, said: str,
) -> None:  # fmt: skip
    with closing(Conversations.open(home.conversations)) as kept:
        kept.ask("", "cost?")
    users(monkeypatch, home, "add", "mei")
    assert users(monkeypatch, home, *arguments, typed=typed) == 2
    assert said in capsys.readouterr().err


def test_a_user_is_removed_with_everything_asked(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Conversations.open(home.conversations)) as kept:
        kept.ask("", "cost?")
    users(monkeypatch, home, "add", "mei")
    with closing(Accounts.open(home.users)) as accounts:
        mei = accounts.find("mei").id
    assert users(monkeypatch, home, "remove", "mei", "--with-conversations") == 0
    with closing(Conversations.open(home.conversations)) as kept:
        assert kept.of(mei).count() == 0


def test_a_key_is_printed_once_and_a_new_password_ends_sessions(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    users(monkeypatch, home, "add", "mei")
    assert users(monkeypatch, home, "key", "mei") == 0
    key = capsys.readouterr().out.strip()
    with closing(Accounts.open(home.users)) as accounts:
        user = accounts.find("mei")
        assert accounts.by_key(key) == user
        token = accounts.begin_session(user.id)
        assert users(monkeypatch, home, "password", "mei", typed=PASSWORD * 2) == 0
        assert accounts.in_session(token) is None


@pytest.mark.parametrize(
    ("arguments", "has_user", "said"),
    [
        (["--host", "0.0.0.0", "--name", "x"], False, "add a user first"),
        (["--host", "::", "--name", "x"], False, "add a user first"),
        (["--host", "192.168.1.5", "--plain-http"], False, "add a user first"),
        (["--host", "example.org"], False, "add a user first"),
        (["--host", ""], False, "add a user first"),
        (["--host", "0.0.0.0", "--plain-http"], True, "--name"),
        (["--host", "0.0.0.0", "--name", "x"], True, "unencrypted"),
        (["--host", "203.0.113.7", "--plain-http"], True, "cannot listen on 203.0.113.7"),
        (["--tls-cert", "x.pem"], True, "belong together"),
        (["--tls-cert", "x.pem", "--tls-key", "none.pem"], True, "x.pem"),
    ],
)
def test_another_address_is_not_listened_on_without_users_and_care(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], has_user: bool, said: str,
) -> None:  # fmt: skip
    if has_user:
        users(monkeypatch, home, "add", "mei")
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    assert main(["chat", "--no-browser", "--port", "7999", "--home", str(home.folder), *arguments]) == 2
    assert said in capsys.readouterr().err
