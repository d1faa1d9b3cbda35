"""What can go wrong with a copy for somebody who asked what is kept about them; no message holds a word of theirs."""

from __future__ import annotations

from models.errors import BadInputError
from service.permissions.errors import SessionOverError


class NothingLeftError(SessionOverError):
    """This session was withdrawn or erased. Nothing of it is kept any more, so there is nothing to make a copy of."""


class NoSuchCopyError(BadInputError):
    """This session has no such copy. It was deleted, or its time was over; make another one."""


class RequestReferenceError(BadInputError):
    """A reference has 2 to 40 letters, digits, hyphens and slashes, one of them a digit. Leave names out of it."""


class VoiceChoiceError(BadInputError):
    """Somebody who asks has voices of this transcript, each named once. Choose from those that are listed."""


class NotTheWorkerError(BadInputError):
    """Scores and feedback are about the worker alone. Leave them out for a participant of another role."""


class KeptChoiceError(BadInputError):
    """Only utterances of other voices in this copy can be kept. Open the copy again and choose from those."""


class NotReadYetError(BadInputError):
    """Nobody has read this copy yet. Decide first what other people said that stays in it."""
