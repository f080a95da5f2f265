"""How many questions are being answered at once, in all and for one user: one too many is refused, not queued."""

from __future__ import annotations

import threading
from collections import Counter

from assistant.errors import TooManyQuestionsError
from assistant.keeping.conversations import NOBODY

# As many threads can wait for a model beside everything else that is served.
MOST = 64
# One person reads one answer; some more for several tabs and for programs.
MOST_EACH = 8


class Place:
    """A question's place among those being answered. It ends with `leave`, or when nobody holds it any longer."""

    def __init__(self, places: Places, user: str) -> None:
        self._places: Places | None = places
        self._user = user

    def leave(self) -> None:
        """Give the place back; a second time does nothing."""
        places, self._places = self._places, None
        if places is not None:
            places.free(self._user)

    def __del__(self) -> None:
        # An answer that nobody began to read was never ended either.
        self.leave()


class Places:
    """Whoever sits at this machine may have all of them, a user who signed in has `each` at most."""

    def __init__(self, most: int = MOST, each: int = MOST_EACH) -> None:
        self.most = most
        self.each = each
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def enter(self, user: str) -> Place:
        """A place for a question of `user`.

        :raises TooManyQuestionsError: when there is none.
        """
        with self._lock:
            if user != NOBODY and self._taken[user] >= self.each:
                raise TooManyQuestionsError("too_many_questions", self._taken[user])
            if self._taken.total() >= self.most:
                raise TooManyQuestionsError("busy", self._taken.total())
            self._taken[user] += 1
        return Place(self, user)

    def free(self, user: str) -> None:
        """A place of `user` is free again."""
        with self._lock:
            self._taken[user] -= 1
            if not self._taken[user]:
                del self._taken[user]
