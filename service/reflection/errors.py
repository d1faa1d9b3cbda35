"""What can go wrong with a reflection; no message holds what a person wrote."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError


class ReflectionTextError(BadInputError):
    """This cannot be kept as it is. Shorten what is too long, and rate from 1 to 5 or say that you cannot."""


class RatingsMissingError(PracticeError):
    """Some elements have no rating yet. Rate them, say that you cannot, or choose to go on without rating."""


class RatedAlreadyError(PracticeError):
    """You have seen the suggestions, so your ratings stay as they were before. Write in a note what you see now."""


class NotRatedYetError(PracticeError):
    """Suggestions are shown once you have rated yourself. Rate yourself first, or choose to go on without rating."""


class NothingKeptError(PracticeError):
    """This text is not kept beside yours any more. Load the page again."""
