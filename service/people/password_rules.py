"""Which passwords are taken: long ones that are not easy to guess. No rules about kinds of characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from service.people.errors import WeakPasswordError
from service.people.passwords import LONGEST, SHORTEST, settled

Guesses = Callable[[str], float]
"""About how many guesses find a password; see guesses.py."""

ENOUGH = 1e10
"""Guesses. Sign-in hears ten in five minutes; this is for the day when a database was stolen."""
OBVIOUS = ("practice", "council", "islington", "socialwork", "socialcare", "password", "safeguarding")
"""What everybody here would think of first; blanks and signs between the letters do not hide it."""
SHORTEST_PART = 4
"""Characters of a name below which it is part of too many innocent words."""


def refuse_weak(password: str, names: Iterable[str], guesses: Guesses) -> None:
    """Raises WeakPasswordError, which says why. ``names``: what this person is called here."""
    given = settled(password)
    if not SHORTEST <= len(given) <= LONGEST:
        raise WeakPasswordError(f"A password has {SHORTEST} to {LONGEST} characters; any characters will do.")
    plain = _plain(given)
    if any(word in plain for word in OBVIOUS):
        raise WeakPasswordError("This password holds a word that everybody here would try. Leave it out.")
    if any(part in plain for part in _parts(names)):
        raise WeakPasswordError("This password holds your own name or sign-in name. Leave it out.")
    if guesses(given) < ENOUGH:
        raise WeakPasswordError


def _parts(names: Iterable[str]) -> set[str]:
    found = {_plain(part) for name in names for part in (name, *re.split(r"[\W_]+", name))}
    return {part for part in found if len(part) >= SHORTEST_PART}


def _plain(text: str) -> str:
    return "".join(letter for letter in settled(text).casefold() if letter.isalnum())
