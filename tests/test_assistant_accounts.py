"""Users: what is kept of their secrets, how long they stay signed in, and how guessing is slowed down."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.keeping.accounts import SESSION_S, AccountError, Accounts, check_password
from assistant.keeping.passwords import hash_password, is_password
from assistant.keeping.signing_in import MOST_TRIES, WITHIN_S, SigningIn, TooManyTriesError, WrongPasswordError

PASSWORD = "correct horse battery"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """Now."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "users.sqlite3"


@pytest.fixture
def accounts(file: Path, clock: Clock) -> Iterator[Accounts]:
    opened = Accounts.open(file, clock)
    yield opened
    opened.close()


def test_the_file_holds_no_secret_and_is_its_owners_alone(accounts: Accounts, file: Path) -> None:
    user = accounts.add("mei", hash_password(PASSWORD), is_admin=True)
    secrets = [PASSWORD, accounts.new_key(user.id), accounts.begin_session(user.id)]
    kept = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert b"$argon2id$" in kept
    assert [secret for secret in secrets if secret.encode() in kept] == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}


def test_a_session_outlives_a_restart_and_ends_after_twelve_hours(accounts: Accounts, file: Path, clock: Clock) -> None:
    user = accounts.add("mei", "", is_admin=False)
    token = accounts.begin_session(user.id)
    again = Accounts.open(file, clock)
    assert again.in_session(token) == user
    clock.now += SESSION_S - 1
    assert again.in_session(token) == user
    clock.now += 1
    assert again.in_session(token) is None
    again.close()
    assert SESSION_S == 12 * 3600


@pytest.mark.parametrize(
    "act",
    [
        lambda accounts, user, token: accounts.end_session(token),
        lambda accounts, user, token: accounts.set_password(user, "other"),
        lambda accounts, user, token: accounts.remove(user),
    ],
)
def test_a_session_ends_with_a_sign_out_a_new_password_and_the_user(
    accounts: Accounts, act: Callable[[Accounts, str, str], None]
) -> None:
    user, other = (accounts.add(name, "", is_admin=False) for name in ("mei", "bob"))
    token, others = accounts.begin_session(user.id), accounts.begin_session(other.id)
    act(accounts, user.id, token)
    assert accounts.in_session(token) is None
    assert accounts.in_session(others) == other


def test_a_new_key_ends_the_one_before(accounts: Accounts) -> None:
    user = accounts.add("mei", "", is_admin=False)
    first, second = accounts.new_key(user.id), accounts.new_key(user.id)
    assert accounts.by_key(first) is None
    assert accounts.by_key(second) == user
    assert accounts.by_key("") is None


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "<b>", "-x", "a\nb"])
def test_a_name_that_cannot_be_one_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError):
        accounts.add(name, "", is_admin=False)


def test_a_name_is_had_once_and_may_be_chinese(accounts: Accounts) -> None:
    accounts.add("王梅", "", is_admin=False)
    with pytest.raises(AccountError, match="already"):
        accounts.add("王梅", "", is_admin=False)
    with pytest.raises(AccountError, match="there is no user"):
        accounts.find("王")


@pytest.mark.parametrize("password", ["", "ninechars", "x" * 1001])
def test_a_password_is_neither_short_nor_endless(password: str) -> None:
    with pytest.raises(AccountError):
        check_password(password)


@pytest.mark.parametrize("hashed", ["", "plain", "$argon2id$broken"])
def test_what_is_no_hash_fits_no_password(hashed: str) -> None:
    assert not is_password(PASSWORD, hashed)


def test_ten_wrong_tries_lock_a_name_for_a_while_and_no_other(accounts: Accounts, clock: Clock) -> None:
    for name in ("mei", "bob"):
        accounts.add(name, hash_password(PASSWORD), is_admin=False)
    signing_in = SigningIn(accounts, clock)
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongPasswordError):
            signing_in.sign_in("mei", "wrong")
    with pytest.raises(TooManyTriesError) as locked:
        signing_in.sign_in("mei", PASSWORD)
    assert 0 < locked.value.wait_s <= WITHIN_S + 1
    assert accounts.in_session(signing_in.sign_in("bob", PASSWORD))
    clock.now += WITHIN_S + 1
    assert accounts.in_session(signing_in.sign_in("mei", PASSWORD))
    # Who got in starts from nothing again.
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongPasswordError):
            signing_in.sign_in("mei", "wrong")


def test_an_unknown_name_takes_as_long_as_a_known_one_and_is_told_the_same(accounts: Accounts) -> None:
    accounts.add("mei", hash_password(PASSWORD), is_admin=False)
    signing_in = SigningIn(accounts)
    took: dict[str, list[float]] = {"mei": [], "nobody": []}
    said = set()
    for name in ("mei", "nobody") * 4:
        started = time.process_time()
        with pytest.raises(WrongPasswordError) as wrong:
            signing_in.sign_in(name, "wrong")
        took[name].append(time.process_time() - started)
        said.add(str(wrong.value))
    assert len(said) == 1
    assert 0.5 < min(took["nobody"]) / min(took["mei"]) < 2
