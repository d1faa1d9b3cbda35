"""What can go wrong with a session; no message holds what a person wrote."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError


class NotYoursToAddError(PracticeError):
    """Only practitioners, and managers for their own supervision, can add sessions. Ask your administrator."""


class ReviewBegunError(PracticeError):
    """Your coach has begun the review, so sharing cannot be undone here. Talk to your coach."""


class NothingToShareError(PracticeError):
    """This session has no transcript yet. Share it once it is ready."""


class NoDocumentError(PracticeError):
    """This session has no such document yet. Look at its progress."""


class StillBlindError(PracticeError):
    """You score this session blind. Give every element a score first, then ask for the suggestions in your review."""


class SessionDetailsError(BadInputError):
    """These details of a session cannot be used. Check the date, the setting and the lengths of the texts."""
