"""What can go wrong with retention; no message holds an id."""

from __future__ import annotations

from models.errors import BadInputError


class ScheduleError(BadInputError):
    """A time to keep is a whole number of days from 1 to 3660, for one of the kinds that are listed."""


class ClockNotTrustedError(BadInputError):
    """The machine's clock differs from what it should show, so nothing is deleted. Correct it, or confirm it."""
