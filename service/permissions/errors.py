"""What can go wrong with permissions; no message holds a name or what anybody said."""

from __future__ import annotations

from models.errors import BadInputError


class SessionOverError(BadInputError):
    """This session was withdrawn or erased, so nothing about it can be changed. Add a new session."""


class NoSuchParticipantError(BadInputError):
    """This session has no such participant. Add them to the session first, by their role."""


class ParticipantExistsError(BadInputError):
    """This participant is in the session already. Use the next number for another person with the same role."""


class StatementError(BadInputError):
    """This is not a statement that can be read out to this participant. Choose one of those that the service lists."""


class AnswerError(BadInputError):
    """A permission is given or refused, said before now, and ends after that. Correct it and send it again."""


class WithdrawalError(BadInputError):
    """Nothing was named to be withdrawn. Name at least one purpose, or leave them out to withdraw from the session."""


class VoiceKnownError(BadInputError):
    """This voice was matched already, or is a participant who answered. Nothing was changed."""


class HoldError(BadInputError):
    """A hold needs a known reason and an end within 366 days. Another can be placed before it ends."""


class HoldTooLateError(BadInputError):
    """This session's key is destroyed already, or about to be. There is nothing left to hold."""
