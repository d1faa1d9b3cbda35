"""Roles as a person gives them on the command line."""

from __future__ import annotations

from models.errors import BadInputError
from models.records.speech import Role


def role_named(text: str) -> Role:
    """The role a person typed, blanks or hyphens for underscores. Raises BadInputError with the roles there are."""
    try:
        return Role(text.strip().lower().replace("-", "_").replace(" ", "_"))
    except ValueError as unknown:
        raise BadInputError(f"There is no role called {text}. Use one of: {', '.join(Role)}.") from unknown


def given_roles(pairs: list[str]) -> dict[str, Role]:
    """Speakers with their roles, from pairs such as ``SPEAKER_00=practitioner``. Raises BadInputError."""
    roles: dict[str, Role] = {}
    for pair in pairs:
        speaker, equals, role = pair.rpartition("=")
        if not equals or not speaker.strip():
            raise BadInputError("A role is given as SPEAKER_00=practitioner. Run once without it to see the voices.")
        roles[speaker.strip()] = role_named(role)
    return roles
