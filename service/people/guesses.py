"""How many guesses a password takes, by the lists and keyboards of zxcvbn; the only file that knows that library."""

from __future__ import annotations

MEASURED = 24
"""Characters that are looked at. More of them only add guesses, and the library's time grows steeply with them."""


def guesses(password: str) -> float:
    """About how many guesses find it, or a password that begins with the same characters, or is 24 of them long."""
    from zxcvbn import zxcvbn  # a megabyte of lists, needed only where a password is chosen

    return float(zxcvbn(password[:MEASURED])["guesses"])
