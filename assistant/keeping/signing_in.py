"""A name and a password become a session, and guessing is slowed down."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from assistant.errors import AssistantError
from assistant.keeping.accounts import LONGEST_PASSWORD, Accounts
from assistant.keeping.passwords import hash_password, is_password

# Wrong tries for one name within `WITHIN_S` seconds, after which none is looked at until they are that old.
MOST_TRIES = 10
WITHIN_S = 15 * 60
# Names that somebody tried, known or not; the oldest are forgotten.
_MOST_NAMES = 10_000


class WrongPasswordError(AssistantError):
    """Name and password do not belong together; which of them is wrong is not said."""


class TooManyTriesError(AssistantError):
    """Nobody gets in by that name for `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many tries; wait {wait_s} seconds")
        self.wait_s = wait_s


class SigningIn:
    """Lets users in. `clock` gives seconds that only grow."""

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = accounts
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, list[float]] = OrderedDict()
        # What an unknown name is checked against, so that it takes as long as a known one.
        self._nobody = hash_password("")

    def sign_in(self, name: str, password: str) -> str:
        """A session's token.

        :raises WrongPasswordError: when they do not belong together.
        :raises TooManyTriesError: when that name was tried too often lately, whatever the password.
        """
        # Counted before it is checked, so that tries at the same time are all counted.
        self._count(name)
        user_id, hashed = self._accounts.hashed_password(name)
        fits = is_password(password[: LONGEST_PASSWORD + 1], hashed or self._nobody)
        if not (fits and user_id):
            raise WrongPasswordError("name and password do not belong together")
        with self._lock:
            self._tries.pop(name[:100], None)
        return self._accounts.begin_session(user_id)

    def _count(self, name: str) -> None:
        name, now = name[:100], self._clock()
        with self._lock:
            tries = [at for at in self._tries.get(name, ()) if at > now - WITHIN_S]
            if len(tries) >= MOST_TRIES:
                raise TooManyTriesError(int(tries[0] + WITHIN_S - now) + 1)
            self._tries[name] = [*tries, now]
            self._tries.move_to_end(name)
            if len(self._tries) > _MOST_NAMES:
                self._tries.popitem(last=False)
