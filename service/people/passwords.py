"""Hashes passwords and checks them, a few at a time."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from service.people.errors import BusyError

SHORTEST = 15
LONGEST = 256
"""Characters of a password, after `settled`."""
MEMORY_KIB = 19 * 1024
PASSES = 2
SLOTS = 2
"""So many hashes are worked on at once: each takes a core and 19 MiB."""
PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a password is right; ``new_hash`` is to be kept instead where the parameters have changed since."""

    right: bool
    new_hash: str | None = None


class Passwords:
    """Hashing behind a few slots; safe to use from several threads."""

    def __init__(self, hasher: Argon2Hasher, *, slots: int = SLOTS, patience_s: float = PATIENCE_S) -> None:
        self._hash = PasswordHash((hasher,))
        self._slots = threading.BoundedSemaphore(slots)
        self._patience_s = patience_s
        self._nobodys = self._hash.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """What is stored of a password. Raises BusyError after waiting long for a slot."""
        with self._slot():
            return self._hash.hash(settled(password))

    def check(self, password: str, stored: str | None) -> Verdict:
        """Whether this is the password of that hash; takes as long where there is no hash. Raises BusyError."""
        given = settled(password)
        if len(given) > LONGEST:
            return Verdict(right=False)
        with self._slot():
            try:
                right, new_hash = self._hash.verify_and_update(given, stored or self._nobodys)
            except UnknownHashError:
                right, new_hash = self._hash.verify(given, self._nobodys), None
        return Verdict(right=right and stored is not None, new_hash=new_hash if stored else None)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._patience_s):
            raise BusyError
        try:
            yield
        finally:
            self._slots.release()


def argon2_passwords() -> Passwords:
    """The service's own: argon2id with 19 MiB, two passes, one lane."""
    return Passwords(Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1))


def settled(password: str) -> str:
    """The same characters however a keyboard composes them (NFKC); what UTF-8 cannot hold becomes a question mark."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode("utf-8")
