"""What can go wrong on the administration pages; no message repeats what was typed."""

from __future__ import annotations

from models.errors import BadInputError


class DayError(BadInputError):
    """A day is written like 2026-11-22. Choose it again."""


class DaysError(BadInputError):
    """A time to keep is a whole number of days from 1 to 3660. Write it in digits."""


class AuditFilterError(BadInputError):
    """Something to filter by cannot be used. Choose from the lists, and write a session's number as it is shown."""


class SessionNumberError(BadInputError):
    """A session's number has 32 letters and digits. Copy all of it from the session's page."""


class ChoiceError(BadInputError):
    """Something was not chosen. Choose from the list, then send it again."""
