"""What can stand in the way of a review; no message holds what was said or written."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError


class OtherReviewError(PracticeError):
    """You have begun a review of this session already. Go on with that one."""


class ReviewFinishedError(PracticeError):
    """This review is finished. Reopen it to change something."""


class NotAllScoredError(PracticeError):
    """Some elements have no score yet. Give each a score, or say why it has none."""


class NotRevealedError(PracticeError):
    """You have not seen the suggestions yet. Look at them, then finish this review."""


class NotBothFinishedError(PracticeError):
    """Two coaches have to finish their reviews of this session first. Come back once both have."""


class FeedbackConfirmedError(PracticeError):
    """Feedback on this session is confirmed, so its reviews stay as they are."""


class AdjudicationBegunError(PracticeError):
    """The reviews of this session are being adjudicated, so they stay as they are."""


class EvidenceNotOpenedError(PracticeError):
    """Open or play a moment behind this element first, or write down why you score it without."""


class NothingToUndoError(PracticeError):
    """There is nothing left to undo."""


class NothingToRedoError(PracticeError):
    """There is nothing to redo: something was done since, or nothing was undone."""


class ActError(BadInputError):
    """This could not be kept, because it is not in the form that is asked for. Load the page again, then repeat it."""
