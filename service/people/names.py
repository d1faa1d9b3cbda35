"""The names of people as they are kept, so that equal names are equal texts."""

from __future__ import annotations

import unicodedata

from service.people.errors import PersonInputError

SIGN_IN_NAME = 254
SHOWN_NAME = 120
"""Characters at most."""


def sign_in_name(given: str) -> str:
    """What a person types to sign in, in lower case. Raises PersonInputError."""
    name = looked_up(given)
    if not name or len(name) > SIGN_IN_NAME or any(not letter.isprintable() or letter.isspace() for letter in name):
        raise PersonInputError
    return name


def looked_up(given: str) -> str:
    """The form in which a typed sign-in name is looked up; whatever was typed."""
    return unicodedata.normalize("NFKC", given).encode("utf-8", "replace").decode().strip().lower().replace("\0", " ")


def shown_name(given: str) -> str:
    """A name for showing, without blanks around it. Raises PersonInputError."""
    name = unicodedata.normalize("NFC", given).encode("utf-8", "replace").decode().strip()
    if not name or len(name) > SHOWN_NAME or not name.isprintable():
        raise PersonInputError
    return name
