"""Passwords as argon2id hashes (RFC 9106's second choice: 64 MiB, 3 passes). The one adapter of argon2."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# Each takes 64 MiB and both cores for a moment: a flood of logins must not take the machine.
_AT_ONCE = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """A hash with its own salt and settings in it."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, hashed: str) -> bool:
    """Whether `password` is the one that was hashed; takes as long when it is not."""
    try:
        with _AT_ONCE:
            return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
