"""What can go wrong with corrections of a transcript; no message holds what was said."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError


class TranscriptChangeError(BadInputError):
    """This correction does not fit the transcript as it stands. Load the page again, then do it once more."""


class NoSuchUtteranceError(TranscriptChangeError):
    """This place in the transcript is not there any more. Load the page again to see how it stands now."""


class NoSuchVoiceError(TranscriptChangeError):
    """There is no such voice in this transcript. Choose one of the voices that the page names."""


class SplitPlaceError(TranscriptChangeError):
    """It cannot be split there. Put the place between two words, with words on both sides."""


class NothingToJoinError(TranscriptChangeError):
    """There is nothing after this to join it with."""


class LongTextError(TranscriptChangeError):
    """This text is too long for one utterance. Keep it under 5,000 characters, or split the utterance first."""


class TooManyChangesError(PracticeError):
    """This transcript has as many corrections as one can hold. Undoing does not make room; ask your administrator."""


class NothingToUndoError(PracticeError):
    """There is nothing left to undo or to do again."""


class ActUsedError(PracticeError):
    """This act was sent before, with something else in it. Give every act an id of its own."""


class RolesOpenError(PracticeError):
    """Nobody has said who is who yet. Confirm the voices first."""


class SoundGoneError(PracticeError):
    """The recording is no longer kept, so the moments cannot be marked again. The roles are kept as you gave them."""


class NotReadyToMarkError(PracticeError):
    """This session is being worked on, or cannot be. Wait until it is ready, then try again."""
